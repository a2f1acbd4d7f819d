// Elements made and changed with few words; names from files only ever become text.

const SHAPES = {
  play: "M8 5v14l11-7z",
  pause: "M6 5h4v14H6zm8 0h4v14h-4z",
  step: "M6 6l8.5 6L6 18zM16 6h2v12h-2z",
  reset: "M12 5V1L7 6l5 5V7a6 6 0 1 1-6 6H4a8 8 0 1 0 8-8z",
  undo: "M12.5 8c-2.6 0-5 1-6.9 2.6L2 7v9h9l-3.6-3.6A8 8 0 0 1 20.1 16l2.4-.8A10.5 10.5 0 0 0 12.5 8z",
  back: "M16 5v14L6 12z",
  loop: "M7 7h10v3l4-4-4-4v3H5v6h2zm10 10H7v-3l-4 4 4 4v-3h12v-6h-2z",
  change: "M14.4 6L14 4H5v17h2v-7h5.6l.4 2h7V6z",
  fork: "M14 4l2.3 2.3-2.9 2.9 1.4 1.4 2.9-2.9L20 10V4zm-4 0H4v6l2.3-2.3 4.7 4.7V20h2v-8.4L7.7 6.3z",
  branches: "M22 11V3h-7v3H9V3H2v8h7V8h2v10h4v3h7v-8h-7v3h-2V8h2v3z",
  close: "M19 6.4L17.6 5 12 10.6 6.4 5 5 6.4 10.6 12 5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6z",
}

// `style` is an object; what is named on... listens to that event.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value)
    else if (name === "style") Object.assign(node.style, value)
    else if (value === true) node.setAttribute(name, "")
    else if (value !== false && value !== undefined) node.setAttribute(name, value)
  }
  node.append(...children)
  return node
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("viewBox", "0 0 24 24")
  svg.setAttribute("aria-hidden", "true")
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
  path.setAttribute("d", SHAPES[name])
  svg.append(path)
  return svg
}

// What already stands there costs the browser nothing.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name)
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value)
}

// Of the buttons in a group, the one of that value is pressed.
export function press(group, value) {
  for (const button of group.querySelectorAll("button"))
    setAttribute(button, "aria-pressed", String(button.value === value))
}

// `label` is heard; `caption` is seen, where the choices do not speak for themselves.
export function segments({ label, caption, ...choices }, choose) {
  const buttons = Object.entries(choices).map(([value, text]) =>
    el("button", { type: "button", class: "dann-segment", value, onclick: () => choose(value) }, text),
  )
  const said = caption ? [el("span", { class: "dann-segments-label" }, caption)] : []
  return el("div", { class: "dann-segments", role: "group", "aria-label": label }, ...said, ...buttons)
}

// A control that cannot be used now keeps the focus, which `disabled` would take from it.
export const setEnabled = (node, enabled) => setAttribute(node, "aria-disabled", enabled ? null : "true")

export const isEnabled = (node) => node.getAttribute("aria-disabled") !== "true"

// A button that shows and hides what belongs to it; a click elsewhere or Escape hides it.
export function popover(button, panel) {
  const show = (shown) => {
    panel.hidden = !shown
    setAttribute(button, "aria-expanded", String(shown))
  }
  show(false)
  button.addEventListener("click", () => show(panel.hidden))
  const place = el("div", { class: "dann-popover-place" }, button, panel)
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return
    event.stopPropagation()
    show(false)
    button.focus()
  })
  const outside = (event) => event.composedPath().includes(place) || show(false)
  document.addEventListener("pointerdown", outside)
  return { place, show, close: () => document.removeEventListener("pointerdown", outside) }
}
