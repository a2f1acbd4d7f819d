// Brings figures to their places on the page and updates them there: Plotly draws them, canvas.js what moves in every
// frame. All elements of this component share what stands here. PLOTLY_JS is replaced by the file's name.

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
    const { react } = await plotly()
    place.figure = figure
    if (!figure) return clear(place)
    const { data, layout } = figure
    const around = JSON.stringify(layout)
    // Most of a picture's time is Plotly's, which only needs to know what is on the canvas when somebody points at it.
    place.isBehind = around === place.around && data.length > 0 && data.every(isOnCanvas) && !isLookedAt(place)
    if (place.isBehind) return paint(place)
    // Of a trace that it does not draw, Plotly does not know the colours.
    for (const trace of data) if (trace.mode === "none") trace.hoverlabel = { bgcolor: trace.marker.color }
    // A copy: Plotly writes into it what a person zooms into.
    await react(place, data.filter(isPlotlys), JSON.parse(around), config)
    place.around = around
    if (place.listens) return
    place.listens = true
    place.on("plotly_click", ({ points: [point] }) => place.tell?.(point.customdata))
    // After every later figure, zoom and change of size, and while a person drags an axis.
    for (const event of ["plotly_afterplot", "plotly_relayouting"]) place.on(event, () => paint(place))
    paint(place)
  } catch (error) {
    clear(place)
    place.textContent = error.message
  }
}

function clear(place) {
  window.Plotly?.purge(place)
  place.replaceChildren()
  place.around = place.listens = place.isBehind = undefined
  place.removeAttribute("role")
  place.removeAttribute("aria-label")
}

// A finger leaves as soon as it has tapped, but what it asked for stays on the picture.
const isLookedAt = (place) => place.isPointedAt || place.querySelector(".hoverlayer > *")

const isPlotlys = (trace) => !(isOnCanvas(trace) && trace.hoverinfo === "skip")

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
  return dtype ? new floats[dtype](Uint8Array.from(atob(bdata), (byte) => byte.charCodeAt(0)).buffer) : numbers
}

function show(name) {
  const place = places.get(name)
  if (!place?.isConnected || !newest.has(name)) return
  const { version, alt, figure } = newest.get(name) ?? {}
  // Most of a frame's cost is the browser's: what is drawn already is not drawn again.
  if (place.version === version) return
  place.version = version
  if (figure) {
    for (const trace of figure.data.filter(isOnCanvas)) {
      trace.x = unpacked(trace.x)
      trace.y = unpacked(trace.y)
      if (trace.z) trace.cells = unpacked(trace.z)
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
  const { place: name, clicks, figures } = JSON.parse(new TextDecoder().decode(data))
  for (const [name, figure] of Object.entries(figures)) newest.set(name, figure)
  if (name) {
    const place = placeIn(parentElement, name)
    // What a trace says its points are; most say nothing.
    place.tell = clicks ? (point) => point && setTriggerValue("clicked", point) : undefined
  }
  for (const shown of new Set([...Object.keys(figures), ...(name ? [name] : [])])) show(shown)
  // Called also when newer ones have come: those stay.
  return () => {
    for (const [name, figure] of Object.entries(figures)) if (newest.get(name) === figure) newest.delete(name)
  }
}
