// How far the run is, as a bar and in words.

import { el, setAttribute, setText } from "./dom.js"
import { words } from "./words.js"

export class Progress {
  constructor() {
    this.fill = el("div", { class: "dann-fill" })
    this.bar = el(
      "div",
      { class: "dann-bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": words.progressLabel },
      this.fill,
    )
    this.text = el("span", { class: "dann-progress-text" })
    this.element = el("div", { class: "dann-progress" }, this.text, this.bar)
  }

  render(state, frame, scene, lookingBack) {
    const facts = frame && factsOf(state, frame, scene, lookingBack)
    const text = facts ? words.progress(facts) : state ? words.building : words.connecting
    const share = facts ? Math.min(facts.iteration / facts.max, 1) : 0
    setText(this.text, text)
    this.fill.style.width = `${100 * share}%`
    setAttribute(this.bar, "aria-valuenow", Math.round(100 * share))
    setAttribute(this.bar, "aria-valuetext", text)
  }
}

// At a stop of the slider everything is that stop's, also how long the run was to be.
function factsOf(state, frame, scene, lookingBack) {
  const { knobs, device } = frame.message.values
  const { iteration } = frame
  if (lookingBack || !state) return { iteration, max: knobs.max_iter, left: null, device, lookingBack }
  return {
    iteration,
    max: state.max_iter,
    left: state.state === "playing" ? state.left : null,
    done: state.state === "finished" && iteration >= state.iteration,
    waiting: state.state === "waiting" || state.late,
    graded: state.state === "playing" ? 1 : gradedShare(frame.message.values.evaluated, scene.values),
    device: state.device,
  }
}

// Of a run at rest all samples are graded, which for a million takes seconds; more than the picture's are a beginning.
function gradedShare(evaluated, { samples, shown }) {
  const sum = ([source, target]) => source + target
  return sum(evaluated) > sum(shown) ? sum(evaluated) / sum(samples) : 1
}
