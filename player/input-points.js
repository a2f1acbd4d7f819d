// Inputs as points: in their plane, over what discriminator and classifier make of it, or as principal components.

import { drawRow, numberText, ticks } from "./axis.js"
import { bold } from "./bold.js"
import { DOMAIN_SCALE, INK, THEME } from "./palette.js"
import { Picture } from "./picture.js"
import { INPUT_CAPTIONS, INPUT_DESCRIPTIONS } from "./picture-words.js"
import { Points } from "./points.js"
import { Samples } from "./samples.js"

const POINT_SIZE = 6
const SHARES = 32_000
const PIXELS_A_TICK = 55

export class InputPoints extends Picture {
  // What draws on it too, see draw.js.
  guest = undefined

  constructor(host, scene) {
    super(host, "xy")
    const [left, right, bottom, top] = scene.values.limits
    // What tint and boundary cover, however much more is seen.
    this.covered = { left, right, bottom, top }
    this.samples = new Samples(scene)
    this.points = new Points(this.samples, POINT_SIZE)
    this.points.moveTo(scene.arrays.xy, 0)
    this.input = scene.values.input
    this.setHome(this.covered)
  }

  margins() {
    return { left: Math.round(2.6 * this.text), right: 6, top: 6, bottom: this.text + 8 }
  }

  show(frame, look) {
    const shown = JSON.stringify(look)
    if (frame === this.frame && shown === this.shown) return
    Object.assign(this, { frame, look, shown })
    this.points.dress(frame, look)
    this.redraw()
  }

  draw(pen, now) {
    const { tint, boundary } = this.frame.arrays
    pen.save()
    this.clip(pen)
    if (tint) this.drawTint(pen, tint)
    if (boundary) this.drawBoundary(pen, boundary)
    pen.restore()
    this.points.draw(pen, this, now)
    this.points.drawMark(pen, this, this.look.mark)
    this.guest?.draw(pen, this)
    this.drawFrame(pen)
    this.drawTicks(pen)
  }

  // Smooth between the middles of its cells, of which the outermost lie on the picture's edges.
  drawTint(pen, tint) {
    const side = Math.round(Math.sqrt(tint.length))
    const image = tintImage(tint, side)
    const { left, right, bottom, top } = this.covered
    const [x, y] = [this.toX(left), this.toY(top)]
    const [width, height] = [this.toX(right) - x, this.toY(bottom) - y]
    const [dx, dy] = [width / (side - 1), height / (side - 1)]
    pen.drawImage(image, x - dx / 2, y - dy / 2, width + dx, height + dy)
  }

  drawBoundary(pen, boundary) {
    const { left, right, bottom, top } = this.covered
    const [x0, y0] = [this.toX(left), this.toY(bottom)]
    const [dx, dy] = [(this.toX(right) - x0) / SHARES, (this.toY(top) - y0) / SHARES]
    pen.beginPath()
    let isAfterGap = true
    for (let k = 0; k < boundary.length; k += 2) {
      const isGap = boundary[k] < 0
      const [x, y] = [x0 + dx * boundary[k], y0 + dy * boundary[k + 1]]
      if (!isGap && isAfterGap) pen.moveTo(x, y)
      else if (!isGap) pen.lineTo(x, y)
      isAfterGap = isGap
    }
    Object.assign(pen, { strokeStyle: INK, lineWidth: 2 * bold("line"), lineJoin: "round" })
    pen.stroke()
  }

  drawTicks(pen) {
    const { x, y, width, height } = this.box
    const { left, right, bottom, top } = this.view
    this.setFont(pen)
    pen.fillStyle = INK
    pen.textBaseline = "top"
    const across = ticks(left, right, width / PIXELS_A_TICK)
    const labels = across.values.map((value) => [this.toX(value), numberText(value, across.decimals)])
    drawRow(pen, labels, y + height + 4, x, x + width, 8)
    const up = ticks(bottom, top, height / PIXELS_A_TICK)
    Object.assign(pen, { textAlign: "right", textBaseline: "middle" })
    for (const value of up.values) {
      const level = Math.min(y + height - this.text / 2, Math.max(y + this.text / 2, this.toY(value)))
      pen.fillText(numberText(value, up.decimals), x - 4, level, x - 5)
    }
  }

  pick(x, y) {
    return this.frame ? this.points.pick(x, y, this, this.frame, this.look) : null
  }

  find(number) {
    return this.frame ? this.points.about(number, this, this.frame, this.look) : null
  }

  caption() {
    return INPUT_CAPTIONS[this.input]
  }

  description(frame) {
    return INPUT_DESCRIPTIONS[this.input](frame)
  }
}

function tintImage(tint, side) {
  const canvas = new OffscreenCanvas(side, side)
  const pen = canvas.getContext("2d")
  const image = pen.createImageData(side, side)
  const pixels = new Uint32Array(image.data.buffer)
  const colours = tintColours()
  for (let row = 0; row < side; row++) {
    // The tint's rows go upwards, an image's downwards.
    const from = (side - 1 - row) * side
    for (let column = 0; column < side; column++) pixels[row * side + column] = colours[tint[from + column]]
  }
  pen.putImageData(image, 0, 0)
  return canvas
}

const known = new Map() // theme -> colours

// The 256 colours of the discriminator's scale, as whole pixels.
function tintColours() {
  if (known.has(THEME)) return known.get(THEME)
  const pen = new OffscreenCanvas(256, 1).getContext("2d")
  pen.fillStyle = pen.createLinearGradient(0, 0, 256, 0)
  for (const stop of DOMAIN_SCALE) pen.fillStyle.addColorStop(...stop)
  pen.fillRect(0, 0, 256, 1)
  known.set(THEME, new Uint32Array(pen.getImageData(0, 0, 256, 1).data.buffer))
  return known.get(THEME)
}
