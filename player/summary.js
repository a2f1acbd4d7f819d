// Of numbers in order.
export function summary(values) {
  const middle = (values.length - 1) / 2
  const median = (values[Math.floor(middle)] + values[Math.ceil(middle)]) / 2
  return { median, low: values[0], high: values.at(-1) }
}
