// Before the slider: play what has been, backwards or again and again, and go to the next change of state.

import { el, icon, isEnabled, setAttribute, setEnabled } from "./dom.js"
import { Replay } from "./replay.js"
import { words } from "./words.js"

export class ReplayButtons {
  // `on`: stops(), at(), speed(), go(iteration or null), changed(); changes(), the iterations of changes of state, where
  // such are shown
  constructor(slider, on) {
    this.on = on
    this.replay = new Replay(on)
    this.buttons = {
      back: replayButton("back", () => this.#replayed("back")),
      loop: replayButton("loop", () => this.#replayed("loop")),
      ...(on.changes ? { change: replayButton("change", () => this.next()) } : {}),
    }
    const label = words.timeMachine.group
    const group = el("div", { class: "dann-replay", role: "group", "aria-label": label }, ...Object.values(this.buttons))
    slider.input.before(group)
  }

  // What a key does, where it can be done; whether it is one of these.
  press(name) {
    const node = this.buttons[name]
    if (node && isEnabled(node)) node.click()
    return Boolean(node)
  }

  // To the next change of state after what is seen, and from the last one to the first.
  next() {
    const changes = this.on.changes()
    const after = this.on.at() ?? Infinity
    this.stop()
    if (changes.length) this.on.go(changes.find((iteration) => iteration > after) ?? changes[0])
  }

  stop() {
    this.replay.stop()
  }

  // `isOff`: something else plays by itself.
  render({ isOff = false } = {}) {
    const { back, loop, change } = this.buttons
    const hasPast = !isOff && this.on.stops().length > 1
    for (const node of [back, loop]) setEnabled(node, hasPast)
    if (change) setEnabled(change, hasPast && this.on.changes().length > 0)
    setAttribute(back, "aria-pressed", String(this.replay.direction === -1))
    setAttribute(loop, "aria-pressed", String(this.replay.isLooping))
  }

  #replayed(name) {
    this.replay[name]()
    this.on.changed()
  }
}

export function replayButton(name, act) {
  const [label, title] = words.timeMachine[name]
  const node = el(
    "button",
    { type: "button", class: `dann-button dann-${name}`, title, "aria-label": label },
    icon(name),
    ...(name === "fork" ? [el("span", { class: "dann-button-text" }, label)] : []),
  )
  node.addEventListener("click", () => isEnabled(node) && act())
  return node
}
