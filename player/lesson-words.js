// What a lesson says in the player.

import { whole } from "./numbers.js"

export const sketch = {
  label: "the target accuracy that you expect",
  help: "Draw the target accuracy that you expect over the run; or move the points with the arrow keys.",
  done: "Predict this",
  at: (iteration) => `target accuracy at iteration ${whole(iteration)}`,
  end: (most) => `iteration ${whole(most)}`,
}

export const lesson = {
  predictFirst: "Predict first; then Play is yours.",
  predicted: "your prediction",
}
