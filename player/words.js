// Everything the player says, as functions of facts: a translation is another object of this form.

export const whole = (number) => Math.round(number).toLocaleString("en-US")
export const percent = (share, digits = 0) => (Number.isFinite(share) ? `${(100 * share).toFixed(digits)}%` : "–")
export const fixed = (number, digits) => (Number.isFinite(number) ? number.toFixed(digits) : "–")
// As few digits as the number needs.
const short = (number) => String(Number(Number(number).toPrecision(6)))

const duration = (seconds) =>
  seconds < 90 ? `${Math.max(Math.round(seconds), 1)} s` : `${Math.round(seconds / 60)} min`

const undoable = (sentence, facts) => sentence + (facts.undo ? " Undo brings the old run back." : "")

const ended = (text) => (/[.!?…]$/.test(text) ? text : `${text}.`)

const probed = (f) => `A-distance ${fixed(f.a_distance, 1)}, chance ${fixed(f.chance, 1)}`

const rules = {
  beginning: () => "The first iterations are being trained.",
  untrained: () => "Nothing is trained yet: the network is random. Press Play and watch it align the domains.",
  unprobed: () => "A fresh probe of the features is on its way.",
  diverged: () => "Diverged: the losses have left every scale, because the steps are too large.",
  "no classifier": () => "The classification weight is 0: nothing teaches the classifier, so classes mean nothing here.",
  "no adversary": () =>
    "The adversarial weight is 0: this is source-only training, nothing pulls the domains together.",
  "entropy alone": () =>
    "The adversarial weight is 0: the entropy term sharpens the target's predictions, and nothing aligns the domains.",
  "discrepancy alone": () =>
    "The adversarial weight is 0: the feature discrepancy alone pulls the domains together, without a discriminator.",
  "lambda_max is 0": () =>
    "lambda_max is 0: the discriminator watches, but the extractor does not feel it (source only).",
  "features collapsed": (f) =>
    `Features collapsed: they have shrunk to ${fixed(f.rank, 1)} effective dimensions. Nothing can tell the domains ` +
    "apart there, and classes lie on each other.",
  "source forgotten": (f) =>
    `The classifier has forgotten the source (${percent(f.source_accuracy)}, it was ` +
    `${percent(f.best_source_accuracy)}): the reversed gradient is too strong.`,
  guessing: () => "The classifier does no better than guessing, so aligned features mean nothing.",
  "lambda never rose": (f) =>
    `The run is over and lambda ended at ${fixed(f.lambda, 2)}: gamma is too small for it to rise.`,
  "lambda still low": (f) =>
    `lambda is still ${fixed(f.lambda, 2)}: adaptation has hardly begun, the classifier learns the source first.`,
  "reversal limited": (f) =>
    `The discriminator is right in ${percent(f.domain_accuracy)} of cases: the reversal limit ` +
    `(${short(f.reversal_limit)}) keeps its pull on the extractor gentle.`,
  "discriminator wins": (f) =>
    `Discriminator winning: it is right in ${percent(f.domain_accuracy)} of cases, the extractor does not hide the ` +
    `domain (fresh probe: ${probed(f)}).`,
  "discriminator asleep": (f) =>
    `Discriminator asleep: it is at chance (${percent(f.domain_accuracy)}), but a fresh probe tells the domains apart ` +
    `(${probed(f)}).`,
  "told apart within classes": (f) =>
    `Told apart within classes: the domains differ (discriminator ${percent(f.domain_accuracy)}, fresh probe: ` +
    `${probed(f)}), but the target lies in its classes as clearly as the source does in its own.`,
  early: (f) =>
    `The discriminator is at chance (${percent(f.domain_accuracy)} right), but it is early: lambda is ` +
    `${fixed(f.lambda, 2)} on its way to ${short(f.lambda_max)}, and nothing has settled yet.`,
  aligned: (f) =>
    `Aligned: the domains can hardly be told apart (discriminator ${percent(f.domain_accuracy)}, fresh probe: ` +
    `${probed(f)}).`,
  "aligned loosely": (f) =>
    `Aligned, but loosely: the domains lie on each other (${probed(f)}), yet the target lies only ` +
    `${percent(f.fit)} as clearly in its classes as the source.`,
  "tug of war": (f) =>
    `Tug of war: the discriminator is right in ${percent(f.domain_accuracy)} of cases, the extractor pulls against it.`,
}

