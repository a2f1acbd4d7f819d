// The two pulls as arrows, and how a figure went, as small drawings that scale with their place.

import { FIGURE } from "./columns.js"
import { CURVES, PAPER } from "./palette.js"

const CURVE_OF = { classified: "classification_loss", told: "adversarial_loss", reversed: "lambda" }
export const pullLooks = (kind) => ({ colour: CURVES[CURVE_OF[kind]], isReversed: kind === "reversed" })
export const SIGNS = { classified: "▼", told: "▼", reversed: "△" }

const SPACE = "http://www.w3.org/2000/svg"
const COURSE = { width: 100, height: 26 }
const SHORTEST = 1.5

export class Arrows {
  constructor(width, height) {
    this.middle = [width / 2, height / 2]
    this.reach = Math.min(width, height) / 2 - 3
    this.head = Math.max(5, this.reach / 6)
    this.element = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "dann-tug-arrows", role: "img" })
  }

  // Lengths to the longest; the classifier's to the right, the reversed one at its angle, what it was before across.
  show({ classification, adversarial, reversed, cosine }) {
    const longest = Math.max(...[classification, adversarial, reversed].filter(Number.isFinite))
    const angle = Number.isFinite(cosine) ? Math.acos(Math.max(-1, Math.min(1, cosine))) : Math.PI / 2
    const parts = [
      ["told", adversarial, angle + Math.PI],
      ["reversed", reversed, angle],
      ["classified", classification, 0],
    ]
    const shown = parts.filter(([, length]) => longest > 0 && length > 0)
    this.element.replaceChildren(
      ...shown.flatMap(([kind, length, turn]) => this.#arrow(pullLooks(kind), kind, (this.reach * length) / longest, turn)),
      svg("circle", { cx: this.middle[0], cy: this.middle[1], r: 2.5, fill: "var(--dann-line)" }),
    )
  }

  #arrow({ colour, isReversed }, kind, length, turn) {
    const [x, y] = this.middle
    const at = (along, across = 0) =>
      [x + along * Math.cos(turn) + across * Math.sin(turn), y - along * Math.sin(turn) + across * Math.cos(turn)].join()
    const head = Math.min(this.head, length)
    const [x2, y2] = at(Math.max(length - head, 0)).split(",")
    const dashes = isReversed ? "4 2" : "none"
    const line = { x1: x, y1: y, x2, y2, stroke: colour, "stroke-width": kind === "told" ? 1.5 : 2.5, "stroke-dasharray": dashes }
    const points = [at(length), at(length - head, head / 2), at(length - head, -head / 2)].join(" ")
    const filled = { points, fill: isReversed ? PAPER : colour, stroke: colour, "stroke-width": 1.5, "data-pull": kind }
    return length < SHORTEST ? [] : [svg("line", line), svg("polygon", filled)]
  }
}

// A figure over the iterations so far, with a line at `middle`; from `low` to `high`, or as high as it went.
export class Course {
  constructor(low, middle, high) {
    Object.assign(this, { low, middle, high })
    const { width, height } = COURSE
    this.element = svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", class: "dann-tug-course" })
    const still = { "vector-effect": "non-scaling-stroke", fill: "none" }
    this.line = svg("line", { ...still, x1: 0, x2: width, stroke: "var(--dann-line)", "stroke-dasharray": "3 3" })
    this.curve = svg("polyline", { ...still, class: "dann-tug-line", "stroke-width": 1.5 })
    this.element.append(this.line, this.curve)
  }

  show(figures, column) {
    const { width, height } = COURSE
    const known = []
    let [last, high] = [1, this.high]
    for (let at = 0; at < figures.length; at += FIGURE.width) {
      last = Math.max(last, figures[at + FIGURE.iteration])
      const value = figures[at + column]
      if (!Number.isFinite(value)) continue
      known.push([figures[at + FIGURE.iteration], value])
      high = Math.max(high, value)
    }
    const toY = (value) => 1 + ((high - value) / (high - this.low)) * (height - 2)
    for (const name of ["y1", "y2"]) this.line.setAttribute(name, toY(this.middle))
    const points = known.map(([iteration, value]) => `${((iteration / last) * width).toFixed(2)},${toY(value).toFixed(2)}`)
    this.curve.setAttribute("points", points.join(" "))
  }
}

function svg(tag, attributes) {
  const node = document.createElementNS(SPACE, tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  return node
}
