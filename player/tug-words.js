// What the tug of war and the equation say.

import { fixed } from "./numbers.js"

const size = (number) => (Number.isFinite(number) ? String(Number(number.toPrecision(2))) : "–")
const degrees = (cosine) => Math.round((Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI)
const against = (cosine) => (cosine < -0.1 ? "against each other" : cosine > 0.1 ? "the same way" : "across each other")
const changes = ({ byClassifier, byReversal }, sign) => {
  const change = byClassifier + sign * byReversal
  return Number.isFinite(change) && byReversal > 0
    ? `${change > 0 ? "△ raises" : "▼ lowers"} the discriminator\u2019s loss (${change > 0 ? "+" : "−"}${size(Math.abs(change))})`
    : "makes no difference while nothing is reversed"
}

export const tug = {
  label: "tug of war",
  open: "tug of war: how the two losses pull, with the equation",
  title: "Tug of war at the features",
  equation: "Whose parameters get what, now",
  legend: {
    classification: "classifier",
    reversed: "discriminator, reversed",
    adversarial: "the same before the reversal",
  },
  courses: {
    gradient_ratio: ["ratio", "The reversed pull’s length over the classifier’s, iteration by iteration; the line is at 1."],
    gradient_cosine: ["cosine", "1: the same way; -1: against each other; the line is at 0."],
  },
  arrows: ["arrows on points (PCA)", "Draw both pulls on some points of the features; only PCA is a linear picture."],
  rows: {
    classifier: { who: "classifier", rule: "θ_y ← θ_y − μ ∂L_y/∂θ_y", gets: ["down L_y"] },
    discriminator: { who: "discriminator", rule: "θ_d ← θ_d − μ ∂L_d/∂θ_d", gets: ["down L_d, always in full"] },
    extractor: { who: "extractor", rule: "θ_f ← θ_f − μ (∂L_y/∂θ_f − λ ∂L_d/∂θ_f)", gets: ["down L_y", "up L_d"] },
  },
  way: {
    loss: "L_d",
    discriminator: "θ_d",
    extractor: "θ_f",
    label:
      "The gradient of the discriminator’s loss passes the discriminator as it is; the reversal turns it on its way " +
      "to the extractor.",
  },
  which: "Plus or minus λ?",
  batch: "Lengths over one fixed batch. Target samples have no labels: only the discriminator pulls them.",
  right: "✓ −λ: the extractor’s step ",
  wrong: "✗ +λ: the step ",
  helps: ", so the extractor helps to tell the domains apart instead of hiding them.",
  code:
    "Code adds the losses, L_y + L_d: the minus is inside the reversal. A minus in front of L_d would turn the " +
    "extractor back and teach the discriminator to fail.",
  described: (f) =>
    `The classifier pulls the features with ${size(f.classification)}, the reversed discriminator with ` +
    `${size(f.reversed)}${Number.isFinite(f.cosine) ? `, at ${degrees(f.cosine)} degrees` : ""}.`,
  numbers: {
    classification: (f) => size(f.classification),
    reversed: (f) => size(f.reversed) + (Number.isFinite(f.ratio) && f.ratio !== null ? ` (× ${size(f.ratio)})` : ""),
    adversarial: (f) => size(f.adversarial),
    angle: (f) =>
      Number.isFinite(f.cosine)
        ? `Angle ${degrees(f.cosine)}°: they pull ${against(f.cosine)}.`
        : "No adversary: nothing pulls against the classifier.",
    effective: (f) =>
      f.effective === null
        ? "There is no reversed gradient to measure λ by."
        : `Effective λ ${fixed(f.effective, 2)}` +
          (f.effective < 0.99 * f.lambda ? `: the reversal limit shortens λ = ${fixed(f.lambda, 2)}.` : ", all of λ."),
    others: (f) =>
      f.knobs.entropy_weight !== 0 || f.knobs.discrepancy !== "none"
        ? " Entropy and discrepancy terms pull too, and are not drawn."
        : "",
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
