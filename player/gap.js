// How much of the gap between source-only and an oracle adapting has closed, from the lanes' target accuracies (exam).

import { summary } from "./summary.js"

const NOISE = 0.02
const NOISY_SAMPLES = 2

const chanceOf = (samples) => Math.max(NOISE, NOISY_SAMPLES / samples)

// `lanes`: [{title, role, accuracy}, ...], role "source-only", "adapted" or "oracle"; `samples`: the target's. Returns a
// rule with its facts.
export function gapOf(lanes, samples) {
  if (lanes.some(({ accuracy }) => accuracy === undefined)) return { rule: "unlabelled", facts: {} }
  const [floor, ceiling] = ["source-only", "oracle"].map((role) => lanes.find((lane) => lane.role === role)?.accuracy)
  if (floor === undefined || ceiling === undefined) return { rule: "no ends", facts: {} }
  const facts = { floor, ceiling }
  // What is smaller is chance: a share of it would mean nothing.
  const chance = chanceOf(samples)
  if (ceiling - floor <= chance) return { rule: "no gap", facts }
  const adapted = lanes.filter(({ role }) => role === "adapted")
  const closed = adapted.map(({ title, accuracy }) => {
    const isHarmed = accuracy < floor - chance
    return { title, accuracy, share: (accuracy - floor) / (ceiling - floor), isHarmed }
  })
  return { rule: closed.length ? "closed" : "nothing adapts", facts: { ...facts, closed } }
}

// The same over several seeds: `lanes` have the `accuracies` of each seed, null for what is not known. Returns over how
// many seeds, the accuracies of each lane, and for each that adapts on how many it `works`: is above source-only by more
// than chance. The shares closed are of seeds that have a gap.
export function gapsOf(lanes, samples) {
  const seeds = [...lanes[0].accuracies.keys()].filter((s) => lanes.every(({ accuracies }) => accuracies[s] !== null))
  const sorted = (values) => [...values].sort((one, other) => one - other)
  const of = ({ accuracies }) => seeds.map((s) => accuracies[s])
  const floor = lanes.find(({ role }) => role === "source-only")
  const gaps = seeds.map((s) => gapOf(lanes.map((lane) => ({ ...lane, accuracy: lane.accuracies[s] })), samples))
  const shares = gaps.flatMap(({ rule, facts }) => (rule === "closed" ? [facts.closed.map(({ share }) => share)] : []))
  const adapted = lanes.filter(({ role }) => floor && role === "adapted").map((lane, k) => ({
    title: lane.title,
    works: seeds.filter((s) => lane.accuracies[s] > floor.accuracies[s] + chanceOf(samples)).length,
    closed: shares.length ? summary(sorted(shares.map((of) => of[k]))) : null,
  }))
  const each = seeds.length ? lanes.map((lane) => ({ title: lane.title, ...summary(sorted(of(lane))) })) : []
  return { n: seeds.length, lanes: each, adapted, gaps: shares.length }
}
