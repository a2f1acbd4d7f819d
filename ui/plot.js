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
  for (const [place, figure] of figures) await draw(place, figure)
  const took = performance.now() - started
  free = started + (isFirst ? took : Math.min(took / SHARE, took + LONGEST_PAUSE))
  turn = undefined
  if (waiting.size) drawSoon()
}

async function draw(place, { data, layout }) {
  place.tried = true
  try {
    const { react } = await plotly()
    // A transition moves lines and draws nothing else anew: not even notes that change with them.
    const around = JSON.stringify(layout.transition && layout)
    if (around !== place.around) delete layout.transition
    // Of a trace that it does not draw, Plotly does not know the colours.
    for (const trace of data) if (trace.mode === "none") trace.hoverlabel = { bgcolor: trace.marker.color }
    const drawn = react(place, data, layout, config)
    place.around = around
    // A transition ends with a frame of the screen, which a hidden page does not have: no chart waits for that.
    if (layout.transition) return void drawn.catch((error) => fail(place, error))
    await drawn
    if (place.listens) return
    place.listens = true
    place.on("plotly_click", ({ points: [point] }) => place.tell(point.customdata))
    // After every later figure, zoom and change of size, and while a person drags an axis.
    for (const event of ["plotly_afterplot", "plotly_relayouting"]) place.on(event, () => drawMarkers(place))
    drawMarkers(place)
  } catch (error) {
    fail(place, error)
  }
}

function fail(place, error) {
  place.around = undefined
  place.textContent = error.message
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

// The markers of traces in the mode "none". Plotly styles each point by itself, and twice, which took three quarters of
// a picture's time; of these it only knows where they are, for who points at one.
function drawMarkers(place) {
  const traces = place._fullData.filter(({ mode }) => mode === "none")
  if (!traces.length) return place.canvas?.remove()
  const { width, height, xaxis, yaxis } = place._fullLayout
  place.canvas ??= document.createElement("canvas")
  // Above the picture, below what Plotly says of a point.
  if (!place.canvas.isConnected) place.querySelector(".main-svg").after(place.canvas)
  const scale = window.devicePixelRatio
  Object.assign(place.canvas, { width: width * scale, height: height * scale })
  const pen = place.canvas.getContext("2d")
  pen.scale(scale, scale)
  pen.rect(xaxis._offset, yaxis._offset, xaxis._length, yaxis._length)
  pen.clip()
  for (const { x, y, _input } of traces) {
    const { marker } = _input
    const isOpen = marker.symbol.endsWith("-open")
    pen.lineWidth = marker.line.width
    for (let i = 0; i < x.length; i++) {
      pen.beginPath()
      const middle = [xaxis._offset + xaxis.c2p(x[i]), yaxis._offset + yaxis.c2p(y[i])]
      symbols[marker.symbol](pen, ...middle, marker.size / 2)
      pen.fillStyle = marker.color[i]
      pen.strokeStyle = isOpen ? marker.color[i] : marker.line.color
      if (!isOpen) pen.fill()
      pen.stroke()
    }
  }
}

function drawSoon() {
  turn ??= setTimeout(drawWaiting, free - performance.now())
}

export default function ({ data, parentElement, setTriggerValue }) {
  const sent = new TextDecoder().decode(data)
  let place = parentElement.querySelector(":scope > .figure")
  if (!place) {
    place = document.createElement("div")
    place.className = "figure"
    parentElement.append(place)
    // Plotly refuses to measure what is not laid out: a chart in a closed tab, or one just taken off the page.
    const resize = () => place.data && place.offsetParent && window.Plotly.Plots.resize(place)
    new ResizeObserver(resize).observe(parentElement)
  }
  // What a trace says its points are; most say nothing.
  place.tell = (point) => point && setTriggerValue("clicked", point)
  // Most of a frame's cost is the browser's: what is drawn already is not drawn again.
  if (place.sent === sent) return
  place.sent = sent
  const { figure, alt } = JSON.parse(sent)
  place.setAttribute("role", "figure")
  place.setAttribute("aria-label", alt)
  place.style.height = `${figure.layout.height}px`
  // A finger that scrolls over a chart must not zoom it.
  if (matchMedia("(pointer: coarse)").matches) figure.layout.dragmode = false
  waiting.set(place, figure)
  drawSoon()
}
