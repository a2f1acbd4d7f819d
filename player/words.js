// Everything the player says, as functions of facts.

import { blind } from "./blind-words.js"
import { compare, gapRules } from "./compare-words.js"
import { draw } from "./draw-words.js"
import { ended, sentences, tell, told } from "./language.js"
import { lesson, sketch } from "./lesson-words.js"
import { failures, notices, refusals } from "./news-words.js"
import { fixed, percent, short, whole } from "./numbers.js"
import { tug } from "./tug-words.js"
import { adapted, examRules, rules, shareRules, states, twinRules } from "./verdict-words.js"

const duration = (seconds) =>
  seconds < 90 ? tell("{n} s", { n: Math.max(Math.round(seconds), 1) }) : tell("{n} min", { n: Math.round(seconds / 60) })

function progress({ iteration, max, left, done, waiting, graded, device, lookingBack }) {
  const n = whole(iteration)
  const at = tell("iteration {n} of {max}", { n, max: whole(max) })
  if (lookingBack) return tell("looking back: {at}", { at: iteration > max ? tell("iteration {n}", { n }) : at })
  const parts = [iteration > max ? tell("{n} iterations, max_iter is now {max}", { n, max: whole(max) }) : at]
  if (waiting) parts.push(tell("waiting for a worker"))
  else if (done) parts.push(tell("done"))
  else if (left !== null) parts.push(tell("{time} left", { time: duration(left) }))
  if (graded < 1) parts.push(tell("{share} of the samples graded", { share: `${Math.floor(100 * graded)}%` }))
  if (device && device !== "cpu") parts.push(tell("on {device}", { device }))
  return parts.join(" · ")
}

// A rule that this page does not know yet is still better named than hidden.
const said = (of) => (rule, facts) => (Object.hasOwn(of, rule) ? of[rule](facts ?? {}) : ended(rule))

const value = (given) => (typeof given === "number" ? short(given) : told(given))

