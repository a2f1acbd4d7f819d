// The tug of war: how hard the classifier and the discriminator pull at the features, and whose parameters get what, with
// which sign. Two small arrows beside lambda; behind them the picture, the equation and its numbers.

import { FIGURE } from "./columns.js"
import { el, popover, setAttribute, setText } from "./dom.js"
import { Arrows, Course, SIGNS } from "./tug-picture.js"
import { words } from "./words.js"

export class Tug {
  // `choose(change)` with what is to be different in the look.
  constructor(choose) {
    const said = words.tug
    this.small = new Arrows(32, 28)
    this.large = new Arrows(300, 132)
    this.courses = { gradient_ratio: new Course(0, 1, 2), gradient_cosine: new Course(-1, 0, 1) }
    this.numbers = {}
    this.box = el("input", { type: "checkbox", onchange: () => choose({ pulls: this.box.checked }) })
    const button = el("button", { type: "button", class: "dann-tug-open", "aria-label": said.open }, this.small.element)
    const panel = { class: "dann-popover dann-tug", role: "group", "aria-label": said.label, title: "", tabindex: "0" }
    this.panel = el("div", panel, this.#war(), this.#equation())
    this.popover = popover(button, this.panel)
    button.addEventListener("click", () => this.#write())
    this.element = el("dd", { class: "dann-tug-place" }, this.popover.place)
  }

  render(frame, track, look) {
    this.box.checked = Boolean(look.pulls)
    if (!frame) return
    this.frame = frame
    this.track = track
    this.small.show(pullsOf(frame.message.values))
    if (!this.panel.hidden) this.#write()
  }

  close() {
    this.popover.close()
  }

  #write() {
    if (!this.frame) return
    const { values } = this.frame.message
    const pulls = pullsOf(values)
    const facts = { ...values, ...pulls, ...changesOf(pulls) }
    this.large.show(pulls)
    setAttribute(this.large.element, "aria-label", words.tug.described(facts))
    for (const [name, course] of Object.entries(this.courses)) course.show(this.track.view().figures, FIGURE[name])
    for (const [name, place] of Object.entries(this.numbers)) setText(place, words.tug.numbers[name](facts))
    setAttribute(this.panel, "data-lambda", facts.effective > 0 ? "on" : "off")
  }

  // The place of a number that is written with every frame.
  #number(name, kind = "") {
    this.numbers[name] = el("span", { class: `dann-tug-number ${kind}` }, "–")
    return this.numbers[name]
  }

  #war() {
    const said = words.tug
    const line = (kind, name) => el("li", {}, sign(kind), said.legend[name], " ", this.#number(name, `dann-of-${kind}`))
    const course = (name) => {
      const [label, meaning] = said.courses[name]
      return el("li", { title: meaning }, label, " ", this.#number(name), this.courses[name].element)
    }
    return el(
      "div",
      {},
      el("p", { class: "dann-tug-title" }, said.title),
      this.large.element,
      el("ul", {}, line("classified", "classification"), line("reversed", "reversed"), line("told", "adversarial")),
      el("p", {}, this.#number("angle")),
      el("p", {}, this.#number("effective")),
      el("p", { class: "dann-note" }, this.#number("basis")),
      el("ul", { class: "dann-tug-courses" }, course("gradient_ratio"), course("gradient_cosine")),
      el("label", { class: "dann-toggle", title: said.arrows[1] }, this.box, said.arrows[0]),
    )
  }

  #equation() {
    const said = words.tug
    const gets = (kind, name, text) =>
      el("span", { class: `dann-of-${kind}` }, sign(kind), this.#number(name), ...symbols(` ${text} `))
    const row = (of, kinds, names) =>
      el(
        "div",
        { class: "dann-tug-row" },
        el("span", { class: "dann-tug-who" }, of.who),
        el("span", {}, ...symbols(of.rule)),
        el("span", { class: "dann-tug-gets" }, ...kinds.map((kind, k) => gets(kind, names[k], of.gets[k]))),
      )
    return el(
      "div",
      {},
      el("p", { class: "dann-tug-title" }, said.equation),
      row(said.rows.classifier, ["classified"], ["classifier"]),
      row(said.rows.discriminator, ["told"], ["discriminator"]),
      row(said.rows.extractor, ["classified", "reversed"], ["extractor_classification", "extractor_reversed"]),
      this.#way(),
      el("p", { class: "dann-tug-title" }, said.which),
      el("p", { class: "dann-tug-verdict" }, ...symbols(said.right), this.#number("right", "dann-of-reversed")),
      el("p", { class: "dann-tug-verdict" }, ...symbols(said.wrong), this.#number("wrong", "dann-of-told"), said.helps),
      el("p", { class: "dann-note" }, ...symbols(said.code)),
    )
  }

  // How the discriminator's gradient comes to the extractor: it flips where the reversal turns it.
  #way() {
    const part = (text, kind = "") => el("span", { class: `dann-tug-part ${kind}` }, ...symbols(text))
    const { loss, discriminator, extractor } = words.tug.way
    const reversal = el("span", { class: "dann-tug-part dann-tug-reversal" }, this.#number("reversal"))
    const way = [part(loss), arrow("told"), part(discriminator), arrow("told"), reversal, arrow("reversed"), part(extractor)]
    return el("div", { class: "dann-tug-way", role: "img", "aria-label": words.tug.way.label }, ...way)
  }
}

const sign = (kind) => el("span", { class: `dann-tug-sign dann-of-${kind}`, "aria-hidden": "true" }, SIGNS[kind])
const arrow = (kind) => el("span", { class: `dann-tug-arrow dann-of-${kind}` }, kind === "told" ? "━▶" : "╍▷")

// "θ_f" as a letter with an index.
function symbols(text) {
  return text.split(/(\p{L}_\p{L})/u).map((part, k) => {
    if (k % 2 === 0) return part
    const [letter, index] = part.split("_")
    return el("span", { class: "dann-tug-symbol" }, el("i", {}, letter), el("sub", {}, index))
  })
}

// What is drawn: lengths at the features, and the angle between the classifier's pull and the reversed one.
function pullsOf({ gradients, effective_lambda: effective, gradient_cosine: cosine, gradient_ratio: ratio }) {
  const { classification = NaN, adversarial = NaN, reversed = NaN } = gradients ?? {}
  return { classification, adversarial, reversed, effective, ratio, cosine: cosine ?? NaN }
}

// How the adversarial loss changes to first order with what the extractor gets by one or the other sign of lambda, as a
// step of the features: the classifier's part, c |g_y| |g_d|, plus or minus the discriminator's.
function changesOf({ classification, adversarial, effective, cosine }) {
  const byClassifier = Number.isFinite(cosine) ? cosine * classification * adversarial : NaN
  const byReversal = effective * adversarial ** 2
  return { byClassifier, byReversal }
}
