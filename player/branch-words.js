// What is said of branches, as functions of what the server tells of them.

import { marksOf } from "./curve-marks.js"
import { listed, tell, told } from "./language.js"
import { short, whole } from "./numbers.js"

const value = (given) => (typeof given === "number" ? short(given) : String(given))

// A setting's name for people, which the server's catalogue may know.
const called = (name) => told({ text: name.replaceAll("_", " ") })

const changed = ({ iteration, name, old, now }) =>
  tell("{name} {old} → {now} at {n}", { name: called(name), old: value(old), now: value(now), n: whole(iteration) })

// Where the domains are others, those are what matters.
const leads = {
  domain: ({ title }) => told(title),
  upload: ({ title }) => told(title),
  bundle: ({ title }) => told(title),
  "new data": ({ facts }) => `${told(facts.label)} ${facts.value}`,
}

function name(branch) {
  const changes = marksOf(branch.changes, 0).map(changed)
  const lead = Object.hasOwn(leads, branch.rule) ? [leads[branch.rule](branch)] : []
  const said = listed([...lead, ...changes])
  if (said) return said
  if (branch.parent === null) return tell("first run")
  return branch.at ? tell("unchanged from {n}", { n: whole(branch.at) }) : tell("the same again")
}

export const branchWords = {
  open: tell("branches of the run"),
  title: tell("The tree of your runs (T)."),
  list: tell("branches"),
  shown: tell("shown"),
  compare: [tell("Compare these"), tell("As lanes of Compare, each from iteration 0 on with its changes.")],
  at: ({ iteration }) => tell("{n} iterations", { n: whole(iteration) }),
  name,
}
