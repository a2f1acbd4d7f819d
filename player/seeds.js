// What a comparison's lanes do from several seeds: medians and bands for the curves, a sentence, and a button a seed.

import { el, setAttribute, setText } from "./dom.js"
import { gapsOf } from "./gap.js"
import { sentences } from "./language.js"
import { summary } from "./summary.js"
import { words } from "./words.js"

// The places of a course's figures, as dann_core/live/seeds.py has them.
const PLACES = { target: 0, source: 1, domain: 2 }

// Over the seeds that are known, at each stop up to an iteration: [{x, median, low, high}, ...].
export function spread(told, figure, upTo) {
  const stops = []
  told.iterations.forEach((x, k) => {
    const values = told.courses.flatMap((course) => course?.[k]?.[PLACES[figure]] ?? []).sort((one, other) => one - other)
    if (x <= upTo && values.length) stops.push({ x, ...summary(values) })
  })
  return stops
}

// The target's accuracy (exam) of each seed at the last stop up to an iteration; null for what is not known.
function accuracies(told, iteration) {
  const stop = told.iterations.findLastIndex((x) => x <= iteration)
  return told.courses.map((course) => course?.[stop]?.[PLACES.target] ?? null)
}

export class SeedLine {
  // `choose(seed)`: a person wants to see that one in the pictures.
  constructor(choose) {
    this.choose = choose
    this.text = el("p", { role: "status" })
    this.buttons = el("div", { class: "dann-segments", role: "group", "aria-label": words.compare.seeds.shown })
    const row = el("div", { class: "dann-seed-buttons" }, el("span", {}, words.compare.seeds.shown), this.buttons)
    this.element = el("div", { class: "dann-seeds", hidden: true }, this.text, row)
  }

  // `progress`: what the state says of seeds, or null; `told`: what is known of each lane's; `scene`: the first lane's.
  render({ progress, told, lanes, iteration, scene, isOwner }) {
    this.element.hidden = !progress
    if (!progress) return
    this.#setSeeds(progress.of)
    for (const button of this.buttons.children) {
      setAttribute(button, "aria-pressed", String(Number(button.value) === scene?.values.settings.seed))
      button.disabled = !isOwner
    }
    setText(this.text, this.#said(progress, told, lanes, iteration, scene))
  }

  #said({ of, runs, done, began, failure }, told, lanes, iteration, scene) {
    const said = words.compare.seeds
    if (failure) return said.failed(failure)
    if (!began || !iteration) return said.empty(of.length)
    const isKnown = told.every(Boolean)
    const results = isKnown
      ? gapsOf(
          lanes.map((lane, k) => ({ ...lane, accuracies: accuracies(told[k], iteration) })),
          scene.values.samples[1],
        )
      : { n: 0 }
    const progress = done < runs ? said.training(done, runs) : ""
    if (!scene?.values.labelled) return sentences(said.unlabelled, progress)
    return sentences(results.n && said.results(results), progress)
  }

  #setSeeds(seeds) {
    const text = seeds.join()
    if (text === this.seeds) return
    this.seeds = text
    const { seed: name, meaning: title } = words.compare.seeds
    const button = (seed) => {
      const looks = { type: "button", class: "dann-segment", value: seed, "aria-label": name(seed), title }
      return el("button", { ...looks, onclick: () => this.choose(seed) }, String(seed))
    }
    this.buttons.replaceChildren(...seeds.map(button))
  }
}
