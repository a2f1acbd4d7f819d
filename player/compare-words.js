// What a comparison's player says.

import { ended, listed, sentences, tell, told } from "./language.js"
import { percent, whole } from "./numbers.js"

const ends = (f) => ({ floor: percent(f.floor, 1), ceiling: percent(f.ceiling, 1) })

export const gapRules = {
  unlabelled: () => tell("The target has no labels, so nobody can say which lane is right about it: compare how they look."),
  "no ends": () => tell("With a lane of source-only and an oracle, this line says how much of the gap between them is closed."),
  "no gap": (f) =>
    tell("No gap to close: source-only has {floor}, the oracle {ceiling} (exam). What differs here is chance.", ends(f)),
  "nothing adapts": () => tell("No lane adapts: add one to see how much of the gap it closes."),
  closed: (f) =>
    sentences(
      tell("Gap closed: {shares} — source-only has {floor}, the oracle {ceiling} (exam).", {
        ...ends(f),
        shares: listed(f.closed.map(({ title, share }) => `${title} ${percent(share)}`)),
      }),
      f.closed.some(({ isHarmed }) => isHarmed) && tell("Below 0 %, adapting does harm."),
    ),
}

const range = ({ median, low, high }) =>
  tell("{median} ({low} to {high})", { median: percent(median), low: percent(low), high: percent(high) })

// On how many seeds a lane is better than source-only, and how much of their gap it closes.
function works({ title, works: n, closed }, { n: of, gaps }) {
  const facts = { title, n, of, range: closed && range(closed), gaps }
  if (!closed) return tell("{title} is above source-only on {n} of {of} seeds.", facts)
  if (gaps === of) return tell("{title} is above source-only on {n} of {of} seeds, closing {range} of the gap.", facts)
  return tell(
    "{title} is above source-only on {n} of {of} seeds, closing {range} of the gap where there is one ({gaps} of {of}).",
    facts,
  )
}

const seeds = {
  shown: tell("seed in the pictures"),
  seed: (seed) => tell("show seed {seed}", { seed }),
  meaning: tell("Show this seed in the pictures: all lanes begin anew with it."),
  empty: (n) => tell("{n} seeds at once: press Play.", { n }),
  failed: (why) => tell("The other seeds are missing: {why}", { why: ended(told(why)) }),
  training: (done, runs) => tell("Training the seeds: {done} of {runs} runs.", { done: whole(done), runs: whole(runs) }),
  unlabelled: tell("The target has no labels: the bands are of source and domain accuracy."),
  results: (found) =>
    sentences(
      tell("Over {n} seeds (exam; median, lowest to highest): {lanes}.", {
        n: found.n,
        lanes: listed(found.lanes.map((lane) => `${lane.title} ${range(lane)}`)),
      }),
      ...found.adapted.map((lane) => works(lane, found)),
    ),
  band: tell("line: median of the seeds; band: lowest to highest; thin: the seed in the pictures"),
}

export const compare = {
  player: tell("comparison"),
  empty: tell("Press Play: all lanes begin with the same weights, draw the same batches and stay at the same iteration."),
  seeds,
  shelved: (letter, name) => tell("{letter} {name} (shelf)", { letter, name }),
  soFar: (text) => tell("So far: {text}", { text }),
  lane: (number, title) => tell("lane {number}: {title}", { number, title }),
  picture: (lane, picture) => tell("{before}, {next}", { before: lane, next: picture }),
  oracle: tell("uses the target's labels"),
  oracleMeaning: tell(
    "An oracle: the labelled target stands in its source as well, which shows what labels would be worth. Its source " +
      "batches are drawn from both.",
  ),
  figures: {
    target: (accuracy) => tell("target {accuracy} (exam)", { accuracy }),
    source: (accuracy) => tell("source {accuracy}", { accuracy }),
    domain: (accuracy) => tell("domain {accuracy}", { accuracy }),
  },
  curves: {
    target: tell("target accuracy (exam)"),
    source: tell("source accuracy"),
    domain: tell("domain accuracy"),
    classification: tell("classification loss"),
    lambda: tell("lambda"),
  },
}
