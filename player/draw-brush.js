// Painting a target: a brush that leaves points of one class, or takes points away.

import { matrixOf } from "./draw-map.js"
import { LETTERS, MOST, readPainting } from "./draw-painting.js"
import { INK, classColour } from "./palette.js"
import { classColumn } from "./sprites.js"

const RADIUS = 16
const EVERY = 4
const STEP = 12
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

export class Brush {
  // `changed()` when points have come or gone, or another class was chosen.
  constructor(changed) {
    this.changed = changed
    this.label = 0 // the class to paint, or null to erase
    this.points = [] // [{at: [x, y], label}, ...], in the picture's plane
    this.isDirty = this.isDown = false
  }

  attach(picture, knobs, painted) {
    if (!this.isDirty) this.points = readPainting(painted, matrixOf(knobs))
    this.classes = picture.samples.names.length
    this.at ??= [picture.box.x + picture.box.width / 2, picture.box.y + picture.box.height / 2]
    this.#hideTarget(picture)
    this.changed()
  }

  choose(label) {
    this.label = label
    this.changed()
  }

  clear(picture) {
    this.isDirty ||= this.points.length > 0
    this.points = []
    this.changed()
    picture.redraw()
  }

  down(picture, at) {
    this.isDown = true
    this.at = at
    this.#dab(picture)
    return true
  }

  move(picture, at) {
    if (this.isDown) this.#stroke(picture, at)
    else this.at = at
    picture.redraw()
  }

  up() {
    this.isDown = false
  }

  cancel() {
    this.isDown = false
  }

  key(picture, key) {
    const arrow = ARROWS[key]
    const digit = Number(key)
    if (arrow) this.at = this.at.map((value, k) => value + STEP * arrow[k])
    else if (key === " ") this.#dab(picture)
    else if (digit >= 1 && digit <= this.classes) this.choose(digit - 1)
    else return false
    picture.redraw()
    return true
  }

  cursor = () => "none"

  draw(pen, picture) {
    const sprites = picture.points.spritesFor(picture)
    const { scale } = picture
    pen.save()
    picture.clip(pen)
    pen.setTransform(1, 0, 0, 1, 0, 0)
    for (const { at, label } of this.points)
      sprites.draw(pen, classColumn(label), 1, scale * picture.toX(at[0]), scale * picture.toY(at[1]))
    pen.restore()
    if (!this.isActive) return
    pen.save()
    picture.clip(pen)
    pen.beginPath()
    pen.arc(...this.at, RADIUS, 0, 2 * Math.PI)
    const isErasing = this.label === null
    const colour = isErasing ? INK : classColour(this.label)
    Object.assign(pen, { strokeStyle: colour, fillStyle: colour, lineWidth: 2 })
    pen.setLineDash(isErasing ? [4, 3] : [])
    pen.stroke()
    picture.setFont(pen)
    Object.assign(pen, { textAlign: "center", textBaseline: "middle" })
    pen.fillText(isErasing ? "×" : LETTERS[this.label], this.at[0] + RADIUS + 7, this.at[1] - RADIUS)
    pen.restore()
  }

  // Between two moves of a quick hand as many dabs as between those of a slow one.
  #stroke(picture, to) {
    const [from, length] = [this.at, Math.hypot(to[0] - this.at[0], to[1] - this.at[1])]
    for (let along = EVERY; along <= length; along += EVERY) {
      this.at = from.map((value, k) => value + (along / length) * (to[k] - value))
      this.#dab(picture)
    }
  }

  #dab(picture) {
    const before = this.points.length
    if (this.label === null) this.#erase(picture)
    else if (before < MOST) this.points.push({ at: this.#scattered(picture), label: this.label })
    if (this.points.length === before) return
    this.isDirty = true
    this.changed()
    picture.redraw()
  }

  #scattered(picture) {
    const [angle, radius] = [2 * Math.PI * Math.random(), RADIUS * Math.sqrt(Math.random())]
    return [picture.fromX(this.at[0] + radius * Math.cos(angle)), picture.fromY(this.at[1] + radius * Math.sin(angle))]
  }

  #erase(picture) {
    const isNear = ([x, y]) => Math.hypot(picture.toX(x) - this.at[0], picture.toY(y) - this.at[1]) <= RADIUS
    this.points = this.points.filter(({ at }) => !isNear(at))
  }

  // Nothing is drawn at a place that is no number.
  #hideTarget(picture) {
    const places = Float32Array.from(picture.points.to)
    picture.points.moveTo(places.fill(NaN, 2 * picture.samples.sourceCount), 0)
    picture.redraw()
  }
}
