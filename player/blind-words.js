// What blind mode says.

import { tell } from "./language.js"
import { percent, whole } from "./numbers.js"

const at = ({ run, iteration }) => tell("run {run}, iteration {n}", { run, n: whole(iteration) })

const points = (regret) => tell("{n} points", { n: regret.toFixed(1) })

export const blind = {
  label: tell("blind mode"),
  sealed: tell("Blind: the target labels stay on the server. Choose by these numbers, which need none."),
  scores: {
    source_risk: [
      tell("source risk"),
      tell("Cross-entropy on the source, lower is better. It never looks at the target."),
    ],
    target_entropy: [
      tell("target entropy"),
      tell("How unsure the classifier is on the target, lower is better. Sure may be wrong."),
    ],
    soft_neighbourhood_density: [
      tell("neighbourhood density"),
      tell("How alike neighbours on the target are predicted, higher is better. One class for everything is highest."),
    ],
    a_distance: [
      tell("proxy A-distance"),
      tell("How well a fresh probe tells the domains apart, lower is better."),
    ],
  },
  last: tell("the last iteration"),
  commit: (iteration) => tell("Commit to iteration {n}", { n: whole(iteration) }),
  commitMeaning: tell("Choose what is shown now: the newest frame, or the one that you look back to."),
  committed: (choice) => tell("Committed: {choice}.", { choice: at(choice) }),
  reveal: tell("Reveal"),
  revealMeaning: tell("Let the target labels say what your choice is worth. It cannot be changed after that."),
  untrained: tell("Press Play first: there is nothing to choose from yet."),
  outcome: ({ committed, best }) =>
    tell(
      "Revealed. You chose {choice}: {accuracy} on the target (exam). The best seen was {best} ({where}): a regret of " +
        "{regret}.",
      {
        choice: at(committed),
        accuracy: percent(committed.accuracy, 1),
        best: percent(best.accuracy, 1),
        where: at(best),
        regret: points(committed.regret),
      },
    ),
  choices: tell("What each score would have chosen"),
  columns: [tell("choice by"), tell("would have taken"), tell("target (exam)"), tell("regret")],
  yours: tell("you"),
  row: (choice) => [at(choice), percent(choice.accuracy, 1), points(choice.regret)],
}
