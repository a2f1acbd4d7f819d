// Losses, lambda and accuracies over the iterations, with marks where a setting changed.

import { drawRow, numberText, ticks } from "./axis.js"
import { marksOf } from "./curve-marks.js"
import { panelsOf } from "./curve-panels.js"
import {
  paintBand,
  paintBase,
  paintChance,
  paintCurve,
  paintDot,
  paintLevels,
  paintNote,
  paintTitle,
  paintUpright,
  wrapped,
} from "./curve-paint.js"
import { el } from "./dom.js"
import { CURVES, FAINT, INK } from "./palette.js"
import { Picture } from "./picture.js"
import {
  CURVES_CAPTION,
  CURVES_CAPTION_BRANCHES,
  accuraciesAt,
  atIteration,
  changed,
  curvesDescription,
  inIterations,
  runs,
  shelvedCaption,
  shelvedValue,
} from "./picture-words.js"
import { letterNote, shelvedPanels } from "./shelved.js"

const PIXELS_A_TICK = 70
const GAP = 6
const PIXELS_A_NUMBER = 16

const inPercent = (value) => `${(100 * value).toFixed(1)}%`

export class Curves extends Picture {
  branches = [] // beside the run that is shown: {number, iteration, panels}
  shelved = [] // runs of the shelf, as the page tells them
  forks = new Map() // iteration -> numbers of the runs that leave another one there

  constructor(host) {
    super(host, "x")
    this.hairline = el("div", {
      style: {
        position: "absolute",
        width: "0",
        borderLeft: "1px solid var(--dann-line)",
        pointerEvents: "none",
        display: "none",
      },
    })
    this.stage.append(this.hairline)
  }

  margins() {
    return { left: 3 * this.text + 4, right: 8, top: 0, bottom: this.text + 8 }
  }

  titleHeight() {
    return this.text + 3
  }

  setScene(scene) {
    this.classCount = scene.values.classes.length
    this.frame = this.shown = undefined
    this.point(null)
    this.zoomTo(null, false)
    this.redraw()
  }

  // `branches`: what is told of the other runs, each with its track; `forks`: see above.
  // `shelved`: runs of the shelf; `predicted` and `twin`: see curve-panels.js.
  show(track, frame, look, { latest, lookingBack, predicted = null, branches = [], forks = new Map(), shelved = [], twin }) {
    const { rows, figures } = track
    const others = branches.map(({ id, iteration }) => [id, iteration])
    const at = [look.theme, frame.number, frame.values.iteration, latest, lookingBack, rows.length, figures.length]
    const shown = [...at, predicted, others, ...forks, twin].join()
    if (shown === this.shown && frame === this.frame && shelved === this.shelved) return
    Object.assign(this, { shown, track, frame, lookingBack, shelved })
    const { knobs, changes } = frame.values
    this.panels = panelsOf(track, frame, this.classCount, { predicted, twin })
    const laid = shelvedPanels(shelved)
    this.panels.forEach((panel, k) => (panel.shelved = laid[k]))
    this.marks = marksOf(changes, knobs.max_iter)
    this.forks = forks
    const inRow = branches.toSorted((one, other) => other.number - one.number)
    this.branches = inRow.map(({ number, iteration, track: its }) => {
      return { number, iteration, panels: panelsOf(its.view(), frame, this.classCount) }
    })
    const furthest = Math.max(knobs.max_iter, latest, 1, ...branches.map(({ iteration }) => iteration))
    this.setHome({ left: 0, right: furthest, bottom: 0, top: 1 })
  }

  draw(pen) {
    this.setFont(pen)
    const places = this.places(pen)
    const notes = this.panels.flatMap((panel, k) => this.drawPanel(pen, panel, places[k], k))
    this.drawUprights(pen, places)
    for (const note of [...notes, ...this.changeNote(pen, places[0]), ...this.forkNotes(places[0])]) paintNote(pen, note)
    this.drawIterations(pen)
  }

