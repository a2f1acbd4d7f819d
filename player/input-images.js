// Pictures of both domains, and below each what the classifier takes it for.

import { INK } from "./palette.js"
import { Picture } from "./picture.js"
import { DOMAINS, INPUT_CAPTIONS, INPUT_DESCRIPTIONS } from "./picture-words.js"
import { Samples } from "./samples.js"

const LABEL_ROOM = 0.3
const TOP_ROOM = 0.05
const MARK_WIDTH = 3

export class InputImages extends Picture {
  constructor(host, scene) {
    super(host, "")
    this.samples = new Samples(scene)
    this.values = scene.values
    this.picked = scene.arrays.picked
    this.places = this.placesOf(scene)
    this.load(scene.arrays.mosaic)
  }

  // Column and row of each picture; the target starts on a row of its own.
  placesOf({ values: { columns, source_rows }, arrays: { picked } }) {
    const sources = picked.filter((index) => this.samples.domain(index) === 0).length
    return Array.from(picked, (_, k) => {
      const place = k < sources ? k : k - sources + columns * source_rows
      return [place % columns, Math.floor(place / columns)]
    })
  }

  async load(png) {
    try {
      this.mosaic = await createImageBitmap(new Blob([png], { type: "image/png" }))
      this.redraw()
    } catch {
      // The words below the pictures are worth showing without them.
    }
  }

  show(frame, look) {
    const shown = JSON.stringify(look)
    if (frame === this.frame && shown === this.shown) return
    Object.assign(this, { frame, look, shown })
    this.redraw()
  }

  // One picture's width on the page, and where the first one begins.
  grid() {
    const { columns, source_rows, target_rows, cell } = this.values
    const [width, height] = [columns * cell[0], (source_rows + target_rows) * cell[1]]
    const unit = Math.min(this.width / (LABEL_ROOM + width), this.height / (TOP_ROOM + height))
    return {
      unit,
      left: (this.width - (LABEL_ROOM + width) * unit) / 2 + LABEL_ROOM * unit,
      top: (this.height - (TOP_ROOM + height) * unit) / 2 + TOP_ROOM * unit,
      width: width * unit,
      height: height * unit,
    }
  }

  draw(pen) {
    const { unit, left, top, width, height } = this.grid()
    if (this.mosaic) pen.drawImage(this.mosaic, left, top, width, height)
    this.setFont(pen)
    this.drawVerdicts(pen, unit, left, top)
    this.drawDomains(pen, unit, left, top)
    this.drawMark(pen, unit, left, top)
  }

  drawMark(pen, unit, left, top) {
    const k = this.picked.indexOf(this.samples.marked(this.look.mark))
    if (k < 0) return
    const [column, row] = this.places[k]
    const [across, down] = this.values.cell
    Object.assign(pen, { strokeStyle: INK, lineWidth: MARK_WIDTH })
    pen.strokeRect(left + column * across * unit, top + row * down * unit, unit, unit)
  }

  drawVerdicts(pen, unit, left, top) {
    const [across, down] = this.values.cell
    Object.assign(pen, { textAlign: "center", textBaseline: "top" })
    this.places.forEach(([column, row], k) => {
      const { text, colour } = this.samples.verdict(this.picked[k], this.frame, this.look)
      pen.fillStyle = colour
      const fitting = fitted(pen, text, across * unit - 4)
      pen.fillText(fitting, left + (column * across + 0.5) * unit, top + (row * down + 1) * unit + 3)
    })
  }

  drawDomains(pen, unit, left, top) {
    const { source_rows, cell } = this.values
    Object.assign(pen, { fillStyle: INK, textAlign: "center", textBaseline: "bottom" })
    DOMAINS.forEach((name, domain) => {
      pen.save()
      pen.translate(left - 4, top + (domain * source_rows * cell[1] + 0.5) * unit)
      pen.rotate(-Math.PI / 2)
      pen.fillText(name, 0, 0)
      pen.restore()
    })
  }

  pick(x, y) {
    if (!this.frame) return null
    const { unit, left, top } = this.grid()
    const [across, down] = this.values.cell
    const [column, row] = [Math.floor((x - left) / unit / across), Math.floor((y - top) / unit / down)]
    const k = this.places.findIndex((place) => place[0] === column && place[1] === row)
    return k < 0 ? null : this.about(k, x, y)
  }

  find(number) {
    const k = this.frame ? this.picked.indexOf(number) : -1
    if (k < 0) return null
    const { unit, left, top } = this.grid()
    const [[column, row], [across, down]] = [this.places[k], this.values.cell]
    return this.about(k, left + (column + 0.5) * across * unit, top + (row + 0.5) * down * unit)
  }

  about(k, x, y) {
    const index = this.picked[k]
    const { colour } = this.samples.verdict(index, this.frame, this.look)
    return { x, y, number: index, colour, lines: this.samples.lines(index, this.frame, this.look) }
  }

  caption() {
    return INPUT_CAPTIONS.images
  }

  description(frame) {
    return INPUT_DESCRIPTIONS.images(frame, this.samples.takenFor(this.picked, frame))
  }
}

// As much of a text as fits.
function fitted(pen, text, width) {
  let fitting = text
  while (fitting.length > 2 && pen.measureText(fitting).width > width) fitting = `${fitting.slice(0, -2)}…`
  return fitting
}
