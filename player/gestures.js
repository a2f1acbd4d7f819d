// What a person does on a picture, told as hover, drag, select, reset, leave and key. A finger that scrolls the page is
// left alone: it only taps, and moves along sideways.

const SLIP = 5
const DOUBLE_TAP = { milliseconds: 400, distance: 30 }
const KEYS = { "+": "in", "=": "in", "-": "out", _: "out", 0: "reset" }
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

const placeOf = (event) => ({ x: event.offsetX, y: event.offsetY })
const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y)
const isFinger = (event) => event.pointerType === "touch"

export function listen(stage, host, signal, on) {
  const to = (target, type, handler) => target.addEventListener(type, handler, { signal })
  let start
  let lastTap

  to(stage, "pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary || event.target !== stage) return
    start = placeOf(event)
    if (!isFinger(event)) stage.setPointerCapture(event.pointerId)
  })
  to(stage, "pointermove", (event) => {
    // Places are told from the corner of what is under the pointer, which may be a button.
    if (event.target !== stage) return on.leave()
    const here = placeOf(event)
    if (!start) return on.hover(here)
    if (isFinger(event)) return Math.abs(here.x - start.x) > Math.abs(here.y - start.y) && on.hover(here)
    if (distance(start, here) > SLIP) on.drag(start, here)
  })
  to(stage, "pointerup", (event) => {
    if (!start) return
    const here = placeOf(event)
    const isTap = distance(start, here) <= SLIP
    if (isFinger(event)) tap(here, event.timeStamp, isTap)
    else if (!isTap) on.select(start, here)
    start = undefined
  })
  to(stage, "pointercancel", () => {
    start = undefined
    on.cancel()
  })
  // A finger leaves as soon as it has tapped, but what it asked for stays until it taps elsewhere.
  to(stage, "pointerleave", (event) => isFinger(event) || on.leave())
  to(document, "pointerdown", (event) => event.composedPath().includes(stage) || on.leave())
  to(stage, "dblclick", (event) => event.target === stage && on.reset())
  to(host, "keydown", (event) => {
    if (event.key === "Escape" && start) {
      start = undefined
      return on.cancel()
    }
    if (!event.ctrlKey && !event.metaKey && !event.altKey && press(event.key)) {
      event.preventDefault()
      // The player has keys of its own.
      event.stopPropagation()
    }
  })

  function tap(here, time, isTap) {
    if (!isTap) return
    const isSecond = lastTap && time - lastTap.time < DOUBLE_TAP.milliseconds
    if (isSecond && distance(lastTap, here) < DOUBLE_TAP.distance) on.reset()
    lastTap = { ...here, time }
    on.hover(here)
  }

  // Whether the key did something.
  function press(key) {
    if (KEYS[key] === "reset") return on.reset()
    if (KEYS[key]) return on.scale(KEYS[key] === "in" ? 1 / 1.5 : 1.5)
    return ARROWS[key] ? on.pan(...ARROWS[key]) : false
  }
}
