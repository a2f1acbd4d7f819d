// What the browser's tab holds for the player: the address bar, the tokens, and what is kept of a run while Streamlit
// takes the player off the page and puts it back.

import { Store } from "./store.js"

export const FIRST_LOOK = { view: "t-SNE", colour: "class", truth: "predicted", rings: false, pulls: false }
const MOST_KEPT = 4
const kept = new Map()

// What stays of a player and its run: {store, look, seen, state, isTouched}.
export function recall(key, run) {
  const name = JSON.stringify([key, run])
  const session = kept.get(name) ?? { store: new Store(), look: FIRST_LOOK, seen: new Set(), state: null }
  kept.delete(name)
  kept.set(name, session)
  while (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value)
  return session
}

const storedAs = (run) => `dann-explorer ${run}`

// The token of that run that this tab has, or null.
export function tokenOf(run) {
  try {
    return sessionStorage.getItem(storedAs(run))
  } catch {
    return null
  }
}

// Steering needs the token also after a reload; a browser that keeps nothing only looks on then.
export function keepToken(run, token) {
  try {
    sessionStorage.setItem(storedAs(run), token)
  } catch {
    // Where storage is forbidden, the page itself still steers.
  }
}

// For pages without a player: a reload finds the run again, and may steer it.
export function keepLink({ run, token, link }) {
  if (token) keepToken(run, token)
  showLink(link)
}

let shown = null
let beside = {}

// What the address bar holds beside the experiment: how it is shown, and for whom.
export function setBeside(link) {
  if (JSON.stringify(link) === JSON.stringify(beside)) return
  beside = link
  if (shown) showLink(shown)
}

// Replaced: nobody wants to go back to a page less its link.
export function showLink(link) {
  shown = link
  const query = `?${new URLSearchParams({ ...link, ...beside })}`
  if (query === location.search) return
  history.replaceState(history.state, "", location.pathname + query + location.hash)
}

export function addressOf(base, path) {
  return new URL(base ? `${base.replace(/\/$/, "")}/${path}` : path, document.baseURI).href
}
