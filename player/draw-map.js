// The target as a hand moves it: dann_core/domains/plane.py's knobs, what they do to points, and what gestures do to
// them. A place is [x, y]; points are x and y in turn.

export const UNMOVED = { turn: 0, right: 0, up: 0, width: 1, height: 1, shear: 0 }

// As the server takes them, and in steps that leave a link short.
const RANGES = { turn: [-180, 180], right: [-6, 6], up: [-6, 6], width: [0.1, 4], height: [0.1, 4], shear: [-3, 3] }
const STEPS_A_UNIT = { turn: 1, right: 100, up: 100, width: 100, height: 100, shear: 100 }

// What differs from the defaults stands in a link, as text.
export const knobsOf = (link) =>
  Object.fromEntries(Object.entries(UNMOVED).map(([name, usual]) => [name, Number(link[name] ?? usual)]))

export const isSame = (knobs, others) => Object.keys(UNMOVED).every((name) => knobs[name] === others[name])

// [a, b, c, d, x, y]: a place p becomes [a p0 + b p1 + x, c p0 + d p1 + y].
export function matrixOf({ turn, right, up, width, height, shear }) {
  const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)]
  const lean = shear * height
  return [cos * width, cos * lean - sin * height, sin * width, sin * lean + cos * height, right, up]
}

export function inverse([a, b, c, d, x, y]) {
  const area = a * d - b * c
  const [e, f, g, h] = [d / area, -b / area, -c / area, a / area]
  return [e, f, g, h, -(e * x + f * y), -(g * x + h * y)]
}

export const place = ([a, b, c, d, x, y], [across, up]) => [a * across + b * up + x, c * across + d * up + y]

export function placeAll(matrix, points) {
  const placed = new Float32Array(points.length)
  for (let k = 0; k < points.length; k += 2) placed.set(place(matrix, [points[k], points[k + 1]]), k)
  return placed
}

export const moved = (knobs, across, up) => bounded({ ...knobs, right: knobs.right + across, up: knobs.up + up })

// The others leave `centre`, a place before the map, where it is.
export const turned = (knobs, centre, degrees) => about(centre, knobs, { turn: wrapped(knobs.turn + degrees) })

export const scaled = (knobs, centre, across, up) =>
  about(centre, knobs, { width: knobs.width * across, height: knobs.height * up })

export const sheared = (knobs, centre, shear) => about(centre, knobs, { shear })

function about(centre, knobs, change) {
  const next = bounded({ ...knobs, ...change })
  const [was, is] = [knobs, next].map((each) => place(matrixOf(each), centre))
  return moved(next, was[0] - is[0], was[1] - is[1])
}

function bounded(knobs) {
  const bound = ([name, value]) => {
    const [low, high] = RANGES[name]
    const step = STEPS_A_UNIT[name]
    return [name, Math.min(high, Math.max(low, Math.round(value * step) / step))]
  }
  return Object.fromEntries(Object.entries(knobs).map(bound))
}

const wrapped = (degrees) => degrees - 360 * Math.round(degrees / 360)
