// Painted points as a link holds them; dann_core/domains/plane.py says how.

import { place } from "./draw-map.js"

export const FEWEST = 10
export const MOST = 300
export const LETTERS = "ABCDEF"

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
const STEPS_A_UNIT = 256
const HALF = 2048
const POINT = 5

// [{at: [x, y], label}, ...], moved by a matrix of draw-map.js.
export function readPainting(text, matrix) {
  const points = []
  for (let k = 0; k < text.length; k += POINT) {
    const [label, ...digits] = text.slice(k, k + POINT)
    const [a, b, c, d] = digits.map((digit) => DIGITS.indexOf(digit))
    const at = [64 * a + b, 64 * c + d].map((steps) => (steps - HALF) / STEPS_A_UNIT)
    points.push({ at: place(matrix, at), label: LETTERS.indexOf(label) })
  }
  return points
}

export const writePainting = (points) =>
  points.map(({ at, label }) => LETTERS[label] + at.map(digitsOf).join("")).join("")

function digitsOf(value) {
  const steps = Math.min(2 * HALF - 1, Math.max(0, Math.round(value * STEPS_A_UNIT) + HALF))
  return DIGITS[steps >> 6] + DIGITS[steps & 63]
}
