// Colours: the class's on a point, a curve's on its name. ui/palette.py holds the same for the charts of other pages,
// and a test compares the two.

export const CLASS_COLOURS = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#332288",
  "#999933",
  "#882255",
  "#777777",
]

// From target through "cannot tell" to source, pale enough to carry points.
export const DOMAIN_SCALE = [
  [0, "#cfcf9d"],
  [0.5, "#ffffff"],
  [1, "#c9b6dc"],
]

export const CURVES = {
  classification_loss: "#0072b2",
  adversarial_loss: "#d55e00",
  discrepancy_loss: "#009e73",
  entropy: "#cc79a7",
  source: "#0072b2",
  target: "#e69f00",
  domain: "#d55e00",
  lambda: "#332288",
}

export const INK = "#31333f"
export const FAINT = "#b5b7c0"
export const GRID = "#eeeeee"

// The level of the source-only twin: the target's colour, dark enough for words.
export const TWIN = "#8a5a00"

// Points coloured by domain: blue and vermilion stay apart for colour-blind readers, and on either tint.
export const DOMAIN_COLOURS = ["#0072b2", "#d55e00"]

export const RIGHT = "#00795a"
export const WRONG = "#b34700"

// After ten the colours repeat.
export const classColour = (index) => CLASS_COLOURS[index % CLASS_COLOURS.length]
