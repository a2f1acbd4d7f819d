// What stands in the line of notices: the most urgent of all that there is to say.

import { words } from "./words.js"

export function noticeOf({ session, isFilm, hasFailed, isStarting, run, phase }) {
  if (isFilm) return { text: hasFailed ? words.filmMissing : words.film, level: "film" }
  if (run?.refusal) return { text: words.refusal(run.refusal.rule, run.refusal.facts), level: "error" }
  const { failure, notice, owner } = session.state ?? {}
  if (run && run.status !== "open" && words.connection[run.status])
    return { text: words.connection[run.status], level: run.status === "polling" ? "quiet" : "warning" }
  if (failure) return failureOf(failure, owner)
  if (isStarting) return { text: words.starting, level: "quiet" }
  if (notice && !session.seen.has(notice.id))
    return { text: words.notice(notice.rule, notice.facts), level: notice.level, id: notice.id }
  if (phase) return { text: phase, level: "quiet" }
  return owner === false ? { text: words.looksOn, level: "quiet" } : null
}

function failureOf({ rule, facts }, owner) {
  return { text: words.failure(rule, facts), level: "error", canReconnect: rule === "engine" && owner }
}