  // Each panel's title and the rectangle below it.
  places(pen) {
    const { x, y, width, height } = this.box
    const lineHeight = this.text + 3
    const titles = this.panels.map(({ title }) => wrapped(pen, title, this.width - 4, this.fonts))
    const room = titles.reduce((sum, lines) => sum + lines.length * lineHeight + GAP, 0)
    let top = y
    return this.panels.map((panel, k) => {
      const titleHeight = titles[k].length * lineHeight + GAP / 2
      const place = { x, width, title: titles[k], top: top + titleHeight, height: (height - room) * panel.share }
      top = place.top + place.height + GAP / 2
      return place
    })
  }

  drawPanel(pen, panel, place, k) {
    const { x, width, top, height } = place
    const toX = (value) => this.toX(value)
    const toY = (value) => top + ((panel.high - value) / (panel.high - panel.low)) * height
    // Never beyond the picture's edge, whatever the title's width.
    const half = Math.max(...place.title.map((line) => line.width)) / 2
    const middle = Math.max(half + 2, Math.min(this.width - half - 2, x + width / 2))
    paintTitle(pen, place.title, middle, top - 2, this.text + 3, this.fonts)
    paintLevels(pen, panel, place, toY, this.text)
    paintBase(pen, place)
    pen.save()
    pen.beginPath()
    pen.rect(x, top, width, height)
    pen.clip()
    for (const curve of panel.curves) if (curve.band) paintBand(pen, curve, toX, toY)
    for (const { panels } of this.branches)
      for (const curve of panels[k].curves) if (curve.say) paintCurve(pen, { ...curve, isFaint: true }, toX, toY)
    for (const curve of panel.curves) paintCurve(pen, curve, toX, toY)
    for (const curve of panel.shelved ?? []) paintCurve(pen, curve, toX, toY)
    pen.restore()
    if (panel.dot && panel.dot.x >= this.view.left && panel.dot.x <= this.view.right) paintDot(pen, panel.dot, toX, toY)
    const notes = this.branches.flatMap((branch, at) => this.endNote(branch, at, k, place, toY))
    const seen = { toX, toY, isSeen: this.isSeen, top, text: this.text }
    for (const curve of panel.shelved ?? []) notes.push(...letterNote(curve, seen))
    const { chance, reference } = panel
    if (chance) notes.push(paintChance(pen, chance, chance.colour ?? CURVES.adversarial_loss, place, toY))
    if (reference) notes.push(paintChance(pen, reference, CURVES.target, place, toY))
    return notes
  }

  // A run's number at the end of its first curve; those that end together stand in a row. lambda's panel is too low.
  endNote({ number, panels }, at, k, { top, height }, toY) {
    if (k === 1) return []
    const curve = panels[k].curves.find(({ say, count }) => say && count)
    const [x, y] = curve ? [curve.x(curve.count - 1), curve.y(curve.count - 1)] : [NaN, NaN]
    if (!this.isSeen(x) || !Number.isFinite(y)) return []
    const place = Math.max(top + this.text + 2, Math.min(top + height, toY(y) - 2))
    const right = this.toX(x) - at * PIXELS_A_NUMBER
    return [{ text: String(number), colour: INK, x: right, y: place, baseline: "bottom", align: "right" }]
  }

  forkNotes({ top, height }) {
    return [...this.forks].flatMap(([iteration, numbers], at) => {
      if (!this.isSeen(iteration)) return []
      const x = this.toX(iteration) + 4
      // Between the losses, which are mostly near ln 2 and near 0; neighbours one below the other.
      const y = top + 0.6 * height + (at % 2) * this.text
      return [{ text: runs(numbers), colour: INK, x, y, baseline: "bottom", align: "left" }]
    })
  }

  drawUprights(pen, places) {
    const draw = (iteration, isDotted) => {
      if (!this.isSeen(iteration)) return
      const x = Math.round(this.toX(iteration)) + 0.5
      for (const { top, height } of places) paintUpright(pen, x, top, top + height, isDotted)
    }
    for (const { iteration } of this.marks) draw(iteration, true)
    for (const iteration of this.forks.keys()) draw(iteration, true)
    if (this.lookingBack) draw(this.frame.values.iteration, false)
  }

