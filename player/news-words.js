// What is said of what has happened, and of what could not be done.

import { ended, listed, sentences, tell, tellMany, told } from "./language.js"
import { whole } from "./numbers.js"

const undoable = (sentence, facts) => sentences(sentence, facts.undo && tell("Undo brings the old run back."))

const textEnded = (given) => ended(told(given))

export const notices = {
  rebuilt: (f) => undoable(tell("New network: {label} changed from {old} to {new}.", f), f),
  redrawn: (f) =>
    undoable(tell("New data and a new network: {labels} changed.", { labels: listed(f.labels.map(told)) }), f),
  "new data": (f) => undoable(tell("New data and a new network: {label} is now {value}.", f), f),
  domain: (f) => undoable(tell("{title}, with settings that suit it.", f), f),
  upload: (f) => undoable(tell("Your data is on the page: {name}", { name: textEnded(f.name) }), f),
  bundle: (f) => undoable(tell("This is the bundle's run, from its beginning."), f),
  forked: (f) =>
    sentences(
      tell("Another branch, from iteration {n} on: change a setting, then press Play.", { n: whole(f.iteration) }),
      f.again && tell("The {n} iterations before it are trained again first.", { n: whole(f.again) }),
      tell("Undo goes back."),
    ),
  branch: () => tell("This branch is back, where it was. Undo returns to the other one."),
  "branch gone": () => tell("This branch is no longer kept: there are newer ones."),
  "not so far": (f) =>
    tell("There is no iteration {n} to fork from: this run is at {most}.", { n: whole(f.iteration), most: whole(f.most) }),
  lesson: (f) => undoable(tell("The run of this lesson: {title}.", f), f),
  shelved: (f) =>
    undoable(
      sentences(
        tell("This is the run of the shelf, from its beginning: Play trains it again."),
        f.changes &&
          tellMany(
            "One setting was changed while it ran, which is not repeated here.",
            "{n} settings were changed while it ran, which is not repeated here.",
            f.changes,
          ),
      ),
      f,
    ),
  cell: (f) => undoable(tell("This is the run of the sweep's cell, from its beginning."), f),
  reset: (f) => undoable(tell("Back at iteration 0."), f),
  tried: (f) => tell("{label} changed from {old} to {new}, from now on. Undo takes it back.", f),
  "taken back": () => tell("The setting is back, from now on."),
  undone: () => tell("The branch before is back, where it was."),
  reconnected: () => tell("Connected again; the run goes on where it was."),
  recovered: (f) =>
    tell("The worker that trained this run died; another one went on at iteration {n}. Nothing was lost.", {
      n: whole(f.iteration),
    }),
  "link refused": (f) => tell("The link could not be followed: {why}", { why: textEnded(f.why) }),
  "link preset": (f) =>
    tell("The link could not be followed, its domain starts with its preset: {why}", { why: textEnded(f.why) }),
  "unknown in link": (f) =>
    tell("The link names {names}, which this experiment does not have.", { names: listed([f.names].flat()) }),
  "run gone": () => tell("The run of this link is no longer kept here: it starts anew, with the link's settings."),
  "nothing to commit": () => tell("There is nothing to commit to yet: press Play first."),
  "no effect": (f) =>
    tell("{labels} acts on iterations to come, and this run is at its end: Reset, or raise max_iter.", {
      labels: listed(f.labels.map(told)),
    }),
  elsewhere: () => tell("The link is of uploaded data, which only the page that holds it can show: upload it here."),
  text: (f) => told(f.text),
}

export const failures = {
  engine: (f) => textEnded(f.text),
  training: (f) =>
    tell("Training stopped with an error: {why} Reset starts again; nothing else was lost.", { why: textEnded(f.text) }),
}

export const refusals = {
  "hello late": () => tell("The connection was too slow to begin. Reload the page to try again."),
  malformed: () => tell("The server did not understand this page. Reload it."),
  "too large": () => tell("The server refused a message that was too large. Reload the page."),
  "too often": () => tell("The server refused so many messages in so short a time. Reload the page in a moment."),
  token: () => tell("Only the page that started this run can steer it, and this is not that page any more. Reload it."),
  sealed: () => tell("The target labels are sealed: lanes are compared after the reveal."),
  "unknown run": () => tell("This run is no longer on the server. Reload the page to start a new one."),
  "not shared": () => tell("This run is of uploaded data and has not been shared, so only its own page shows it."),
  version: () => tell("This page is of another version than the server. Reload it."),
  origin: () => tell("The server does not take connections from this address."),
}
