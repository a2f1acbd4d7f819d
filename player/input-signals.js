// Windows of both domains as lines, each in the colour of the class that it is taken for.

import { drawRow, numberText, ticks } from "./axis.js"
import { INK, PAPER, classColour } from "./palette.js"
import { Picture } from "./picture.js"
import { DOMAINS, INPUT_CAPTIONS, INPUT_DESCRIPTIONS, firstPoints } from "./picture-words.js"
import { Samples } from "./samples.js"

const SHARE_OF_LANE = 0.9
const GAP_OF_DOMAINS = 0.4
const PIXELS_A_TICK = 60
const MARK_WIDTH = 3

export class InputSignals extends Picture {
  constructor(host, scene) {
    super(host, "x")
    this.samples = new Samples(scene)
    this.picked = scene.arrays.picked
    this.length = scene.arrays.signals.length / this.picked.length
    this.signals = Array.from(this.picked, (_, k) => centred(scene.arrays.signals, k * this.length, this.length))
    this.setHome({ left: 0, right: this.length - 1, bottom: 0, top: 1 })
  }

  margins() {
    return { left: 6, right: 6, top: 1, bottom: 2 * this.text + 12 }
  }

  show(frame, look) {
    const shown = JSON.stringify(look)
    if (frame === this.frame && shown === this.shown) return
    Object.assign(this, { frame, look, shown })
    this.redraw()
  }

  // Where each signal has its place, from above: its words and below them its line.
  lanes() {
    const height = this.box.height / (this.picked.length + GAP_OF_DOMAINS)
    return Array.from(this.picked, (index, k) => ({
      index,
      top: this.box.y + (k + this.samples.domain(index) * GAP_OF_DOMAINS) * height,
      height,
    }))
  }

  draw(pen) {
    this.setFont(pen)
    pen.save()
    this.clip(pen)
    for (const [k, lane] of this.lanes().entries()) {
      this.drawLine(pen, this.signals[k], lane)
      this.drawVerdict(pen, lane)
      if (lane.index === this.samples.marked(this.look.mark)) this.drawMark(pen, lane)
    }
    pen.restore()
    this.drawFrame(pen)
    this.drawTicks(pen)
  }

  drawLine(pen, signal, { index, top, height }) {
    const room = Math.min(this.text + 4, height / 3)
    const [middle, size] = [top + (height + room) / 2, (height - room) * SHARE_OF_LANE]
    pen.beginPath()
    for (let k = 0; k < signal.length; k++) pen.lineTo(this.toX(k), middle - size * signal[k])
    const strokeStyle = classColour(this.frame.arrays.predicted[index])
    Object.assign(pen, { strokeStyle, lineWidth: 1, lineJoin: "round" })
    pen.stroke()
  }

  drawVerdict(pen, { index, top }) {
    const verdict = this.samples.verdict(index, this.frame, this.look)
    const text = `${DOMAINS[this.samples.domain(index)]}: ${verdict.text}`
    Object.assign(pen, { fillStyle: `${PAPER}bf`, textAlign: "left", textBaseline: "top" })
    // Legible also where a line runs below it.
    pen.fillRect(this.box.x + 2, top + 2, pen.measureText(text).width + 6, this.text + 3)
    pen.fillStyle = verdict.colour
    pen.fillText(text, this.box.x + 5, top + 4)
  }

  drawMark(pen, { top, height }) {
    Object.assign(pen, { strokeStyle: INK, lineWidth: MARK_WIDTH })
    pen.strokeRect(this.box.x + MARK_WIDTH / 2, top, this.box.width - MARK_WIDTH, height)
  }

  drawTicks(pen) {
    const { x, y, width, height } = this.box
    Object.assign(pen, { fillStyle: INK, textBaseline: "top" })
    const { values, decimals } = ticks(this.view.left, this.view.right, width / PIXELS_A_TICK)
    const labels = values.map((value) => [this.toX(value), numberText(value, decimals)])
    drawRow(pen, labels, y + height + 4, x, x + width, 8)
    pen.textAlign = "center"
    pen.fillText(firstPoints(this.length), x + width / 2, y + height + this.text + 8)
  }

  pick(x, y) {
    if (!this.frame) return null
    const lane = this.lanes().find(({ top, height }) => y >= top && y < top + height)
    return lane ? this.about(lane.index, x, y) : null
  }

  find(number) {
    const lane = this.frame && this.lanes().find(({ index }) => index === number)
    return lane ? this.about(number, this.box.x + this.box.width / 2, lane.top + lane.height / 2) : null
  }

  about(index, x, y) {
    const colour = classColour(this.frame.arrays.predicted[index])
    return { x, y, number: index, colour, lines: this.samples.lines(index, this.frame, this.look) }
  }

  caption() {
    return INPUT_CAPTIONS.signals
  }

  description(frame) {
    return INPUT_DESCRIPTIONS.signals(frame, this.samples.takenFor(this.picked, frame))
  }
}

// One signal about the middle of its range, of height 1.
function centred(signals, from, length) {
  const signal = Float32Array.from(signals.subarray(from, from + length))
  const [low, high] = [Math.min(...signal), Math.max(...signal)]
  return signal.map((value) => (value - (low + high) / 2) / (high - low || 1))
}
