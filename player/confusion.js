// The confusion matrix of the drawn target samples: an exam, since it asks for the target's labels.

import { el } from "./dom.js"
import { words } from "./words.js"

// Beyond as many classes cells are too small to be read, and the most frequent mistakes are listed instead.
const MOST_CLASSES = 10
const LISTED = 8

// Beyond as many, the names of the columns stand upright.
const MOST_ABREAST = 5

// Percent: the numbers are read on it.
const STRONGEST = 50

// `counts[true class][predicted class]` of target samples.
export function confusion(truth, predicted, nClasses) {
  const counts = Array.from({ length: nClasses }, () => new Array(nClasses).fill(0))
  truth.forEach((one, i) => (counts[one][predicted[i]] += 1))
  return counts
}

export class Confusion {
  element = el("section", { class: "dann-confusion" })

  render({ arrays }, scene, isShown) {
    this.element.replaceChildren()
    if (!isShown) return
    const { classes, shown } = scene.values
    const truth = scene.examArrays.target_class
    const counts = confusion(truth, arrays.predicted.subarray(shown[0]), classes.length)
    const isMatrix = classes.length <= MOST_CLASSES
    this.element.append(
      el("h4", {}, words.confusion.title),
      isMatrix ? matrix(counts, classes) : mistakes(counts, classes),
      el("p", { class: "dann-note" }, words.confusion.basis(truth.length, isMatrix)),
    )
  }
}

function matrix(counts, classes) {
  const head = el("tr", { class: classes.length > MOST_ABREAST ? "dann-upright" : "" }, el("td"), ...classes.map((name) => el("th", { scope: "col", title: name }, name)))
  const rows = counts.map((row, k) => {
    const samples = row.reduce((sum, count) => sum + count, 0)
    const cells = row.map((count, j) => cell(count, samples, words.confusion.of(count, samples, classes[k], classes[j]), j === k))
    return el("tr", {}, el("th", { scope: "row", title: classes[k] }, classes[k]), ...cells)
  })
  return el("table", { class: "dann-matrix" }, head, ...rows)
}

// Right ones are framed, so that they are found without the shade.
function cell(count, samples, title, isRight) {
  const shade = samples ? (STRONGEST * count) / samples : 0
  const style = { background: `color-mix(in srgb, var(--dann-primary) ${shade}%, transparent)` }
  return el("td", { class: isRight ? "dann-right" : "", style, title }, count ? String(count) : "·")
}

function mistakes(counts, classes) {
  const all = counts.flatMap((row, k) => {
    const samples = row.reduce((sum, count) => sum + count, 0)
    return row.map((count, j) => ({ k, j, count, samples })).filter(({ j, count }) => count && j !== k)
  })
  const listed = all.sort((one, other) => other.count - one.count).slice(0, LISTED)
  const line = ({ k, j, count, samples }) => el("li", {}, words.confusion.of(count, samples, classes[k], classes[j]))
  return listed.length ? el("ul", {}, ...listed.map(line)) : el("p", {}, words.confusion.none)
}