export const words = {
  rule: said(rules),
  state: (rule) => (Object.hasOwn(states, rule) ? states[rule] : ""),
  verdict: said(examRules),
  asOf: (iteration) => tell("As of iteration {n}.", { n: whole(iteration) }),
  remedy: (f) => tell("Try {label} {value}", { label: f.label, value: value(f.value) }),
  untry: (f) => tell("Undo: {label} {value}", { label: f.label, value: value(f.old) }),
  notice: said(notices),
  failure: said(failures),
  refusal: said(refusals),
  progress,
  progressLabel: tell("progress"),
  building: tell("The network is being built …"),
  connecting: tell("Connecting …"),
  connection: {
    lost: tell("The connection is lost; trying again …"),
    polling: tell("No live connection could be opened (a proxy may forbid WebSockets): asking once a second instead."),
    unreachable: tell("The server cannot be reached; trying again …"),
  },
  film: tell("Domain adaptation, a film: only ● have labels; watch △ take the right colours too. Play runs your own."),
  starting: tell("Your own run begins …"),
  filmMissing: tell("The film could not be loaded: press Play for a run of your own."),
  looksOn: tell("You are looking on: only the page that started this run can steer it."),
  phases: [
    tell("features: a batch of both domains goes through the extractor"),
    tell("label loss: the classifier is graded on the source's labels"),
    tell("domain loss: the discriminator guesses where each sample is from"),
    tell("reversed gradient: its lesson reaches the extractor times minus lambda"),
    tell("update: all weights take one small step"),
  ],
  step: (number, of, text) => tell("One iteration, {number} of {of}: {text}", { number, of, text }),
  transport: {
    group: tell("transport"),
    play: [tell("Play"), tell("Train until max_iter (P).")],
    pause: [tell("Pause"), tell("Hold the run where it is (A).")],
    step: [tell("Step"), tell("Train one iteration (S).")],
    reset: [tell("Reset"), tell("Back to iteration 0 with a new network (0).")],
    undo: [tell("Undo"), tell("Go to the branch that was shown before, where it was (U).")],
    again: tell("Play the run again from the beginning (P)."),
    speed: tell("speed"),
    speeds: { slow: tell("slow motion"), normal: tell("normal"), fast: tell("as fast as it goes") },
    figures: [tell("Figures"), tell("What the figures mean.")],
    keys: ["?", tell("Keys")],
    reconnect: tell("Reconnect"),
    dismiss: tell("Close this message"),
  },
  keys: [
    ["P", tell("play; at the end: from the beginning")],
    ["A", tell("pause")],
    ["S", tell("one step")],
    ["0", tell("reset")],
    ["U", tell("undo")],
    ["← →", tell("look back, frame by frame")],
    ["B", tell("play backwards")],
    ["L", tell("play what has been again and again")],
    ["N", tell("to the next change of state")],
    ["F", tell("looking back: fork the run there")],
    ["T", tell("the tree of branches")],
    ["V", tell("for a projector: large type, no controls; Esc leaves")],
    ["?", tell("this list")],
  ],
  presentation: {
    keys: [
      ["P", tell("play")],
      ["A", tell("pause")],
      ["S", tell("step")],
      ["0", tell("reset")],
      ["← →", tell("look back")],
      ["?", tell("all keys")],
    ],
    leave: tell("Esc: leave"),
  },
  timeMachine: {
    group: tell("play what has been"),
    back: [tell("Play backwards"), tell("Play what has been, backwards (B).")],
    loop: [tell("Loop"), tell("Play what has been, again and again (L).")],
    change: [tell("Next change of state"), tell("To the next iteration at which the verdict's state changes (N).")],
    fork: [tell("Fork here"), tell("Another branch from this iteration on, for other settings (F).")],
  },
  figures: {
    lambda: [tell("lambda"), "", tell("What multiplies the reversed gradient now.")],
    source: [
      tell("source accuracy"),
      "",
      tell("How often the classifier is right on the source, whose labels it learns from."),
    ],
    target: [
      tell("target accuracy"),
      tell("(exam)"),
      tell("The same on the target. Uses the target's labels, which training never sees."),
    ],
    domain: [
      tell("domain accuracy"),
      tell("(50 % = cannot tell)"),
      tell("How often the discriminator names the right domain."),
    ],
    distance: [
      tell("proxy A-distance"),
      "",
      tell(
        "From a fresh probe (kernel ridge) on the features, beside what the same probe reaches where domains are " +
          "shuffled: 0 = the domains cannot be told apart, 2 = always.",
      ),
    ],
  },
  chance: (distance) => tell("chance ≤ {distance}", { distance: fixed(distance, 2) }),
  probed: (f) =>
    tell("Measured at iteration {n}; the features have {rank} effective dimensions.", {
      n: whole(f.probed),
      rank: fixed(f.rank, 1),
    }),
  twin: {
    reading: (accuracy) => tell("source-only {accuracy}", { accuracy: percent(accuracy) }),
    meaning: tell("The target accuracy of the same run without adaptation, trained beside it. Uses the target's labels."),
    rule: said(twinRules),
  },
  shares: {
    label: tell("class shares"),
    meaning: tell(
      "How frequent each class is: the source's as an outline, the target's filled, estimated without its labels " +
        "from its predictions (expectation maximisation), or, in a run that weighs source samples by it, from the nearest " +
        "source samples.",
    ),
    open: tell("class shares, class by class"),
    columns: {
      source: tell("source"),
      target: tell("target"),
      truth: tell("true (exam)"),
      recall: tell("recall (exam)"),
    },
    of: (name, source, target) =>
      tell("{name}: source {source}, target {target} (estimated)", { name, source: percent(source), target: percent(target) }),
    others: (n) => tell("{n} others", { n }),
    hidden: tell("Switch the true labels on to see the target's true shares and how many of each class are found (exam)."),
    rule: said(shareRules),
    adapted,
  },
  confusion: {
    title: tell("where the target's classes go (exam)"),
    basis: (samples, isMatrix) =>
      sentences(
        isMatrix && tell("Rows: true class; columns: prediction; framed: right."),
        tell("Of the {n} drawn target samples.", { n: whole(samples) }),
      ),
    of: (count, samples, truth, predicted) =>
      tell("{truth} → {predicted}: {count} of {samples}", { truth, predicted, count: whole(count), samples: whole(samples) }),
    none: tell("No drawn target sample is taken for another class."),
  },
  tug,
  draw,
  blind,
  lesson,
  sketch,
  basis: (evaluated, samples) => {
    const part = (n, k) => (n < samples[k] ? tell("{n} of {all}", { n: whole(n), all: whole(samples[k]) }) : whole(n))
    const [source, target] = evaluated.map(part)
    return tell("Accuracies are over {source} source and {target} target samples.", { source, target })
  },
  compare: { ...compare, rule: said(gapRules) },
  noLabels: tell("no labels"),
  hiddenLabels: tell("hidden"),
  notTrained: tell("not trained"),
  pictures: { group: tell("pictures"), features: tell("features"), input: tell("input"), curves: tell("curves") },
  views: { label: tell("picture of the features"), "t-SNE": "t-SNE", PCA: "PCA" },
  colours: { label: tell("colour by"), caption: tell("colour by:"), class: tell("class"), domain: tell("domain") },
  rings: [
    tell("ring wrong ones (exam)"),
    tell("Ring the target samples whose prediction is wrong. Uses the target's labels."),
  ],
  truth: [
    tell("true labels (exam)"),
    tell("Colour the target by its true labels instead of the predictions. Training never sees them."),
  ],
  player: tell("live view"),
  playerOf: (title) => tell("live view: {title}", { title }),
  slider: tell("look back"),
  stop: (iteration) => tell("iteration {n}", { n: whole(iteration) }),
  live: tell("live"),
  backToLive: tell("Back to the newest frame"),
}
