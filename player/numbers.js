// Numbers as people read them.

export const whole = (number) => Math.round(number).toLocaleString("en-US")
export const percent = (share, digits = 0) => (Number.isFinite(share) ? `${(100 * share).toFixed(digits)}%` : "–")
export const fixed = (number, digits) => (Number.isFinite(number) ? number.toFixed(digits) : "–")
// As few digits as the number needs.
export const short = (number) => String(Number(Number(number).toPrecision(6)))
