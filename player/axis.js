// Ticks of axes: where they stand and what they say.

const STEPS = [1, 2, 5]
const SLACK = 1e-9
const formats = new Map()

// Round values from low to high, at most so many but two where two fit, and how many decimals they need.
export function ticks(low, high, most) {
  const allowed = Math.max(2, Math.floor(most))
  let power = 10 ** Math.floor(Math.log10((high - low) / allowed))
  for (; ; power *= 10) {
    for (const factor of STEPS) {
      const step = factor * power
      const [first, last] = [Math.ceil(low / step - SLACK), Math.floor(high / step + SLACK)]
      if (last - first + 1 > allowed) continue
      const values = Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step)
      return { values, decimals: Math.max(0, -Math.floor(Math.log10(step) + SLACK)) }
    }
  }
}

export function numberText(value, decimals) {
  if (!formats.has(decimals)) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
    formats.set(decimals, new Intl.NumberFormat("en-US", digits))
  }
  // Without this a small negative number reads "-0".
  return formats.get(decimals).format(value || 0).replace(/^-(0(\.0*)?)$/, "$1")
}

// Labels [[x, text], ...] centred at their places, moved inwards at the ends; of two that would touch, the right stays.
export function drawRow(pen, labels, y, left, right, gap) {
  pen.textAlign = "left"
  let free = Infinity
  for (const [x, text] of labels.toReversed()) {
    const { width } = pen.measureText(text)
    const start = Math.min(right - width, Math.max(left, x - width / 2))
    if (start + width > free) continue
    pen.fillText(text, start, y)
    free = start - gap
  }
}
