// What is said where the shift is drawn.

export const draw = {
  open: ["Draw the shift", "Drag the target's points, or paint others: a new run begins on them."],
  label: "draw the shift",
  tools: { label: "with", move: "move", paint: "paint" },
  plain: ["as drawn", "Take back all that was done by hand."],
  done: ["Done", "Leave the drawing (Escape)."],
  classes: "class to paint",
  paintClass: (letter, name) => `${letter}: paint points of class ${name}`,
  erase: ["erase", "Take painted points away."],
  clear: ["clear", "Take all painted points away."],
  move:
    "Drag inside to move the target; squares scale, the circle turns, the diamond shears. Keys: arrows + − [ ] , .",
  paint: (painted, most) =>
    painted < most
      ? `Paint the target: ${painted} points. Done trains on them; with none, on the domain's own.`
      : `${painted} points are as many as a link can hold: erase some to paint others.`,
  tooFew: (painted, fewest) => `${painted} points are too few to train on: paint at least ${fewest}, or clear them.`,
  surface: "the target's points, by keys: arrows move, plus and minus scale, brackets turn, comma and point shear",
  brush: "a brush, by keys: arrows move it, the space bar paints, digits choose a class",
  keys: [
    ["← → ↑ ↓", "drawing the shift: move the target, or the brush"],
    ["+ − [ ] , .", "drawing the shift: scale, turn, shear"],
    ["1 2 … Space", "painting: class, and a dab of the brush"],
  ],
}

export const drawNotices = {
  redrawn: (f) =>
    `New data and a new network: ${f.labels.join(", ")} changed.${f.undo ? " Undo brings the old run back." : ""}`,
}
