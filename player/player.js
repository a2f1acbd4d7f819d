// The live view of a run. Streamlit calls `mount` as often as it likes, also again on the same element.

import { forksOf } from "./branch-curves.js"
import { Film } from "./film.js"
import { listen } from "./keys.js"
import { told } from "./language.js"
import { Phases } from "./phases.js"
import { Presenting } from "./presenting.js"
import { Redraw } from "./redraw.js"
import { Run } from "./run.js"
import { Stage } from "./stage.js"
import { namesTold } from "./shelved.js"
import { Steering, isMoving } from "./steering.js"
import { addressOf, recall, setBeside } from "./tab.js"
import { TimeMachine } from "./time-machine.js"
import { noticeOf } from "./news.js"
import { changesOfState } from "./sentence.js"
import { words } from "./words.js"

const LONGEST_GLIDE = 200
const LONGEST_GLIDE_BACK = 120

const KEEP_THE_PAST = new Set(["speed", "fork", "commit"])
const NONE = []

const TIMES = new Set(["back", "loop", "change", "fork", "branches"])

const players = new WeakMap()

export function mount(element, data, report) {
  let player = players.get(element)
  if (!player || player.isClosed) players.set(element, (player = new Player(element)))
  player.update(data, report)
  const turn = ++player.turn
  // Called late, for a mount that another one has followed, it must not end that one.
  return () => (turn === player.turn || !element.isConnected) && player.close()
}

class Player {
  turn = 0
  backAt = null // the iteration that a person looks back to
  redraw = new Redraw()

