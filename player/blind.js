// Blind mode: the numbers that need no target labels, the choice, and what it was worth. Nothing stands here otherwise.

import { el, isEnabled, popover, setEnabled, setText } from "./dom.js"
import { words } from "./words.js"

const DIGITS = 3

export class Blind {
  // `act(name, value)`: "commit" with an iteration, or "reveal".
  constructor(act) {
    const said = words.blind
    this.values = {}
    const score = ([name, [label, meaning]]) => {
      this.values[name] = el("dd", {}, "–")
      return el("div", { title: meaning }, el("dt", {}, label), this.values[name])
    }
    this.scores = el("dl", { class: "dann-scores" }, ...Object.entries(said.scores).map(score))
    this.text = el("p", { "aria-live": "polite" })
    this.commit = button(said.commitMeaning, () => act("commit", this.iteration))
    this.reveal = button(said.revealMeaning, () => act("reveal"))
    setText(this.reveal, said.reveal)
    this.table = el("tbody")
    const heads = said.columns.map((column) => el("th", { scope: "col" }, column))
    const table = el("table", { class: "dann-choices" }, el("thead", {}, el("tr", {}, ...heads)), this.table)
    const open = el("button", { type: "button", class: "dann-button" }, said.choices)
    this.popover = popover(open, el("div", { class: "dann-popover", role: "group", "aria-label": said.choices }, table))
    const parts = [this.text, this.scores, this.commit, this.reveal, this.popover.place]
    this.element = el("section", { class: "dann-blind", "aria-label": said.label, hidden: true }, ...parts)
  }

  // `frame`: what is seen; `can`: whether it may be chosen.
  render(blind, frame, can) {
    this.element.hidden = !blind
    if (!blind) return
    const { sealed, committed, outcome } = blind
    this.iteration = frame?.iteration ?? 0
    this.scores.hidden = this.commit.hidden = this.reveal.hidden = !sealed
    this.popover.place.hidden = sealed
    if (sealed) this.#choose(frame, committed, can)
    else this.#tell(outcome)
  }

  close() {
    this.popover.close()
  }

  #choose(frame, committed, can) {
    const said = words.blind
    const values = frame?.message.values
    const known = { ...values?.scores, a_distance: values?.a_distance }
    for (const [name, place] of Object.entries(this.values)) setText(place, Number.isFinite(known[name]) ? known[name].toFixed(DIGITS) : "–")
    setText(this.text, committed ? said.committed(committed) : this.iteration ? said.sealed : said.untrained)
    setText(this.commit, said.commit(this.iteration))
    setEnabled(this.commit, can && this.iteration > 0)
    setEnabled(this.reveal, can && Boolean(committed))
    this.commit.classList.toggle("dann-play", !committed && this.iteration > 0)
    this.reveal.classList.toggle("dann-play", Boolean(committed))
    this.told = null
  }

  #tell(outcome) {
    const said = words.blind
    const text = JSON.stringify(outcome)
    if (text === this.told) return
    const isNew = this.told === null
    this.told = text
    setText(this.text, said.outcome(outcome))
    const named = ({ rule }) => said.scores[rule]?.[0] ?? said.last
    const rows = [[said.yours, outcome.committed], ...outcome.choices.map((choice) => [named(choice), choice])]
    const row = ([name, choice]) =>
      el("tr", {}, el("th", { scope: "row" }, name), ...said.row(choice).map((cell) => el("td", {}, cell)))
    this.table.replaceChildren(...rows.map(row))
    // Who has just revealed it wants to see it.
    if (isNew) this.popover.show(true)
  }
}

function button(title, pressed) {
  const node = el("button", { type: "button", class: "dann-button", title })
  node.addEventListener("click", () => isEnabled(node) && pressed())
  return node
}
