// What is happening, in one sentence: seldom enough to be read, and to be read out; and what to try next.

import { el, setAttribute, setText } from "./dom.js"
import { sentences } from "./language.js"
import { words } from "./words.js"

const SELDOM = 3000
const SIGNS = { idle: "▸", wait: "…", good: "✓", warn: "!", bad: "×" }
const APART = new Set(["reversal limited", "discriminator wins", "discriminator asleep", "told apart within classes"])
const SIGNS_OF_STATES = { asleep: "z", within: "≈", collapsed: "×" }

export class Sentence {
  // `act(name, value)`: "try" with {setting, value, anew}, or "undo".
  constructor(act) {
    this.sign = el("span", { class: "dann-sign", "aria-hidden": "true" })
    this.text = el("p", { "aria-live": "polite" })
    this.try = button("dann-try", () => act("try", this.remedy))
    this.untry = button("dann-untry", () => act("undo"))
    const parts = [this.sign, this.text, this.try, this.untry]
    this.element = el("div", { class: "dann-sentence", "data-level": "idle" }, ...parts)
    this.changedAt = -Infinity
  }

  // `exam`: of the run's end, where it is known; `isAsked`: a person has just chosen what is to be seen, and nothing older may stand beside it;
  // `steers`: what is seen is now, and may be changed; `trial`: what is being tried out.
  render(frame, { exam, isPlaying, isAsked, steers, trial }) {
    this.next = frame && said(frame, exam, isPlaying, this.#seenWith(frame.message.values))
    this.steers = steers
    this.#offer(this.untry, steers && trial, words.untry)
    // What is no verdict yet gives way to the first one.
    const wait = this.isVerdict ? this.changedAt + SELDOM - performance.now() : 0
    if (isAsked || wait <= 0) return this.#say()
    if (!steers) this.#offer(this.try, null)
    this.timer ??= setTimeout(() => this.#say(), wait)
  }

  close() {
    clearTimeout(this.timer)
  }

  #say() {
    clearTimeout(this.timer)
    this.timer = undefined
    const { level, text, state, remedy, rule, at } = this.next ?? { level: "idle", text: "" }
    this.remedy = remedy && { setting: remedy.setting, value: remedy.value, anew: rule === "diverged" }
    this.#offer(this.try, this.steers && remedy, words.remedy)
    setAttribute(this.text, "title", at === undefined ? "" : words.asOf(at))
    if (text === this.text.textContent) return
    this.changedAt = performance.now()
    this.isVerdict = rule !== undefined && rule !== "untrained"
    setText(this.text, text)
    setText(this.sign, text && (SIGNS_OF_STATES[state] ?? SIGNS[level]))
    setAttribute(this.element, "data-level", level)
    setAttribute(this.element, "data-state", state ?? "")
  }

  // What goes with a verdict is of the look that it was made in, too.
  #seenWith(values) {
    const { rule, facts, remedy } = values
    if (this.seen?.rule === rule && this.seen.at === facts.iteration) return this.seen
    const shares = values.shares_rule === "differ" ? words.shares.rule("differ", values) : ""
    // Where class shares differ, telling the domains apart is no reason to align them more.
    const isBeside = shares && APART.has(rule) && remedy?.setting !== "class_shares"
    return (this.seen = { rule, at: facts.iteration, shares, remedy: isBeside ? null : remedy })
  }

  #offer(node, facts, worded) {
    node.hidden = !facts
    if (facts) setText(node, worded(facts))
  }
}

// The iterations at which the state that a verdict found is another one, of frames in order.
export function changesOfState(frames) {
  const states = frames.map(({ message }) => words.state(message.values.rule))
  return frames.filter((_, k) => k && states[k] !== states[k - 1]).map(({ iteration }) => iteration)
}

function button(looks, pressed) {
  return el("button", { type: "button", class: `dann-button ${looks}`, hidden: true, onclick: pressed })
}

function said(frame, exam, isPlaying, { shares, remedy }) {
  const { values, exam: graded } = frame.message
  if (isPlaying && frame.iteration === 0) return { level: "wait", text: words.rule("beginning") }
  const { rule, facts } = values
  const made = { rule, remedy, at: facts.iteration, state: words.state(rule), level: values.level, text: words.rule(rule, facts) }
  // Labels have the last word: beside it, the cause that was found without them.
  if (exam.rule) return { ...made, ...CLOSING[exam.rule], text: sentences(words.twin.rule(exam.rule, exam), shares || made.text) }
  const verdict = graded.verdict?.rule
  if (verdict) return { ...made, ...GRADED[verdict], text: sentences(made.text, words.verdict(verdict, graded.verdict)) }
  // Domains that are aligned although their classes are not as frequent are no good news.
  const level = made.level === "good" ? "warn" : made.level
  return shares ? { ...made, level, text: sentences(made.text, shares) } : made
}

const CLOSING = { harm: { level: "bad" }, gain: { level: "good" }, even: { level: "wait" } }
const GRADED = { "wrong classes": { level: "warn" }, "no harm": { level: "good" } }