  constructor(element) {
    this.element = element
    this.steering = new Steering(() => this.refresh())
    this.phases = new Phases(() => this.stage.renderNotice(this.#notice()))
    this.stage = new Stage(element, {
      act: (name, value) => this.act(name, value),
      choose: (change) => this.#choose(change),
      go: (iteration) => this.#lookBackByHand(iteration),
      dismiss: (id) => this.#dismiss(id),
      reconnect: () => this.act("reconnect"),
    })
    this.timeMachine = new TimeMachine(this.stage.slider, {
      stops: () => this.session.store.stops,
      at: () => this.backAt,
      speed: () => this.session.state?.speed,
      go: (iteration) => this.#lookBack(iteration),
      changes: () => changesOfState(this.session.store.frames),
      seen: () => this.session.store.nearest(this.backAt).iteration,
      act: (name, value) => this.act(name, value),
      changed: () => this.refresh(),
      compare: () => this.report("compare", true),
    })
    this.presenting = new Presenting(() => this.#present(false))
    this.stage.root.append(this.presenting.element)
    this.unlisten = listen(element, (name, by) => this.#key(name, by))
  }

  update(data, report) {
    const before = this.session
    this.data = data
    this.report = report
    this.redraw.update(data.page, report)
    this.shelved = namesTold(data.overlays)
    this.stage.attach(this.element)
    this.session = recall(data.key, data.run)
    if (before && before !== this.session) {
      this.session.look = before.look
      this.session.isTouched ||= before.isTouched
      this.#leaveThePast()
      this.redraw.forget()
    }
    if (data.view) this.#setView(data.view)
    // What the page says of a sample is how the pictures are looked at, too.
    if (this.session.look.mark !== data.mark) this.session.look = { ...this.session.look, mark: data.mark }
    if (data.run && this.isToPlay) this.session.isTouched = true
    const isFilm = Boolean(data.film) && !this.session.isTouched
    if (isFilm) this.film ??= new Film(addressOf(data.base, data.film), (isCut) => this.refresh({ isCut }))
    else if (this.film) this.#endFilm()
    if (data.run && !isFilm) this.#connect()
    else this.#disconnect()
    if (this.session.state) this.#heard(this.session.state)
    this.refresh()
  }

  close() {
    if (this.isClosed) return
    this.isClosed = true
    this.#disconnect()
    this.film?.close()
    this.phases.stop()
    this.steering.close()
    this.timeMachine.close()
    this.redraw.forget()
    this.unlisten()
    this.presenting.close()
    this.stage.close()
  }

  // What a button or key asks for.
  act(name, value) {
    if (this.#isFilm && name !== "play") return this.film.pause()
    const { state } = this.session
    const isAgain = state?.state === "finished"
    this.steering.press(name, state, value)
    if (name !== "speed") this.timeMachine.replay.stop()
    // A fork shows what is seen now, and so does a choice.
    if (!KEEP_THE_PAST.has(name)) this.backAt = null
    if (this.#isFilm) this.#start()
    else if (name === "play" && isAgain) ["reset", "play"].forEach((each) => this.run.send({ do: each }))
    else if (name === "speed") this.run.send({ do: "speed", speed: value })
    else if (name === "fork" || name === "commit") this.run.send({ do: name, iteration: value })
    else if (name === "branch") this.run.send({ do: "branch", branch: value })
    else if (name === "try" || name === "draw") this.run.send({ do: name, ...value })
    else this.run.send({ do: name })
    if (this.run) this.session.isTouched = true
    this.refresh()
  }

  // Draws what has changed, once for all changes of a moment.
  refresh({ isCut = false, isAsked = false, glide } = {}) {
    this.due = {
      isCut: isCut || Boolean(this.due?.isCut),
      isAsked: isAsked || Boolean(this.due?.isAsked),
      glide: glide ?? this.due?.glide,
    }
    if (this.scheduled !== undefined) return
    const draw = () => {
      this.scheduled = undefined
      if (!this.isClosed) this.#draw()
    }
    // A hidden tab gets no animation frames, but is to go on with the run.
    this.scheduled = document.hidden ? setTimeout(draw) : requestAnimationFrame(draw)
  }

  get #isFilm() {
    return Boolean(this.film) && !this.session.isTouched
  }

  #connect() {
    const { data, session } = this
    if (this.run?.isOf(data)) return
    this.#disconnect()
    this.run = new Run(data, session, {
      frame: (time) => this.#arrived(time),
      state: (state) => this.#heard(state),
      changed: () => this.refresh(),
    })
    // Of a run that is only looked at, it would be refused.
    if (this.isToPlay && data.token) this.run.send({ do: "play" })
    this.isToPlay = false
  }

  #disconnect() {
    this.run?.close()
    this.run = null
  }

  // Its last picture stays until the run has one.
  #endFilm() {
    if (this.film.isClosed) return
    this.film.close()
    this.session.isTouched = true
    this.backAt = null
  }

  // A film's Play is for the run that it leads to. On a full server there is none yet, and the film goes on.
  #start() {
    this.isToPlay = true
    if (!this.data.run) return this.report("start", "play")
    this.#endFilm()
    this.#connect()
  }

  #arrived(time) {
    // Taken off the page without a word: nobody looks any more.
    if (!this.element.isConnected) return this.close()
    if (this.session.state?.speed === "slow" && isMoving(this.session.state)) this.phases.begin(time)
    this.refresh({ glide: Math.min(LONGEST_GLIDE, time) })
  }

