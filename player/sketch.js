// A curve drawn before the run: the target accuracy that a learner expects, by pointer or by keyboard.

import { el, setAttribute, setText } from "./dom.js"
import { percent } from "./numbers.js"
import { words } from "./words.js"

const POINTS = 9
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [320, 200, 38, 24, 10]
const STEP = 0.05
const SPACE = "http://www.w3.org/2000/svg"
const KEYS = { ArrowUp: STEP, ArrowDown: -STEP, PageUp: 4 * STEP, PageDown: -4 * STEP }

const sketches = new WeakMap()

export function mount(element, data, report) {
  const sketch = sketches.get(element) ?? new Sketch(element)
  sketches.set(element, sketch)
  sketch.update(data, report)
}

class Sketch {
  constructor(element) {
    this.values = Array(POINTS).fill(0.5)
    this.isTouched = false
    this.svg = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "dann-sketch" })
    this.svg.setAttribute("role", "group")
    this.svg.setAttribute("aria-label", words.sketch.label)
    this.curve = svg("polyline", { class: "dann-sketch-curve" })
    this.handles = this.values.map((_, k) => this.#handle(k))
    this.done = el("button", { type: "button", class: "dann-button dann-play", onclick: () => this.#tell() }, words.sketch.done)
    this.svg.addEventListener("pointerdown", (event) => this.#begin(event))
    this.svg.addEventListener("pointermove", (event) => event.buttons && this.#draw(event))
    this.axis = svg("g", { class: "dann-sketch-axis", "aria-hidden": "true" })
    this.svg.append(this.axis, this.curve, ...this.handles)
    const sheet = el("link", { rel: "stylesheet", href: new URL("./style.css", import.meta.url) })
    const help = el("p", { class: "dann-note" }, words.sketch.help)
    element.append(sheet, el("div", { class: "dann-player dann-sketching" }, help, this.svg, this.done))
  }

  update(data, report) {
    this.most = data.max_iter
    this.report = report
    this.#axis()
    this.#show()
  }

  #handle(k) {
    const node = svg("circle", { r: 7, class: "dann-sketch-handle", tabindex: 0, role: "slider" })
    for (const [name, value] of [["aria-valuemin", 0], ["aria-valuemax", 100]]) node.setAttribute(name, value)
    node.addEventListener("keydown", (event) => {
      const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
      if (sideways) this.handles[k + sideways]?.focus()
      else if (event.key === "Home" || event.key === "End") this.#set(k, event.key === "End" ? 1 : 0)
      else if (event.key in KEYS) this.#set(k, this.values[k] + KEYS[event.key])
      else return
      // The page's own keys mean something else.
      event.preventDefault()
      event.stopPropagation()
    })
    return node
  }

  #begin(event) {
    this.svg.setPointerCapture(event.pointerId)
    this.last = null
    this.#draw(event)
  }

  // A quick hand passes points between two events: those get what lies between.
  #draw(event) {
    const box = this.svg.getBoundingClientRect()
    const x = ((event.clientX - box.left) / box.width) * WIDTH
    const y = ((event.clientY - box.top) / box.height) * HEIGHT
    const k = Math.round(Math.min(Math.max((x - LEFT) / this.#gap, 0), POINTS - 1))
    const value = (HEIGHT - BOTTOM - y) / (HEIGHT - BOTTOM - TOP)
    const from = this.last ?? { k, value }
    const steps = Math.abs(k - from.k)
    for (let s = 1; s <= steps; s++) this.#set(from.k + Math.sign(k - from.k) * s, from.value + ((value - from.value) * s) / steps)
    if (!steps) this.#set(k, value)
    this.last = { k, value }
  }

  get #gap() {
    return (WIDTH - LEFT - 12) / (POINTS - 1)
  }

  #place(k) {
    return [LEFT + k * this.#gap, HEIGHT - BOTTOM - this.values[k] * (HEIGHT - BOTTOM - TOP)]
  }

  #set(k, value) {
    this.values[k] = Math.min(Math.max(value, 0), 1)
    this.isTouched = true
    this.#show()
  }

  #show() {
    this.curve.setAttribute("points", this.values.map((_, k) => this.#place(k).join()).join(" "))
    this.handles.forEach((node, k) => {
      const [x, y] = this.#place(k)
      setAttribute(node, "cx", x)
      setAttribute(node, "cy", y)
      setAttribute(node, "aria-label", words.sketch.at((k / (POINTS - 1)) * this.most))
      setAttribute(node, "aria-valuenow", Math.round(100 * this.values[k]))
      setAttribute(node, "aria-valuetext", percent(this.values[k]))
    })
    setAttribute(this.done, "aria-disabled", this.isTouched ? null : "true")
  }

  #axis() {
    const text = (x, y, said, anchor) => {
      const node = svg("text", { x, y, "text-anchor": anchor })
      setText(node, said)
      return node
    }
    const [low, high] = [HEIGHT - BOTTOM, TOP]
    const levels = [0, 0.5, 1].flatMap((level) => {
      const y = low - level * (low - high)
      return [svg("line", { x1: LEFT, x2: WIDTH - 12, y1: y, y2: y }), text(LEFT - 5, y + 4, percent(level), "end")]
    })
    const below = [text(LEFT, HEIGHT - 6, "0", "middle"), text(WIDTH - 12, HEIGHT - 6, words.sketch.end(this.most), "end")]
    this.axis.replaceChildren(...levels, ...below)
  }

  #tell() {
    if (this.isTouched) this.report("drawn", this.values)
  }
}

function svg(tag, attributes) {
  const node = document.createElementNS(SPACE, tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  return node
}
