// Colours, light or dark as the page is: the class's on a point, a curve's on its name. dann_core/live/palette.py holds
// the same, and a test compares the two and measures contrasts and what colour-blind readers see.
//
// What is exported by `let` changes with the theme, so it is read when something is drawn and never kept.

const LIGHT = {
  classes: ["#0072b2", "#c87800", "#245f43", "#883f72", "#139ceb", "#811400", "#35104c"],
  scale: ["#ead3a8", "#ffffff", "#cbd3f7"],
  lanes: ["#0072b2", "#d0334f", "#073a18", "#620e46"],
  shelved: ["#31333f", "#7a3fa0", "#6b6b00", "#007a87"],
  blue: "#0072b2",
  red: "#d0334f",
  green: "#073a18",
  pink: "#620e46",
  brown: "#634600",
  indigo: "#332288",
  ink: "#31333f",
  faint: "#b5b7c0",
  grid: "#eeeeee",
  paper: "#ffffff",
  muted: "#5f6270",
  right: "#00694d",
  wrong: "#b34700",
}

const DARK = {
  classes: ["#4b9be8", "#f0b020", "#94f8c2", "#a3667b", "#f1dffc", "#e30919", "#3457c9"],
  scale: ["#4c3d0c", "#0e1117", "#2f2f6b"],
  lanes: ["#6db3f0", "#d65948", "#64fdb6", "#dc8da2"],
  shelved: ["#fafafa", "#c79bea", "#c5c552", "#52c9d6"],
  blue: "#6db3f0",
  red: "#d65948",
  green: "#64fdb6",
  pink: "#dc8da2",
  brown: "#d1bc37",
  indigo: "#a99bf5",
  ink: "#fafafa",
  faint: "#5b5f6b",
  grid: "#262a33",
  paper: "#0e1117",
  muted: "#a9adba",
  right: "#40d8a8",
  wrong: "#ffa26b",
}

export let THEME
export let CLASS_COLOURS
export let DOMAIN_SCALE // from target through "cannot tell" to source, near enough the paper to carry points
export let DOMAIN_COLOURS
export let LANE_COLOURS
export let SHELVED_COLOURS
export let CURVES
export let INK
export let FAINT
export let GRID
export let PAPER
export let MUTED
export let RIGHT
export let WRONG

export function setTheme(theme) {
  if (theme === THEME) return
  THEME = theme
  const its = theme === "dark" ? DARK : LIGHT
  CLASS_COLOURS = its.classes
  DOMAIN_SCALE = its.scale.map((colour, k) => [k / 2, colour])
  DOMAIN_COLOURS = [its.blue, its.red]
  LANE_COLOURS = its.lanes
  SHELVED_COLOURS = its.shelved
  CURVES = {
    classification_loss: its.blue,
    adversarial_loss: its.red,
    discrepancy_loss: its.green,
    entropy: its.pink,
    source: its.blue,
    target: its.brown,
    domain: its.red,
    lambda: its.indigo,
  }
  ;[INK, FAINT, GRID, PAPER] = [its.ink, its.faint, its.grid, its.paper]
  ;[MUTED, RIGHT, WRONG] = [its.muted, its.right, its.wrong]
}

setTheme("light")

// What a light colour is in the dark, for charts that were made elsewhere.
export const inTheDark = Object.fromEntries(
  Object.entries(LIGHT).flatMap(([name, light]) =>
    Array.isArray(light) ? light.map((colour, k) => [colour, DARK[name][k]]) : [[light, DARK[name]]],
  ),
)

// Seven colours stay apart for everyone; from the eighth class on they come again with a dot, and then both repeat.
export const MOST_CLASSES = 2 * CLASS_COLOURS.length
export const classColour = (index) => CLASS_COLOURS[index % CLASS_COLOURS.length]
export const isDotted = (index) => index % MOST_CLASSES >= CLASS_COLOURS.length
export const classSign = (index) => (isDotted(index) ? "▣" : "■")
