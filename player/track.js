// What the curves are drawn from: the history's rows and the frames' figures, each once and in order.

const MOST_ROWS = 2000
const MOST_FIGURES = 2000
const COLUMNS = 6

export class Track {
  // `end`: the iterations that the rows cover.
  end = 0
  #buffer = new Float32Array(MOST_ROWS * COLUMNS)
  #count = 0
  #entries = [] // {iteration, number, values, target}, by iteration
  #packed = null

  addRows(rows, first, end) {
    if (end <= this.end) return
    for (let at = 0; at < rows.length; at += COLUMNS) {
      // A row's iteration is the mean of its bin: what overlaps by half is there already.
      if (first < this.end && rows[at] < this.end - 0.5) continue
      if (this.#count === MOST_ROWS) this.#merge()
      this.#buffer.set(rows.subarray(at, at + COLUMNS), COLUMNS * this.#count++)
    }
    this.end = end
  }

  addFigures(values, target) {
    const [number, iteration] = values
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
    return { rows: this.#buffer.subarray(0, COLUMNS * this.#count), ...this.#packed }
  }

  // Neighbours become their mean, in bins as wide at the beginning as at the end.
  #merge() {
    const rows = this.#buffer
    const width = (2 * (rows[COLUMNS * (this.#count - 1)] + 1)) / MOST_ROWS
    let [kept, bin, inBin] = [-1, -1, 0]
    for (let row = 0; row < this.#count; row++) {
      const one = rows.slice(COLUMNS * row, COLUMNS * (row + 1))
      const of = Math.floor(one[0] / width)
      if (of !== bin) [kept, bin, inBin] = [kept + 1, of, 0]
      inBin++
      for (let column = 0; column < COLUMNS; column++) {
        const at = COLUMNS * kept + column
        rows[at] = inBin === 1 ? one[column] : rows[at] + (one[column] - rows[at]) / inBin
      }
    }
    this.#count = kept + 1
  }
}
