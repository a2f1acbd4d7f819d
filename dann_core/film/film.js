// Plays the recording that this page holds, with the player's own parts. Nothing is trained and nothing is fetched.

import { listen } from "player/keys.js"
import { tell } from "player/language.js"
import { readRecording } from "player/message.js"
import { whole } from "player/numbers.js"
import { ReplayButtons } from "player/replay-buttons.js"
import { changesOfState } from "player/sentence.js"
import { Stage } from "player/stage.js"
import { Store } from "player/store.js"
import { words } from "player/words.js"

const LENGTH = { slow: 40_000, normal: 10_000, fast: 4_000 } // milliseconds of a whole film
const LONGEST_STILL = 400
const LONGEST_GLIDE_BACK = 120

// The controls mean other things in a film than in a run.
const { transport } = words
Object.assign(transport, {
  play: [tell("Play"), tell("Play the film (P).")],
  pause: [tell("Pause"), tell("Hold the film where it is (A).")],
  step: [tell("Step"), tell("The next frame (S).")],
  reset: [tell("Reset"), tell("Back to the first frame (0).")],
  again: tell("Play the film again from the beginning (P)."),
  speeds: { slow: tell("slow motion"), normal: tell("normal"), fast: tell("fast") },
})
Object.assign(words, {
  building: tell("The film is being unpacked …"),
  connecting: tell("The film is being unpacked …"),
  slider: tell("iteration"),
  live: tell("end"),
  backToLive: tell("To the last frame"),
  progress: ({ iteration, max, done }) => {
    const at = tell("iteration {n} of {max}", { n: whole(iteration), max: whole(Math.max(max, iteration)) })
    return done ? `${at} · ${tell("done")}` : at
  },
  keys: [
    ["P", tell("play; at the end: from the beginning")],
    ["A", tell("pause")],
    ["S", tell("the next frame")],
    ["0", tell("the first frame")],
    ["← →", tell("frame by frame")],
    ["B", tell("play backwards")],
    ["L", tell("again and again")],
    ["N", tell("to the next change of state")],
    ["?", tell("this list")],
  ],
})

class Film {
  store = new Store()
  look = { view: "t-SNE", colour: "class", truth: "predicted", rings: false }
  speed = "normal"
  at = 0 // which frame is seen
  isPlaying = false

  constructor(element, { scene, frames }) {
    this.stage = new Stage(element, {
      act: (name, value) => this.act(name, value),
      choose: (change) => this.#choose(change),
      go: (iteration) => this.#goByHand(iteration),
      dismiss: () => {},
      reconnect: () => {},
    })
    this.replay = new ReplayButtons(this.stage.slider, {
      stops: () => this.store.stops,
      at: () => (this.at === this.last ? null : this.store.frames[this.at].iteration),
      speed: () => this.speed,
      go: (iteration) => this.#go(iteration),
      changes: () => changesOfState(this.store.frames),
      changed: () => this.draw(),
    })
    listen(element, (name, by) => this.#key(name, by))
    element.dataset.input = scene.values.input
    this.store.setScene(scene)
    for (const frame of frames) this.store.add(frame.number, frame, 0)
    this.title = scene.values.name
  }

  get last() {
    return this.store.frames.length - 1
  }

  act(name, value) {
    if (name === "speed") this.speed = value
    else this.replay.stop()
    if (name === "reset" || (name === "play" && this.at === this.last)) this.at = 0
    if (name === "step") this.at = Math.min(this.at + 1, this.last)
    if (name === "play" || (name === "speed" && this.isPlaying)) this.#play()
    else this.#hold()
    this.draw({ isAsked: name !== "play" })
  }

  draw({ isAsked = false, glide = 0 } = {}) {
    const { store, at, last, isPlaying } = this
    const frame = store.frames[at]
    const { max_iter } = frame.message.values.knobs
    const isOver = at === last
    const isReplaying = this.replay.replay.direction !== 0
    const state = isPlaying ? "playing" : isOver ? "finished" : "paused"
    this.stage.render({
      store,
      frame,
      state: { state, iteration: frame.iteration, max_iter, left: null, device: "cpu" },
      lookingBack: !isOver,
      backAt: isOver ? null : frame.iteration,
      isAsked,
      isPlaying,
      glide,
      title: this.title,
      look: this.look,
      can: { play: !isPlaying, again: isOver, pause: isPlaying || isReplaying, step: !isPlaying && !isOver, reset: at > 0, speed: true },
      pressed: null,
      speed: this.speed,
      invites: false,
      notice: null,
    })
    this.replay.render()
  }

  #play() {
    const still = Math.min(LENGTH[this.speed] / Math.max(this.last, 1), LONGEST_STILL)
    clearInterval(this.timer)
    this.isPlaying = true
    this.timer = setInterval(() => this.#beat(still), still)
  }

  #hold() {
    clearInterval(this.timer)
    this.isPlaying = false
  }

  #beat(still) {
    // Nobody looks: the film waits, as a page behind others is told too seldom to play it anyway.
    if (document.hidden) return
    this.at = Math.min(this.at + 1, this.last)
    if (this.at === this.last) this.#hold()
    this.draw({ glide: still })
  }

  #choose(change) {
    this.look = { ...this.look, ...change }
    this.draw({ glide: "view" in change ? LONGEST_GLIDE_BACK : 0 })
  }

  // A hand on the slider holds what plays.
  #goByHand(iteration) {
    this.replay.stop()
    this.#go(iteration)
  }

  #go(iteration) {
    const { frames } = this.store
    this.#hold()
    this.at = iteration === null ? this.last : frames.indexOf(this.store.nearest(iteration))
    this.draw({ isAsked: true, glide: LONGEST_GLIDE_BACK })
  }

  #key(name, by) {
    if (name === "keys") return this.stage.transport.toggleKeys()
    if (name === "move") return this.stage.slider.move(by)
    if (this.replay.press(name) || name === "undo") return
    // What the button of that name would do, where there is one that can be used.
    this.stage.transport.buttons[name]?.click()
  }
}

async function unpacked(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))
  return readRecording(await new Response(stream).arrayBuffer())
}

const place = document.getElementById("film")
try {
  const recording = await unpacked(document.getElementById("recording").textContent)
  place.replaceChildren()
  const film = new Film(place, recording)
  // Who prefers that nothing moves sees how it ends, and plays it when they want to.
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) film.at = film.last
  film.draw()
  if (film.at < film.last) film.act("play")
} catch (error) {
  place.textContent = tell("This film cannot be shown here: {why}", { why: error.message })
  throw error
}
