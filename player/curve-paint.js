// Draws a panel of the curves: its title, levels, curves and what stands beside them.

import { numberText, ticks } from "./axis.js"
import { bold } from "./bold.js"
import { FAINT, GRID, INK, PAPER } from "./palette.js"
import { BETWEEN } from "./picture-words.js"

const DASHED = [5, 4]
const DOTTED = [3, 3]
const PIXELS_A_TICK = 26

// A title's pieces [[text, colour], ...] as lines of [text, colour, offset], and each line's width.
export function wrapped(pen, pieces, width, fonts) {
  const lines = [{ pieces: [], width: 0 }]
  for (const [text, colour] of pieces) {
    pen.font = fontOf(colour, fonts)
    const needs = pen.measureText(text).width
    if (lines.at(-1).width && lines.at(-1).width + needs > width) lines.push({ pieces: [], width: 0 })
    const line = lines.at(-1)
    // A line does not begin with the comma of the one before.
    if (!line.width && text === BETWEEN) continue
    line.pieces.push([text, colour, line.width])
    line.width += needs
  }
  return lines
}

// A curve's name is bold in its colour.
const fontOf = (colour, fonts) => (colour === INK ? fonts.normal : fonts.bold)

export function paintTitle(pen, lines, middle, bottom, lineHeight, fonts) {
  Object.assign(pen, { textAlign: "left", textBaseline: "bottom" })
  lines.forEach(({ pieces, width }, k) => {
    for (const [text, colour, offset] of pieces) {
      Object.assign(pen, { fillStyle: colour, font: fontOf(colour, fonts) })
      pen.fillText(text, middle - width / 2 + offset, bottom - (lines.length - 1 - k) * lineHeight)
    }
  })
  pen.font = fonts.normal
}

// Round values across the panel, and what they are.
export function paintLevels(pen, panel, { x, width, top, height }, toY, text) {
  const { values, decimals } = ticks(panel.low, panel.high, height / Math.max(PIXELS_A_TICK, 2 * text))
  Object.assign(pen, { strokeStyle: GRID, lineWidth: 1, fillStyle: INK, textAlign: "right", textBaseline: "middle" })
  for (const value of values) {
    const y = toY(value)
    pen.beginPath()
    pen.moveTo(x, Math.round(y) + 0.5)
    pen.lineTo(x + width, Math.round(y) + 0.5)
    pen.stroke()
    const written = panel.isShare ? `${Math.round(100 * value)}%` : numberText(value, decimals)
    pen.fillText(written, x - 5, Math.min(top + height, Math.max(top, y)))
  }
}

// A level such as that of chance, dashed, with what it means at one end.
export function paintChance(pen, { level, text, isBelow, isLeft }, colour, { x, width }, toY) {
  const y = toY(level)
  Object.assign(pen, { strokeStyle: colour, lineWidth: bold("line") })
  pen.setLineDash(DASHED)
  pen.beginPath()
  pen.moveTo(x, y)
  pen.lineTo(x + width, y)
  pen.stroke()
  pen.setLineDash([])
  const side = isBelow ? { y: y + 3, baseline: "top" } : { y: y - 3, baseline: "bottom" }
  const end = isLeft ? { x: x + 4, align: "left" } : { x: x + width - 2, align: "right" }
  return { text, colour, ...end, ...side }
}

// A note lies above the curves, with a rim that keeps it legible where one runs below it.
export function paintNote(pen, { text, colour, x, y, baseline, align }) {
  const rim = { strokeStyle: `${PAPER}99`, lineWidth: 3, lineJoin: "round" }
  Object.assign(pen, { ...rim, fillStyle: colour, textAlign: align, textBaseline: baseline })
  pen.strokeText(text, x, y)
  pen.fillText(text, x, y)
}

// Means of neighbours, about one a pixel; what is no finite number leaves a gap.
export function paintCurve(pen, curve, toX, toY) {
  let [pixel, sumX, sumY, count, isAfterGap] = [NaN, 0, 0, 0, true]
  const flush = () => {
    if (!count) return
    if (isAfterGap) pen.moveTo(sumX / count, sumY / count)
    else pen.lineTo(sumX / count, sumY / count)
    isAfterGap = false
    sumX = sumY = count = 0
  }
  pen.beginPath()
  for (let k = 0; k < curve.count; k++) {
    const [x, y] = [toX(curve.x(k)), toY(curve.y(k))]
    const isGap = !Number.isFinite(x + y)
    if (isGap || Math.floor(x) !== pixel) flush()
    if (isGap) {
      isAfterGap = true
      continue
    }
    pixel = Math.floor(x)
    sumX += x
    sumY += y
    count += 1
  }
  flush()
  const looks = curve.isFaint ? { lineWidth: 1.3, globalAlpha: 0.4 } : { lineWidth: curve.width ?? 1.8 }
  Object.assign(pen, { strokeStyle: curve.colour, lineJoin: "round", ...looks })
  pen.lineWidth *= bold("line")
  pen.setLineDash(curve.dash ?? (curve.isDotted ? DOTTED : []))
  pen.stroke()
  pen.setLineDash([])
  pen.globalAlpha = 1
}

// Between the lowest and the highest, below all curves.
export function paintBand(pen, { band, colour }, toX, toY) {
  pen.beginPath()
  for (const { x, high } of band) pen.lineTo(toX(x), toY(high))
  for (const { x, low } of band.toReversed()) pen.lineTo(toX(x), toY(low))
  pen.closePath()
  Object.assign(pen, { fillStyle: colour, globalAlpha: 0.16 })
  pen.fill()
  pen.globalAlpha = 1
}

export function paintDot(pen, { x, y, colour }, toX, toY) {
  if (!Number.isFinite(y)) return
  pen.beginPath()
  pen.arc(toX(x), toY(y), 4 * bold("point"), 0, 2 * Math.PI)
  pen.fillStyle = colour
  pen.fill()
}

export function paintUpright(pen, x, top, bottom, isDotted) {
  Object.assign(pen, { strokeStyle: INK, lineWidth: isDotted ? 1 : 2, globalAlpha: 0.6 })
  pen.setLineDash(isDotted ? DOTTED : [])
  pen.beginPath()
  pen.moveTo(x, top)
  pen.lineTo(x, bottom)
  pen.stroke()
  pen.setLineDash([])
  pen.globalAlpha = 1
}

export function paintBase(pen, { x, width, top, height }) {
  Object.assign(pen, { strokeStyle: FAINT, lineWidth: 1 })
  pen.beginPath()
  pen.moveTo(x, top + height + 0.5)
  pen.lineTo(x + width, top + height + 0.5)
  pen.stroke()
}
