// Moving the target by hand: the box about its points, with a handle for each thing that can be done to it.

import { INK, PAPER } from "./palette.js"
import { inverse, matrixOf, moved, place, placeAll, scaled, sheared, turned } from "./draw-map.js"

const ROOM = 0.06
const REACH = { touch: 26, mouse: 13 }
const STALK = 26
const SIZE = 5
const CORNERS = [[-1, -1], [1, -1], [1, 1], [-1, 1]]
const CURSORS = { corner: "nwse-resize", turn: "grab", shear: "ew-resize", inside: "move" }

// What a key does to the knobs, about a centre; the arrows move by shares of the picture.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }
const KEYS = {
  "+": (knobs, centre) => scaled(knobs, centre, 1.1, 1.1),
  "=": (knobs, centre) => scaled(knobs, centre, 1.1, 1.1),
  "-": (knobs, centre) => scaled(knobs, centre, 1 / 1.1, 1 / 1.1),
  "[": (knobs, centre) => turned(knobs, centre, 5),
  "]": (knobs, centre) => turned(knobs, centre, -5),
  ",": (knobs, centre) => sheared(knobs, centre, knobs.shear - 0.1),
  ".": (knobs, centre) => sheared(knobs, centre, knobs.shear + 0.1),
}
const MOVE = 1 / 50

export class Handles {
  // `released(knobs)` when a hand has let go.
  constructor(released) {
    this.released = released
    this.drag = null
  }

  // `knobs` are those that the picture's points lie by now.
  attach(picture, knobs) {
    const [points, first] = [picture.points.to, 2 * picture.samples.sourceCount]
    this.source = points.slice(0, first)
    this.plain = placeAll(inverse(matrixOf(knobs)), points.slice(first))
    this.#measure()
    // A new run's points come while a hand is already at the next change.
    if (!this.isBusy) this.knobs = knobs
    this.#show(picture)
  }

  get isBusy() {
    return this.drag !== null || this.waiting !== undefined
  }

  down(picture, at, isTouch) {
    const part = this.#partAt(picture, at, isTouch ? REACH.touch : REACH.mouse)
    if (part) this.drag = { part, from: dataPlace(picture, at), knobs: this.knobs }
    return Boolean(part)
  }

  move(picture, at) {
    if (!this.drag) return
    this.knobs = this.#dragged(dataPlace(picture, at))
    this.#show(picture)
  }

  up() {
    if (!this.drag) return
    this.drag = null
    this.#release()
  }

  cancel(picture) {
    if (!this.drag) return
    this.knobs = this.drag.knobs
    this.drag = null
    this.#show(picture)
  }

