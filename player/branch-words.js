// What is said of branches, as functions of what the server tells of them.

import { marksOf } from "./curve-marks.js"
import { short, whole } from "./numbers.js"

const value = (given) => (typeof given === "number" ? short(given) : String(given))

const changed = ({ iteration, name, old, now }) =>
  `${name.replaceAll("_", " ")} ${value(old)} → ${value(now)} at ${whole(iteration)}`

// Where the domains are others, those are what matters.
const leads = {
  domain: ({ title }) => title,
  upload: ({ title }) => title,
  bundle: ({ title }) => title,
  "new data": ({ facts }) => `${facts.label} ${facts.value}`,
}

function name(branch) {
  const changes = marksOf(branch.changes, 0).map(changed)
  const lead = Object.hasOwn(leads, branch.rule) ? [leads[branch.rule](branch)] : []
  const said = [...lead, ...changes].join(", ")
  if (said) return said
  if (branch.parent === null) return "first run"
  return branch.at ? `unchanged from ${whole(branch.at)}` : "the same again"
}

export const branchWords = {
  open: "branches of the run",
  title: "The tree of your runs (T).",
  list: "branches",
  shown: "shown",
  compare: ["Compare these", "As lanes of Compare, each from iteration 0 on with its changes."],
  at: ({ iteration }) => `${whole(iteration)} iterations`,
  name,
}