  changeNote(pen, { x, width, top }) {
    const mark = this.marks.at(-1)
    if (!mark || !this.isSeen(mark.iteration)) return []
    const text = changed(mark)
    const place = this.toX(mark.iteration)
    const needs = pen.measureText(text).width + 8
    const isRight = place + needs < x + width || place - needs < x
    const side = isRight ? { x: place + 4, align: "left" } : { x: place - 4, align: "right" }
    return [{ text, colour: INK, y: top + 2, baseline: "top", ...side }]
  }

  isSeen = (iteration) => iteration >= this.view.left && iteration <= this.view.right

  drawIterations(pen) {
    const { x, y, width, height } = this.box
    const { values, decimals } = ticks(this.view.left, this.view.right, width / PIXELS_A_TICK)
    const labels = values.map((value) => [this.toX(value), numberText(value, decimals)])
    const last = labels.at(-1)
    if (last) last[1] = inIterations(last[1])
    Object.assign(pen, { fillStyle: INK, textBaseline: "top" })
    drawRow(pen, labels, y + height + 4, x - 6, this.width - 1, 8)
  }

  pick(x, y) {
    if (!this.frame || x < this.box.x || x > this.box.x + this.box.width) return null
    const curves = this.panels.flatMap((panel) => panel.curves).filter((curve) => curve.say)
    const [ofRows, ofFigures] = [curves.filter((curve) => !curve.isFigure), curves.filter((curve) => curve.isFigure)]
    const wanted = this.fromX(x)
    const [row, figure] = [nearest(ofRows[0], wanted), nearest(ofFigures[0], wanted)]
    if (row === undefined && figure === undefined) return null
    const iteration = row === undefined ? ofFigures[0].x(figure) : ofRows[0].x(row)
    const lines = [{ text: atIteration(iteration) }, ...said(ofRows, row)]
    // Accuracies are measured less often than losses.
    if (figure !== undefined && Math.round(iteration) !== ofFigures[0].x(figure)) {
      lines.push({ text: accuraciesAt(ofFigures[0].x(figure)) })
    }
    lines.push(...said(ofFigures, figure))
    for (const curve of this.panels.flatMap((panel) => panel.shelved ?? [])) lines.push(...shelvedLines(curve, iteration))
    return { x: this.toX(iteration), y, number: Math.round(iteration), colour: FAINT, lines }
  }

  mark(about) {
    const { style } = this.hairline
    style.display = about ? "block" : "none"
    if (!about) return
    Object.assign(style, { left: `${about.x}px`, top: `${this.box.y}px`, height: `${this.box.height}px` })
  }

  caption() {
    if (this.shelved.length) return shelvedCaption(this.shelved)
    return this.branches.length ? CURVES_CAPTION_BRANCHES : CURVES_CAPTION
  }

  description(frame) {
    const marks = marksOf(frame.values.changes, frame.values.knobs.max_iter)
    const twin = this.panels.at(-1).reference?.text
    return curvesDescription(frame, { marks, twin, branches: this.branches, shelved: this.shelved })
  }
}

function said(curves, k) {
  if (k === undefined) return []
  const known = curves.filter(({ y }) => Number.isFinite(y(k)))
  return known.map(({ name, colour, y, say }) => ({ text: `${name} ${say(y(k))}`, colour }))
}

// What a shelved run had there, if it came so far.
function shelvedLines(curve, iteration) {
  if (iteration > curve.x(curve.count - 1)) return []
  const value = curve.y(nearest(curve, iteration))
  const isShare = curve.kind === "target" || curve.kind === "source"
  return [{ text: shelvedValue(curve, isShare ? inPercent(value) : value.toFixed(3)), colour: curve.colour }]
}

// The place in a curve, in order, that is nearest to an iteration.
export function nearest(curve, iteration) {
  let [low, high] = [0, curve.count - 1]
  if (high < 0) return undefined
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (curve.x(middle) <= iteration) low = middle
    else high = middle
  }
  return iteration - curve.x(low) <= curve.x(high) - iteration ? low : high
}
