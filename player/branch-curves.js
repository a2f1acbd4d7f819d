// The curves of the branches beside the one that is shown, which alone is trained: asked for once each.

import { Track } from "./track.js"

// Where runs leave others: iteration -> their numbers.
export function forksOf(branches) {
  const forks = new Map()
  for (const { at, number, same } of branches) if (same && at) forks.set(at, [...(forks.get(at) ?? []), number])
  return forks
}

export class BranchCurves {
  #known = new Map() // id -> {iteration, track}; the track is null until it has come

  // `send(message)` asks for them.
  constructor(send) {
    this.send = send
  }

  // Those that can be drawn: what the server tells of them, each with its track.
  of({ branch, branches }) {
    const others = branches.filter(({ id, same }) => same && id !== branch)
    for (const { id, iteration } of others) {
      if (this.#known.get(id)?.iteration === iteration) continue
      this.#known.set(id, { iteration, track: null })
      this.send({ do: "curves", branch: id })
    }
    return others.flatMap((other) => {
      const { track } = this.#known.get(other.id)
      return track ? [{ ...other, track }] : []
    })
  }

  take(id, message) {
    const known = this.#known.get(id)
    if (!known) return
    known.track = new Track()
    known.track.addMissed(message)
  }

  // Over another connection nobody answers what was asked before.
  forget() {
    for (const [id, { track }] of this.#known) if (!track) this.#known.delete(id)
  }
}
