// The way back through the run: one stop a frame.

import { el, setAttribute, setText } from "./dom.js"
import { words } from "./words.js"

const FAR = ["Home", "End", "PageUp", "PageDown"]

export class Slider {
  // `go(iteration)` with a stop's iteration, or null for the newest frame.
  constructor(go) {
    this.go = go
    this.stops = []
    const empty = { min: 0, max: 0, value: 0 }
    this.input = el("input", { type: "range", class: "dann-range", "aria-label": words.slider, ...empty })
    this.input.addEventListener("input", () => this.#moved())
    // Where the slider is at an end already, a hand on it moves nothing, and yet is to hold what plays.
    this.input.addEventListener("pointerdown", () => this.#moved())
    this.input.addEventListener("keydown", ({ key }) => FAR.includes(key) && this.#moved())
    this.place = el("output", { class: "dann-stop" })
    const live = { type: "button", class: "dann-button dann-live", title: words.backToLive }
    this.live = el("button", live, words.live)
    this.live.addEventListener("click", () => go(null))
    const label = el("span", { class: "dann-slider-label", "aria-hidden": "true" }, words.slider)
    this.element = el("div", { class: "dann-slider" }, label, this.input, this.place, this.live)
  }

  // `iteration`: where a person looks back to, or null.
  render(stops, iteration) {
    this.stops = stops
    const last = Math.max(stops.length - 1, 0)
    setAttribute(this.input, "max", last)
    this.input.disabled = stops.length < 2
    const at = iteration === null ? last : nearest(stops, iteration)
    if (this.input.valueAsNumber !== at) this.input.value = at
    const text = stops.length ? words.stop(stops[at].iteration) : ""
    setText(this.place, text)
    setAttribute(this.input, "aria-valuetext", text || null)
    this.live.classList.toggle("dann-away", iteration === null)
    this.live.disabled = iteration === null
  }

  move(by) {
    if (this.stops.length < 2) return
    this.input.value = this.input.valueAsNumber + by
    this.#moved()
  }

  #moved() {
    const at = this.input.valueAsNumber
    this.go(at >= this.stops.length - 1 ? null : this.stops[at].iteration)
  }
}

function nearest(stops, iteration) {
  let best = 0
  stops.forEach((stop, at) => {
    if (Math.abs(stop.iteration - iteration) < Math.abs(stops[best].iteration - iteration)) best = at
  })
  return best
}
