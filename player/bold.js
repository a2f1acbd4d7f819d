// How much larger and thicker things are drawn for a projector.

const FACTORS = { text: 1.5, line: 1.8, point: 1.35 }
let isBold = false

export const bold = (of) => (isBold ? FACTORS[of] : 1)

export const setBold = (isNow) => (isBold = isNow)
