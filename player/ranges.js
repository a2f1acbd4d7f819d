// Parts of a plane, as {left, right, bottom, top}.

const SMALLEST_SHARE = 1 / 500

// The range about a range's middle that has the same scale in both directions in a box of that width and height.
export function withEqualScale(range, width, height) {
  const perPixel = Math.max((range.right - range.left) / width, (range.top - range.bottom) / height)
  const [x, y] = middle(range)
  const [across, up] = [(perPixel * width) / 2, (perPixel * height) / 2]
  return { left: x - across, right: x + across, bottom: y - up, top: y + up }
}

// So many times as wide and as high, within its home; null where that is all of it.
export function scaled(range, [across, up], home) {
  const width = Math.min((range.right - range.left) * across, home.right - home.left)
  const height = Math.min((range.top - range.bottom) * up, home.top - home.bottom)
  if (width === home.right - home.left && height === home.top - home.bottom) return null
  const [x, y] = middle(range)
  return within({ left: x - width / 2, right: x + width / 2, bottom: y - height / 2, top: y + height / 2 }, home)
}

// Moved by a share of its width and height, within its home.
export function panned(range, across, up, home) {
  const dx = across * (range.right - range.left)
  const dy = up * (range.top - range.bottom)
  const moved = { left: range.left + dx, right: range.right + dx, bottom: range.bottom + dy, top: range.top + dy }
  return within(moved, home)
}

export function isTooSmall(range, home) {
  const across = (range.right - range.left) / (home.right - home.left)
  const up = (range.top - range.bottom) / (home.top - home.bottom)
  return Math.min(across, up) < SMALLEST_SHARE
}

function within(range, home) {
  const dx = shift(range.left, range.right, home.left, home.right)
  const dy = shift(range.bottom, range.top, home.bottom, home.top)
  return { left: range.left + dx, right: range.right + dx, bottom: range.bottom + dy, top: range.top + dy }
}

const shift = (low, high, lowest, highest) => Math.max(0, lowest - low) - Math.max(0, high - highest)

const middle = (range) => [(range.left + range.right) / 2, (range.bottom + range.top) / 2]
