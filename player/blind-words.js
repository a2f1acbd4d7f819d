// What blind mode says.

import { percent, whole } from "./numbers.js"

const at = ({ run, iteration }) => `run ${run}, iteration ${whole(iteration)}`

const points = (regret) => `${regret.toFixed(1)} points`

export const blind = {
  label: "blind mode",
  sealed: "Blind: the target labels stay on the server. Choose by these numbers, which need none.",
  scores: {
    source_risk: ["source risk", "Cross-entropy on the source, lower is better. It never looks at the target."],
    target_entropy: ["target entropy", "How unsure the classifier is on the target, lower is better. Sure may be wrong."],
    soft_neighbourhood_density: [
      "neighbourhood density",
      "How alike neighbours on the target are predicted, higher is better. One class for everything is highest.",
    ],
    a_distance: ["proxy A-distance", "How well a fresh probe tells the domains apart, lower is better."],
  },
  last: "the last iteration",
  commit: (iteration) => `Commit to iteration ${whole(iteration)}`,
  commitMeaning: "Choose what is shown now: the newest frame, or the one that you look back to.",
  committed: (choice) => `Committed: ${at(choice)}.`,
  reveal: "Reveal",
  revealMeaning: "Let the target labels say what your choice is worth. It cannot be changed after that.",
  untrained: "Press Play first: there is nothing to choose from yet.",
  outcome: ({ committed, best }) =>
    `Revealed. You chose ${at(committed)}: ${percent(committed.accuracy, 1)} on the target (exam). The best seen was ` +
    `${percent(best.accuracy, 1)} (${at(best)}): a regret of ${points(committed.regret)}.`,
  choices: "What each score would have chosen",
  columns: ["choice by", "would have taken", "target (exam)", "regret"],
  yours: "you",
  row: (choice) => [at(choice), percent(choice.accuracy, 1), points(choice.regret)],
}
