// What is happening, in one sentence: seldom enough to be read, and to be read out.

import { el, setAttribute, setText } from "./dom.js"
import { words } from "./words.js"

const SELDOM = 1500
const SIGNS = { idle: "▸", wait: "…", good: "✓", warn: "!", bad: "×" }

export class Sentence {
  constructor() {
    this.sign = el("span", { class: "dann-sign", "aria-hidden": "true" })
    this.text = el("p", { "aria-live": "polite" })
    this.element = el("div", { class: "dann-sentence", "data-level": "idle" }, this.sign, this.text)
    this.changedAt = -Infinity
  }

  // `exam`: of the run's end, where it is known; `isAsked`: a person has just chosen what is to be seen, and nothing older may stand beside it.
  render(frame, exam, isPlaying, isAsked) {
    this.next = frame && said(frame, exam, isPlaying)
    const wait = this.changedAt + SELDOM - performance.now()
    if (isAsked || wait <= 0) return this.#say()
    this.timer ??= setTimeout(() => this.#say(), wait)
  }

  close() {
    clearTimeout(this.timer)
  }

  #say() {
    clearTimeout(this.timer)
    this.timer = undefined
    const { level, text } = this.next ?? { level: "idle", text: "" }
    if (text === this.text.textContent) return
    this.changedAt = performance.now()
    setText(this.text, text)
    setText(this.sign, text && SIGNS[level])
    setAttribute(this.element, "data-level", level)
  }
}

function said(frame, exam, isPlaying) {
  const { values } = frame.message
  if (isPlaying && frame.iteration === 0) return { level: "wait", text: words.rule("beginning") }
  const main =
    exam.rule === "harm"
    ? { level: "bad", text: words.twin.rule("harm", exam) }
    : { level: values.level, text: words.rule(values.rule, values.facts) }
  if (values.shares_rule !== "differ") return main
  // Domains that are aligned although their classes are not as frequent are no good news.
  const level = main.level === "good" ? "warn" : main.level
  return { level, text: `${main.text} ${words.shares.rule("differ", values)}` }
}
