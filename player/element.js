// Makes an element; text is always text, for names come from files.
export function element(tag, style = {}, text = "") {
  const made = document.createElement(tag)
  Object.assign(made.style, style)
  made.textContent = text
  return made
}
