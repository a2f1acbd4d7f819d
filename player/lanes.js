// Several runs in lockstep as one player follows them: a store for each, and what all of them have at one iteration.

import { Channel } from "./channel.js"
import { Filler } from "./filler.js"
import { isMoving } from "./steering.js"
import { Store } from "./store.js"
import { addressOf, keepToken, showLink, tokenOf } from "./tab.js"

export class Lanes {
  status = "opening"

  // `on`: frame(time since the one before), state(state of the first lane), changed()
  constructor(data, on) {
    this.identity = identity(data)
    this.on = on
    this.frameAt = -Infinity
    const { run, token } = data
    if (token) keepToken(run, token)
    this.stores = data.lanes.map(() => new Store())
    this.states = data.lanes.map(() => null)
    this.seeds = data.lanes.map(() => null)
    this.asked = []
    this.owing = new Set()
    this.fillers = this.stores.map(
      (store, lane) => new Filler(store, (message) => this.channel.send(message, lane), () => isMoving(this.state)),
    )
    const lanes = this.stores.map((store, part) => ({
      ...{ run, part, token: token ?? tokenOf(run) },
      cursor: () => store.cursor,
    }))
    this.channel = new Channel(addressOf(data.base, data.channel), lanes, {
      state: (lane, state) => this.#heard(lane, state),
      scene: (lane, message) => this.#changed(lane, () => this.stores[lane].setScene(message)),
      rows: (lane, message) => this.#changed(lane, () => this.stores[lane].addRows(message)),
      frame: (lane, ...frame) => this.#arrived(lane, ...frame),
      fetched: (lane, first, last) => this.#changed(lane, () => this.fillers[lane].settle(first, last)),
      seeds: (lane, told) => this.#changed(lane, () => (this.seeds[lane] = told)),
      opened: (lane) => this.#opened(lane),
      refused: (refusal) => {
        this.refusal = refusal
        on.changed()
      },
      status: (status) => {
        this.status = status
        on.changed()
      },
    })
  }

  isOf(data) {
    return this.identity === identity(data)
  }

  // Of the first lane, by which all are played.
  get state() {
    return this.states[0]
  }

  send(message) {
    this.channel.send(message)
  }

  // The newest frame of each lane that is at the same iteration as all others', or those nearest to an iteration.
  framesAt(iteration = Infinity) {
    const [first, ...others] = this.stores
    const order = first.frames.toReversed()
    if (iteration !== Infinity)
      order.sort((one, other) => Math.abs(one.iteration - iteration) - Math.abs(other.iteration - iteration))
    for (const frame of order) {
      const beside = others.map((store) => store.nearest(frame.iteration))
      if (beside.every((other) => other?.iteration === frame.iteration)) return [frame, ...beside]
    }
    return null
  }

  // A person waits for the frames at that iteration.
  want(iteration) {
    this.stores.forEach((store, lane) => {
      if (store.nearest(iteration)?.iteration !== iteration) this.fillers[lane].want(iteration)
    })
  }

  // What has come is seen: once all lanes have theirs, the next may come.
  drawn() {
    if (this.owing.size < this.stores.length) return
    this.owing.clear()
    this.stores.forEach((_, lane) => this.channel.send({ do: "ready" }, lane))
  }

  close() {
    for (const filler of this.fillers) filler.close()
    this.channel.close()
  }

  #opened(lane) {
    this.asked[lane] = undefined
    this.fillers[lane].forget()
    this.owing.delete(lane)
    this.channel.send({ do: "ready" }, lane)
  }

  #arrived(lane, number, message, bytes) {
    this.fillers[lane].received()
    const store = this.stores[lane]
    if (number >= store.highest) this.owing.add(lane)
    const isNewest = store.add(number, message, bytes)
    if (!isNewest || this.owing.size < this.stores.length) return this.on.changed()
    const now = performance.now()
    const time = now - this.frameAt
    this.frameAt = now
    this.on.frame(time)
  }

  #heard(lane, state) {
    this.stores[lane].identify(state.scene)
    this.states[lane] = state
    this.#askForSeeds(lane, state.seeds)
    if (lane) return this.on.changed()
    const text = JSON.stringify(state.link ?? null)
    if (state.link && text !== this.link) showLink(state.link)
    this.link = text
    this.on.state(state)
  }

  // Whenever more of them is known.
  #askForSeeds(lane, seeds) {
    if (this.seeds[lane]?.id !== seeds?.id) this.seeds[lane] = null
    const known = seeds?.done ? `${seeds.id} ${seeds.done}` : undefined
    if (known && known !== this.asked[lane]) this.channel.send({ do: "seeds" }, lane)
    this.asked[lane] = known
  }

  #changed(lane, change) {
    this.fillers[lane].received()
    change()
    this.on.changed()
  }
}

const identity = ({ run, token, channel, base, lanes }) => JSON.stringify([run, token, channel, base, lanes.length])
