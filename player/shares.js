// Class shares, the target's beside the source's: small bars in the line of figures, and behind them the numbers.

import { Confusion } from "./confusion.js"
import { el, popover, setAttribute, setText } from "./dom.js"
import { sentences } from "./language.js"
import { percent } from "./numbers.js"
import { MOST_CLASSES, classColour } from "./palette.js"
import { words } from "./words.js"

export class Shares {
  constructor() {
    const said = words.shares
    this.bars = el("span", { class: "dann-share-bars", "aria-hidden": "true" })
    this.sentence = el("p", {}, said.rule("unknown"))
    this.table = el("table", { class: "dann-shares" })
    this.note = el("p", { class: "dann-note" })
    this.confusion = new Confusion()
    const button = el("button", { type: "button", class: "dann-shares-open", "aria-label": said.open }, this.bars)
    const panel = { class: "dann-popover", role: "group", "aria-label": said.label }
    this.popover = popover(button, el("div", panel, this.sentence, this.table, this.note, this.confusion.element))
    const row = { class: "dann-figure", "data-figure": "shares", title: said.meaning }
    this.element = el("div", row, el("dt", {}, said.label), el("dd", {}, this.popover.place))
  }

  // `look.truth` asks for what target labels are needed for; a scene and frames may come without it.
  render(frame, scene, look) {
    if (!frame || (frame === this.frame && look === this.look)) return
    this.frame = frame
    this.look = look
    const { values } = frame.message
    const rows = rowsOf(frame.message, scene)
    const isExam = look.truth === "true" && scene.examArrays.target_shares !== undefined
    const tallest = Math.max(...rows.flatMap(({ source, target }) => [source, target || 0]))
    this.bars.replaceChildren(...rows.map((row) => pair(row, tallest, "height")))
    this.table.replaceChildren(header(isExam), ...rows.map((row) => line(row, tallest, isExam)))
    setText(this.sentence, sentences(words.shares.rule(values.shares_rule, values), words.shares.adapted(values)))
    this.confusion.render(frame.message, scene, isExam)
    setText(this.note, isExam || !scene.values.labelled ? "" : words.shares.hidden)
    setAttribute(this.element, "data-rule", values.shares_rule)
  }

  close() {
    this.popover.close()
  }
}

// A class each, and beyond as many as have a colour, the most frequent ones and the others together.
function rowsOf({ arrays, examArrays }, scene) {
  const source = scene.arrays.source_shares
  const rows = Array.from(source, (share, k) => ({
    name: scene.values.classes[k],
    colour: classColour(k),
    source: share,
    target: arrays.shares[k],
    truth: scene.examArrays.target_shares?.[k],
    recall: examArrays.recall?.[k],
  }))
  const most = MOST_CLASSES
  if (rows.length <= most) return rows
  const weight = (row) => row.source + (row.target || 0)
  const first = new Set([...rows].sort((one, other) => weight(other) - weight(one)).slice(0, most))
  const rest = rows.filter((row) => !first.has(row))
  const sum = (part) => rest.reduce((total, row) => total + row[part], 0)
  const others = { name: words.shares.others(rest.length), colour: "var(--dann-ink)", recall: NaN }
  for (const part of ["source", "target", "truth"]) others[part] = sum(part)
  return [...rows.filter((row) => first.has(row)), others]
}

// Two bars: the source's an outline, the target's filled, so that they differ by more than a shade.
function pair({ name, colour, source, target }, tallest, side) {
  const bar = (share, kind) => {
    const style = { [side]: `${(100 * (share || 0)) / tallest}%`, color: colour }
    return el("span", { class: `dann-share dann-share-${kind}`, style })
  }
  const title = words.shares.of(name, source, target)
  return el("span", { class: "dann-share-pair", title }, bar(source, "source"), bar(target, "target"))
}

function header(isExam) {
  const { columns } = words.shares
  const exam = (name) => el("th", { class: "dann-exam" }, columns[name])
  const shown = ["source", "target"].map((name) => el("th", {}, columns[name]))
  return el("tr", {}, el("th"), el("th", { class: "dann-share-lines" }), ...shown, ...(isExam ? ["truth", "recall"].map(exam) : []))
}

function line(row, tallest, isExam) {
  const bars = el("td", { class: "dann-share-lines", "aria-hidden": "true" }, pair(row, tallest, "width"))
  const exam = (name) => el("td", { class: "dann-exam" }, percent(row[name]))
  return el(
    "tr",
    {},
    el("th", { scope: "row", title: row.name }, row.name),
    bars,
    el("td", {}, percent(row.source)),
    el("td", {}, percent(row.target)),
    ...(isExam ? ["truth", "recall"].map(exam) : []),
  )
}
