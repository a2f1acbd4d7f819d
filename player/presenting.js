// Explore for a projector: large type, thick lines, no controls; keys steer, Escape leaves. The style sheet of the page
// hides what is not shown.

import { setBold } from "./bold.js"
import { el } from "./dom.js"
import { words } from "./words.js"

const PRESENTS = "dann-presents"

export class Presenting {
  isOn = false

  // `leave()` is called when Escape asks for the page.
  constructor(leave) {
    const keys = words.presentation.keys.flatMap(([key, meaning]) => [el("kbd", {}, key), ` ${meaning}  `])
    // Who has no keys, on a phone, must get out too.
    const out = el("button", { type: "button", class: "dann-button", onclick: leave }, words.presentation.leave)
    this.element = el("p", { class: "dann-presentation-keys" }, ...keys, out)
    this.press = (event) => {
      if (event.key !== "Escape" || !this.isOn || event.defaultPrevented) return
      // The list of keys is closed first.
      const open = document.querySelector(".dann-help-keys[aria-expanded=true]")
      if (open) open.click()
      else leave()
    }
    document.addEventListener("keydown", this.press)
  }

  set(isOn) {
    if (isOn === this.isOn) return
    this.isOn = isOn
    setBold(isOn)
    document.documentElement.classList.toggle(PRESENTS, isOn)
    // Pictures of the same size take the other text and lines.
    dispatchEvent(new Event("resize"))
  }

  close() {
    this.set(false)
    document.removeEventListener("keydown", this.press)
  }
}
