// The road to the server: a WebSocket that comes back by itself, and plain requests where none can be opened. What
// travels on it stands in server/channel.py.

import { ask } from "./polling.js"
import { FRAME, ROWS, SCENE, unpack } from "./message.js"

const VERSION = 1
const OPEN_WITHIN = 5000
const SOCKET_AGAIN = 30_000
const SHORTEST_PAUSE = 500
const LONGEST_PAUSE = 8000
const ASK_EVERY = 1000
const HIDDEN_ASK_EVERY = 5000
const LANE_BYTES = 8
const MOST_QUEUED = 20

// Of a connection that is gone, these mean nothing to the next.
const PASSING = new Set(["ready", "frames", "seeds", "curves", "hidden"])

// Answered once, and by plain requests too.
const ASKED = new Set(["frames", "seeds", "curves"])

export class Channel {
  // `lanes`: [{run, token, cursor()}, ...], each with its `part` where it is a lane of a comparison; `on` has state, scene, frame, rows, fetched and opened, all with the lane
  // first, curves with the id of a branch, refused and status.
  constructor(url, lanes, on) {
    this.url = url
    this.lanes = lanes
    this.on = on
    this.queue = []
    this.pause = SHORTEST_PAUSE
    this.isClosed = this.isPolling = this.isAsking = this.isUnreachable = this.wasOpen = false
    this.visibility = () => this.send({ do: "hidden", hidden: document.hidden })
    document.addEventListener("visibilitychange", this.visibility)
    this.#connect()
    this.#doubt()
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN
  }

  send(message, lane = 0) {
    const sent = lane ? { ...message, lane } : message
    if (this.isOpen) return this.socket.send(JSON.stringify(sent))
    const isAsked = this.isPolling && ASKED.has(message.do)
    if (PASSING.has(message.do) && !isAsked) return
    this.queue = [...this.queue, sent].slice(-MOST_QUEUED)
    // A click is answered as soon as it can be.
    if (this.isPolling && !isAsked) this.#askIn(0)
  }

  close() {
    this.isClosed = true
    document.removeEventListener("visibilitychange", this.visibility)
    for (const timer of [this.doubting, this.again, this.asking]) clearTimeout(timer)
    this.#drop()
  }

  #hello() {
    const runs = this.lanes.map(({ run, part, token, cursor }) => ({ run, part, token: token ?? null, ...cursor() }))
    return { do: "hello", version: VERSION, hidden: document.hidden, runs }
  }

  #connect() {
    this.#drop()
    const socket = (this.socket = new WebSocket(webSocketUrl(this.url)))
    socket.binaryType = "arraybuffer"
    const isCurrent = () => socket === this.socket && !this.isClosed
    socket.onopen = () => isCurrent() && this.#opened()
    socket.onmessage = ({ data }) => isCurrent() && this.#receive(data)
    socket.onclose = () => isCurrent() && this.#lost()
  }

  // What an old socket still says is not heard.
  #drop() {
    const socket = this.socket
    this.socket = null
    socket?.close()
  }

  #opened() {
    for (const timer of [this.doubting, this.again, this.asking]) clearTimeout(timer)
    this.doubting = null
    this.isPolling = false
    this.wasOpen = true
    this.socket.send(JSON.stringify(this.#hello()))
    const waiting = this.queue.filter((message) => !PASSING.has(message.do))
    this.queue = []
    this.on.status("open")
    this.lanes.forEach((_, lane) => this.on.opened(lane))
    for (const message of waiting) this.socket.send(JSON.stringify(message))
  }

  #lost() {
    this.socket = null
    if (!this.isPolling) this.on.status(this.wasOpen ? "lost" : "opening")
    if (!this.doubting && !this.isPolling) this.#doubt()
    clearTimeout(this.again)
    // Of many pages that have lost the same server, not all come back in the same moment.
    const pause = this.isPolling ? SOCKET_AGAIN : this.pause * (0.75 + 0.5 * Math.random())
    this.again = setTimeout(() => this.#connect(), pause)
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE)
  }

  // Where no socket opens in time, plain requests begin.
  #doubt() {
    this.doubting = setTimeout(() => {
      this.doubting = null
      this.isPolling = true
      this.pause = SHORTEST_PAUSE
      clearTimeout(this.again)
      this.again = setTimeout(() => this.#connect(), SOCKET_AGAIN)
      this.on.status("polling")
      this.lanes.forEach((_, lane) => this.on.opened(lane))
      this.#askIn(0)
    }, OPEN_WITHIN)
  }

  #askIn(pause) {
    if (this.isAsking) return
    clearTimeout(this.asking)
    this.asking = setTimeout(() => this.#ask(), pause)
  }

  async #ask() {
    const sent = this.queue
    this.queue = []
    this.isAsking = true
    try {
      // What came before is drawn: else nobody would be here to ask.
      const ready = this.lanes.map((_, lane) => (lane ? { do: "ready", lane } : { do: "ready" }))
      const answers = await ask(this.url, { hello: this.#hello(), do: [...sent, ...ready] })
      if (this.isClosed || !this.isPolling) return
      // A server that is back may take a socket again.
      if (this.isUnreachable) this.#connect()
      this.isUnreachable = false
      this.on.status("polling")
      for (const data of answers) this.#receive(data)
      this.pause = SHORTEST_PAUSE
    } catch {
      // What was asked for may have been done: asked for again, one step would become two.
      this.isUnreachable = true
      if (!this.isClosed && this.isPolling) this.on.status("unreachable")
      this.pause = Math.min(2 * this.pause, LONGEST_PAUSE)
    } finally {
      this.isAsking = false
      const every = document.hidden ? HIDDEN_ASK_EVERY : ASK_EVERY
      if (!this.isClosed && this.isPolling) this.#askIn(Math.max(every, this.pause))
    }
  }

  #receive(data) {
    // A server that closes at once after the greeting is not asked twice a second.
    if (this.isOpen) this.pause = SHORTEST_PAUSE
    try {
      if (typeof data === "string") this.#hear(JSON.parse(data))
      else this.#see(data)
    } catch (error) {
      // One message that cannot be read must not end the others.
      reportError(error)
    }
  }

  #hear(message) {
    const lane = message.lane ?? 0
    if (message.is === "state") this.on.state(lane, message)
    if (message.is === "seeds") this.on.seeds?.(lane, message)
    if (message.is === "frames") this.on.fetched(lane, message.first, message.last)
    if (message.is !== "refused") return
    this.close()
    this.on.refused(message)
  }

  #see(buffer) {
    const view = new DataView(buffer)
    const [lane, number] = [view.getUint8(0), view.getUint32(4, true)]
    const message = unpack(buffer, LANE_BYTES)
    if (message.kind === SCENE) this.on.scene(lane, message)
    if (message.kind === FRAME) this.on.frame(lane, number, { number, ...message }, buffer.byteLength)
    if (message.kind === ROWS && number) this.on.curves(number, message)
    else if (message.kind === ROWS) this.on.rows(lane, message)
  }
}

function webSocketUrl(url) {
  const socket = new URL(url)
  socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:"
  return socket
}
