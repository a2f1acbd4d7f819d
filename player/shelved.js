// Curves of shelved runs, laid thin and dashed over those of a run that is watched. They come with the page's data, and
// names in them are anybody's text.

import { told } from "./language.js"
import { SHELVED_COLOURS } from "./palette.js"

// Unlike the colours of the curves and lanes below them; a letter and a dash tell them apart without any.
const DASHES = [[5, 3], [9, 3, 2, 3], [2, 2], [12, 4]]
export const shelvedLooks = (slot) => ({ colour: SHELVED_COLOURS[slot], dash: DASHES[slot] })
const WIDTH = 1.4

const ROWS = { lambda: 1, classification: 2 }
const FIGURES = { source: 1, domain: 2, target: 3 }

// Of what Explore's three panels show, the one curve of each that says most: losses, lambda, accuracies.
const PANELS = [["classification"], ["lambda"], ["target", "source"]]

export const namesTold = (shelved) => shelved.map((run) => ({ ...run, name: told(run.name) }))

// The curve of a kind; null where that run has none.
export function curveOf({ slot, letter, name, rows, figures, adapts }, kind) {
  if (!adapts && (kind === "domain" || kind === "lambda")) return null
  const [table, column] = kind in ROWS ? [rows, ROWS[kind]] : [figures, FIGURES[kind]]
  const known = table.filter((row) => row[column] !== null)
  if (!known.length) return null
  const [x, y] = [(k) => known[k][0], (k) => known[k][column]]
  return { name: `${letter} ${name}`, letter, kind, count: known.length, x, y, width: WIDTH, isShelved: true, ...shelvedLooks(slot) }
}

// For each of Explore's panels the curves of all shelved runs; without the exam, those of the source.
export const shelvedPanels = (shelved) =>
  PANELS.map((kinds) =>
    shelved.flatMap((run) => kinds.map((kind) => curveOf(run, kind)).find(Boolean) ?? []),
  )

// Its letter at the last point that is seen.
export function letterNote({ letter, colour, count, x, y }, { toX, toY, isSeen, top, text }) {
  for (let k = count - 1; k >= 0; k--) {
    if (!isSeen(x(k))) continue
    // Beside those that end there as well.
    const place = Math.max(top + text, toY(y(k)) - 2)
    return [{ text: letter, colour, x: toX(x(k)) - 2, y: place, baseline: "bottom", align: "right" }]
  }
  return []
}