  // Whether the key did something.
  key(picture, key) {
    const arrow = ARROWS[key]
    const { left, right, bottom, top } = picture.view
    if (arrow) this.knobs = moved(this.knobs, MOVE * arrow[0] * (right - left), MOVE * arrow[1] * (top - bottom))
    else if (KEYS[key]) this.knobs = KEYS[key](this.knobs, this.centre)
    else return false
    this.#show(picture)
    // Of several keys, one after another, only the last begins a run.
    clearTimeout(this.waiting)
    this.waiting = setTimeout(() => this.#release(), AFTER_KEYS)
    return true
  }

  cursor(picture, at) {
    const part = this.#partAt(picture, at, REACH.mouse)
    return part ? CURSORS[part.name] : "default"
  }

  draw(pen, picture) {
    const { corners, turn, shear, top } = this.#places(picture)
    const outline = (style) => {
      pen.beginPath()
      corners.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)))
      pen.closePath()
      pen.moveTo(...top)
      pen.lineTo(...turn)
      Object.assign(pen, style)
      pen.stroke()
    }
    pen.save()
    picture.clip(pen)
    outline({ strokeStyle: PAPER, lineWidth: 4 })
    pen.setLineDash([6, 4])
    outline({ strokeStyle: INK, lineWidth: 1.5 })
    pen.setLineDash([])
    Object.assign(pen, { fillStyle: PAPER, strokeStyle: INK, lineWidth: 2 })
    for (const [x, y] of corners) knob(pen, () => pen.rect(x - SIZE, y - SIZE, 2 * SIZE, 2 * SIZE))
    knob(pen, () => pen.arc(...turn, SIZE + 2, 0, 2 * Math.PI))
    knob(pen, () => diamond(pen, ...shear, SIZE + 3))
    pen.restore()
  }

  close() {
    if (this.waiting !== undefined) this.#release()
  }

  // The box about the points before the map.
  #measure() {
    const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]]
    this.plain.forEach((value, k) => {
      low[k % 2] = Math.min(low[k % 2], value)
      high[k % 2] = Math.max(high[k % 2], value)
    })
    this.centre = low.map((value, k) => (value + high[k]) / 2)
    this.half = low.map((value, k) => Math.max((0.5 + ROOM) * (high[k] - value), SMALLEST))
  }

  #show(picture) {
    const target = placeAll(matrixOf(this.knobs), this.plain)
    const all = new Float32Array(this.source.length + target.length)
    all.set(this.source)
    all.set(target, this.source.length)
    picture.points.moveTo(all, 0)
    picture.redraw()
  }

  #release() {
    clearTimeout(this.waiting)
    this.waiting = undefined
    this.released(this.knobs)
  }

  // Of the box's own directions, -1 to 1 from edge to edge.
  #onBox([across, up]) {
    return [this.centre[0] + across * this.half[0], this.centre[1] + up * this.half[1]]
  }

  // Where things are in the picture, in pixels.
  #places(picture) {
    const matrix = matrixOf(this.knobs)
    const seen = (at) => pixels(picture, place(matrix, this.#onBox(at)))
    const [middle, top] = [seen([0, 0]), seen([0, 1])]
    const [dx, dy] = [top[0] - middle[0], top[1] - middle[1]]
    const reach = STALK / (Math.hypot(dx, dy) || 1)
    // A box that fills the picture keeps its handle in it.
    const turn = within(picture, [top[0] + reach * dx, top[1] + reach * dy])
    return { corners: CORNERS.map(seen), top, turn, shear: seen([0, -1]) }
  }

  #partAt(picture, at, reach) {
    const { corners, turn, shear } = this.#places(picture)
    const parts = [
      { name: "turn", at: turn },
      { name: "shear", at: shear },
      ...corners.map((corner, k) => ({ name: "corner", at: corner, sign: CORNERS[k] })),
    ]
    const far = (part) => Math.hypot(part.at[0] - at[0], part.at[1] - at[1])
    const nearest = parts.reduce((one, other) => (far(other) < far(one) ? other : one))
    if (far(nearest) <= reach) return nearest
    const [x, y] = place(inverse(matrixOf(this.knobs)), dataPlace(picture, at))
    const isInside = Math.abs(x - this.centre[0]) <= this.half[0] && Math.abs(y - this.centre[1]) <= this.half[1]
    return isInside ? { name: "inside" } : null
  }

  #dragged(to) {
    const { part, from, knobs } = this.drag
    if (part.name === "inside") return moved(knobs, to[0] - from[0], to[1] - from[1])
    const { centre, half } = this
    if (part.name === "turn") {
      const middle = place(matrixOf(knobs), centre)
      const angle = ([x, y]) => Math.atan2(y - middle[1], x - middle[0])
      return turned(knobs, centre, ((angle(to) - angle(from)) * 180) / Math.PI)
    }
    // From the centre, before the map.
    const [x, y] = place(inverse(matrixOf(knobs)), to).map((value, k) => value - centre[k])
    if (part.name === "corner") return scaled(knobs, centre, x / (part.sign[0] * half[0]), y / (part.sign[1] * half[1]))
    const { width, height, shear } = knobs
    return sheared(knobs, centre, (width * x + shear * height * y) / (-height * half[1]))
  }
}

const AFTER_KEYS = 500
const SMALLEST = 0.1

const dataPlace = (picture, [x, y]) => [picture.fromX(x), picture.fromY(y)]
const pixels = (picture, [x, y]) => [picture.toX(x), picture.toY(y)]

function within({ box }, [x, y]) {
  const inside = (value, low, size) => Math.min(low + size - 2 * SIZE, Math.max(low + 2 * SIZE, value))
  return [inside(x, box.x, box.width), inside(y, box.y, box.height)]
}

function knob(pen, trace) {
  pen.beginPath()
  trace()
  pen.fill()
  pen.stroke()
}

function diamond(pen, x, y, reach) {
  pen.moveTo(x, y - reach)
  pen.lineTo(x + reach, y)
  pen.lineTo(x, y + reach)
  pen.lineTo(x - reach, y)
  pen.closePath()
}