// What the picture of a state is: its shape says it, too.
const states = {
  aligned: "aligned",
  "aligned loosely": "aligned",
  "told apart within classes": "within",
  "discriminator asleep": "asleep",
  "discriminator wins": "winning",
  "features collapsed": "collapsed",
}

const examRules = {
  "wrong classes": (f) =>
    `But (exam) only ${percent(f.target_accuracy)} of the target are right: classes lie on wrong classes.`,
  "no harm": (f) => `Yet (exam) ${percent(f.target_accuracy)} of the target are right: it does no harm.`,
}

const shareRules = {
  unknown: () => "The target's class shares are estimated once the classifier knows the source.",
  agree: (f) =>
    `Predictions are about as frequent in both domains: they differ by ${percent(f.shares_distance / 2)}, and the ` +
    `estimate may be off by ${percent(f.shares_limit / 2)}. A strong adversary makes them so, whatever they are.`,
  unclear: (f) =>
    `They seem to differ by ${percent(f.shares_distance / 2)}, or the shift moves predictions from class to class: ` +
    "only the difference that is left when the domains are aligned says which.",
  differ: (f) =>
    `Class shares seem to differ by ${percent(f.shares_distance / 2)}: aligning the domains as a whole mixes classes. ` +
    (f.shares_trust !== null
      ? f.shares_trust > 0
        ? "So source samples count for about as much as their class seems to be frequent in the target."
        : "But predictions are not sure enough for this run to weigh source samples by it."
      : "The method \u201cImportance-weighted DANN\u201d, or class shares \u201cestimated\u201d, takes them into account."),
}

