// What the curves are drawn from: the history's rows and the frames' figures, each once and in order.

import { FIGURE, ROW } from "./columns.js"

const MOST_ROWS = 2000
const MOST_FIGURES = 2000

export class Track {
  // `end`: the iterations that the rows cover.
  end = 0
  #buffer = new Float32Array(MOST_ROWS * ROW.width)
  #count = 0
  #entries = [] // {iteration, number, values, target}, by iteration
  #packed = null

  addRows(rows, first, end) {
    if (end <= this.end) return
    for (let at = 0; at < rows.length; at += ROW.width) {
      // A row's iteration is the mean of its bin: what overlaps by half is there already.
      if (first < this.end && rows[at + ROW.iteration] < this.end - 0.5) continue
      if (this.#count === MOST_ROWS) this.#merge()
      this.#buffer.set(rows.subarray(at, at + ROW.width), ROW.width * this.#count++)
    }
    this.end = end
  }

  // A message of kind rows; the number and iteration of each frame that it has the figures of.
  addMissed({ values, arrays, examArrays }) {
    this.addRows(arrays.rows, values.first, values.end)
    const { figures } = arrays
    const { width } = FIGURE
    return Array.from({ length: figures.length / width }, (_, row) => {
      const these = Array.from(figures.subarray(row * width, (row + 1) * width))
      this.addFigures(these, examArrays?.target_accuracy?.[row] ?? NaN)
      return [these[FIGURE.number], these[FIGURE.iteration]]
    })
  }

  addFigures(values, target) {
    const [number, iteration] = [values[FIGURE.number], values[FIGURE.iteration]]
    let at = this.#entries.length
    while (at && this.#entries[at - 1].iteration > iteration) at--
    const before = this.#entries[at - 1]
    const same = before?.iteration === iteration
    // Of two frames at one iteration the later one holds.
    if (same && before.number >= number) return
    this.#entries.splice(same ? at - 1 : at, same ? 1 : 0, { iteration, number, values, target })
    if (this.#entries.length > MOST_FIGURES) {
      const half = MOST_FIGURES / 2
      this.#entries = this.#entries.filter((_, index) => index >= half || index % 2 === 0)
    }
    this.#packed = null
  }

  view() {
    this.#packed ??= {
      figures: Float32Array.from(this.#entries.flatMap((entry) => entry.values)),
      target: Float32Array.from(this.#entries, (entry) => entry.target),
    }
    return { rows: this.#buffer.subarray(0, ROW.width * this.#count), ...this.#packed }
  }

  // Neighbours become their mean, in bins as wide at the beginning as at the end.
  #merge() {
    const rows = this.#buffer
    const width = (2 * (rows[ROW.width * (this.#count - 1) + ROW.iteration] + 1)) / MOST_ROWS
    let [kept, bin, inBin] = [-1, -1, 0]
    for (let row = 0; row < this.#count; row++) {
      const one = rows.slice(ROW.width * row, ROW.width * (row + 1))
      const of = Math.floor(one[ROW.iteration] / width)
      if (of !== bin) [kept, bin, inBin] = [kept + 1, of, 0]
      inBin++
      for (let column = 0; column < ROW.width; column++) {
        const at = ROW.width * kept + column
        rows[at] = inBin === 1 ? one[column] : rows[at] + (one[column] - rows[at]) / inBin
      }
    }
    this.#count = kept + 1
  }
}
