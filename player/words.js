// Everything the player says, as functions of facts: a translation is another object of this form.

import { blind } from "./blind-words.js"
import { draw, drawNotices } from "./draw-words.js"
import { lesson, sketch } from "./lesson-words.js"
import { fixed, percent, short, whole } from "./numbers.js"
import { tug } from "./tug-words.js"
import { examRules, rules, shareRules, states, twinRules } from "./verdict-words.js"

const duration = (seconds) =>
  seconds < 90 ? `${Math.max(Math.round(seconds), 1)} s` : `${Math.round(seconds / 60)} min`

const undoable = (sentence, facts) => sentence + (facts.undo ? " Undo brings the old run back." : "")

const ended = (text) => (/[.!?…]$/.test(text) ? text : `${text}.`)

const gapRules = {
  unlabelled: () => "The target has no labels, so nobody can say which lane is right about it: compare how they look.",
  "no ends": () => "With a lane of source-only and an oracle, this line says how much of the gap between them is closed.",
  "no gap": (f) =>
    `No gap to close: source-only has ${percent(f.floor, 1)}, the oracle ${percent(f.ceiling, 1)} (exam). What differs ` +
    "here is chance.",
  "nothing adapts": () => "No lane adapts: add one to see how much of the gap it closes.",
  closed: (f) =>
    `Gap closed: ${f.closed.map(({ title, share }) => `${title} ${percent(share)}`).join(", ")} \u2014 source-only has ` +
    `${percent(f.floor, 1)}, the oracle ${percent(f.ceiling, 1)} (exam).` +
    (f.closed.some(({ isHarmed }) => isHarmed) ? " Below 0 %, adapting does harm." : ""),
}

const range = ({ median, low, high }) => `${percent(median)} (${percent(low)} to ${percent(high)})`

const seedWords = {
  shown: "seed in the pictures",
  seed: (seed) => `show seed ${seed}`,
  meaning: "Show this seed in the pictures: all lanes begin anew with it.",
  empty: (n) => `${n} seeds at once: press Play.`,
  failed: (why) => `The other seeds are missing: ${ended(why)}`,
  training: (done, runs) => `Training the seeds: ${whole(done)} of ${whole(runs)} runs.`,
  unlabelled: "The target has no labels: the bands are of source and domain accuracy.",
  results: ({ n, lanes, adapted, gaps }) => {
    const each = lanes.map((lane) => `${lane.title} ${range(lane)}`).join(", ")
    const works = adapted.map(({ title, works, closed }) => {
      const share = closed ? `, closing ${range(closed)} of the gap${gaps < n ? ` where there is one (${gaps} of ${n})` : ""}` : ""
      return ` ${title} is above source-only on ${works} of ${n} seeds${share}.`
    })
    return `Over ${n} seeds (exam; median, lowest to highest): ${each}.${works.join("")}`
  },
  band: "line: median of the seeds; band: lowest to highest; thin: the seed in the pictures",
}

const notices = {
  rebuilt: (f) => undoable(`New network: ${f.label} changed from ${f.old} to ${f.new}.`, f),
  ...drawNotices,
  "new data": (f) => undoable(`New data and a new network: ${f.label} is now ${f.value}.`, f),
  domain: (f) => undoable(`${f.title}, with settings that suit it.`, f),
  upload: (f) => undoable(`Your data is on the page: ${ended(f.name)}`, f),
  bundle: (f) => undoable("This is the bundle's run, from its beginning.", f),
  forked: (f) =>
    `Another branch, from iteration ${whole(f.iteration)} on: change a setting, then press Play.` +
    (f.again ? ` The ${whole(f.again)} iterations before it are trained again first.` : "") +
    " Undo goes back.",
  branch: () => "This branch is back, where it was. Undo returns to the other one.",
  "branch gone": () => "This branch is no longer kept: there are newer ones.",
  "not so far": (f) => `There is no iteration ${whole(f.iteration)} to fork from: this run is at ${whole(f.most)}.`,
  lesson: (f) => undoable(`The run of this lesson: ${f.title}.`, f),
  shelved: (f) =>
    undoable(
      "This is the run of the shelf, from its beginning: Play trains it again." +
        (f.changes ? ` ${f.changes === 1 ? "One setting was" : `${whole(f.changes)} settings were`} changed while it ran, which is not repeated.` : ""),
      f,
    ),
  cell: (f) => undoable("This is the run of the sweep's cell, from its beginning.", f),
  reset: (f) => undoable("Back at iteration 0.", f),
  tried: (f) => `${f.label} changed from ${f.old} to ${f.new}, from now on. Undo takes it back.`,
  "taken back": () => "The setting is back, from now on.",
  undone: () => "The branch before is back, where it was.",
  reconnected: () => "Connected again; the run goes on where it was.",
  recovered: (f) =>
    `The worker that trained this run died; another one went on at iteration ${whole(f.iteration)}. Nothing was lost.`,
  "link refused": (f) => `The link could not be followed: ${ended(f.why)}`,
  "link preset": (f) => `The link could not be followed, its domain starts with its preset: ${ended(f.why)}`,
  "unknown in link": (f) => `The link names ${[f.names].flat().join(", ")}, which this experiment does not have.`,
  "run gone": () => "The run of this link is no longer kept here: it starts anew, with the link's settings.",
  "nothing to commit": () => "There is nothing to commit to yet: press Play first.",
  "no effect": (f) => `${f.label} acts on iterations to come, and this run is at its end: Reset, or raise max_iter.`,
  elsewhere: () => "The link is of uploaded data, which only the page that holds it can show: upload it here.",
  text: (f) => f.text,
}

