// Fetches the frames that the slider lacks, behind the live ones: a few at a time, one request at a time.

const LOOK_EVERY = 500
const QUIET = 1000
const PATIENCE = 10_000

export class Filler {
  // `isMoving()`: whether frames are expected.
  constructor(store, send, isMoving) {
    this.store = store
    this.send = send
    this.isMoving = isMoving
    this.asked = this.wanted = null
    this.askedAt = this.receivedAt = 0
    this.timer = setInterval(() => this.#look(), LOOK_EVERY)
  }

  received() {
    this.receivedAt = performance.now()
  }

  // A person waits for the frame of that iteration.
  want(iteration) {
    this.wanted = iteration
    this.#ask()
  }

  settle(first, last) {
    this.store.settle(first, last)
    this.asked = null
    if (this.wanted !== null || !this.isMoving()) this.#ask()
  }

  // After another connection nobody answers what was asked before.
  forget() {
    this.asked = null
  }

  close() {
    clearInterval(this.timer)
  }

  #look() {
    const now = performance.now()
    if (this.asked && now - this.askedAt > PATIENCE) this.asked = null
    if (!this.isMoving() || now - this.receivedAt > QUIET) this.#ask()
  }

  #ask() {
    if (this.asked) return
    this.asked = this.store.missing(this.wanted ?? undefined)
    this.wanted = null
    if (!this.asked) return
    this.askedAt = performance.now()
    this.send({ do: "frames", ...this.asked })
  }
}
