// Plays what has been, stop by stop: backwards, or forwards again and again.

const EVERY = { slow: 600, normal: 100, fast: 40 } // milliseconds a stop

export class Replay {
  direction = 0 // -1 backwards, 1 forwards, 0 at rest
  isLooping = false

  // `on`: stops() by iteration, at() the iteration looked back to or null, go(iteration or null), speed(), changed().
  constructor(on) {
    this.on = on
  }

  back() {
    this.#turn(this.direction === -1 ? 0 : -1)
  }

  // Backwards it goes on backwards; at rest it begins forwards.
  loop() {
    this.isLooping = !this.isLooping
    if (this.isLooping && !this.direction) this.#turn(1)
    else if (!this.isLooping && this.direction === 1) this.stop()
  }

  stop() {
    this.#turn(0)
  }

  #turn(direction) {
    clearTimeout(this.timer)
    this.direction = direction
    if (direction) this.#beat()
    else this.isLooping = false
  }

  #beat() {
    this.timer = setTimeout(() => this.#beat(), EVERY[this.on.speed()] ?? EVERY.normal)
    if (!document.hidden) this.#go()
  }

  #go() {
    const stops = this.on.stops()
    const at = this.on.at()
    const isBack = this.direction === -1
    const next = isBack
      ? stops.findLast(({ iteration }) => iteration < (at ?? stops.at(-1).iteration))
      : stops.find(({ iteration }) => iteration > (at ?? Infinity))
    if (next) return this.on.go(next.iteration)
    if (!this.isLooping) {
      this.stop()
      return this.on.changed()
    }
    if (stops.length) this.on.go((isBack ? stops.at(-1) : stops[0]).iteration)
  }
}
