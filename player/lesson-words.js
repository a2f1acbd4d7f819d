// What a lesson says in the player.

import { tell } from "./language.js"
import { whole } from "./numbers.js"

export const sketch = {
  label: tell("the target accuracy that you expect"),
  help: tell("Draw the target accuracy that you expect over the run; or move the points with the arrow keys."),
  done: tell("Predict this"),
  at: (iteration) => tell("target accuracy at iteration {n}", { n: whole(iteration) }),
  end: (most) => tell("iteration {n}", { n: whole(most) }),
}

export const lesson = {
  predictFirst: tell("Predict first; then Play is yours."),
  predicted: tell("your prediction"),
}
