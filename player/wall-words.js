// What the wall says, as functions of facts.

import { percent, whole } from "./numbers.js"

const SIGNS = { playing: "▶", paused: "‖", finished: "✓", waiting: "…", building: "○", failed: "!", away: "◌", ready: "○" }

const STATES = {
  playing: "playing",
  paused: "paused",
  finished: "finished",
  waiting: "waiting",
  building: "not started",
  ready: "not started",
  failed: "stopped with an error",
  away: "away",
}

const count = (n, one, many) => `${n} ${n === 1 ? one : many}`

export const wallWords = {
  label: "The class at a glance",
  empty: "Nobody has joined yet. Give your students the link above: each run that joins appears here.",
  connection: {
    opening: "Connecting …",
    lost: "The connection is lost; trying again …",
    refused: "This class is over, or its secret is not the right one. Reload the page to open another class.",
  },
  sign: (state) => SIGNS[state] ?? "·",
  state: ({ state, iteration, max_iter }) => {
    const at = iteration ? ` ${whole(iteration)}/${whole(max_iter)}` : ""
    return `${STATES[state] ?? state}${at}`
  },
  own: "own data, not shared",
  waiting: "no picture yet",
  gap: ({ rule, facts }) => {
    if (rule === "closed") {
      const best = facts.closed.toSorted((one, other) => other.share - one.share)[0]
      return `gap closed ${percent(best.share)} (exam)`
    }
    return rule === "no gap" ? "no gap to close (exam)" : ""
  },
  target: (accuracy) => `target ${percent(accuracy)} (exam)`,
  sourceOnly: (accuracy) => `source-only ${percent(accuracy)} (exam)`,
  summary: (members) => {
    const of = (state) => members.filter((member) => member.shown === state).length
    const parts = [count(members.length, "student", "students")]
    for (const state of ["playing", "paused", "finished", "failed", "away"])
      if (of(state)) parts.push(`${of(state)} ${STATES[state]}`)
    const idle = of("ready") + of("building")
    if (idle) parts.push(`${idle} not started`)
    return `${parts.join(" · ")}. Click a film, or press Enter on it, to show it large.`
  },
  close: "Close (Esc)",
  before: "Previous film (←)",
  after: "Next film (→)",
  large: (name) => `${name}, large`,
}