  #heard(state) {
    this.steering.hear(state)
    // Of another run, nobody has chosen an iteration to look back to.
    if (state.scene !== this.scene) this.#leaveThePast()
    this.scene = state.scene
    if (state.speed !== "slow" || !isMoving(state)) this.phases.stop()
    this.redraw.hear(state.page)
    this.refresh()
  }

  // How the page's link says that it is shown; a person may look otherwise since.
  #setView(view) {
    this.presenting.set(view.presents)
    setBeside(view.link)
    this.stage.root.dataset.without = view.hidden.join(" ")
    const told = JSON.stringify(view)
    if (told === this.session.viewed) return
    const before = JSON.parse(this.session.viewed ?? "{}")
    this.session.viewed = told
    if (JSON.stringify(before.look) !== JSON.stringify(view.look)) this.session.look = { ...this.session.look, ...view.look }
  }

  // The page hears of it too: it shows the player so again after another page.
  #present(isOn) {
    this.presenting.set(isOn)
    this.report("present", isOn ? "presentation" : "page")
  }

  #choose(change) {
    this.session.look = { ...this.session.look, ...change }
    this.refresh({ glide: "view" in change ? LONGEST_GLIDE : 0 })
  }

  #leaveThePast() {
    this.timeMachine.replay.stop()
    this.backAt = null
  }

  // A hand on the slider holds what plays.
  #lookBackByHand(iteration) {
    this.timeMachine.replay.stop()
    this.#lookBack(iteration)
  }

  #lookBack(iteration) {
    const now = performance.now()
    const glide = Math.min(LONGEST_GLIDE_BACK, now - (this.movedAt ?? 0))
    this.movedAt = now
    this.backAt = iteration
    if (this.#isFilm && iteration !== null) this.film.pause()
    if (this.#isFilm && iteration === null) this.film.play()
    if (iteration !== null) this.run?.want(iteration)
    this.refresh({ isAsked: true, glide })
  }

  #dismiss(id) {
    this.session.seen.add(id)
    if (this.session.state?.owner) this.run?.send({ do: "dismiss", notice: id })
    this.refresh()
  }

  #key(name, by) {
    if (name === "present") return this.#present(!this.presenting.isOn)
    if (name === "keys") return this.stage.transport.toggleKeys()
    if (name === "move") return this.stage.slider.move(by)
    if (TIMES.has(name)) return this.timeMachine.press(name)
    if (this.#abilities()[name]) this.act(name)
  }

  #abilities() {
    if (this.data.lesson?.waits) return {}
    if (this.#isFilm) return { play: true, pause: this.film.isPlaying }
    const { state } = this.session
    if (!state) return {}
    const able = this.steering.abilities(state)
    return { ...able, fork: Boolean(able.branch) && this.backAt !== null }
  }

  #draw() {
    const { isCut, isAsked, glide = 0 } = this.due
    this.due = null
    const { session, film } = this
    // A run of which nothing has come yet leaves the film's last picture.
    const showsFilm = film && !session.store.scene
    const store = showsFilm ? film.store : session.store
    const state = showsFilm ? film.state : session.state
    const lookingBack = this.backAt !== null && store.frames.length > 0
    const frame = lookingBack ? store.nearest(this.backAt) : store.newest
    const can = this.#abilities()
    const branches = state?.branches ?? []
    this.stage.render({
      store,
      state,
      frame,
      lookingBack,
      isAsked,
      predicted: this.data.lesson?.curve ?? null,
      waits: Boolean(this.data.lesson?.waits),
      title: told(state?.title ?? this.data.title ?? ""),
      backAt: this.backAt,
      isPlaying: isMoving(state),
      look: session.look,
      glide: isCut ? 0 : glide,
      can,
      branches: this.run && branches.length ? this.run.branchCurves.of(state) : [],
      forks: forksOf(branches),
      shelved: showsFilm ? NONE : this.shelved,
      pressed: this.steering.pressed,
      speed: state?.speed,
      invites: !session.isTouched && (this.#isFilm || !state?.iteration),
      notice: this.#notice(),
    })
    this.timeMachine.render({ state, can, lookingBack, isFilm: showsFilm, compares: this.data.key === "explore" })
    this.run?.drawn()
  }

  #notice() {
    const { session, film, run, phases } = this
    // A press is answered before it is known whether there is a place.
    const isPressed = this.steering.pressed !== null
    const isFilm = this.#isFilm && !isPressed
    const isStarting = Boolean(film) && (session.isTouched || isPressed) && !session.store.scene
    if (this.data.lesson?.waits && session.state) return { text: words.lesson.predictFirst, level: "quiet" }
    return noticeOf({ session, isFilm, hasFailed: film?.hasFailed, isStarting, run, phase: phases.text })
  }
}
