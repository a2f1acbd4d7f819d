// Draws one Plotly figure and updates it in place; PLOTLY_JS is replaced by the file's name.

// The ranges are ours: a double click brings them back and makes no others.
const config = { displayModeBar: false, responsive: false, doubleClick: "reset" }
let loading

// Plotly is loaded once for all charts, from beside Streamlit's own scripts, whatever path the app is served under.
function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const beside = document.querySelector('script[src*="static/js"]').src
    const script = document.createElement("script")
    script.src = new URL("../../app/static/PLOTLY_JS", beside)
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => {
      loading = undefined
      reject(new Error(`${script.src} could not be loaded: reload the page`))
    }
    document.head.append(script)
  })
  return loading
}

// Drawing takes at most this share of the time: clicks come first, and so does what is trained on the same machine.
const SHARE = 0.2
const LONGEST_PAUSE = 1500 // ms
const waiting = new Map()
let turn
let free = 0

// The newest figure of every chart that waits; what has been overtaken is never drawn.
async function drawWaiting() {
  const figures = [...waiting]
  waiting.clear()
  await plotly().catch(() => {}) // Each chart says it; the time to load it is no chart's.
  const isFirst = figures.some(([place]) => !place.tried) // It takes long, but only once.
  const started = performance.now()
  for (const [place, figure] of figures) {
    const began = performance.now()
    await draw(place, figure)
    place.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail: performance.now() - began }))
  }
  const took = performance.now() - started
  free = started + (isFirst ? took : Math.min(took / SHARE, took + LONGEST_PAUSE))
  turn = undefined
  if (waiting.size) drawSoon()
}

async function draw(place, figure) {
  place.tried = true
  try {
    const { react, purge } = await plotly()
    place.figure = figure
    if (!figure) {
      purge(place)
      place.around = place.listens = undefined
      return
    }
    const { data, layout } = figure
    const around = JSON.stringify(layout)
    // Most of a picture's time is Plotly's, which only needs to know what is on the canvas when somebody points at it.
    place.isBehind = around === place.around && data.every(isOnCanvas) && !place.isPointedAt
    if (place.isBehind) return paint(place)
    // Of a trace that it does not draw, Plotly does not know the colours.
    for (const trace of data) if (trace.mode === "none") trace.hoverlabel = { bgcolor: trace.marker.color }
    await react(place, data, layout, config)
    place.around = around
    if (place.listens) return
    place.listens = true
    place.on("plotly_click", ({ points: [point] }) => place.tell(point.customdata))
    // After every later figure, zoom and change of size, and while a person drags an axis.
    for (const event of ["plotly_afterplot", "plotly_relayouting"]) place.on(event, () => paint(place))
    paint(place)
  } catch (error) {
    place.around = undefined
    place.textContent = error.message
  }
}

const isOnCanvas = ({ meta }) => meta === "canvas"

// Points and lines that move in every frame. Plotly styles each point by itself, and twice, and goes through all that a
// trace may say of itself: that took three quarters of a picture's time.
function paint(place) {
  const traces = place.figure.data.filter(isOnCanvas)
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
    const { x, y } = trace
    const points = Array.from(x, (_, i) => [xaxis._offset + xaxis.c2p(x[i]), yaxis._offset + yaxis.c2p(y[i] ?? NaN)])
    pen.save()
    pen.beginPath()
    pen.rect(xaxis._offset, yaxis._offset, xaxis._length, yaxis._length)
    pen.clip()
    if (trace.mode === "lines") paintLine(pen, points, trace.line)
    else paintMarkers(pen, points, trace.marker)
    pen.restore()
  }
}

// What is not a number leaves a gap.
function paintLine(pen, points, { color, width, dash }) {
  pen.beginPath()
  let isAfterGap = true
  for (const [x, y] of points) {
    if (isAfterGap) pen.moveTo(x, y)
    else if (!isNaN(y)) pen.lineTo(x, y)
    isAfterGap = isNaN(y)
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

function paintMarkers(pen, points, { symbol, size, color, line }) {
  const isOpen = symbol.endsWith("-open")
  pen.lineWidth = line.width
  points.forEach(([x, y], i) => {
    const colour = Array.isArray(color) ? color[i] : color
    pen.beginPath()
    symbols[symbol](pen, x, y, size / 2)
    pen.fillStyle = colour
    pen.strokeStyle = isOpen ? colour : line.color
    if (!isOpen) pen.fill()
    pen.stroke()
  })
}

function drawSoon() {
  turn ??= setTimeout(drawWaiting, free - performance.now())
}

// By name: the places on the page, and the newest figure of each, which may come first.
const places = new Map()
const newest = new Map()

const floats = { f4: Float32Array, f8: Float64Array }

// Numbers as `to_json` packs them, or plain ones.
function unpacked(numbers) {
  const { dtype, bdata } = numbers
  return bdata ? new floats[dtype](Uint8Array.from(atob(bdata), (byte) => byte.charCodeAt(0)).buffer) : numbers
}

function show(name) {
  const place = places.get(name)
  if (!place || !newest.has(name)) return
  const { version, alt, figure } = newest.get(name) ?? {}
  // Most of a frame's cost is the browser's: what is drawn already is not drawn again.
  if (place.version === version) return
  place.version = version
  if (figure) {
    for (const trace of figure.data.filter(isOnCanvas)) {
      trace.x = unpacked(trace.x)
      trace.y = unpacked(trace.y)
    }
    place.setAttribute("role", "figure")
    place.setAttribute("aria-label", alt)
    place.style.height = `${figure.layout.height}px`
    // A finger that scrolls over a chart must not zoom it.
    if (matchMedia("(pointer: coarse)").matches) figure.layout.dragmode = false
  }
  waiting.set(place, figure)
  drawSoon()
}

function placeIn(parent, name) {
  let place = parent.querySelector(":scope > .figure")
  if (!place) {
    place = document.createElement("div")
    place.className = "figure"
    parent.append(place)
    // Plotly refuses to measure what is not laid out: a chart in a closed tab, or one just taken off the page.
    const resize = () => place.data && place.offsetParent && window.Plotly.Plots.resize(place)
    new ResizeObserver(resize).observe(parent)
    const point = (isPointedAt) => () => {
      place.isPointedAt = isPointedAt
      if (isPointedAt && place.isBehind) draw(place, place.figure)
    }
    place.addEventListener("pointerenter", point(true))
    place.addEventListener("pointerleave", point(false))
  }
  places.set(name, place)
  return place
}

export default function ({ data, parentElement, setTriggerValue }) {
  const { place: name, figures } = JSON.parse(new TextDecoder().decode(data))
  for (const [name, figure] of Object.entries(figures)) newest.set(name, figure)
  Object.keys(figures).forEach(show)
  if (!name) return
  const place = placeIn(parentElement, name)
  // What a trace says its points are; most say nothing.
  place.tell = (point) => point && setTriggerValue("clicked", point)
  show(name)
  return () => {
    // A new place of this name may have come before the old one goes.
    if (places.get(name) === place) places.delete(name)
  }
}
