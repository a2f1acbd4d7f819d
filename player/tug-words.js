// What the tug of war and the equation say.

import { sentences, tell } from "./language.js"
import { fixed } from "./numbers.js"

const size = (number) => (Number.isFinite(number) ? String(Number(number.toPrecision(2))) : "–")
const degrees = (cosine) => Math.round((Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI)

function angle({ cosine }) {
  if (!Number.isFinite(cosine)) return tell("No adversary: nothing pulls against the classifier.")
  const facts = { degrees: degrees(cosine) }
  if (cosine < -0.1) return tell("Angle {degrees}°: they pull against each other.", facts)
  if (cosine > 0.1) return tell("Angle {degrees}°: they pull the same way.", facts)
  return tell("Angle {degrees}°: they pull across each other.", facts)
}

function changes({ byClassifier, byReversal }, sign) {
  const change = byClassifier + sign * byReversal
  if (!Number.isFinite(change) || !(byReversal > 0)) return tell("makes no difference while nothing is reversed")
  if (change > 0) return tell("△ raises the discriminator’s loss (+{change})", { change: size(change) })
  return tell("▼ lowers the discriminator’s loss (−{change})", { change: size(-change) })
}

function effective({ effective: value, lambda }) {
  if (value === null) return tell("There is no reversed gradient to measure λ by.")
  const facts = { value: fixed(value, 2), lambda: fixed(lambda, 2) }
  if (value < 0.99 * lambda) return tell("Effective λ {value}: the reversal limit shortens λ = {lambda}.", facts)
  return tell("Effective λ {value}, all of λ.", facts)
}

function described({ classification, reversed, cosine }) {
  const facts = { classification: size(classification), reversed: size(reversed), degrees: degrees(cosine) }
  return Number.isFinite(cosine)
    ? tell(
        "The classifier pulls the features with {classification}, the reversed discriminator with {reversed}, at " +
          "{degrees} degrees.",
        facts,
      )
    : tell("The classifier pulls the features with {classification}, the reversed discriminator with {reversed}.", facts)
}

const batch = tell("Lengths over one fixed batch. Target samples have no labels: only the discriminator pulls them.")
const others = tell("Entropy and discrepancy terms pull too, and are not drawn.")

export const tug = {
  label: tell("tug of war"),
  open: tell("tug of war: how the two losses pull, with the equation"),
  title: tell("Tug of war at the features"),
  equation: tell("Whose parameters get what, now"),
  legend: {
    classification: tell("classifier"),
    reversed: tell("discriminator, reversed"),
    adversarial: tell("the same before the reversal"),
  },
  courses: {
    gradient_ratio: [
      tell("ratio"),
      tell("The reversed pull’s length over the classifier’s, iteration by iteration; the line is at 1."),
    ],
    gradient_cosine: [tell("cosine"), tell("1: the same way; -1: against each other; the line is at 0.")],
  },
  arrows: [
    tell("arrows on points (PCA)"),
    tell("Draw both pulls on some points of the features; only PCA is a linear picture."),
  ],
  rows: {
    classifier: { who: tell("classifier"), rule: "θ_y ← θ_y − μ ∂L_y/∂θ_y", gets: [tell("down L_y")] },
    discriminator: {
      who: tell("discriminator"),
      rule: "θ_d ← θ_d − μ ∂L_d/∂θ_d",
      gets: [tell("down L_d, always in full")],
    },
    extractor: {
      who: tell("extractor"),
      rule: "θ_f ← θ_f − μ (∂L_y/∂θ_f − λ ∂L_d/∂θ_f)",
      gets: [tell("down L_y"), tell("up L_d")],
    },
  },
  way: {
    loss: "L_d",
    discriminator: "θ_d",
    extractor: "θ_f",
    label: tell(
      "The gradient of the discriminator’s loss passes the discriminator as it is; the reversal turns it on its way " +
        "to the extractor.",
    ),
  },
  which: tell("Plus or minus λ?"),
  right: tell("✓ −λ: the extractor’s step "),
  wrong: tell("✗ +λ: the step "),
  helps: tell(", so the extractor helps to tell the domains apart instead of hiding them."),
  code: tell(
    "Code adds the losses, L_y + L_d: the minus is inside the reversal. A minus in front of L_d would turn the " +
      "extractor back and teach the discriminator to fail.",
  ),
  described,
  numbers: {
    classification: (f) => size(f.classification),
    reversed: (f) => size(f.reversed) + (Number.isFinite(f.ratio) && f.ratio !== null ? ` (× ${size(f.ratio)})` : ""),
    adversarial: (f) => size(f.adversarial),
    angle,
    effective,
    basis: (f) => sentences(batch, (f.knobs.entropy_weight !== 0 || f.knobs.discrepancy !== "none") && others),
    gradient_ratio: (f) => size(f.ratio ?? NaN),
    gradient_cosine: (f) => fixed(f.cosine, 2),
    classifier: (f) => size(f.gradients?.classifier),
    discriminator: (f) => size(f.gradients?.discriminator),
    extractor_classification: (f) => size(f.gradients?.extractor_classification),
    extractor_reversed: (f) => size(f.gradients?.extractor_reversed),
    reversal: (f) => `× ${f.knobs?.gradient_sign === "wrong" ? "+" : "−"}${fixed(f.effective ?? NaN, 2)}`,
    right: (f) => changes(f, 1),
    wrong: (f) => changes(f, -1),
  },
}
