// Light or dark, as the page's text is. Streamlit says so by its variables, a film by the browser's preference.

import { CURVES, LANE_COLOURS, SHELVED_COLOURS, setTheme } from "./palette.js"

// `changed(theme)` once the style is known, and whenever the page turns; the style sheet has the colour take a moment, so
// that there is an event.
export class Theme {
  constructor(root, changed) {
    this.root = root
    this.changed = changed
    root.addEventListener("transitionend", ({ target, propertyName }) => {
      if (target === root && propertyName === "color") this.read()
    })
  }

  read() {
    const theme = isPale(getComputedStyle(this.root).color) ? "dark" : "light"
    if (theme === this.root.dataset.theme) return
    this.root.dataset.theme = theme
    setTheme(theme)
    const { style } = this.root
    LANE_COLOURS.forEach((colour, lane) => style.setProperty(`--dann-lane-${lane}`, colour))
    SHELVED_COLOURS.forEach((colour, slot) => style.setProperty(`--dann-shelved-${slot}`, colour))
    for (const [name, colour] of Object.entries(CURVES)) style.setProperty(`--dann-${name.replaceAll("_", "-")}`, colour)
    this.changed(theme)
  }
}

// Of a computed colour, "rgb(49, 51, 63)".
function isPale(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number)
  return 0.299 * red + 0.587 * green + 0.114 * blue > 128
}
