// In slow motion: which part of a training step is happening, one after the other over the time of a frame.

import { words } from "./words.js"

const SHORTEST = 350

export class Phases {
  // `changed()` is called when another one is due.
  constructor(changed) {
    this.changed = changed
    this.at = 0
  }

  get text() {
    return this.timer === undefined ? "" : words.step(this.at + 1, words.phases.length, words.phases[this.at])
  }

  // A new frame, `time` after the one before.
  begin(time) {
    this.stop()
    const each = Math.max(time / words.phases.length, SHORTEST)
    this.timer = setInterval(() => {
      if (this.at < words.phases.length - 1) this.at++
      this.changed()
    }, each)
  }

  stop() {
    clearInterval(this.timer)
    this.timer = undefined
    this.at = 0
  }
}
