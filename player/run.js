// One run as the player follows it: what comes over the channel goes into its store, and comes back drawn.

import { BranchCurves } from "./branch-curves.js"
import { Channel } from "./channel.js"
import { Filler } from "./filler.js"
import { withoutExam } from "./message.js"
import { isMoving } from "./steering.js"
import { addressOf, keepToken, showLink, tokenOf } from "./tab.js"

const LOST_IS_SAID_AFTER = 1000

const identity = ({ run, token, channel, base, view }) => JSON.stringify([run, token, channel, base, view?.exam])

export class Run {
  // `on`: frame(time since the one before), state(state), changed()
  constructor(data, session, on) {
    this.identity = identity(data)
    this.session = session
    // A lesson's link names it, too.
    this.keeps = data.lesson ? { lesson: data.lesson.key } : {}
    this.on = on
    this.status = "opening"
    this.owesReady = false
    this.frameAt = -Infinity
    const { store } = session
    const { run, token, view } = data
    this.hidesExam = view?.exam === false
    const seen = this.hidesExam ? withoutExam : (message) => message
    if (token) keepToken(run, token)
    const lane = { run, token: token ?? tokenOf(run), cursor: () => store.cursor }
    this.branchCurves = new BranchCurves((message) => this.send(message))
    this.filler = new Filler(store, (message) => this.send(message), () => isMoving(session.state))
    this.channel = new Channel(addressOf(data.base, data.channel), [lane], {
      state: (_, state) => this.#heard(state),
      scene: (_, message) => this.#changed(() => store.setScene(seen(message))),
      rows: (_, message) => this.#changed(() => store.addRows(seen(message))),
      frame: (_, number, message, bytes) => this.#arrived(number, seen(message), bytes),
      curves: (id, message) => this.#changed(() => this.branchCurves.take(id, seen(message))),
      fetched: (_, first, last) => this.#changed(() => this.filler.settle(first, last)),
      opened: () => this.#opened(),
      refused: (refusal) => this.#changed(() => (this.refusal = refusal)),
      status: (status) => this.#became(status),
    })
  }

  isOf(data) {
    return this.identity === identity(data)
  }

  send(message) {
    this.channel.send(message)
  }

  // A person waits for the frame at that iteration.
  want(iteration) {
    if (this.session.store.nearest(iteration)?.iteration !== iteration) this.filler.want(iteration)
  }

  // What has come is seen: the next frame may come.
  drawn() {
    if (!this.owesReady) return
    this.owesReady = false
    this.send({ do: "ready" })
  }

  close() {
    clearTimeout(this.saying)
    this.filler.close()
    this.channel.close()
  }

  #opened() {
    this.filler.forget()
    this.branchCurves.forget()
    this.send({ do: "ready" })
  }

  #arrived(number, message, bytes) {
    this.filler.received()
    const { store } = this.session
    // The newest may have come before, asked for by its number. Older ones the server does not wait for: answering each
    // would be too many messages.
    this.owesReady ||= number >= store.highest
    if (!store.add(number, message, bytes)) return this.on.changed()
    const now = performance.now()
    const time = now - this.frameAt
    this.frameAt = now
    this.on.frame(time)
  }

  #heard(state) {
    this.session.store.identify(state.scene)
    const seen = this.hidesExam ? { ...state, exam: {} } : state
    this.session.state = seen
    this.#show(state.link)
    this.on.state(seen)
  }

  // Of two players on a page, neither may overwrite the other's link again and again.
  #show(link) {
    const text = JSON.stringify(link ?? null)
    if (link && text !== this.link) showLink({ ...this.keeps, ...link })
    this.link = text
  }

  #changed(change) {
    this.filler.received()
    change()
    this.on.changed()
  }

  // A connection that is back within a second was hardly lost.
  #became(status) {
    // Every try that fails says so again; what counts is how long the first one is ago.
    if (status === "lost" && this.saying) return
    clearTimeout(this.saying)
    this.saying = undefined
    if (status === this.status) return
    const say = () => {
      this.saying = undefined
      this.status = status
      this.on.changed()
    }
    if (status === "lost") this.saying = setTimeout(say, LOST_IS_SAID_AFTER)
    else say()
  }
}