const failures = {
  engine: (f) => ended(f.text),
  training: (f) => `Training stopped with an error: ${ended(f.text)} Reset starts again; nothing else was lost.`,
}

const refusals = {
  "hello late": () => "The connection was too slow to begin. Reload the page to try again.",
  malformed: () => "The server did not understand this page. Reload it.",
  "too large": () => "The server refused a message that was too large. Reload the page.",
  "too often": () => "The server refused so many messages in so short a time. Reload the page in a moment.",
  token: () => "Only the page that started this run can steer it, and this is not that page any more. Reload it.",
  sealed: () => "The target labels are sealed: lanes are compared after the reveal.",
  "unknown run": () => "This run is no longer on the server. Reload the page to start a new one.",
  "not shared": () => "This run is of uploaded data and has not been shared, so only its own page shows it.",
  version: () => "This page is of another version than the server. Reload it.",
  origin: () => "The server does not take connections from this address.",
}

function progress({ iteration, max, left, done, waiting, graded, device, lookingBack }) {
  const at = `iteration ${whole(iteration)} of ${whole(max)}`
  if (lookingBack) return `looking back: ${iteration > max ? `iteration ${whole(iteration)}` : at}`
  const parts = [iteration > max ? `${whole(iteration)} iterations, max_iter is now ${whole(max)}` : at]
  if (waiting) parts.push("waiting for a worker")
  else if (done) parts.push("done")
  else if (left !== null) parts.push(`${duration(left)} left`)
  if (graded < 1) parts.push(`${Math.floor(100 * graded)}% of the samples graded`)
  if (device && device !== "cpu") parts.push(`on ${device}`)
  return parts.join(" · ")
}

// A rule that this page does not know yet is still better named than hidden.
const said = (of) => (rule, facts) => (Object.hasOwn(of, rule) ? of[rule](facts ?? {}) : ended(rule))

const value = (given) => (typeof given === "number" ? short(given) : String(given))

