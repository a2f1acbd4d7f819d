// Several runs in lockstep under one Play. Streamlit calls `mount` as often as it likes, also again on one element.

import { CompareStage } from "./compare-stage.js"
import { listen } from "./keys.js"
import { told } from "./language.js"
import { Lanes } from "./lanes.js"
import { noticeOf } from "./news.js"
import { Redraw } from "./redraw.js"
import { ReplayButtons } from "./replay-buttons.js"
import { namesTold } from "./shelved.js"
import { Steering } from "./steering.js"
import { FIRST_LOOK, setBeside } from "./tab.js"

const LONGEST_GLIDE = 200
const LONGEST_GLIDE_BACK = 120

const shown = new WeakMap()

export function mount(element, data, report) {
  let comparison = shown.get(element)
  if (!comparison || comparison.isClosed) shown.set(element, (comparison = new Comparison(element)))
  comparison.update(data, report)
  const turn = ++comparison.turn
  return () => (turn === comparison.turn || !element.isConnected) && comparison.close()
}

class Comparison {
  turn = 0
  redraw = new Redraw()
  backAt = null // the iteration that a person looks back to
  look = FIRST_LOOK
  seen = new Set() // the ids of notices that were closed
  wasPlayed = false

  constructor(element) {
    this.element = element
    this.steering = new Steering(() => this.refresh())
    this.stage = new CompareStage(element, {
      act: (name, value) => this.act(name, value),
      choose: (change) => this.#choose(change),
      go: (iteration) => this.#lookBackByHand(iteration),
      seed: (seed) => this.lanes.send({ do: "seed", seed }),
      dismiss: (id) => this.#dismiss(id),
      reconnect: () => this.act("reconnect"),
    })
    this.replay = new ReplayButtons(this.stage.slider, {
      stops: () => this.lanes.stores[0].stops,
      at: () => this.backAt,
      speed: () => this.lanes.state?.speed,
      go: (iteration) => this.#lookBack(iteration),
      changed: () => this.refresh(),
    })
    this.unlisten = listen(element, (name, by) => this.#key(name, by))
  }

  update(data, report) {
    if (data.link) setBeside(data.link)
    this.redraw.update(data.page, report)
    this.shelved = namesTold(data.overlays)
    this.stage.attach(this.element)
    this.stage.setLanes(data.lanes.map((lane) => ({ ...lane, title: told(lane.title) })))
    if (!this.lanes?.isOf(data)) {
      this.lanes?.close()
      this.redraw.forget()
      this.#leaveThePast()
      this.lanes = new Lanes(data, {
        frame: (time) => this.#arrived(time),
        state: (state) => this.#heard(state),
        changed: () => this.refresh(),
      })
    }
    this.refresh()
  }

  close() {
    if (this.isClosed) return
    this.isClosed = true
    this.redraw.forget()
    this.lanes.close()
    this.steering.close()
    this.replay.stop()
    this.unlisten()
    this.stage.close()
  }

  // What a button or key asks for.
  act(name, value) {
    const { state } = this.lanes
    const isAgain = name === "play" && state?.state === "finished"
    this.steering.press(name, state, value)
    if (name !== "speed") this.#leaveThePast()
    if (name === "play") this.wasPlayed = true
    if (isAgain) this.lanes.send({ do: "reset" })
    this.lanes.send(name === "speed" ? { do: name, speed: value } : { do: name })
    this.refresh()
  }

  // Draws what has changed, once for all changes of a moment.
  refresh({ glide } = {}) {
    this.glide = glide ?? this.glide
    if (this.scheduled !== undefined) return
    const draw = () => {
      this.scheduled = undefined
      if (!this.isClosed) this.#draw()
    }
    // A hidden tab gets no animation frames, but is to go on with the runs.
    this.scheduled = document.hidden ? setTimeout(draw) : requestAnimationFrame(draw)
  }

  #arrived(time) {
    if (!this.element.isConnected) return this.close()
    this.refresh({ glide: Math.min(LONGEST_GLIDE, time) })
  }

  #heard(state) {
    this.steering.hear(state)
    if (state.scene !== this.scene) this.#leaveThePast()
    this.scene = state.scene
    this.redraw.hear(state.page)
    this.refresh()
  }

  #choose(change) {
    this.look = { ...this.look, ...change }
    this.refresh({ glide: "view" in change ? LONGEST_GLIDE : 0 })
  }

  #leaveThePast() {
    this.replay.stop()
    this.backAt = null
  }

  // A hand on the slider holds what plays.
  #lookBackByHand(iteration) {
    this.replay.stop()
    this.#lookBack(iteration)
  }

  #lookBack(iteration) {
    const now = performance.now()
    const glide = Math.min(LONGEST_GLIDE_BACK, now - (this.movedAt ?? 0))
    this.movedAt = now
    this.backAt = iteration
    if (iteration !== null) this.lanes.want(iteration)
    this.refresh({ glide })
  }

  #dismiss(id) {
    this.seen.add(id)
    if (this.lanes.state?.owner) this.lanes.send({ do: "dismiss", notice: id })
    this.refresh()
  }

  #key(name, by) {
    if (name === "keys") return this.stage.transport.toggleKeys()
    if (name === "move") return this.stage.slider.move(by)
    if (this.replay.press(name)) return
    if (this.#abilities()[name]) this.act(name)
  }

  #abilities() {
    const { state } = this.lanes
    return state ? { ...this.steering.abilities(state), undo: false } : {}
  }

  #draw() {
    const { lanes, glide = 0 } = this
    this.glide = undefined
    const newest = lanes.framesAt()
    const lookingBack = this.backAt !== null && newest !== null
    this.stage.render({
      stores: lanes.stores,
      frames: lookingBack ? lanes.framesAt(this.backAt) : newest,
      seeds: lanes.seeds,
      shelved: this.shelved,
      state: lanes.state,
      latest: newest?.[0].iteration ?? 0,
      look: this.look,
      glide,
      lookingBack,
      backAt: this.backAt,
      can: this.#abilities(),
      pressed: this.steering.pressed,
      speed: lanes.state?.speed,
      invites: !this.wasPlayed && !lanes.state?.iteration,
      notice: noticeOf({ session: { state: lanes.state, seen: this.seen }, run: lanes }),
    })
    this.replay.render()
    lanes.drawn()
  }
}
