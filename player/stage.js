// The player's place on the page: a skeleton of fixed heights that is there before any frame has come.

import { Blind } from "./blind.js"
import { el, setAttribute } from "./dom.js"
import { Figures } from "./figures.js"
import { Notice } from "./notice.js"
import { Pictures } from "./pictures.js"
import { Progress } from "./progress.js"
import { Sentence } from "./sentence.js"
import { Shares } from "./shares.js"
import { Slider } from "./slider.js"
import { Theme } from "./theme.js"
import { Transport } from "./transport.js"
import { Tug } from "./tug.js"
import { words } from "./words.js"

export class Stage {
  // `on`: act(name, value), choose(change), go(iteration), dismiss(id), reconnect()
  constructor(element, on) {
    this.transport = new Transport(on.act, words.draw.keys)
    this.progress = new Progress()
    this.notice = new Notice(on)
    this.figures = new Figures()
    this.shares = new Shares()
    this.figures.element.append(this.shares.element)
    this.tug = new Tug(on.choose)
    this.figures.readings.lambda.after(this.tug.element)
    this.blind = new Blind(on.act)
    this.pictures = new Pictures(on.choose, on.act)
    this.sentence = new Sentence(on.act)
    this.slider = new Slider(on.go)
    const below = el("div", { class: "dann-below" }, this.sentence.element, this.slider.element)
    this.root = el(
      "section",
      { class: "dann-player", "aria-label": words.player },
      this.transport.element,
      this.progress.element,
      this.notice.element,
      this.figures.element,
      this.blind.element,
      this.pictures.tabs,
      this.pictures.element,
      below,
    )
    this.theme = new Theme(this.root, (theme) => on.choose({ theme }))
    this.attach(element)
    this.pictures.begin()
  }

  attach(element) {
    if (this.root.parentNode === element) return
    element.append(this.#styleSheet(), this.root)
  }

  // Until the style is there, the player keeps its place and is not seen.
  #styleSheet() {
    const sheet = el("link", { rel: "stylesheet", href: new URL("./style.css", import.meta.url) })
    const settle = (style) => Object.assign(this.root.style, style)
    const settled = () => {
      settle({ visibility: "", minHeight: "" })
      this.theme.read()
    }
    settle({ visibility: "hidden", minHeight: "calc(100vh - 9rem)" })
    for (const type of ["load", "error"]) sheet.addEventListener(type, settled, { once: true })
    return sheet
  }

  // What is seen; player.js makes it.
  render(seen) {
    const { store, state, frame, lookingBack, isPlaying, isAsked } = seen
    setAttribute(this.root, "aria-label", seen.title ? words.playerOf(seen.title) : words.player)
    setAttribute(this.root, "data-state", state?.state ?? "connecting")
    setAttribute(this.root, "data-waits", seen.waits)
    this.transport.render(seen)
    this.progress.render(state, frame, store.scene, lookingBack)
    this.notice.render(seen.notice)
    const exam = lookingBack ? {} : (state?.exam ?? {})
    this.figures.render(frame, store.scene, exam)
    this.shares.render(frame, store.scene, seen.look)
    this.blind.render(state?.blind, frame, Boolean(seen.can.speed))
    this.tug.render(frame, store.track, seen.look)
    this.pictures.render(seen)
    const { trial } = state ?? {}
    const steers = Boolean(seen.can.speed) && !lookingBack
    this.sentence.render(frame, { exam, isPlaying: isPlaying && !lookingBack, isAsked, steers, trial })
    this.slider.render(store.stops, seen.backAt)
  }

  // Between two frames only this changes.
  renderNotice(notice) {
    this.notice.render(notice)
  }

  close() {
    for (const part of [this.transport, this.notice, this.shares, this.blind, this.tug, this.pictures, this.sentence]) part.close()
    this.root.previousSibling?.remove()
    this.root.remove()
  }
}
