// The line in which the player is told what happened: its place is kept, so that nothing moves.

import { el, icon, setAttribute, setText } from "./dom.js"
import { words } from "./words.js"

const FADES_AFTER = 8000

export class Notice {
  // `on`: dismiss(id), reconnect()
  constructor(on) {
    this.on = on
    this.text = el("p", { role: "status" })
    this.again = el("button", { type: "button", class: "dann-button dann-reconnect" }, words.transport.reconnect)
    this.again.addEventListener("click", () => on.reconnect())
    const label = words.transport.dismiss
    this.shut = el("button", { type: "button", class: "dann-close", title: label, "aria-label": label }, icon("close"))
    this.shut.addEventListener("click", () => this.shown?.id !== undefined && on.dismiss(this.shown.id))
    // A long one reaches over the figures, where there is no control.
    this.box = el("div", { class: "dann-notice-box" }, this.text, this.again, this.shut)
    this.element = el("div", { class: "dann-notice" }, this.box)
    this.render(null)
  }

  // {text, level, id, canReconnect}; an id makes it one that goes.
  render(shown) {
    const { text = "", level = "none", id, canReconnect = false } = shown ?? {}
    const isOther = id !== this.shown?.id
    this.shown = shown
    setText(this.text, text)
    setAttribute(this.box, "data-level", level)
    this.again.hidden = !canReconnect
    this.shut.hidden = id === undefined || level === "info"
    if (!isOther) return
    clearTimeout(this.timer)
    if (id !== undefined && level === "info") this.timer = setTimeout(() => this.on.dismiss(id), FADES_AFTER)
  }

  close() {
    clearTimeout(this.timer)
  }
}
