// Paints on a canvas over a Plotly figure what moves in every frame; read together with plot.js.

const isOnCanvas = ({ meta }) => meta === "canvas"

// Plotly styles each point by itself, and twice, and goes through all that a trace may say of itself: for what moves in
// every frame that took nearly all of a picture's time.
function paint(place) {
  const traces = place.figure.data.filter(isOnCanvas)
  place.classList.toggle("painted", traces.length > 0)
  if (!traces.length) return place.canvas?.remove()
  const { width, height } = place._fullLayout
  place.canvas ??= document.createElement("canvas")
  // Above the picture, below its notes and what Plotly says of a point.
  if (!place.canvas.isConnected) place.querySelector(".main-svg").after(place.canvas)
  const scale = window.devicePixelRatio
  Object.assign(place.canvas, { width: width * scale, height: height * scale })
  const pen = place.canvas.getContext("2d")
  pen.scale(scale, scale)
  for (const trace of traces) {
    const { xaxis, [`yaxis${(trace.yaxis ?? "y").slice(1)}`]: yaxis } = place._fullLayout
    const [x, y] = [
      Array.from(trace.x, (value) => xaxis._offset + xaxis.c2p(value)),
      Array.from(trace.y, (value) => yaxis._offset + yaxis.c2p(value ?? NaN)),
    ]
    pen.save()
    pen.beginPath()
    // Within the frame's lines: where the page puts both on parts of pixels, the screen rounds them apart by one.
    pen.rect(xaxis._offset, yaxis._offset, Math.floor(xaxis._length) - 1, Math.floor(yaxis._length) - 1)
    pen.clip()
    if (trace.type === "heatmap") paintTint(pen, x, y, trace)
    else if (trace.mode === "lines") paintLine(pen, x, y, trace.line)
    else paintMarkers(pen, x, y, trace.marker)
    pen.restore()
  }
}

// What is no finite number leaves a gap.
function paintLine(pen, x, y, { color, width, dash }) {
  pen.beginPath()
  for (let i = 0, isAfterGap = true; i < x.length; i++) {
    if (isAfterGap) pen.moveTo(x[i], y[i])
    else if (isFinite(y[i])) pen.lineTo(x[i], y[i])
    isAfterGap = !isFinite(y[i])
  }
  Object.assign(pen, { strokeStyle: color, lineWidth: width, lineJoin: "round" })
  pen.setLineDash(dash === "dot" ? [3, 3] : [])
  pen.stroke()
}

// Plotly's symbols of the size 2 r, as paths about (x, y).
const symbols = {
  circle: (pen, x, y, r) => pen.arc(x, y, r, 0, 2 * Math.PI),
  "triangle-up-open": (pen, x, y, r) => {
    pen.moveTo(x, y - r)
    pen.lineTo(x + 1.15 * r, y + r / 2)
    pen.lineTo(x - 1.15 * r, y + r / 2)
    pen.closePath()
  },
}

function paintMarkers(pen, x, y, { symbol, size, color, line }) {
  const isOpen = symbol.endsWith("-open")
  pen.lineWidth = line.width
  for (let i = 0; i < x.length; i++) {
    const colour = Array.isArray(color) ? color[i] : color
    pen.beginPath()
    symbols[symbol](pen, x[i], y[i], size / 2)
    pen.fillStyle = colour
    pen.strokeStyle = isOpen ? colour : line.color
    if (!isOpen) pen.fill()
    pen.stroke()
  }
}

// A heatmap of values from 0 to 1, smooth between the middles of its cells, which are at x and y.
function paintTint(pen, x, y, { cells, colorscale }) {
  const colours = coloursOf(colorscale)
  const image = new OffscreenCanvas(x.length, y.length)
  const imagePen = image.getContext("2d")
  const pixels = imagePen.createImageData(x.length, y.length)
  new Uint32Array(pixels.data.buffer).set(Array.from(cells, (value) => colours[Math.round(255 * value)]))
  imagePen.putImageData(pixels, 0, 0)
  const [cellWidth, cellHeight] = [x, y].map((middles) => (middles.at(-1) - middles[0]) / (middles.length - 1))
  pen.translate(x[0] - cellWidth / 2, y[0] - cellHeight / 2)
  pen.scale(cellWidth, cellHeight)
  pen.drawImage(image, 0, 0)
}

const knownScales = new Map()

// 256 colours of a scale [[0, colour], …, [1, colour]], as whole pixels.
function coloursOf(scale) {
  const key = JSON.stringify(scale)
  if (!knownScales.has(key)) {
    const pen = new OffscreenCanvas(256, 1).getContext("2d")
    pen.fillStyle = pen.createLinearGradient(0, 0, 256, 0)
    for (const stop of scale) pen.fillStyle.addColorStop(...stop)
    pen.fillRect(0, 0, 256, 1)
    knownScales.set(key, new Uint32Array(pen.getImageData(0, 0, 256, 1).data.buffer))
  }
  return knownScales.get(key)
}
