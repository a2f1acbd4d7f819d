// The three pictures with their headers and captions, and the choices of how they are looked at.

import { Curves } from "./curves.js"
import { Draw } from "./draw.js"
import { el, press, segments, setAttribute, setText } from "./dom.js"
import { Features } from "./features.js"
import { Input } from "./input.js"
import { words } from "./words.js"

const NAMES = ["features", "input", "curves"]
const KINDS = { features: Features, input: Input, curves: Curves }
const DESCRIBED_EVERY = 1500

export class Pictures {
  // `choose(change)` with what is to be different in the look; `act("draw", {knobs})` with other data.
  constructor(choose, act) {
    this.views = segments(words.views, (view) => choose({ view }))
    this.colours = segments(words.colours, (colour) => choose({ colour }))
    this.rings = toggle(words.rings, (rings) => choose({ rings }))
    this.truth = toggle(words.truth, (isTrue) => choose({ truth: isTrue ? "true" : "predicted" }))
    const controls = { features: [this.views, this.colours], input: [this.rings, this.truth], curves: [] }
    this.panels = Object.fromEntries(NAMES.map((name) => [name, panel(name, controls[name])]))
    const { host, header } = this.panels.input
    this.draw = new Draw(host, { act, told: () => this.#setCaptions() })
    header.append(this.draw.bar.element)
    this.tabs = el("div", { class: "dann-tabs", role: "group", "aria-label": words.pictures.group })
    for (const name of NAMES) this.tabs.append(tab(name, () => this.#pick(name)))
    this.element = el("div", { class: "dann-pictures" }, ...NAMES.map((name) => this.panels[name].element))
    this.#pick(NAMES[0])
    this.describedAt = -Infinity
    this.seen = this.described = {}
  }

  // Only an element on the page has a size to draw in.
  begin() {
    this.drawn = NAMES.map((name) => new KINDS[name](this.panels[name].host))
  }

  // `store`: of the run; `frame`: the one of its frames that is seen; `glide`: how long points move, in milliseconds.
  render({ store, frame, look, glide, lookingBack, branches, forks, predicted, shelved, state, can }) {
    this.#setLook(look, store.scene)
    if (!store.scene) return
    const twin = state?.exam?.source_only
    if (store.scene !== this.scene) this.#setScene(store.scene)
    if (frame) {
      const [features, input, curves] = this.drawn
      features.show(frame.message, look, glide)
      input.show(frame.message, look, glide)
      const latest = store.newest.iteration
      const seen = { latest, lookingBack, branches, forks, predicted, shelved, twin }
      curves.show(store.track.view(), frame.message, look, seen)
    }
    this.seen = { frame, look, shelved, twin }
    this.draw.render(this.drawn[1].picture, { store, state, can })
    this.#setCaptions()
    this.#describeSoon()
  }

  close() {
    clearTimeout(this.describing)
    this.draw.close()
    for (const picture of this.drawn) picture.close()
  }

  #setCaptions() {
    const { look } = this.seen
    const captions = this.drawn.map((picture) => picture.caption(look))
    captions[1] = this.draw.caption ?? captions[1]
    captions.forEach((caption, at) => setText(this.panels[NAMES[at]].caption, caption))
  }

  #setScene(scene) {
    this.scene = scene
    for (const picture of this.drawn) picture.setScene(scene)
    clearTimeout(this.describing)
    this.describing = undefined
    this.describedAt = -Infinity
  }

  #setLook(look, scene) {
    press(this.views, look.view)
    press(this.colours, look.colour)
    this.rings.firstChild.checked = look.rings
    this.truth.firstChild.checked = look.truth === "true"
    // Where there are no labels, there is nothing to choose.
    const isLabelled = Boolean(scene?.examArrays.target_class)
    for (const choice of [this.rings, this.truth]) choice.classList.toggle("dann-away", !isLabelled)
    for (const choice of [this.rings, this.truth]) choice.firstChild.disabled = !isLabelled
  }

  // For screen readers; also of the last frame of all.
  #describeSoon() {
    const { seen, described } = this
    if (["frame", "look", "shelved", "twin"].every((part) => seen[part] === described[part])) return
    const pause = Math.max(this.describedAt + DESCRIBED_EVERY - performance.now(), 0)
    this.describing ??= setTimeout(() => this.#describe(), pause)
  }

  #describe() {
    this.describing = undefined
    const { frame, look } = (this.described = this.seen)
    if (!frame) return
    this.describedAt = performance.now()
    this.drawn.forEach((picture, at) => {
      setAttribute(this.panels[NAMES[at]].host, "aria-label", picture.description(frame.message, look))
    })
  }

  // On a narrow screen only one picture is seen.
  #pick(name) {
    for (const button of this.tabs.children) setAttribute(button, "aria-pressed", String(button.value === name))
    for (const other of NAMES) this.panels[other].element.classList.toggle("dann-picked", other === name)
  }
}

function panel(name, controls) {
  const host = el("div", { class: "dann-picture", role: "figure", "aria-label": words.pictures[name] })
  const caption = el("p", { class: "dann-caption" })
  const header = el("div", { class: "dann-header" }, el("h3", {}, words.pictures[name]), ...controls)
  return { host, header, caption, element: el("div", { class: `dann-panel dann-panel-${name}` }, header, host, caption) }
}

export function toggle([label, title], choose) {
  const box = el("input", { type: "checkbox" })
  box.addEventListener("change", () => choose(box.checked))
  return el("label", { class: "dann-toggle", title }, box, label)
}

export function tab(name, pick) {
  return el("button", { type: "button", class: "dann-tab", value: name, onclick: pick }, words.pictures[name])
}
