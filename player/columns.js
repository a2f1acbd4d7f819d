// The columns of what the curves are drawn from, rows of the history and figures of frames, named as in dann_core.

export const FIGURES = [
  "number",
  "iteration",
  "lambda",
  "source_accuracy",
  "domain_accuracy",
  "a_distance",
  "effective_lambda",
  "gradient_ratio",
  "gradient_cosine",
]
const ROWS = ["iteration", "lambda", "classification_loss", "adversarial_loss", "discrepancy_loss", "entropy"]

const placesOf = (names) => ({ width: names.length, ...Object.fromEntries(names.map((name, at) => [name, at])) })

// Each column's place, and in `width` how many there are.
export const ROW = placesOf(ROWS)
export const FIGURE = placesOf(FIGURES)
