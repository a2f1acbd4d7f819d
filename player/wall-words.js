// What the wall says, as functions of facts.

import { sentences, tell, tellMany } from "./language.js"
import { percent, whole } from "./numbers.js"

const SIGNS = { playing: "▶", paused: "‖", finished: "✓", waiting: "…", building: "○", failed: "!", away: "◌", ready: "○" }

const STATES = {
  playing: tell("playing"),
  paused: tell("paused"),
  finished: tell("finished"),
  waiting: tell("waiting"),
  building: tell("not started"),
  ready: tell("not started"),
  failed: tell("stopped with an error"),
  away: tell("away"),
}

const inState = (n, state) => tell("{n} {state}", { n, state })

export const wallWords = {
  label: tell("The class at a glance"),
  empty: tell("Nobody has joined yet. Give your students the link above: each run that joins appears here."),
  connection: {
    opening: tell("Connecting …"),
    lost: tell("The connection is lost; trying again …"),
    refused: tell("This class is over, or its secret is not the right one. Reload the page to open another class."),
  },
  sign: (state) => SIGNS[state] ?? "·",
  state: ({ state, iteration, max_iter }) => {
    const at = iteration ? ` ${whole(iteration)}/${whole(max_iter)}` : ""
    return `${STATES[state] ?? state}${at}`
  },
  own: tell("own data, not shared"),
  waiting: tell("no picture yet"),
  pictures: { features: tell("features"), input: tell("input") },
  gap: ({ rule, facts }) => {
    if (rule === "closed") {
      const best = facts.closed.toSorted((one, other) => other.share - one.share)[0]
      return tell("gap closed {share} (exam)", { share: percent(best.share) })
    }
    return rule === "no gap" ? tell("no gap to close (exam)") : ""
  },
  target: (accuracy) => tell("target {accuracy} (exam)", { accuracy: percent(accuracy) }),
  sourceOnly: (accuracy) => tell("source-only {accuracy} (exam)", { accuracy: percent(accuracy) }),
  summary: (members) => {
    const of = (state) => members.filter((member) => member.shown === state).length
    const parts = [tellMany("{n} student", "{n} students", members.length)]
    for (const state of ["playing", "paused", "finished", "failed", "away"])
      if (of(state)) parts.push(inState(of(state), STATES[state]))
    const idle = of("ready") + of("building")
    if (idle) parts.push(inState(idle, STATES.ready))
    return sentences(
      tell("{counts}.", { counts: parts.join(" · ") }),
      tell("Click a film, or press Enter on it, to show it large."),
    )
  },
  close: tell("Close (Esc)"),
  before: tell("Previous film (←)"),
  after: tell("Next film (→)"),
  large: (name) => tell("{name}, large", { name }),
}
