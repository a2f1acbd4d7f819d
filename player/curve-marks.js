// Where settings changed: one mark for what a person did in one go.

const SHARE_OF_ONE_GO = 0.02

// Of changes [[iteration, setting, old, new], ...]: [{iteration, name, old, now}, ...].
export function marksOf(changes, maxIter) {
  const marks = []
  for (const [iteration, name, old, now] of changes) {
    const last = marks.at(-1)
    if (last?.name === name && iteration - last.until <= SHARE_OF_ONE_GO * maxIter) {
      Object.assign(last, { now, until: iteration })
    } else marks.push({ iteration, until: iteration, name, old, now })
  }
  // Moved and moved back: nothing has changed.
  return marks.filter(({ old, now }) => old !== now)
}
