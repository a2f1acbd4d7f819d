// How much of the gap between source-only and an oracle adapting has closed, from the lanes' target accuracies (exam).

const NOISE = 0.02
const NOISY_SAMPLES = 2

// `lanes`: [{title, role, accuracy}, ...], role "source-only", "adapted" or "oracle"; `samples`: the target's. Returns a
// rule with its facts.
export function gapOf(lanes, samples) {
  if (lanes.some(({ accuracy }) => accuracy === undefined)) return { rule: "unlabelled", facts: {} }
  const [floor, ceiling] = ["source-only", "oracle"].map((role) => lanes.find((lane) => lane.role === role)?.accuracy)
  if (floor === undefined || ceiling === undefined) return { rule: "no ends", facts: {} }
  const facts = { floor, ceiling }
  // What is smaller is chance: a share of it would mean nothing.
  const chance = Math.max(NOISE, NOISY_SAMPLES / samples)
  if (ceiling - floor <= chance) return { rule: "no gap", facts }
  const adapted = lanes.filter(({ role }) => role === "adapted")
  const closed = adapted.map(({ title, accuracy }) => {
    const isHarmed = accuracy < floor - chance
    return { title, accuracy, share: (accuracy - floor) / (ceiling - floor), isHarmed }
  })
  return { rule: closed.length ? "closed" : "nothing adapts", facts: { ...facts, closed } }
}
