// What is said of the state of a run, rule by rule, as functions of facts.

import { fixed, percent, short } from "./numbers.js"

const probed = (f) => `A-distance ${fixed(f.a_distance, 1)}, chance ${fixed(f.chance, 1)}`

export const rules = {
  beginning: () => "The first iterations are being trained.",
  untrained: () => "Nothing is trained yet: the network is random. Press Play and watch it align the domains.",
  unprobed: () => "A fresh probe of the features is on its way.",
  diverged: () => "Diverged: the losses have left every scale, because the steps are too large.",
  "no classifier": () => "The classification weight is 0: nothing teaches the classifier, so classes mean nothing here.",
  "no adversary": () =>
    "The adversarial weight is 0: this is source-only training, nothing pulls the domains together.",
  "entropy alone": () =>
    "The adversarial weight is 0: the entropy term sharpens the target's predictions, and nothing aligns the domains.",
  "discrepancy alone": () =>
    "The adversarial weight is 0: the feature discrepancy alone pulls the domains together, without a discriminator.",
  "lambda_max is 0": () =>
    "lambda_max is 0: the discriminator watches, but the extractor does not feel it (source only).",
  "features collapsed": (f) =>
    `Features collapsed: they have shrunk to ${fixed(f.rank, 1)} effective dimensions. Nothing can tell the domains ` +
    "apart there, and classes lie on each other.",
  "source forgotten": (f) =>
    `The classifier has forgotten the source (${percent(f.source_accuracy)}, it was ` +
    `${percent(f.best_source_accuracy)}): the reversed gradient is too strong.`,
  guessing: () => "The classifier does no better than guessing, so aligned features mean nothing.",
  "lambda never rose": (f) =>
    `The run is over and lambda ended at ${fixed(f.lambda, 2)}: gamma is too small for it to rise.`,
  "lambda still low": (f) =>
    `lambda is still ${fixed(f.lambda, 2)}: adaptation has hardly begun, the classifier learns the source first.`,
  "reversal limited": (f) =>
    `The discriminator is right in ${percent(f.domain_accuracy)} of cases: the reversal limit ` +
    `(${short(f.reversal_limit)}) keeps its pull on the extractor gentle.`,
  "discriminator wins": (f) =>
    `Discriminator winning: it is right in ${percent(f.domain_accuracy)} of cases, the extractor does not hide the ` +
    `domain (fresh probe: ${probed(f)}).`,
  "discriminator asleep": (f) =>
    `Discriminator asleep: it is at chance (${percent(f.domain_accuracy)}), but a fresh probe tells the domains apart ` +
    `(${probed(f)}).`,
  "told apart within classes": (f) =>
    `Told apart within classes: the domains differ (discriminator ${percent(f.domain_accuracy)}, fresh probe: ` +
    `${probed(f)}), but the target lies in its classes as clearly as the source does in its own.`,
  early: (f) =>
    `The discriminator is at chance (${percent(f.domain_accuracy)} right), but it is early: lambda is ` +
    `${fixed(f.lambda, 2)} on its way to ${short(f.lambda_max)}, and nothing has settled yet.`,
  aligned: (f) =>
    `Aligned: the domains can hardly be told apart (discriminator ${percent(f.domain_accuracy)}, fresh probe: ` +
    `${probed(f)}).`,
  "aligned loosely": (f) =>
    `Aligned, but loosely: the domains lie on each other (${probed(f)}), yet the target lies only ` +
    `${percent(f.fit)} as clearly in its classes as the source.`,
  "tug of war": (f) =>
    `Tug of war: the discriminator is right in ${percent(f.domain_accuracy)} of cases, the extractor pulls against it.`,
}

// What the picture of a state is: its shape says it, too.
export const states = {
  aligned: "aligned",
  "aligned loosely": "aligned",
  "told apart within classes": "within",
  "discriminator asleep": "asleep",
  "discriminator wins": "winning",
  "features collapsed": "collapsed",
}

export const examRules = {
  "wrong classes": (f) =>
    `But (exam) only ${percent(f.target_accuracy)} of the target are right: classes lie on wrong classes.`,
  "no harm": (f) => `Yet (exam) ${percent(f.target_accuracy)} of the target are right: it does no harm.`,
}

export const shareRules = {
  unknown: () => "The target's class shares are estimated once the classifier knows the source.",
  agree: (f) =>
    `Predictions are about as frequent in both domains: they differ by ${percent(f.shares_distance / 2)}, and the ` +
    `estimate may be off by ${percent(f.shares_limit / 2)}. A strong adversary makes them so, whatever they are.`,
  unclear: (f) =>
    `They seem to differ by ${percent(f.shares_distance / 2)}, or the shift moves predictions from class to class: ` +
    "only the difference that is left when the domains are aligned says which.",
  differ: (f) =>
    `Class shares seem to differ by ${percent(f.shares_distance / 2)}: aligning the domains as a whole mixes classes. ` +
    (f.shares_trust !== null
      ? f.shares_trust > 0
        ? "So source samples count for about as much as their class seems to be frequent in the target."
        : "But predictions are not sure enough for this run to weigh source samples by it."
      : "The method \u201cImportance-weighted DANN\u201d, or class shares \u201cestimated\u201d, takes them into account."),
}

const beside = (f) => `${percent(f.target_accuracy)} of the target are right, ${percent(f.source_only)} without it.`

export const twinRules = {
  harm: (f) => `Adaptation did harm here (exam): ${beside(f)}`,
  gain: (f) => `Adaptation paid off (exam): ${beside(f)}`,
  even: (f) => `Adaptation made no difference (exam): ${beside(f)}`,
}
