// What the browser holds of one run: its scene, frames to look back at, and the track of its curves.

import { FIGURES } from "./columns.js"
import { Track } from "./track.js"

const MOST_FRAMES = 300
const MOST_BYTES = 24e6
const MOST_ASKED = 8

export class Store {
  sceneId = null

  constructor() {
    this.forget()
  }

  forget() {
    this.scene = null
    this.frames = [] // {number, iteration, message, bytes}, by iteration
    this.highest = 0
    this.track = new Track()
    this.bytes = 0
    this.isFresh = false
    this.stopsKnown = new Map() // number -> iteration, of frames held and of frames to be had
    this.stopsSorted = null
  }

  // Its id comes in a state message, which may be there before the scene or after it.
  identify(id) {
    if (id === this.sceneId) this.isFresh = false
    if (id === this.sceneId) return
    if (!this.isFresh) this.forget()
    this.isFresh = false
    this.sceneId = id
  }

  setScene(message) {
    this.forget()
    this.scene = message
    this.isFresh = true
  }

  // Returns whether the frame is newer than all before it.
  add(number, message, bytes) {
    const { values, exam, arrays } = message
    const frame = { number, iteration: values.iteration, message, bytes }
    const isNewest = number > this.highest
    this.highest = Math.max(this.highest, number)
    this.track.addRows(arrays.rows, values.first, values.iteration)
    this.track.addFigures(figuresOf(number, values), exam.target_accuracy ?? NaN)
    this.#insert(frame)
    this.#thin()
    return isNewest
  }

  addRows(message) {
    for (const [number, iteration] of this.track.addMissed(message))
      if (!this.#heldAt(iteration)) this.#know(number, iteration)
  }

  get newest() {
    return this.frames.at(-1) ?? null
  }

  get cursor() {
    return { scene: this.scene && this.sceneId, rows: this.track.end, frame: this.highest }
  }

  // The frame that is held nearest to an iteration.
  nearest(iteration) {
    const at = this.#place(iteration)
    const [before, after] = [this.frames[at - 1], this.frames[at]]
    if (!before || !after) return before ?? after ?? null
    return iteration - before.iteration < after.iteration - iteration ? before : after
  }

  // Where a slider can stand: [{number, iteration}, ...] by iteration.
  get stops() {
    this.stopsSorted ??= [...this.stopsKnown]
      .map(([number, iteration]) => ({ number, iteration }))
      .sort((one, other) => one.iteration - other.iteration)
    return this.stopsSorted
  }

  // The numbers to ask for next, those around an iteration first: {first, last}, or null.
  missing(iteration = -1) {
    const { stops } = this
    const held = new Set(this.frames.map((frame) => frame.number))
    const isHole = (stop) => stop && !held.has(stop.number)
    let at = stops.findIndex((stop) => isHole(stop) && stop.iteration >= iteration)
    if (at < 0) at = stops.findIndex(isHole)
    if (at < 0) return null
    const first = stops[at].number
    let last = first
    for (let next = at + 1; isHole(stops[next]) && stops[next].number < first + MOST_ASKED; next++)
      last = Math.max(last, stops[next].number)
    return { first, last }
  }

  // All that the server keeps of these numbers has come: the others are no stops any more.
  settle(first, last) {
    const held = new Set(this.frames.map((frame) => frame.number))
    for (const number of this.stopsKnown.keys())
      if (number >= first && number <= last && !held.has(number)) this.#unknow(number)
  }

  #insert(frame) {
    const at = this.#place(frame.iteration)
    const there = this.frames[at]
    const isSame = there?.iteration === frame.iteration
    if (isSame && there.number > frame.number) return this.#unknow(frame.number)
    if (isSame) this.#unknow(there.number)
    this.bytes += frame.bytes - (isSame ? there.bytes : 0)
    this.frames.splice(at, isSame ? 1 : 0, frame)
    for (const stop of this.stops)
      if (stop.iteration === frame.iteration) this.#unknow(stop.number)
    this.#know(frame.number, frame.iteration)
  }

  #thin() {
    if (this.frames.length <= MOST_FRAMES && this.bytes <= MOST_BYTES) return
    const half = Math.floor(this.frames.length / 2)
    const goes = (index) => index < half && index % 2 === 1
    for (const frame of this.frames.filter((_, index) => goes(index))) {
      this.#unknow(frame.number)
      this.bytes -= frame.bytes
    }
    this.frames = this.frames.filter((_, index) => !goes(index))
  }

  // The first frame of at least this iteration.
  #place(iteration) {
    let [low, high] = [0, this.frames.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.frames[middle].iteration < iteration) low = middle + 1
      else high = middle
    }
    return low
  }

  #heldAt(iteration) {
    return this.frames[this.#place(iteration)]?.iteration === iteration
  }

  #know(number, iteration) {
    this.stopsKnown.set(number, iteration)
    this.stopsSorted = null
  }

  #unknow(number) {
    this.stopsKnown.delete(number)
    this.stopsSorted = null
  }
}

// A frame carries its number outside its values.
function figuresOf(number, values) {
  return FIGURES.map((name) => (name === "number" ? number : (values[name] ?? NaN)))
}
