// One clock for all pictures of the page: at most 30 draws a second, and nothing scheduled when nothing moves.

const BEAT = 1000 / 30
const LEAD = 8
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)")

const asked = new Set()
let isScheduled = false
let lastBeat = 0

// `draw(now)` is called once, at the next beat; while its picture moves it asks again.
export function ask(draw) {
  asked.add(draw)
  schedule()
}

export function forget(draw) {
  asked.delete(draw)
}

// How long points move, for this person.
export const glideTime = (milliseconds) => (reducedMotion.matches ? 0 : milliseconds)

function schedule() {
  if (isScheduled) return
  isScheduled = true
  // A timer first: a screen of 60 or 144 Hz shall not wake the page for beats in which nothing is drawn.
  const pause = Math.max(0, lastBeat + BEAT - LEAD - performance.now())
  setTimeout(() => requestAnimationFrame(beat), pause)
}

function beat(now) {
  // A busy page gets its animation frames late, with a time that lies before the timer's.
  if (now < lastBeat + BEAT - LEAD) return requestAnimationFrame(beat)
  isScheduled = false
  lastBeat = now
  const draws = [...asked]
  asked.clear()
  for (const draw of draws) {
    try {
      draw(now)
    } catch (error) {
      // One picture that fails must not stop the others.
      reportError(error)
    }
  }
}
