// One student's film on the wall: a small picture of the features, the name, and how far the run is.

import { ask, forget } from "./clock.js"
import { el, setAttribute, setText } from "./dom.js"
import { gapOf } from "./gap.js"
import { told } from "./language.js"
import { Points } from "./points.js"
import { Samples } from "./samples.js"
import { FIRST_LOOK } from "./tab.js"
import { wallWords as words } from "./wall-words.js"

const POINT_SIZE = 4
const POSITION_UNIT = 8192
const REACH = 1.8
const GLIDE = 900

// A picture as far as `Points` know one.
class Thumb {
  constructor() {
    this.canvas = el("canvas", { class: "dann-wall-canvas", "aria-hidden": "true" })
    this.pen = this.canvas.getContext("2d")
    this.paint = this.paint.bind(this)
    this.observer = new ResizeObserver(() => ask(this.paint))
    this.observer.observe(this.canvas)
  }

  setScene(scene) {
    this.points = scene && new Points(new Samples(scene), POINT_SIZE)
    ask(this.paint)
  }

  show(frame, look) {
    this.points.moveTo(Float32Array.from(frame.arrays.tsne, (value) => value / POSITION_UNIT), GLIDE)
    this.points.dress(frame, look)
    ask(this.paint)
  }

  toX = (value) => this.width / 2 + (value * this.side) / (2 * REACH)
  toY = (value) => this.height / 2 - (value * this.side) / (2 * REACH)
  // The canvas ends where the picture does.
  clip = () => {}

  paint(now) {
    const { canvas, pen } = this
    const [width, height] = [canvas.clientWidth, canvas.clientHeight]
    if (!width || !height) return
    const scale = devicePixelRatio
    Object.assign(this, { width, height, scale, side: Math.min(width, height) })
    const size = { width: Math.round(width * scale), height: Math.round(height * scale) }
    if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size)
    pen.setTransform(scale, 0, 0, scale, 0, 0)
    pen.clearRect(0, 0, width, height)
    if (this.points?.at) this.points.draw(pen, this, now)
  }

  close() {
    this.observer.disconnect()
    forget(this.paint)
  }
}

// How a student's run stands, as the wall names it.
const shownState = ({ here, state, iteration }) => {
  if (!here) return "away"
  return state === "paused" && !iteration ? "ready" : state
}

const inWords = (member) => ({ ...member, name: told(member.name), title: told(member.title) })

export class WallFilm {
  scene = null
  frame = null

  // `choose()` is called for a click.
  constructor(choose) {
    this.thumb = new Thumb()
    this.missing = el("span", { class: "dann-wall-missing" })
    this.name = el("span", { class: "dann-wall-name" })
    this.sign = el("span", { class: "dann-wall-sign", "aria-hidden": "true" })
    this.state = el("span")
    this.exam = el("span", { class: "dann-wall-exam dann-exam" })
    const line = el("span", { class: "dann-wall-state" }, this.sign, this.state)
    const picture = el("span", { class: "dann-wall-picture" }, this.thumb.canvas, this.missing)
    const looks = { type: "button", class: "dann-wall-film", onclick: choose }
    this.button = el("button", looks, this.name, picture, line, this.exam)
    this.element = el("li", {}, this.button)
  }

  // What the server tells of the student.
  hear(sent) {
    const member = inWords(sent)
    if (member.own || (this.member && member.scene !== this.member.scene)) this.setScene(null)
    this.member = { ...member, shown: shownState(member) }
    setText(this.name, member.name)
    setText(this.sign, words.sign(this.member.shown))
    setText(this.state, words.state({ ...member, state: this.member.shown }))
    setText(this.exam, this.#exam())
    this.exam.hidden = !this.exam.textContent
    setAttribute(this.button, "data-state", this.member.shown)
    setAttribute(this.button, "title", member.title)
    this.#missing()
  }

  setScene(scene) {
    this.scene = scene
    this.frame = null
    this.thumb.setScene(scene)
    this.#missing()
  }

  show(frame) {
    if (!this.scene) return
    this.frame = frame
    setAttribute(this.button, "data-iteration", frame.values.iteration)
    this.thumb.show(frame, FIRST_LOOK)
    this.#missing()
  }

  repaint() {
    ask(this.thumb.paint)
  }

  close() {
    this.thumb.close()
    this.element.remove()
  }

  #missing() {
    setText(this.missing, this.member?.own ? words.own : this.frame ? "" : words.waiting)
  }

  #exam() {
    const { comparison, target_accuracy } = this.member
    const gap = comparison ? words.gap(gapOf(comparison.lanes, comparison.samples)) : ""
    if (gap) return gap
    return target_accuracy === null ? "" : words.target(target_accuracy)
  }
}
