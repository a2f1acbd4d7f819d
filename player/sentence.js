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

  // `isAsked`: a person has just chosen what is to be seen, and nothing older may stand beside it.
  render(frame, isPlaying, isAsked) {
    this.next = frame && said(frame, isPlaying)
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

function said(frame, isPlaying) {
  const { values } = frame.message
  const { rule, level, facts } = values
  if (isPlaying && frame.iteration === 0) return { level: "wait", text: words.rule("beginning") }
  if (values.shares_rule !== "differ") return { level, text: words.rule(rule, facts) }
  // Domains that are aligned although their classes are not as frequent are no good news.
  const text = `${words.rule(rule, facts)} ${words.shares.rule("differ", values)}`
  return { level: level === "good" ? "warn" : level, text }
}
