// The points of the features and of inputs in a plane: where they are, on their way, and how each one looks.

import { bold } from "./bold.js"
import { ask, glideTime } from "./clock.js"
import { INK, isDotted } from "./palette.js"
import { growth } from "./picture.js"
import { DOTTED_ROW, RING_ROW, Sprites, classColumn, domainColumn } from "./sprites.js"

const REACH = 12
const MARK_RADIUS = 11
const MARK_WIDTH = 3
const SIZES = [0.85, 2.2]

export class Points {
  constructor(samples, size) {
    this.samples = samples
    this.normalSize = size
    this.columns = new Uint8Array(samples.count)
    this.rows = new Uint8Array(samples.count)
    this.rings = new Uint8Array(samples.count)
    this.at = undefined
  }

  // Glide to places (x and y in turn, in data units), from wherever the points are drawn now.
  moveTo(places, milliseconds) {
    if (this.to && places.every((value, k) => value === this.to[k])) return
    this.to = places
    this.from = this.at
    this.began = performance.now()
    this.lasts = this.from ? glideTime(milliseconds) : 0
    this.at = this.lasts ? Float32Array.from(this.from) : places
  }

  // Take the step that is due; whether there will be another.
  step(now) {
    if (!this.lasts) return false
    const share = Math.min(1, Math.max(0, (now - this.began) / this.lasts))
    const { at, from, to } = this
    for (let k = 0; k < at.length; k++) at[k] = from[k] + share * (to[k] - from[k])
    if (share === 1) this.lasts = 0
    return share < 1
  }

  dress(frame, look) {
    const { samples, columns, rows, rings } = this
    const byDomain = look.colour === "domain"
    const mayRing = samples.mayRing(look)
    for (let k = 0; k < samples.count; k++) {
      const [domain, shown] = [samples.domain(k), samples.shownClass(k, frame, look)]
      columns[k] = byDomain ? domainColumn(domain) : classColumn(shown)
      rows[k] = domain + (!byDomain && isDotted(shown) ? DOTTED_ROW : 0)
      rings[k] = mayRing && k >= samples.sourceCount && samples.isWrong(k, frame) ? 1 : 0
    }
  }

  // Draws them where they are now, and asks for the next beat while they move.
  draw(pen, picture, now) {
    if (this.step(now)) ask(picture.paint)
    const { at, columns, rows, rings } = this
    const [sprites, scale] = [this.spritesFor(picture), picture.scale]
    const [x0, y0] = [scale * picture.toX(0), scale * picture.toY(0)]
    const [dx, dy] = [scale * picture.toX(1) - x0, scale * picture.toY(1) - y0]
    pen.save()
    picture.clip(pen)
    pen.setTransform(1, 0, 0, 1, 0, 0)
    for (let k = 0; k < columns.length; k++) {
      const [x, y] = [x0 + dx * at[2 * k], y0 + dy * at[2 * k + 1]]
      sprites.draw(pen, columns[k], rows[k], x, y)
      if (rings[k]) sprites.draw(pen, columns[k], RING_ROW, x, y)
    }
    pen.restore()
  }

  // A ring around the target sample that is looked at beside the pictures.
  drawMark(pen, picture, mark) {
    const k = this.samples.marked(mark)
    if (k < 0) return
    pen.save()
    picture.clip(pen)
    pen.beginPath()
    pen.arc(picture.toX(this.at[2 * k]), picture.toY(this.at[2 * k + 1]), MARK_RADIUS, 0, 2 * Math.PI)
    Object.assign(pen, { strokeStyle: INK, lineWidth: MARK_WIDTH })
    pen.stroke()
    pen.restore()
  }

  spritesFor(picture) {
    const [smallest, largest] = SIZES
    const grown = Math.min(largest, Math.max(smallest, growth(picture.width, picture.height)))
    const size = Math.round(2 * this.normalSize * grown * bold("point")) / 2
    if (!this.sprites?.fits(size, picture.scale)) this.sprites = new Sprites(size, picture.scale)
    return this.sprites
  }

  // What is known of the nearest point within reach of a place on the page, as a picture's `pick` tells it.
  pick(x, y, picture, frame, look) {
    if (!this.at) return null
    let [nearest, least] = [-1, REACH ** 2]
    for (let k = 0; k < this.columns.length; k++) {
      const distance = (picture.toX(this.at[2 * k]) - x) ** 2 + (picture.toY(this.at[2 * k + 1]) - y) ** 2
      // Of two at one place the later is on top.
      if (distance <= least) [nearest, least] = [k, distance]
    }
    return nearest < 0 ? null : this.about(nearest, picture, frame, look)
  }

  // The same of one point, wherever it is seen; null for one that is not.
  about(number, picture, frame, look) {
    if (!this.at || number >= this.columns.length) return null
    const [x, y] = [picture.toX(this.at[2 * number]), picture.toY(this.at[2 * number + 1])]
    if (x < 0 || y < 0 || x > picture.width || y > picture.height) return null
    const colour = this.samples.colour(number, frame, look)
    return { x, y, number, colour, isRinged: true, lines: this.samples.lines(number, frame, look) }
  }
}