const beside = (f) => `${percent(f.target_accuracy)} of the target are right, ${percent(f.source_only)} without it.`
const size = (number) => (Number.isFinite(number) ? String(Number(number.toPrecision(2))) : "–")
const degrees = (cosine) => Math.round((Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI)
const against = (cosine) => (cosine < -0.1 ? "against each other" : cosine > 0.1 ? "the same way" : "across each other")
const changes = ({ byClassifier, byReversal }, sign) => {
  const change = byClassifier + sign * byReversal
  return Number.isFinite(change) && byReversal > 0
    ? `${change > 0 ? "△ raises" : "▼ lowers"} the discriminator\u2019s loss (${change > 0 ? "+" : "−"}${size(Math.abs(change))})`
    : "makes no difference while nothing is reversed"
}

const tug = {
  label: "tug of war",
  open: "tug of war: how the two losses pull, with the equation",
  title: "Tug of war at the features",
  equation: "Whose parameters get what, now",
  legend: {
    classification: "classifier",
    reversed: "discriminator, reversed",
    adversarial: "the same before the reversal",
  },
  courses: {
    gradient_ratio: ["ratio", "The reversed pull’s length over the classifier’s, iteration by iteration; the line is at 1."],
    gradient_cosine: ["cosine", "1: the same way; -1: against each other; the line is at 0."],
  },
  arrows: ["arrows on points (PCA)", "Draw both pulls on some points of the features; only PCA is a linear picture."],
  rows: {
    classifier: { who: "classifier", rule: "θ_y ← θ_y − μ ∂L_y/∂θ_y", gets: ["down L_y"] },
    discriminator: { who: "discriminator", rule: "θ_d ← θ_d − μ ∂L_d/∂θ_d", gets: ["down L_d, always in full"] },
    extractor: { who: "extractor", rule: "θ_f ← θ_f − μ (∂L_y/∂θ_f − λ ∂L_d/∂θ_f)", gets: ["down L_y", "up L_d"] },
  },
  way: {
    loss: "L_d",
    discriminator: "θ_d",
    extractor: "θ_f",
    label:
      "The gradient of the discriminator’s loss passes the discriminator as it is; the reversal turns it on its way " +
      "to the extractor.",
  },
  which: "Plus or minus λ?",
  batch: "Lengths over one fixed batch. Target samples have no labels: only the discriminator pulls them.",
  right: "✓ −λ: the extractor’s step ",
  wrong: "✗ +λ: the step ",
  helps: ", so the extractor helps to tell the domains apart instead of hiding them.",
  code:
    "Code adds the losses, L_y + L_d: the minus is inside the reversal. A minus in front of L_d would turn the " +
    "extractor back and teach the discriminator to fail.",
  described: (f) =>
    `The classifier pulls the features with ${size(f.classification)}, the reversed discriminator with ` +
    `${size(f.reversed)}${Number.isFinite(f.cosine) ? `, at ${degrees(f.cosine)} degrees` : ""}.`,
  numbers: {
    classification: (f) => size(f.classification),
    reversed: (f) => size(f.reversed) + (Number.isFinite(f.ratio) && f.ratio !== null ? ` (× ${size(f.ratio)})` : ""),
    adversarial: (f) => size(f.adversarial),
    angle: (f) =>
      Number.isFinite(f.cosine)
        ? `Angle ${degrees(f.cosine)}°: they pull ${against(f.cosine)}.`
        : "No adversary: nothing pulls against the classifier.",
    effective: (f) =>
      f.effective === null
        ? "There is no reversed gradient to measure λ by."
        : `Effective λ ${fixed(f.effective, 2)}` +
          (f.effective < 0.99 * f.lambda ? `: the reversal limit shortens λ = ${fixed(f.lambda, 2)}.` : ", all of λ."),
    others: (f) =>
      f.knobs.entropy_weight !== 0 || f.knobs.discrepancy !== "none"
        ? " Entropy and discrepancy terms pull too, and are not drawn."
        : "",
    gradient_ratio: (f) => size(f.ratio ?? NaN),
    gradient_cosine: (f) => fixed(f.cosine, 2),
    classifier: (f) => size(f.gradients?.classifier),
    discriminator: (f) => size(f.gradients?.discriminator),
    extractor_classification: (f) => size(f.gradients?.extractor_classification),
    extractor_reversed: (f) => size(f.gradients?.extractor_reversed),
    reversal: (f) => `× −${fixed(f.effective ?? NaN, 2)}`,
    right: (f) => changes(f, 1),
    wrong: (f) => changes(f, -1),
  },
}

const twinRules = {
  harm: (f) => `Adaptation did harm here (exam): ${beside(f)}`,
  gain: (f) => `Adaptation paid off (exam): ${beside(f)}`,
  even: (f) => `Adaptation made no difference (exam): ${beside(f)}`,
}

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

const notices = {
  rebuilt: (f) => undoable(`New network: ${f.label} changed from ${f.old} to ${f.new}.`, f),
  "new data": (f) => undoable(`New data and a new network: ${f.label} is now ${f.value}.`, f),
  domain: (f) => undoable(`${f.title}, with settings that suit it.`, f),
  upload: (f) => undoable(`Your data is on the page: ${ended(f.name)}`, f),
  bundle: (f) => undoable("This is the bundle's run, from its beginning.", f),
  cell: (f) => undoable("This is the run of the sweep's cell, from its beginning.", f),
  reset: (f) => undoable("Back at iteration 0.", f),
  tried: (f) => `${f.label} changed from ${f.old} to ${f.new}, from now on. Undo takes it back.`,
  "taken back": () => "The setting is back, from now on.",
  undone: () => "The run before is back, where it was.",
  reconnected: () => "Connected again; the run goes on where it was.",
  recovered: (f) =>
    `The worker that trained this run died; another one went on at iteration ${whole(f.iteration)}. Nothing was lost.`,
  "link refused": (f) => `The link could not be followed: ${ended(f.why)}`,
  "link preset": (f) => `The link could not be followed, its domain starts with its preset: ${ended(f.why)}`,
  "unknown in link": (f) => `The link names ${[f.names].flat().join(", ")}, which this experiment does not have.`,
  "run gone": () => "The run of this link is no longer kept here: it starts anew, with the link's settings.",
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
  film: "A film of a finished run: press Play for your own",
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
    undo: ["Undo", "Bring back the run before the last rebuild or reset (U)."],
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
    ["?", "this list"],
  ],
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
  tug,
  basis: (evaluated, samples) => {
    const [source, target] = evaluated.map((n, k) => (n < samples[k] ? `${whole(n)} of ${whole(samples[k])}` : whole(n)))
    return `Accuracies are over ${source} source and ${target} target samples.`
  },
  compare: {
    player: "comparison",
    empty: "Press Play: all lanes begin with the same weights, draw the same batches and stay at the same iteration.",
    rule: said(gapRules),
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
