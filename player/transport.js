// The row of controls: what steers the run, and what the figures and keys mean.

import { el, icon, isEnabled, popover, setAttribute, setEnabled } from "./dom.js"
import { words } from "./words.js"

const BUTTONS = ["play", "pause", "step", "reset", "undo"]

export class Transport {
  // `act(name, value)` with the name of a button, or "speed"; `keys`: [key, meaning] of those that act here too;
  // `without`: keys that do not.
  constructor(act, keys = [], without = []) {
    const said = words.transport
    this.buttons = Object.fromEntries(BUTTONS.map((name) => [name, button(name, act)]))
    this.speed = speedSelect(act)
    this.figures = help("figures", said.figures, figuresList())
    this.keys = help("keys", said.keys, keysList([...words.keys, ...keys].filter(([key]) => !without.includes(key))))
    this.element = el(
      "div",
      { class: "dann-transport", role: "group", "aria-label": said.group },
      ...Object.values(this.buttons),
      el("label", { class: "dann-speed" }, el("span", {}, said.speed), this.speed),
      this.figures.place,
      this.keys.place,
    )
  }

  // `can`: what may be done; `pressed`: the name and value that wait for an answer; `invites`: nobody has played yet.
  render({ can, pressed, speed, invites }) {
    for (const [name, node] of Object.entries(this.buttons)) {
      setEnabled(node, Boolean(can[name]))
      setAttribute(node, "aria-pressed", String(pressed?.name === name))
    }
    const { play } = this.buttons
    play.classList.toggle("dann-invites", Boolean(invites && can.play))
    setAttribute(play, "title", can.again ? words.transport.again : words.transport.play[1])
    const value = pressed?.name === "speed" ? pressed.value : speed
    if (value && this.speed.value !== value) this.speed.value = value
    this.speed.disabled = !can.speed
  }

  toggleKeys() {
    this.keys.show(this.keys.place.lastChild.hidden)
  }

  close() {
    this.figures.close()
    this.keys.close()
  }
}

function button(name, act) {
  const [label, title] = words.transport[name]
  const node = el(
    "button",
    { type: "button", class: `dann-button dann-${name}`, title, "aria-label": label },
    icon(name),
    el("span", { class: "dann-button-text" }, label),
  )
  node.addEventListener("click", () => isEnabled(node) && act(name))
  return node
}

function speedSelect(act) {
  const options = Object.entries(words.transport.speeds).map(([value, text]) => el("option", { value }, text))
  const select = el("select", { class: "dann-select", "aria-label": words.transport.speed }, ...options)
  select.value = "normal"
  select.addEventListener("change", () => act("speed", select.value))
  return select
}

function help(name, [label, title], list) {
  const text = name === "keys" ? title : label
  const looks = `dann-button dann-help dann-help-${name}`
  const node = el("button", { type: "button", class: looks, title, "aria-label": text }, label)
  return popover(node, el("div", { class: "dann-popover", role: "dialog", "aria-label": text }, list))
}

function figuresList() {
  const { label, meaning } = words.shares
  const rows = [...Object.values(words.figures), [label, "", meaning]].flatMap(([label, note, meaning]) => [
    el("dt", {}, `${label} ${note}`.trim()),
    el("dd", {}, meaning),
  ])
  return el("dl", {}, ...rows)
}

function keysList(keys) {
  const rows = keys.flatMap(([key, meaning]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, meaning)])
  return el("dl", { class: "dann-keys" }, ...rows)
}
