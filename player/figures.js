// The line of figures: numbers of the frame that is shown.

import { el, setAttribute, setText } from "./dom.js"
import { sentences } from "./language.js"
import { fixed, percent } from "./numbers.js"
import { words } from "./words.js"

const READINGS = {
  lambda: ({ values }) => fixed(values.lambda, 3),
  source: ({ values }) => percent(values.source_accuracy, 1),
  target: ({ exam }, scene) => {
    if (!scene.values.labelled) return words.noLabels
    return exam.target_accuracy === undefined ? words.hiddenLabels : percent(exam.target_accuracy, 1)
  },
  // A discriminator of weight 0 learns nothing: its 50 % would look like success.
  domain: ({ values }) =>
    values.knobs.adversarial_weight === 0 ? words.notTrained : percent(values.domain_accuracy, 1),
  distance: ({ values }) => fixed(values.a_distance ?? NaN, 2),
}

export class Figures {
  constructor() {
    this.element = el("dl", { class: "dann-figures" })
    this.readings = {}
    this.basis = null
    this.twin = el("dd", { class: "dann-note dann-aside dann-twin", title: words.twin.meaning })
    for (const [name, [label, note, meaning]] of Object.entries(words.figures)) {
      const reading = (this.readings[name] = el("dd", {}, "–"))
      const noted = note ? [" ", el("span", { class: "dann-note" }, note)] : []
      const mark = name === "target" ? " dann-exam" : ""
      const row = { class: `dann-figure${mark}`, "data-figure": name, title: meaning }
      this.element.append(el("div", row, el("dt", {}, label, ...noted), reading))
    }
    this.readings.target.after(this.twin)
    this.chance = el("dd", { class: "dann-note dann-aside" })
    this.readings.distance.after(this.chance)
  }

  // `exam`: of the run's end, where it is known.
  render(frame, scene, exam) {
    setText(this.twin, exam.source_only === undefined ? "" : words.twin.reading(exam.source_only))
    for (const [name, reading] of Object.entries(this.readings))
      setText(reading, frame ? READINGS[name](frame.message, scene) : "–")
    const { values } = frame?.message ?? {}
    setText(this.chance, Number.isFinite(values?.a_chance) ? words.chance(values.a_chance) : "")
    if (frame) this.#explain(values.evaluated, scene.values.samples)
    if (Number.isFinite(values?.probed)) setAttribute(this.chance, "title", words.probed(values))
  }

  #explain(evaluated, samples) {
    const basis = words.basis(evaluated, samples)
    if (basis === this.basis) return
    this.basis = basis
    for (const [name, reading] of Object.entries(this.readings))
      setAttribute(reading.parentNode, "title", sentences(words.figures[name][2], basis))
  }
}
