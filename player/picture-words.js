// What stands in, under and beside the pictures.

import { listed, sentences, tell } from "./language.js"
import { INK } from "./palette.js"

const percent = (share) => `${Math.round(100 * share)}%`
const counted = new Intl.NumberFormat("en-US")

export const count = (number) => counted.format(number)

// A name that may come from a file, short.
const shortened = (name, limit = 16) => (name.length <= limit ? name : `${name.slice(0, limit - 1)}…`)

export const WHOLE = tell("whole picture")
export const DOMAINS = [tell("source"), tell("target")]
export const DOMAIN_CURVE = tell("domain")
export const LOOKS_ALIKE = tell("ln 2 = 0.693: domains look alike")
export const CANNOT_TELL = tell("50 %: cannot tell the domains")
export const LOSSES = tell("losses (nats): ")
export const LAMBDA = tell("lambda")
export const EFFECTIVE = tell("effective lambda")
export const ACCURACIES = tell("accuracies: ")
export const TARGET_CURVE = tell("target (exam)")
// Between the names of curves, each of which has a colour of its own.
export const BETWEEN = tell(", ")
export const twinLevel = (accuracy) =>
  tell("source-only twin {accuracy} (exam)", { accuracy: `${(100 * accuracy).toFixed(1)}%` })
// The last number below the curves.
export const inIterations = (n) => tell("{n} iterations", { n })

export const LOSS_NAMES = {
  classification_loss: tell("classification"),
  adversarial_loss: tell("adversarial"),
  discrepancy_loss: tell("discrepancy"),
  entropy: tell("entropy"),
}
export const atIteration = (iteration) => tell("iteration {n}", { n: count(Math.round(iteration)) })
export const accuraciesAt = (iteration) => tell("accuracies at iteration {n}", { n: count(iteration) })
export const changed = ({ name, old, now }) => `${name} ${short(old)} → ${short(now)}`
export const firstPoints = (points) => tell("first {n} points of a window", { n: points })
export const spreadOf = (median, low, high) => tell("{median} ({low} to {high})", { median, low, high })

const short = (value) => (typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value))

// The lines about one sample: {domain: 0 source or 1 target, called, truth (a name, if it may be told), predicted,
// confidence}.
export function sampleLines({ domain, called, truth, predicted, confidence }) {
  const lines = [domain ? tell("target sample {name}", { name: called }) : tell("source sample {name}", { name: called })]
  const name = truth !== undefined && shortened(truth, 40)
  if (name !== false) lines.push(domain ? tell("class {name} (exam)", { name }) : tell("class {name}", { name }))
  lines.push(tell("predicted {name} ({share})", { name: shortened(predicted, 40), share: percent(confidence) }))
  return lines.map((text) => ({ text }))
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
    if (classes.length > mostClasses) entries.push(["", INK, tell("and {n} more", { n: classes.length - mostClasses })])
  }
  if (isRinged) entries.push(["◯", INK, tell("predicted wrongly (exam)")])
  return entries
}

export function featuresCaption({ shown, samples }, { byDomain, isExam, isRinged }) {
  const [source, target, sources, targets] = [...shown, ...samples].map(count)
  const counts = tell("{source} of {sources} source samples and {target} of {targets} target samples", {
    ...{ source, target, sources, targets },
  })
  const ofClasses = isExam ? tell("target colours: the exam's") : tell("target colours: predictions")
  const facts = { counts, colours: byDomain ? tell("colours: the domains") : ofClasses }
  return isRinged
    ? tell("{counts}; {colours}; ringed: predicted wrongly (exam).", facts)
    : tell("{counts}; {colours}.", facts)
}

// t-SNE has no direction that a gradient could be drawn in.
export const pullsCaption = (view) =>
  view === "PCA"
    ? tell("Arrows on some points, to the longest one: solid, the classifier pulls (source only); dashed, the reversed discriminator.")
    : tell("No arrows here: t-SNE is no linear map, so a gradient has no direction in it. PCA shows them.")

const TAKEN = tell("Samples and what the classifier takes them for.")

