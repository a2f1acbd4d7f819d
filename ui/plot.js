// Draws a Plotly figure and updates it in place. All elements of this component share what stands here.

// The ranges are ours: a double click brings them back and makes no others.
const config = { displayModeBar: false, responsive: false, doubleClick: "reset" }
const app = new URL("../../", document.querySelector('script[src*="static/js"]').src)
let loading

// Plotly is loaded once for all charts, from beside Streamlit's own scripts, whatever path the app is served under.
function plotly(address, failed) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = new URL(address, app)
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => {
      loading = undefined
      reject(new Error(`${failed} (${script.src})`))
    }
    document.head.append(script)
  })
  return loading
}

function placeIn(parent) {
  let place = parent.querySelector(":scope > .figure")
  if (place) return place
  place = document.createElement("div")
  place.className = "figure"
  // The colour takes a moment, so that there is an event when the page turns dark or light.
  place.style.transition = "color 1ms"
  place.addEventListener("transitionend", ({ target }) => target === place && draw(place, place.text))
  parent.append(place)
  // Plotly refuses to measure what is not laid out: a chart in a closed tab, or one just taken off the page.
  const resize = () => place.data && place.offsetParent && window.Plotly.Plots.resize(place)
  new ResizeObserver(resize).observe(parent)
  return place
}

// As the text on it is.
function isDark(place) {
  const [red, green, blue] = getComputedStyle(place).color.match(/[\d.]+/g).map(Number)
  return red + green + blue > 3 * 128
}

async function draw(place, text) {
  try {
    const { plotly: library, palette, failed } = JSON.parse(text)
    const [{ react }, { inTheDark }] = await Promise.all([plotly(library, failed), import(new URL(palette, app))])
    // A newer figure may have come while the scripts were loaded.
    if (place.text !== text) return
    const themed = isDark(place) ? text.replaceAll(/#[\da-f]{6}/g, (colour) => inTheDark[colour] ?? colour) : text
    const { data, layout } = JSON.parse(themed).figure
    // A finger that scrolls over a chart must not zoom it.
    if (matchMedia("(pointer: coarse)").matches) layout.dragmode = false
    await react(place, data, layout, config)
    if (place.listens) return
    place.listens = true
    place.on("plotly_click", ({ points: [point] }) => place.tell?.(point.customdata))
  } catch (error) {
    place.textContent = error.message
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const text = new TextDecoder().decode(data)
  const { alt, clicks, figure } = JSON.parse(text)
  const place = placeIn(parentElement)
  place.setAttribute("role", "figure")
  place.setAttribute("aria-label", alt)
  place.style.height = `${figure.layout.height}px`
  // What a trace says its points are; most say nothing.
  place.tell = clicks ? (point) => point && setTriggerValue("clicked", point) : undefined
  place.text = text
  draw(place, text)
}
