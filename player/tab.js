// What the browser's tab holds for the player: the address bar, the tokens, and what is kept of a run while Streamlit
// takes the player off the page and puts it back.

import { Store } from "./store.js"

const FIRST_LOOK = { view: "t-SNE", colour: "class", truth: "predicted", rings: false }
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

// Steering needs the token also after a reload; a browser that keeps nothing only looks on then.
export function tokenOf({ run, token }) {
  try {
    const name = `dann-explorer ${run}`
    if (token) sessionStorage.setItem(name, token)
    return token ?? sessionStorage.getItem(name)
  } catch {
    return token
  }
}

export function showLink(link) {
  const query = `?${new URLSearchParams(link)}`
  if (query === location.search) return
  history.replaceState(history.state, "", location.pathname + query + location.hash)
}

export function addressOf(base, path) {
  return new URL(base ? `${base.replace(/\/$/, "")}/${path}` : path, document.baseURI).href
}
