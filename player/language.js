// Texts in the page's language: a module is loaded for one language, and for another one anew.

import { catalogue, plural } from "./catalogue.js"

const filled = (template, values) =>
  values ? template.replace(/\{(\w+)(?::([^{}]*))?\}/g, (whole, name, as) => (name in values ? shaped(values[name], as) : whole)) : template

// What Python's format specifications mean that texts of the server may hold.
function shaped(value, as) {
  if (typeof value !== "number" || !as) return told(value)
  const digits = /\.(\d+)/.exec(as)?.[1]
  if (as.endsWith("%")) return `${(100 * value).toFixed(digits ?? 6)}%`
  if (as.endsWith("f")) return value.toFixed(digits ?? 6)
  if (as.endsWith("g")) return String(Number(value.toPrecision(digits ?? 6)))
  return as.includes(",") ? value.toLocaleString("en") : String(value)
}

// A literal in the page's language, with the values in its braces.
export const tell = (template, values) => filled(catalogue[template] ?? template, values)

// A literal that counts; `{n}` is the number.
export function tellMany(one, many, n, values) {
  const forms = catalogue[one] ?? [one, many]
  return filled(forms[plural(n)], { n, ...values })
}

// What the server told: a text as data, or a name that is shown as it is.
export function told(given) {
  if (given === null || typeof given !== "object" || !("text" in given)) return String(given)
  const { text, values, many, n, joined } = given
  if (joined) return filled(text, values)
  return many === undefined ? tell(text, values) : tellMany(text, many, n, values)
}