export const words = {
  rule: said(rules),
  state: (rule) => (Object.hasOwn(states, rule) ? states[rule] : ""),
  verdict: said(examRules),
  asOf: (iteration) => `As of iteration ${whole(iteration)}.`,
  remedy: (f) => `Try ${f.label} ${value(f.value)}`,
  untry: (f) => `Undo: ${f.label} ${value(f.old)}`,
  notice: said(notices),
  failure: said(failures),
  refusal: said(refusals),
  progress,
  building: "The network is being built …",
  connecting: "Connecting …",
  connection: {
    lost: "The connection is lost; trying again …",
    polling: "No live connection could be opened (a proxy may forbid WebSockets): asking once a second instead.",
    unreachable: "The server cannot be reached; trying again …",
  },
  film: "Domain adaptation, a film: only ● have labels; watch △ take the right colours too. Play runs your own.",
  starting: "Your own run begins …",
  filmMissing: "The film could not be loaded: press Play for a run of your own.",
  looksOn: "You are looking on: only the page that started this run can steer it.",
  phases: [
    "features: a batch of both domains goes through the extractor",
    "label loss: the classifier is graded on the source's labels",
    "domain loss: the discriminator guesses where each sample is from",
    "reversed gradient: its lesson reaches the extractor times minus lambda",
    "update: all weights take one small step",
  ],
  step: (number, of, text) => `One iteration, ${number} of ${of}: ${text}`,
  transport: {
    group: "transport",
    play: ["Play", "Train until max_iter (P)."],
    pause: ["Pause", "Hold the run where it is (A)."],
    step: ["Step", "Train one iteration (S)."],
    reset: ["Reset", "Back to iteration 0 with a new network (0)."],
    undo: ["Undo", "Go to the branch that was shown before, where it was (U)."],
    again: "Play the run again from the beginning (P).",
    speed: "speed",
    speeds: { slow: "slow motion", normal: "normal", fast: "as fast as it goes" },
    figures: ["Figures", "What the figures mean."],
    keys: ["?", "Keys"],
    reconnect: "Reconnect",
    dismiss: "Close this message",
  },
  keys: [
    ["P", "play; at the end: from the beginning"],
    ["A", "pause"],
    ["S", "one step"],
    ["0", "reset"],
    ["U", "undo"],
    ["← →", "look back, frame by frame"],
    ["B", "play backwards"],
    ["L", "play what has been again and again"],
    ["N", "to the next change of state"],
    ["F", "looking back: fork the run there"],
    ["T", "the tree of branches"],
    ["V", "for a projector: large type, no controls; Esc leaves"],
    ["?", "this list"],
  ],
  presentation: {
    keys: [
      ["P", "play"],
      ["A", "pause"],
      ["S", "step"],
      ["0", "reset"],
      ["← →", "look back"],
      ["?", "all keys"],
    ],
    leave: "Esc: leave",
  },
  timeMachine: {
    group: "play what has been",
    back: ["Play backwards", "Play what has been, backwards (B)."],
    loop: ["Loop", "Play what has been, again and again (L)."],
    change: ["Next change of state", "To the next iteration at which the verdict's state changes (N)."],
    fork: ["Fork here", "Another branch from this iteration on, for other settings (F)."],
  },
  figures: {
    lambda: ["lambda", "", "What multiplies the reversed gradient now."],
    source: ["source accuracy", "", "How often the classifier is right on the source, whose labels it learns from."],
    target: [
      "target accuracy",
      "(exam)",
      "The same on the target. Uses the target's labels, which training never sees.",
    ],
    domain: ["domain accuracy", "(50 % = cannot tell)", "How often the discriminator names the right domain."],
    distance: [
      "proxy A-distance",
      "",
      "From a fresh probe (kernel ridge) on the features, beside what the same probe reaches where domains are " +
        "shuffled: 0 = the domains cannot be told apart, 2 = always.",
    ],
  },
  chance: (distance) => `chance ≤ ${fixed(distance, 2)}`,
  probed: (f) => `Measured at iteration ${whole(f.probed)}; the features have ${fixed(f.rank, 1)} effective dimensions.`,
  twin: {
    reading: (accuracy) => `source-only ${percent(accuracy)}`,
    meaning: "The target accuracy of the same run without adaptation, trained beside it. Uses the target's labels.",
    rule: said(twinRules),
  },
  shares: {
    label: "class shares",
    meaning:
      "How frequent each class is: the source's as an outline, the target's filled, estimated without its labels " +
      "from its predictions (expectation maximisation).",
    open: "class shares, class by class",
    columns: { source: "source", target: "target", truth: "true (exam)", recall: "recall (exam)" },
    of: (name, source, target) => `${name}: source ${percent(source)}, target ${percent(target)} (estimated)`,
    others: (number) => `${number} others`,
    hidden: "Switch the true labels on to see the target's true shares and how many of each class are found (exam).",
    rule: said(shareRules),
  },
  confusion: {
    title: "where the target's classes go (exam)",
    basis: (samples, isMatrix) =>
      `${isMatrix ? "Rows: true class; columns: prediction; framed: right. " : ""}Of the ${whole(samples)} drawn target samples.`,
    of: (count, samples, truth, predicted) => `${truth} → ${predicted}: ${whole(count)} of ${whole(samples)}`,
    none: "No drawn target sample is taken for another class.",
  },
  tug,
  draw,
  blind,
  lesson,
  sketch,
  basis: (evaluated, samples) => {
    const [source, target] = evaluated.map((n, k) => (n < samples[k] ? `${whole(n)} of ${whole(samples[k])}` : whole(n)))
    return `Accuracies are over ${source} source and ${target} target samples.`
  },
  compare: {
    player: "comparison",
    empty: "Press Play: all lanes begin with the same weights, draw the same batches and stay at the same iteration.",
    rule: said(gapRules),
    seeds: seedWords,
    shelved: (letter, name) => `${letter} ${name} (shelf)`,
    soFar: (text) => `So far: ${text}`,
    lane: (number, title) => `lane ${number}: ${title}`,
    oracle: "uses the target's labels",
    oracleMeaning:
      "An oracle: the labelled target stands in its source as well, which shows what labels would be worth. Its source " +
      "batches are drawn from both.",
    figures: { target: "target", source: "source", domain: "domain" },
    examNote: "(exam)",
    curves: {
      target: "target accuracy (exam)",
      source: "source accuracy",
      domain: "domain accuracy",
      classification: "classification loss",
      lambda: "lambda",
    },
  },
  noLabels: "no labels",
  hiddenLabels: "hidden",
  notTrained: "not trained",
  pictures: { group: "pictures", features: "features", input: "input", curves: "curves" },
  views: { label: "picture of the features", "t-SNE": "t-SNE", PCA: "PCA" },
  colours: { label: "colour by", caption: "colour by:", class: "class", domain: "domain" },
  rings: ["ring wrong ones (exam)", "Ring the target samples whose prediction is wrong. Uses the target's labels."],
  truth: [
    "true labels (exam)",
    "Colour the target by its true labels instead of the predictions. Training never sees them.",
  ],
  player: "live view",
  slider: "look back",
  stop: (iteration) => `iteration ${whole(iteration)}`,
  live: "live",
  backToLive: "Back to the newest frame",
}
