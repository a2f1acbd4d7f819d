// On some points of the features: where the classifier and the reversed discriminator pull each, as arrows.

import { PAPER } from "./palette.js"
import { pullLooks } from "./tug-picture.js"

const LONGEST = 56
const SHORTEST = 2
const HEAD = 6
const STEPS = 32_000

// `places`: where the points are drawn, x and y in turn. The arrays are as dann_core/live/frame.py says.
export function paintPulls(pen, picture, { pulled, pulls }, places) {
  pen.save()
  picture.clip(pen)
  const kinds = [pullLooks("classified"), pullLooks("reversed")]
  kinds.forEach(({ colour, isReversed }, kind) => {
    Object.assign(pen, { strokeStyle: colour, fillStyle: isReversed ? PAPER : colour, lineWidth: 1.75 })
    pulled.forEach((point, k) => {
      const at = 2 * (kind * pulled.length + k)
      const [dx, dy] = [pulls[at], -pulls[at + 1]].map((value) => (LONGEST * value) / STEPS)
      const length = Math.hypot(dx, dy)
      if (length < SHORTEST) return
      const [x, y] = [picture.toX(places[2 * point]), picture.toY(places[2 * point + 1])]
      paintArrow(pen, [x, y], [dx / length, dy / length], length, isReversed)
    })
  })
  pen.restore()
}

function paintArrow(pen, [x, y], [across, down], length, isReversed) {
  const head = Math.min(HEAD, length)
  const at = (along, aside) => [x + along * across - aside * down, y + along * down + aside * across]
  pen.setLineDash(isReversed ? [3, 2] : [])
  pen.beginPath()
  pen.moveTo(x, y)
  pen.lineTo(...at(length - head, 0))
  pen.stroke()
  pen.setLineDash([])
  pen.beginPath()
  pen.moveTo(...at(length, 0))
  pen.lineTo(...at(length - head, head / 2))
  pen.lineTo(...at(length - head, -head / 2))
  pen.closePath()
  pen.fill()
  pen.stroke()
}
