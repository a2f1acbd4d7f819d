// What is said of the state of a run, rule by rule, as functions of facts.

import { sentences, tell } from "./language.js"
import { fixed, percent, short } from "./numbers.js"

const probe = (f) => tell("A-distance {distance}, chance {chance}", { distance: fixed(f.a_distance, 1), chance: fixed(f.chance, 1) })

// What most sentences name: how often the discriminator is right, and what a fresh probe finds.
const apart = (f) => ({ share: percent(f.domain_accuracy), probe: probe(f) })

const wouldAdapt = () => tell("With class shares “ignored” it would.")

export const rules = {
  beginning: () => tell("The first iterations are being trained."),
  untrained: () => tell("Nothing is trained yet: the network is random. Press Play and watch it align the domains."),
  unprobed: () => tell("A fresh probe of the features is on its way."),
  diverged: () => tell("Diverged: the losses have left every scale, because the steps are too large."),
  "no classifier": () =>
    tell("The classification weight is 0: nothing teaches the classifier, so classes mean nothing here."),
  "no adversary": () =>
    tell("The adversarial weight is 0: this is source-only training, nothing pulls the domains together."),
  "entropy alone": () =>
    tell("The adversarial weight is 0: the entropy term sharpens the target's predictions, and nothing aligns the domains."),
  "discrepancy alone": () =>
    tell("The adversarial weight is 0: the feature discrepancy alone pulls the domains together, without a discriminator."),
  "lambda_max is 0": () =>
    tell("lambda_max is 0: the discriminator watches, but the extractor does not feel it (source only)."),
  "features collapsed": (f) =>
    tell(
      "Features collapsed: they have shrunk to {rank} effective dimensions. Nothing can tell the domains apart there, " +
        "and classes lie on each other.",
      { rank: fixed(f.rank, 1) },
    ),
  "source forgotten": (f) =>
    tell("The classifier has forgotten the source ({now}, it was {best}): the reversed gradient is too strong.", {
      now: percent(f.source_accuracy),
      best: percent(f.best_source_accuracy),
    }),
  guessing: () => tell("The classifier does no better than guessing, so aligned features mean nothing."),
  "run too short": (f) =>
    sentences(
      tell("The source is learnt first, for {n} iterations at least: max_iter is too small for this run to adapt.", {
        n: short(f.decides_in),
      }),
      wouldAdapt(),
    ),
  "domains overlap": (f) =>
    sentences(
      tell(
        "The domains overlap: {share} of the target's samples lie closer to the source than to each other (50%: alike), " +
          "and above {limit} a run does not adapt.",
        { share: percent(f.mixed), limit: percent(f.mixed_limit) },
      ),
      wouldAdapt(),
    ),
  "classes unclear": () =>
    sentences(
      tell("The target's nearest source samples do not say clearly which classes to align, so this run does not adapt."),
      wouldAdapt(),
    ),
  "lambda never rose": (f) =>
    tell("The run is over and lambda ended at {value}: gamma is too small for it to rise.", { value: fixed(f.lambda, 2) }),
  "lambda still low": (f) =>
    tell("lambda is still {value}: adaptation has hardly begun, the classifier learns the source first.", {
      value: fixed(f.lambda, 2),
    }),
  "reversal limited": (f) =>
    tell(
      "The discriminator is right in {share} of cases: the reversal limit ({limit}) keeps its pull on the extractor " +
        "gentle.",
      { share: percent(f.domain_accuracy), limit: short(f.reversal_limit) },
    ),
  "discriminator wins": (f) =>
    tell(
      "Discriminator winning: it is right in {share} of cases, the extractor does not hide the domain (fresh probe: " +
        "{probe}).",
      apart(f),
    ),
  "discriminator asleep": (f) =>
    tell(
      "Discriminator asleep: it is at chance ({share}), but a fresh probe tells the domains apart ({probe}).",
      apart(f),
    ),
  "told apart within classes": (f) =>
    tell(
      "Told apart within classes: the domains differ (discriminator {share}, fresh probe: {probe}), but the target lies " +
        "in its classes as clearly as the source does in its own.",
      apart(f),
    ),
  early: (f) =>
    tell(
      "The discriminator is at chance ({share} right), but it is early: lambda is {now} on its way to {most}, and " +
        "nothing has settled yet.",
      { share: percent(f.domain_accuracy), now: fixed(f.lambda, 2), most: short(f.lambda_max) },
    ),
  aligned: (f) =>
    tell("Aligned: the domains can hardly be told apart (discriminator {share}, fresh probe: {probe}).", apart(f)),
  "aligned loosely": (f) =>
    tell(
      "Aligned, but loosely: the domains lie on each other ({probe}), yet the target lies only {fit} as clearly in its " +
        "classes as the source.",
      { probe: probe(f), fit: percent(f.fit) },
    ),
  "tug of war": (f) =>
    tell("Tug of war: the discriminator is right in {share} of cases, the extractor pulls against it.", {
      share: percent(f.domain_accuracy),
    }),
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

const right = (f) => ({ share: percent(f.target_accuracy) })

export const examRules = {
  "wrong classes": (f) => tell("But (exam) only {share} of the target are right: classes lie on wrong classes.", right(f)),
  "no harm": (f) => tell("Yet (exam) {share} of the target are right: it does no harm.", right(f)),
}

function taken(f) {
  if (f.shares_trust === null)
    return tell("The method “Importance-weighted DANN”, or class shares “estimated”, takes them into account.")
  // Then nothing is adapted, which is said of the run itself.
  if (f.adapts_from === null) return ""
  return tell("So source samples count for about as much as their class seems to be frequent in the target.")
}

// What estimating class shares has made of the run itself.
export const adapted = ({ why_not, facts }) => (why_not ? rules[why_not](facts) : "")

export const shareRules = {
  unknown: () => tell("The target's class shares are estimated once the classifier knows the source."),
  agree: (f) =>
    sentences(
      tell("Classes seem about as frequent in both domains: they differ by {distance}, and the estimate may be off by {limit}.", {
        distance: percent(f.shares_distance / 2),
        limit: percent(f.shares_limit / 2),
      }),
      f.shares_trust !== null ? "" : tell("A strong adversary makes predictions so, whatever the shares are."),
    ),
  unclear: (f) =>
    tell(
      "They seem to differ by {distance}, or the shift moves predictions from class to class: only the difference that " +
        "is left when the domains are aligned says which.",
      { distance: percent(f.shares_distance / 2) },
    ),
  differ: (f) =>
    sentences(
      tell("Class shares seem to differ by {distance}: aligning the domains as a whole mixes classes.", {
        distance: percent(f.shares_distance / 2),
      }),
      taken(f),
    ),
}

const beside = (f) => ({ share: percent(f.target_accuracy), without: percent(f.source_only) })

export const twinRules = {
  harm: (f) => tell("Adaptation did harm here (exam): {share} of the target are right, {without} without it.", beside(f)),
  gain: (f) => tell("Adaptation paid off (exam): {share} of the target are right, {without} without it.", beside(f)),
  even: (f) =>
    tell("Adaptation made no difference (exam): {share} of the target are right, {without} without it.", beside(f)),
}
