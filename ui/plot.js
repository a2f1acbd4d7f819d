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
    script.onerror = () => reject(new Error(`${script.src} could not be loaded`))
    document.head.append(script)
  })
  return loading
}

export default function ({ data, parentElement }) {
  let place = parentElement.querySelector(":scope > .figure")
  if (!place) {
    place = document.createElement("div")
    place.className = "figure"
    parentElement.append(place)
    new ResizeObserver(() => place.data && window.Plotly.Plots.resize(place)).observe(parentElement)
  }
  place.setAttribute("role", "figure")
  place.setAttribute("aria-label", data.alt)
  const figure = JSON.parse(data.figure)
  place.style.height = `${figure.layout.height}px`
  place.newest = figure
  plotly().then((Plotly) => {
    // While Plotly was loading, newer figures may have come.
    if (place.newest === figure) Plotly.react(place, figure.data, figure.layout, config)
  })
}
