// One curve of every lane in one panel: told apart by colour and by dash.

import { FIGURE, ROW } from "./columns.js"
import { Curves, nearest } from "./curves.js"
import { FAINT, INK, LANE_COLOURS, MUTED } from "./palette.js"
import { spread } from "./seeds.js"
import { curveOf } from "./shelved.js"
import { CANNOT_TELL, atIteration, spreadOf } from "./picture-words.js"

const THIN = 0.9

// Blue, vermilion, green and pink stay apart for colour-blind readers; dashes for all others.
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]]
export const laneLooks = (lane) => ({ colour: LANE_COLOURS[lane], dash: DASHES[lane] })

const inPercent = (value) => `${(100 * value).toFixed(1)}%`
const inDigits = (value) => value.toFixed(3)

const ofRows = (column) => (track) => tableOf(track.rows, ROW, column)
const ofFigures = (column) => (track) => tableOf(track.figures, FIGURE, column)
const ofTarget = (track) => ({ ...tableOf(track.figures, FIGURE, FIGURE.iteration), y: (k) => track.target[k] })

const SHARE = { low: -0.02, high: 1.05, isShare: true, say: inPercent }

// What is drawn of each kind: how a lane's curve is read from its track, and between which values.
const KINDS = {
  target: { of: ofTarget, figure: "target", ...SHARE },
  source: { of: ofFigures(FIGURE.source_accuracy), figure: "source", ...SHARE },
  domain: {
    ...{ of: ofFigures(FIGURE.domain_accuracy), figure: "domain", ...SHARE, isOfAdversary: true },
    chance: { level: 0.5, text: CANNOT_TELL, isBelow: true },
  },
  classification: { of: ofRows(ROW.classification_loss), low: 0, high: 1.05, say: inDigits },
  lambda: { of: ofRows(ROW.lambda), low: 0, high: 1.1, say: inDigits, isOfAdversary: true },
}

export class Overlay extends Curves {
  // `kind`: one of KINDS; `title` stands above it.
  constructor(host, kind, title) {
    super(host)
    Object.assign(this, { ...KINDS[kind], kind, title })
    this.marks = []
  }

  // `lanes`: [{title, store, frame, seeds}, ...] of one iteration; `seeds`: what is known of the lane from several, or null.
  // `shelved`: runs of the shelf.
  compare(lanes, { latest, lookingBack, shelved = [] }) {
    const { frame } = lanes[0]
    Object.assign(this, { lookingBack, frame: frame.message })
    const curves = lanes.flatMap(({ title, store, frame: { message }, seeds }, lane) => {
      // A discriminator that learns nothing is at 50 % whatever the features are, and its lambda reaches nobody.
      if (this.isOfAdversary && message.values.knobs.adversarial_weight === 0) return []
      const own = { ...this.of(store.track.view()), name: title, ...laneLooks(lane) }
      const stops = this.figure && seeds ? spread(seeds, this.figure, latest) : []
      return stops.length ? [medianOf(stops, own, this.say), { ...own, width: THIN, isSilent: true }] : [own]
    })
    const { low, isShare } = this
    // No lane's colour.
    const chance = this.chance && { ...this.chance, colour: MUTED }
    const laid = shelved.flatMap((run) => curveOf(run, this.kind) ?? [])
    const high = isShare ? this.high : highest([...curves, ...laid], this.high)
    this.panels = [{ share: 1, low, high, isShare, chance, curves, shelved: laid, title: [[this.title, INK]] }]
    this.setHome({ left: 0, right: Math.max(frame.message.values.knobs.max_iter, latest, 1), bottom: 0, top: 1 })
  }

  pick(x, y) {
    if (!this.frame || x < this.box.x || x > this.box.x + this.box.width) return null
    return this.about(this.fromX(x), y)
  }

  // What is known at an iteration that another panel is pointed at.
  find(iteration) {
    return this.frame && this.isSeen(iteration) ? this.about(iteration, this.box.y + this.box.height / 2) : null
  }

  about(iteration, y) {
    const known = this.panels[0].curves.filter((curve) => curve.count && !curve.isSilent)
    if (!known.length) return null
    const at = known[0].x(nearest(known[0], iteration))
    const lines = known.flatMap((curve) => {
      const k = nearest(curve, at)
      const say = curve.tell ?? ((place) => this.say(curve.y(place)))
      return Number.isFinite(curve.y(k)) ? [{ text: `${curve.name} ${say(k)}`, colour: curve.colour }] : []
    })
    for (const curve of this.panels[0].shelved) {
      if (at <= curve.x(curve.count - 1))
        lines.push({ text: `${curve.name} ${this.say(curve.y(nearest(curve, at)))}`, colour: curve.colour })
    }
    const place = { x: this.toX(at), y, number: at, colour: FAINT }
    return { ...place, lines: [{ text: atIteration(at) }, ...lines] }
  }

  description() {
    return this.title
  }
}

// The seeds' median as a curve, with the band that all of them lie in.
function medianOf(stops, { name, colour, dash }, say) {
  const [x, y] = [(k) => stops[k].x, (k) => stops[k].median]
  const tell = (k) => spreadOf(say(y(k)), say(stops[k].low), say(stops[k].high))
  return { count: stops.length, x, y, tell, band: stops, name, colour, dash }
}

function tableOf(table, { width, iteration }, column) {
  const of = (place) => (k) => table[k * width + place]
  return { count: table.length / width, x: of(iteration), y: of(column) }
}

// The beginning of a loss is often far above all that follows.
function highest(curves, atLeast) {
  let most = atLeast
  for (const { count, y } of curves) for (let k = 0; k < count; k++) if (y(k) > most) most = y(k)
  return Math.min(1.05 * most, 2.5 * atLeast)
}
