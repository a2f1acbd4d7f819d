// What stands in, under and beside the pictures, in one place for whoever translates it.

import { INK } from "./palette.js"

const percent = (share) => `${Math.round(100 * share)}%`
const counted = new Intl.NumberFormat("en-US")

export const count = (number) => counted.format(number)

// A name that may come from a file, short.
const shortened = (name, limit = 16) => (name.length <= limit ? name : `${name.slice(0, limit - 1)}…`)

export const WHOLE = "whole picture"
export const DOMAINS = ["source", "target"]
export const LOOKS_ALIKE = "ln 2 = 0.693: domains look alike"
export const CANNOT_TELL = "50 %: cannot tell the domains"
export const LOSSES = "losses (nats): "
export const LAMBDA = "lambda"
export const EFFECTIVE = "effective lambda"
export const ACCURACIES = "accuracies: "
export const TARGET_CURVE = "target (exam)"
export const twinLevel = (accuracy) => `source-only twin ${(100 * accuracy).toFixed(1)}% (exam)`
export const twinDescription = (text) => ` Dashed level: ${text}.`
export const ITERATIONS = "iterations"

export const curveName = (name) => name.replace(/_loss$/, "")
export const atIteration = (iteration) => `iteration ${count(Math.round(iteration))}`
export const accuraciesAt = (iteration) => `accuracies at iteration ${count(iteration)}`
export const changed = ({ name, old, now }) => `${name} ${short(old)} → ${short(now)}`
export const firstPoints = (points) => `first ${points} points of a window`

const short = (value) => (typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value))

// The lines about one sample: {domain: 0 source or 1 target, called, truth (a name, if it may be told), predicted,
// confidence}.
export function sampleLines({ domain, called, truth, predicted, confidence }) {
  const lines = [{ text: `${DOMAINS[domain]} sample ${called}` }]
  if (truth !== undefined) lines.push({ text: `class ${shortened(truth, 40)}${domain ? " (exam)" : ""}` })
  return [...lines, { text: `predicted ${shortened(predicted, 40)} (${percent(confidence)})` }]
}

export const taken = (name, confidence) => `${shortened(name)} ${percent(confidence)}`
export const marked = (name, isRight) => `${isRight ? "✓" : "✗"} ${shortened(name)}`

// The legend's entries, [symbol, colour, text]: `classes` as [name, colour, sign]; `domainColours` where points wear those.
export function legendEntries(classes, { mostClasses, domainColours, isRinged }) {
  const [source, target] = domainColours ?? [INK, INK]
  const entries = [
    ["●", source, DOMAINS[0]],
    ["△", target, DOMAINS[1]],
  ]
  if (!domainColours) {
    entries.push(...classes.slice(0, mostClasses).map(([name, colour, sign]) => [sign, colour, shortened(name)]))
    if (classes.length > mostClasses) entries.push(["", INK, `and ${classes.length - mostClasses} more`])
  }
  if (isRinged) entries.push(["◯", INK, "predicted wrongly (exam)"])
  return entries
}

export function featuresCaption({ shown, samples }, { byDomain, isExam, isRinged }) {
  const colours = isExam ? "the exam's" : "predictions"
  const coloured = byDomain ? "colours: the domains" : `target colours: ${colours}`
  const ringed = isRinged ? "; ringed: predicted wrongly (exam)" : ""
  const of = DOMAINS.map((name, k) => `${count(shown[k])} of ${count(samples[k])} ${name} samples`)
  return `${of.join(" and ")}; ${coloured}${ringed}.`
}

// t-SNE has no direction that a gradient could be drawn in.
export const pullsCaption = (view) =>
  view === "PCA"
    ? "Arrows on some points, to the longest one: solid, the classifier pulls (source only); dashed, the reversed discriminator."
    : "No arrows here: t-SNE is no linear map, so a gradient has no direction in it. PCA shows them."

export const INPUT_CAPTIONS = {
  plane: "Line: the classifier's boundary. Tint: the discriminator (blue: source, sand: target, none: at a loss).",
  components: "The inputs' first two principal components, coloured like the features.",
  images: "Samples and what the classifier takes them for.",
  signals: "Samples and what the classifier takes them for.",
  none: "The inputs were left out of this film.",
}

export const CURVES_CAPTION =
  "Dotted: needs target labels, so it is an exam only. Dotted upright lines: a setting changed."

export const CURVES_CAPTION_BRANCHES =
  "Dotted: needs target labels (exam). Upright: a setting changed, or a run left. Faint: other runs, by number."

// Of shelved runs whose curves are dashed.
export const shelvedCaption = (shelved) => {
  // All names together have the room of two lines.
  const limit = Math.floor(84 / shelved.length) - 4
  return `Dotted: exam. From the shelf: ${shelved.map(({ letter, name }) => `${letter} ${shortened(name, limit)}`).join(", ")}`
}
export const shelvedDescription = (shelved) =>
  shelved.map(({ letter, name }) => ` Dashed, from the shelf: ${letter}, ${name}.`).join("")

export const shelvedValue = ({ letter, kind }, value) => `${letter} ${kind}${kind === "target" ? " (exam)" : ""} ${value}`

export const runs = (numbers) => `run ${numbers.join(", ")}`

export const branchesDescription = (branches) =>
  branches.map(({ number, iteration }) => ` Faint: run ${number}, ${count(iteration)} iterations.`).join("")

const at = ({ values }) => `at iteration ${count(values.iteration)}`

export const featuresDescription = (view, { shown }, frame) =>
  `${view} of the features ${at(frame)}: ${count(shown[0])} source samples as circles, ${count(shown[1])} target ` +
  `samples as triangles; the discriminator tells ${percent(frame.values.domain_accuracy)} of the domains right.`

export const INPUT_DESCRIPTIONS = {
  plane: (frame) =>
    `The inputs in the plane ${at(frame)}, with the classifier's boundary and the discriminator's view as a tint.`,
  components: (frame) => `The inputs' first two principal components ${at(frame)}, with what they are taken for.`,
  images: (frame, counts) => `Pictures of both domains ${at(frame)}; the target's are taken for ${listed(counts)}.`,
  signals: (frame, counts) => `Signals of both domains ${at(frame)}; the target's are taken for ${listed(counts)}.`,
}

const listed = (counts) => counts.map(([name, number]) => `${shortened(name, 40)} (${number})`).join(", ")

export function curvesDescription({ values, exam }, marks) {
  const target = exam.target_accuracy === undefined ? "" : `, target accuracy ${percent(exam.target_accuracy)} (exam)`
  return (
    `Losses, lambda and accuracies up to iteration ${count(values.iteration)}: lambda ${values.lambda.toFixed(2)}, ` +
    `source accuracy ${percent(values.source_accuracy)}, domain accuracy ${percent(values.domain_accuracy)}${target}.` +
    marks.map((mark) => ` At iteration ${count(mark.iteration)}: ${changed(mark)}.`).join("")
  )
}
