// What is said where the shift is drawn.

import { tell } from "./language.js"

export const draw = {
  open: [tell("Draw the shift"), tell("Drag the target's points, or paint others: a new run begins on them.")],
  label: tell("draw the shift"),
  tools: { label: tell("with"), move: tell("move"), paint: tell("paint") },
  plain: [tell("as drawn"), tell("Take back all that was done by hand.")],
  done: [tell("Done"), tell("Leave the drawing (Escape).")],
  classes: tell("class to paint"),
  paintClass: (letter, name) => tell("{letter}: paint points of class {name}", { letter, name }),
  erase: [tell("erase"), tell("Take painted points away.")],
  clear: [tell("clear"), tell("Take all painted points away.")],
  move: tell(
    "Drag inside to move the target; squares scale, the circle turns, the diamond shears. Keys: arrows + − [ ] , .",
  ),
  paint: (painted, most) =>
    painted < most
      ? tell("Paint the target: {n} points. Done trains on them; with none, on the domain's own.", { n: painted })
      : tell("{n} points are as many as a link can hold: erase some to paint others.", { n: painted }),
  tooFew: (painted, fewest) =>
    tell("{n} points are too few to train on: paint at least {fewest}, or clear them.", { n: painted, fewest }),
  surface: tell("the target's points, by keys: arrows move, plus and minus scale, brackets turn, comma and point shear"),
  brush: tell("a brush, by keys: arrows move it, the space bar paints, digits choose a class"),
  keys: [
    ["← → ↑ ↓", tell("drawing the shift: move the target, or the brush")],
    ["+ − [ ] , .", tell("drawing the shift: scale, turn, shear")],
    ["1 2 … Space", tell("painting: class, and a dab of the brush")],
  ],
}
