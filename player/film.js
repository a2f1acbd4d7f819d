// Plays a recording file in a loop, for people who have not touched anything yet.

import { readRecording } from "./message.js"
import { Store } from "./store.js"

const LENGTH = 6000
const REST = 1500
const BEAT = 50

const prefersRest = () => matchMedia("(prefers-reduced-motion: reduce)").matches

export class Film {
  store = new Store()
  isPlaying = false
  hasFailed = false

  // `changed(isCut)` is called for every frame; a cut is not glided over.
  constructor(url, changed) {
    this.changed = changed
    this.#load(url)
  }

  get state() {
    const { newest } = this.store
    if (!newest) return null
    const { max_iter } = newest.message.values.knobs
    const state = this.isPlaying ? "playing" : "paused"
    return { state, iteration: newest.iteration, max_iter, left: null, speed: "normal", device: "cpu", isFilm: true }
  }

  play() {
    if (!this.recording || this.isPlaying) return
    this.isPlaying = true
    this.timer = setInterval(() => this.#beat(), BEAT)
  }

  pause() {
    this.isPlaying = false
    clearInterval(this.timer)
    this.changed(false)
  }

  close() {
    this.isClosed = true
    this.isPlaying = false
    clearInterval(this.timer)
  }

  async #load(url) {
    try {
      const response = await fetch(url)
      if (!response.ok) throw new Error(`The film answers with ${response.status}.`)
      this.recording = readRecording(await response.arrayBuffer())
    } catch {
      this.hasFailed = true
      return this.isClosed || this.changed(false)
    }
    if (this.isClosed) return
    this.#begin()
    if (!prefersRest()) return this.play()
    // What would move is shown as it ends.
    this.#show(this.recording.frames.length)
  }

  #begin() {
    this.shown = 0
    this.time = 0
    this.store.setScene(this.recording.scene)
  }

  #beat() {
    if (document.hidden) return
    const { frames } = this.recording
    this.time += BEAT
    if (this.time > LENGTH + REST) this.#begin()
    this.#show(Math.min(Math.ceil((this.time / LENGTH) * frames.length), frames.length))
  }

  #show(until) {
    if (until <= this.shown) return
    const isCut = this.shown === 0
    for (const frame of this.recording.frames.slice(this.shown, until)) this.store.add(frame.number, frame, 0)
    this.shown = until
    this.changed(isCut)
  }
}
