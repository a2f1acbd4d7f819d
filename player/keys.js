// The player's keys, from everywhere on the page but where text is typed.

const ACTIONS = {
  ...{ p: "play", a: "pause", s: "step", 0: "reset", u: "undo", "?": "keys" },
  ...{ b: "back", l: "loop", n: "change", f: "fork", t: "branches", v: "present" },
}
const MOVES = { ArrowLeft: -1, ArrowRight: 1 }
const PICTURES_OWN = new Set(["0", ...Object.keys(MOVES)])
const TYPED_INTO = new Set(["text", "search", "email", "number", "password", "tel", "url", "date", "time"])

const players = new Set()
let lastUsed = null

// Of several players on a page, the keys are for the one that was used last.
export function listen(element, act) {
  const player = { element, act }
  const use = () => (lastUsed = player)
  for (const type of ["pointerdown", "focusin"]) element.addEventListener(type, use)
  if (!players.size) document.addEventListener("keydown", press, true)
  players.add(player)
  return () => {
    for (const type of ["pointerdown", "focusin"]) element.removeEventListener(type, use)
    players.delete(player)
    if (lastUsed === player) lastUsed = null
    if (!players.size) document.removeEventListener("keydown", press, true)
  }
}

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return
  const target = event.composedPath()[0]
  if (isTyping(target)) return
  const asked = askedFor(event, target)
  const player = asked && chosen()
  if (!player) return
  // Streamlit's closed boxes would take the letter for the beginning of an option.
  event.preventDefault()
  event.stopPropagation()
  if (!event.repeat || asked[0] === "move") player.act(...asked)
}

function askedFor(event, target) {
  const inPicture = event.composedPath().some((node) => node.classList?.contains("dann-picture"))
  // A picture that has the focus is moved and set back by these.
  if (inPicture && PICTURES_OWN.has(event.key)) return null
  if (Object.hasOwn(MOVES, event.key)) return isControl(target) ? null : ["move", MOVES[event.key]]
  const action = ACTIONS[event.key.toLowerCase()]
  return action ? [action] : null
}

function chosen() {
  const shown = [...players].filter(canBeUsed)
  return shown.includes(lastUsed) ? lastUsed : shown[0]
}

// Where the page hides the controls, the keys must not steer either.
function canBeUsed({ element }) {
  const controls = element.querySelector(".dann-transport")
  return element.isConnected && controls?.checkVisibility?.({ visibilityProperty: true }) !== false
}

function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false
  // A closed box to choose from looks like a text field, but nobody types there.
  if (target.getAttribute("role") === "combobox") return target.getAttribute("aria-expanded") === "true"
  if (target.isContentEditable || target.tagName === "TEXTAREA") return true
  return target.tagName === "INPUT" && TYPED_INTO.has(target.type)
}

// What is moved by arrows itself.
const MOVED = ["slider", "radiogroup", "tablist", "listbox", "menu", "grid"].map((role) => `[role=${role}]`)
const CONTROLS = ["input", "select", ...MOVED].join()

const isControl = (target) => target instanceof Element && target.closest(CONTROLS) !== null
