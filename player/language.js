// Texts in the page's language: a module is loaded for one language, and for another one anew.

import { catalogue, plural } from "./catalogue.js"

const PLACES = /\{\{|\}\}|\{(\w+)(?::([^{}]*))?\}/g
const SPECIFICATION = /^(\+?)(,?)(?:\.(\d+))?([dfg%]?)$/

// As in Python's `str.format`: without values, braces are braces.
function filled(template, values) {
  if (!values) return template
  return template.replace(PLACES, (whole, name, as) => {
    if (name === undefined) return whole[0]
    return Object.hasOwn(values, name) ? shaped(values[name], as) : whole
  })
}

// What Python's format specifications mean that texts of the server may hold; others leave a number as it is.
function shaped(value, as) {
  const known = typeof value === "number" && Number.isFinite(value) && as ? SPECIFICATION.exec(as) : null
  if (!known) return told(value)
  const [, plus, comma, digits, kind] = known
  const number = written(value, kind, digits === undefined ? undefined : Number(digits), Boolean(comma))
  return plus && value >= 0 ? `+${number}` : number
}

function written(value, kind, digits, useGrouping) {
  if (kind === "g" || (kind === "" && digits !== undefined)) return general(value, digits || (digits === 0 ? 1 : 6))
  const scaled = kind === "%" ? 100 * value : value
  const isFixed = kind === "f" || kind === "%"
  const [least, most] = isFixed ? [digits ?? 6, digits ?? 6] : [0, 20]
  const number = scaled.toLocaleString("en-US", { useGrouping, minimumFractionDigits: least, maximumFractionDigits: most })
  return kind === "%" ? `${number}%` : number
}

// As few digits as the number needs, and a power of ten where it is very small or large.
function general(value, digits) {
  const [front, power] = value.toExponential(digits - 1).split("e")
  if (power >= -4 && power < digits) return String(Number(value.toPrecision(digits)))
  return `${Number(front)}e${power[0]}${power.slice(1).padStart(2, "0")}`
}

// A literal in the page's language, with the values in its braces.
export const tell = (template, values) => filled(catalogue[template] ?? template, values)

// A literal that counts; `{n}` is the number.
export function tellMany(one, many, n, values) {
  const forms = catalogue[one]
  const template = forms === undefined ? (n === 1 ? one : many) : forms[plural(n)]
  return filled(template, { n, ...values })
}

// What the server told: a text as data, or a name that is shown as it is.
export function told(given) {
  if (given === null || typeof given !== "object" || !("text" in given)) return String(given)
  const { text, values, many, n, joined } = given
  if (joined) return filled(text, values)
  return many === undefined ? tell(text, values) : tellMany(text, many, n, values)
}

// One sentence after another; what is none is left out.
export function sentences(...parts) {
  const said = parts.filter(Boolean)
  return said.length ? said.reduce((before, next) => tell("{before} {next}", { before, next })) : ""
}

// Names or clauses in a row.
export const listed = (parts) => parts.join(tell(", "))

// A sentence that may have come without its end.
export const ended = (text) => (/[.!?…。！？]$/.test(text) ? text : tell("{text}.", { text }))
