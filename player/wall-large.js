// One film of the wall, large enough for a projector.

import { setBold } from "./bold.js"
import { el, setText } from "./dom.js"
import { Features } from "./features.js"
import { Input } from "./input.js"
import { FIRST_LOOK } from "./tab.js"
import { wallWords as words } from "./wall-words.js"

const GLIDE = 900
const STEPS = { ArrowLeft: -1, ArrowRight: 1 }

export class WallLarge {
  film = null

  // `step(by)` goes to a neighbour; `closed()` is called when the wall is back.
  constructor({ step, closed }) {
    this.title = el("h3", { class: "dann-large-title" })
    this.state = el("p", { class: "dann-large-state" })
    const button = (label, text, act) =>
      el("button", { type: "button", class: "dann-wall-button", "aria-label": label, title: label, onclick: act }, text)
    this.shut = button(words.close, "✕", () => this.element.close())
    this.shut.autofocus = true
    const buttons = el(
      "div",
      { class: "dann-large-buttons" },
      button(words.before, "←", () => step(-1)),
      button(words.after, "→", () => step(1)),
      this.shut,
    )
    this.hosts = ["features", "input"].map((name) => el("div", { class: "dann-picture", "aria-label": words.pictures[name] }))
    const pictures = el("div", { class: "dann-large-pictures" }, ...this.hosts)
    const head = el("div", { class: "dann-large-head" }, el("div", {}, this.title, this.state), buttons)
    this.element = el("dialog", { class: "dann-wall-large" }, head, pictures)
    this.element.addEventListener("close", () => {
      this.#clear()
      closed()
    })
    this.element.addEventListener("keydown", (event) => {
      const by = STEPS[event.key]
      if (!by || event.target.closest(".dann-picture")) return
      event.preventDefault()
      step(by)
    })
  }

  open(film) {
    this.#clear()
    this.film = film
    setBold(true)
    this.element.setAttribute("aria-label", words.large(film.member.name))
    if (!this.element.open) this.element.showModal()
    this.render()
  }

  // What is new of the film that is seen.
  render() {
    const { film } = this
    if (!film) return
    setText(this.title, film.member.name)
    const { title, source_only } = film.member
    const twin = source_only === null ? "" : words.sourceOnly(source_only)
    const parts = [title, film.state.textContent, film.exam.textContent, twin, film.missing.textContent]
    setText(this.state, parts.filter(Boolean).join(" · "))
    if (film.scene !== this.scene) this.#setScene(film.scene)
    if (film.frame) for (const picture of this.pictures) picture.show(film.frame, FIRST_LOOK, GLIDE)
  }

  close() {
    this.#clear()
    this.element.remove()
  }

  #setScene(scene) {
    for (const picture of this.pictures ?? []) picture.close()
    this.scene = scene
    this.pictures = scene ? [new Features(this.hosts[0]), new Input(this.hosts[1])] : []
    for (const picture of this.pictures) picture.setScene(scene)
  }

  #clear() {
    setBold(false)
    this.#setScene(null)
    this.film = null
  }
}
