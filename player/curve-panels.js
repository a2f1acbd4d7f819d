// What the three panels of the curves hold: losses, lambda on its whole curve, accuracies.

import { FIGURE, ROW } from "./columns.js"
import { CURVES, FAINT, INK } from "./palette.js"
import {
  ACCURACIES,
  BETWEEN,
  CANNOT_TELL,
  DOMAINS,
  DOMAIN_CURVE,
  EFFECTIVE,
  LAMBDA,
  LOOKS_ALIKE,
  LOSSES,
  LOSS_NAMES,
  TARGET_CURVE,
  twinLevel,
} from "./picture-words.js"
import { words } from "./words.js"

const CHANCE_LOSS = Math.LN2
const AHEAD_POINTS = 80
const SHARES = [0.4, 0.2, 0.4]

const nats = (value) => value.toFixed(3)
const inPercent = (value) => `${(100 * value).toFixed(1)}%`

// A panel: {share, low, high, isShare, title: [[text, colour], ...], curves, chance: {level, text, isBelow}, dot}, and
// `reference`, a level like that of chance. A
// curve: {name, colour, count, x(k), y(k), say(value), isDotted}; without `say` it is not spoken of.
// `predicted`: the target accuracies that a learner has drawn, evenly spaced over the run; `twin`: the source-only twin's
// target accuracy (exam), once it is trained.
export function panelsOf(track, frame, classCount, { predicted = null, twin } = {}) {
  const { knobs } = frame.values
  const panels = [losses(track, knobs, classCount), lambda(track, frame, knobs), accuracies(track, knobs, { predicted, twin })]
  return panels.map((panel, k) => ({ share: SHARES[k], ...panel }))
}

function losses({ rows }, knobs, classCount) {
  const names = Object.keys(LOSS_NAMES).filter((name) => isShown(name, knobs))
  const curves = names.map((name) => ofRows(rows, ROW[name], LOSS_NAMES[name], CURVES[name]))
  return {
    low: 0,
    // A network that guesses has a classification loss of ln K.
    high: Math.max(1.05, 1.15 * Math.log(classCount)),
    title: titled(LOSSES, curves),
    curves,
    chance: { level: CHANCE_LOSS, text: LOOKS_ALIKE, isBelow: false },
  }
}

function isShown(name, knobs) {
  if (name === "discrepancy_loss") return knobs.discrepancy !== "none"
  return name !== "entropy" || knobs.entropy_weight !== 0
}

function lambda({ rows, figures }, frame, knobs) {
  let most = Math.max(knobs.lambda_max, 0.1)
  for (let k = ROW.lambda; k < rows.length; k += ROW.width) if (rows[k] > most) most = rows[k]
  const past = ofRows(rows, ROW.lambda, LAMBDA, CURVES.lambda)
  return {
    low: -0.08 * most,
    high: 1.15 * most,
    title: titled("", [past, ...effective(figures)]),
    curves: [ahead(knobs, frame.values.adapts_from), past, ...effective(figures)],
    dot: { x: frame.values.iteration, y: frame.values.lambda, colour: CURVES.lambda },
  }
}

// What the reversal limit leaves of lambda, where it has left less.
function effective(figures) {
  const curve = ofTable(figures, FIGURE, FIGURE.effective_lambda)
  const isLess = (_, k) => curve.y(k) < 0.99 * figures[k * FIGURE.width + FIGURE.lambda]
  if (!Array.from({ length: curve.count }).some(isLess)) return []
  return [{ ...curve, name: EFFECTIVE, colour: CURVES.adversarial_loss, say: nats, isFigure: true }]
}

// The whole course that lambda takes with the settings of now.
function ahead(knobs, adaptsFrom) {
  const { gamma, max_iter, lambda_max, use_lambda_scheduler } = knobs
  const rise = (share) => (use_lambda_scheduler ? 2 / (1 + Math.exp(-gamma * share)) - 1 : 1)
  const x = (k) => (k / (AHEAD_POINTS - 1)) * max_iter
  const y = (k) => (adaptsFrom === null || x(k) < adaptsFrom ? 0 : lambda_max * rise(k / (AHEAD_POINTS - 1)))
  return { colour: FAINT, count: AHEAD_POINTS, x, y }
}

function accuracies({ figures, target }, knobs, { predicted, twin }) {
  const of = (column, name, colour) => ({
    ...ofTable(figures, FIGURE, column),
    ...{ name, colour, say: inPercent, isFigure: true },
  })
  const curves = [of(FIGURE.source_accuracy, DOMAINS[0], CURVES.source)]
  const isExam = target?.some(Number.isFinite)
  if (isExam) {
    // Dotted like everything that target labels were needed for.
    const exam = { isDotted: true, y: (k) => target[k] }
    curves.push({ ...of(FIGURE.source_accuracy, TARGET_CURVE, CURVES.target), ...exam })
  }
  if (knobs.adversarial_weight !== 0) curves.push(of(FIGURE.domain_accuracy, DOMAIN_CURVE, CURVES.domain))
  if (predicted) curves.push(sketched(predicted, knobs.max_iter))
  return {
    low: -0.02,
    high: 1.05,
    isShare: true,
    title: titled(ACCURACIES, curves),
    curves,
    chance: { level: 0.5, text: CANNOT_TELL, isBelow: true },
    // Where the exam is hidden, so is this.
    reference: isExam && twin !== undefined ? { level: twin, text: twinLevel(twin), isBelow: twin > 0.85, isLeft: true } : null,
  }
}

// It is no figure of the run: nothing is said of it where the pointer is.
const sketched = (predicted, most) => ({
  name: words.lesson.predicted,
  colour: CURVES.target,
  count: predicted.length,
  x: (k) => (k / (predicted.length - 1)) * most,
  y: (k) => predicted[k],
  dash: [9, 5],
  width: 2.6,
})

const ofRows = (rows, column, name, colour) => ({ ...ofTable(rows, ROW, column), name, colour, say: nats })

const ofTable = (table, { width, iteration }, column) => ({
  count: table.length / width,
  x: (k) => table[k * width + iteration],
  y: (k) => table[k * width + column],
})

const titled = (text, curves) => [
  [text, INK],
  ...curves.flatMap(({ name, colour }, k) => (k ? [[BETWEEN, INK], [name, colour]] : [[name, colour]])),
]