export const INPUT_CAPTIONS = {
  plane: tell("Line: the classifier's boundary. Tint: the discriminator (blue: source, sand: target, none: at a loss)."),
  components: tell("The inputs' first two principal components, coloured like the features."),
  images: TAKEN,
  signals: TAKEN,
  none: tell("The inputs were left out of this film."),
}

export const CURVES_CAPTION = tell(
  "Dotted: needs target labels, so it is an exam only. Dotted upright lines: a setting changed.",
)

export const CURVES_CAPTION_BRANCHES = tell(
  "Dotted: needs target labels (exam). Upright: a setting changed, or a run left. Faint: other runs, by number.",
)

// Of shelved runs whose curves are dashed.
export const shelvedCaption = (shelved) => {
  // All names together have the room of two lines.
  const limit = Math.floor(84 / shelved.length) - 4
  const names = listed(shelved.map(({ letter, name }) => `${letter} ${shortened(name, limit)}`))
  return tell("Dotted: exam. From the shelf: {names}", { names })
}

const KINDS = {
  classification: LOSS_NAMES.classification_loss,
  lambda: LAMBDA,
  target: TARGET_CURVE,
  source: DOMAINS[0],
  domain: DOMAIN_CURVE,
}
export const shelvedValue = ({ letter, kind }, value) => `${letter} ${KINDS[kind]} ${value}`

export const runs = (numbers) => tell("run {numbers}", { numbers: listed(numbers) })

export const featuresDescription = (view, { shown }, { values }) =>
  tell(
    "{view} of the features at iteration {n}: {source} source samples as circles, {target} target samples as " +
      "triangles; the discriminator tells {share} of the domains right.",
    {
      ...{ view, n: count(values.iteration), source: count(shown[0]), target: count(shown[1]) },
      share: percent(values.domain_accuracy),
    },
  )

const takenFor = (counts) => listed(counts.map(([name, number]) => `${shortened(name, 40)} (${number})`))

const facts = ({ values }, counts = []) => ({ n: count(values.iteration), classes: takenFor(counts) })

export const INPUT_DESCRIPTIONS = {
  plane: (frame) =>
    tell(
      "The inputs in the plane at iteration {n}, with the classifier's boundary and the discriminator's view as a tint.",
      facts(frame),
    ),
  components: (frame) =>
    tell("The inputs' first two principal components at iteration {n}, with what they are taken for.", facts(frame)),
  images: (frame, counts) =>
    tell("Pictures of both domains at iteration {n}; the target's are taken for {classes}.", facts(frame, counts)),
  signals: (frame, counts) =>
    tell("Signals of both domains at iteration {n}; the target's are taken for {classes}.", facts(frame, counts)),
}

// Of what the curves show: a frame with its marks, the twin's level, the other branches and the runs of the shelf.
export function curvesDescription({ values, exam }, { marks, twin, branches, shelved }) {
  const facts = {
    n: count(values.iteration),
    lambda: values.lambda.toFixed(2),
    source: percent(values.source_accuracy),
    domain: percent(values.domain_accuracy),
  }
  return sentences(
    exam.target_accuracy === undefined
      ? tell(
          "Losses, lambda and accuracies up to iteration {n}: lambda {lambda}, source accuracy {source}, domain accuracy " +
            "{domain}.",
          facts,
        )
      : tell(
          "Losses, lambda and accuracies up to iteration {n}: lambda {lambda}, source accuracy {source}, domain accuracy " +
            "{domain}, target accuracy {target} (exam).",
          { ...facts, target: percent(exam.target_accuracy) },
        ),
    ...marks.map((mark) => tell("At iteration {n}: {change}.", { n: count(mark.iteration), change: changed(mark) })),
    twin && tell("Dashed level: {text}.", { text: twin }),
    ...branches.map(({ number, iteration }) =>
      tell("Faint: run {number}, {n} iterations.", { number, n: count(iteration) }),
    ),
    ...shelved.map(({ letter, name }) => tell("Dashed, from the shelf: {letter}, {name}.", { letter, name })),
  )
}
