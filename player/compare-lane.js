// One lane of a comparison: what it is, its figures, its features and its input.

import { el, setText } from "./dom.js"
import { Features } from "./features.js"
import { Input } from "./input.js"
import { fixed, percent } from "./numbers.js"
import { laneLooks } from "./overlay.js"
import { words } from "./words.js"

const SVG = "http://www.w3.org/2000/svg"

// A piece of the lane's line in the curves.
export const swatch = (lane) => swatchOf({ ...laneLooks(lane), colour: `var(--dann-lane-${lane})` })

// Likewise, of any looks: {colour, dash}.
export function swatchOf({ colour, dash }) {
  const svg = document.createElementNS(SVG, "svg")
  const line = document.createElementNS(SVG, "line")
  for (const [name, value] of Object.entries({ width: 34, height: 10, class: "dann-swatch", "aria-hidden": "true" }))
    svg.setAttribute(name, value)
  const looks = { x1: 0, x2: 34, y1: 5, y2: 5, stroke: colour, "stroke-width": 3, "stroke-dasharray": dash.join(" ") }
  for (const [name, value] of Object.entries(looks)) line.setAttribute(name, value)
  svg.append(line)
  return svg
}

export class CompareLane {
  // `told`: {title, role}; `number` from 0 on.
  constructor(told, number) {
    this.told = told
    this.readings = el("p", { class: "dann-lane-figures" })
    const { oracle, oracleMeaning } = words.compare
    const mark = told.role === "oracle" ? [el("span", { class: "dann-exam dann-mark", title: oracleMeaning }, oracle)] : []
    const title = el("h3", { title: told.title }, told.title)
    const label = words.compare.lane(number + 1, told.title)
    const head = el("div", { class: "dann-lane-head" }, swatch(number), title, ...mark)
    this.hosts = Object.fromEntries(
      ["features", "input"].map((name) => [
        name,
        el("div", { class: `dann-picture dann-picture-${name}`, "aria-label": words.compare.picture(label, words.pictures[name]) }),
      ]),
    )
    this.element = el(
      "section",
      { class: "dann-lane", "aria-label": label, "data-lane": number },
      ...[head, this.readings, ...Object.values(this.hosts)],
    )
  }

  // Only an element on the page has a size to draw in.
  begin() {
    this.features = new Features(this.hosts.features)
    this.input = new Input(this.hosts.input)
  }

  // Whether there is another scene than before.
  render(store, frame, look, glide) {
    const isOther = store.scene !== this.scene
    if (isOther) {
      this.scene = store.scene
      if (!store.scene) return true
      for (const picture of [this.features, this.input]) picture.setScene(store.scene)
    }
    if (!frame || !store.scene) return isOther
    this.features.show(frame.message, look, glide)
    this.input.show(frame.message, look, glide)
    setText(this.readings, this.#figures(frame.message))
    this.element.dataset.iteration = frame.iteration
    return isOther
  }

  close() {
    this.features.close()
    this.input.close()
  }

  #figures({ values, exam }) {
    const { figures } = words.compare
    const isTrained = values.knobs.adversarial_weight !== 0
    const parts = [
      exam.target_accuracy === undefined ? null : figures.target(percent(exam.target_accuracy, 1)),
      figures.source(percent(values.source_accuracy, 1)),
      ...(isTrained ? [figures.domain(percent(values.domain_accuracy, 1))] : []),
      ...(isTrained ? [`${words.figures.lambda[0]} ${fixed(values.lambda, 2)}`] : []),
    ]
    return parts.filter(Boolean).join(" · ")
  }
}
