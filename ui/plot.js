// Draws one Plotly figure and updates it in place; PLOTLY_JS is replaced by the file's name.

const config = { displayModeBar: false, responsive: false }
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
    const isNew = !place.data
    await (await plotly()).react(place, data, layout, config)
    if (isNew) place.on("plotly_click", ({ points: [point] }) => place.tell(point.customdata))
  } catch (error) {
    place.textContent = error.message
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
