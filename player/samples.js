// What is known of the drawn samples: of each its domain, its class and what the classifier takes it for.

import { DOMAIN_COLOURS, INK, RIGHT, WRONG, classColour } from "./palette.js"
import { marked, sampleLines, taken } from "./picture-words.js"

const CONFIDENCE_UNIT = 255

export class Samples {
  constructor(scene) {
    const { arrays, examArrays, values } = scene
    this.names = values.classes
    this.sourceCount = arrays.source_index.length
    this.count = this.sourceCount + arrays.target_index.length
    this.numbers = [...arrays.source_index, ...arrays.target_index]
    this.called = [
      ...calledOf(values.source_names, arrays.source_index),
      ...calledOf(values.target_names ?? scene.exam.target_names, arrays.target_index),
    ]
    this.source = arrays.source_class
    this.target = examArrays.target_class
  }

  // Only where a scene tells them may anything be seen that target labels are needed for.
  mayTell = (look) => look.truth === "true" && this.target !== undefined
  mayRing = (look) => look.rings === true && this.target !== undefined

  // What names a sample in every lane of a comparison, where others may be drawn, and its index among those drawn here.
  keyOf = (index) => `${this.domain(index)} ${this.numbers[index]}`

  indexOf(key) {
    this.indices ??= new Map(this.numbers.map((_, index) => [this.keyOf(index), index]))
    return this.indices.get(key) ?? null
  }

  domain = (index) => (index < this.sourceCount ? 0 : 1)

  trueClass = (index) => (index < this.sourceCount ? this.source[index] : this.target?.[index - this.sourceCount])

  // The class whose colour a sample wears.
  shownClass(index, frame, look) {
    return index < this.sourceCount || this.mayTell(look) ? this.trueClass(index) : frame.arrays.predicted[index]
  }

  colour(index, frame, look) {
    if (look.colour === "domain") return DOMAIN_COLOURS[this.domain(index)]
    return classColour(this.shownClass(index, frame, look))
  }

  // The index of the drawn target sample of that number, or -1.
  marked = (mark) => (mark === null || mark === undefined ? -1 : this.sourceCount + mark)

  isWrong = (index, frame) => frame.arrays.predicted[index] !== this.trueClass(index)

  name = (index) => this.names[index] ?? String(index)

  // The lines of a tooltip.
  lines(index, frame, look) {
    const domain = this.domain(index)
    const mayTell = domain === 0 || this.mayTell(look)
    return sampleLines({
      domain,
      called: this.called[index],
      truth: mayTell ? this.name(this.trueClass(index)) : undefined,
      predicted: this.name(frame.arrays.predicted[index]),
      confidence: frame.arrays.confidence[index] / CONFIDENCE_UNIT,
    })
  }

  // The prediction in words, and a colour; right and wrong also differ by their sign.
  verdict(index, frame, look) {
    const name = this.name(frame.arrays.predicted[index])
    if (this.domain(index) === 1 && !this.mayTell(look)) {
      return { text: taken(name, frame.arrays.confidence[index] / CONFIDENCE_UNIT), colour: INK }
    }
    const isRight = !this.isWrong(index, frame)
    return { text: marked(name, isRight), colour: isRight ? RIGHT : WRONG }
  }

  // How many target samples among these are taken for which class: [[name, count], ...].
  takenFor(indices, frame) {
    const counts = new Map()
    for (const index of indices) {
      if (this.domain(index) === 0) continue
      const name = this.name(frame.arrays.predicted[index])
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    return [...counts]
  }
}

// What samples are called where they come from, or their rows, from 1 on.
const calledOf = (names, indices) => names ?? Array.from(indices, (index) => String(index + 1))
