// The symbols of points, drawn once for each colour: copying hundreds of them costs far less than drawing their paths.

import { CLASS_COLOURS, DOMAIN_COLOURS, INK, PAPER, THEME } from "./palette.js"

const RING_SHARE = 1.6
const EDGE = 2

export const domainColumn = (domain) => CLASS_COLOURS.length + domain
export const classColumn = (index) => index % CLASS_COLOURS.length
export const RING_ROW = 2
export const DOTTED_ROW = 3

const DRAWS = [drawCircle, drawTriangle, drawRing, dotted(drawCircle, 0, () => PAPER), dotted(drawTriangle, 0.15, (colour) => colour)]

// One picture of all symbols: a column for each colour; rows: source, target, ring, then both domains with a dot. `size`: a circle's width in pixels
// of the page; `scale`: the screen's pixels to one of the page.
export class Sprites {
  constructor(size, scale) {
    this.size = size
    this.scale = scale
    this.theme = THEME
    const colours = [...CLASS_COLOURS, ...DOMAIN_COLOURS]
    const radius = size / 2
    // Even, so that a symbol's middle lies between pixels whatever its size.
    this.side = 2 * Math.ceil(scale * (RING_SHARE * radius + EDGE))
    const canvas = new OffscreenCanvas(colours.length * this.side, DRAWS.length * this.side)
    const pen = canvas.getContext("2d")
    colours.forEach((colour, column) => {
      DRAWS.forEach((draw, row) => {
        pen.setTransform(scale, 0, 0, scale, (column + 0.5) * this.side, (row + 0.5) * this.side)
        pen.beginPath()
        draw(pen, radius, colour)
      })
    })
    this.image = canvas.transferToImageBitmap()
  }

  fits = (size, scale) => this.size === size && this.scale === scale && this.theme === THEME

  // With the pen's unit a pixel of the screen; on whole pixels, where nothing is blurred and copying is quickest.
  draw(pen, column, row, x, y) {
    const { side, image } = this
    const [left, top] = [Math.round(x) - side / 2, Math.round(y) - side / 2]
    pen.drawImage(image, column * side, row * side, side, side, left, top, side, side)
  }
}

function drawCircle(pen, radius, colour) {
  pen.arc(0, 0, radius, 0, 2 * Math.PI)
  Object.assign(pen, { fillStyle: colour, strokeStyle: PAPER, lineWidth: 0.6 })
  pen.fill()
  pen.stroke()
}

// An open symbol is all line, in the colour of its class, and looks smaller.
function drawTriangle(pen, radius, colour) {
  const reach = radius + 0.5
  pen.moveTo(0, -reach)
  pen.lineTo(1.15 * reach, reach / 2)
  pen.lineTo(-1.15 * reach, reach / 2)
  pen.closePath()
  Object.assign(pen, { strokeStyle: colour, lineWidth: 1.6 })
  pen.stroke()
}

function drawRing(pen, radius) {
  pen.arc(0, 0, RING_SHARE * radius, 0, 2 * Math.PI)
  Object.assign(pen, { strokeStyle: INK, lineWidth: 1.2 })
  pen.stroke()
}

// The second cue of classes that share a colour; a triangle's middle lies below its box's.
function dotted(draw, below, dotColour) {
  return (pen, radius, colour) => {
    draw(pen, radius, colour)
    pen.beginPath()
    pen.arc(0, below * radius, 0.42 * radius, 0, 2 * Math.PI)
    pen.fillStyle = dotColour(colour)
    pen.fill()
  }
}
