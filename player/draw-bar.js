// The controls of drawing, in place of the picture's own: which tool, which class to paint, and the ways out.

import { LETTERS } from "./draw-painting.js"
import { el, isEnabled, press, segments, setEnabled } from "./dom.js"
import { classColour } from "./palette.js"
import { words } from "./words.js"

const ERASER = "erase"

export class DrawBar {
  // `on`: tool("move" or "paint"), label(a class, or null to erase), clear(), plain(), done()
  constructor(on) {
    const said = words.draw
    this.choose = (value) => on.label(value === ERASER ? null : Number(value))
    this.tools = segments(said.tools, on.tool)
    this.classes = el("div", { class: "dann-segments", role: "group", "aria-label": said.classes })
    this.clear = action(said.clear, on.clear)
    this.plain = action(said.plain, on.plain)
    const done = action(said.done, on.done)
    const looks = { class: "dann-draw-bar", role: "group", "aria-label": said.label, hidden: true }
    this.element = el("div", looks, this.tools, this.classes, this.clear, this.plain, done)
  }

  setClasses(names) {
    const chip = (value, text, title, colour = "transparent") => {
      const style = { boxShadow: `inset 0 -4px ${colour}` }
      const looks = { type: "button", class: "dann-segment dann-chip", value, title, "aria-label": title, style }
      return el("button", { ...looks, onclick: () => this.choose(value) }, text)
    }
    // A domain that could be painted has no more classes than letters.
    const classes = names.slice(0, LETTERS.length).map((name, k) => {
      const letter = LETTERS[k]
      return chip(String(k), letter, words.draw.paintClass(letter, name), classColour(k))
    })
    this.classes.replaceChildren(...classes, chip(ERASER, ...words.draw.erase))
  }

  render({ isShown, isPainting, label, isPlain }) {
    this.element.hidden = !isShown
    press(this.tools, isPainting ? "paint" : "move")
    press(this.classes, label === null ? ERASER : String(label))
    for (const part of [this.classes, this.clear]) part.hidden = !isPainting
    this.plain.hidden = isPainting
    setEnabled(this.plain, !isPlain)
  }
}

function action([text, title], act) {
  const node = el("button", { type: "button", class: "dann-segment dann-draw-action", title }, text)
  node.addEventListener("click", () => isEnabled(node) && act())
  return node
}
