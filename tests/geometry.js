// What is wrong with a page as it lies there: a list of sentences, empty for a good one.
() => {
  const wrong = []
  const root = document.documentElement
  if (root.scrollWidth > innerWidth) wrong.push(`the page is ${root.scrollWidth} wide in a window of ${innerWidth}`)
  const told = (node) => `<${node.tagName.toLowerCase()} ${node.className}> "${node.textContent.trim().slice(0, 40)}"`
  const isSeen = (node) => node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })
  const isInside = (box) => box.right > 0 && box.left < innerWidth && box.width > 1 && box.height > 1
  // For screen readers alone, or moved out of a bar that scrolls.
  const isAside = (node) => node.closest("[aria-hidden=true], .katex-mathml, [data-testid=stHeader]")
  const texts = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const { currentNode: text } = walker
    const node = text.parentElement
    if (!text.data.trim() || ["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(node.tagName)) continue
    // What only screen readers hear is a pixel wide, or cut away.
    if (!isSeen(node) || isAside(node) || getComputedStyle(node).clipPath !== "none" || node.clientWidth === 1) continue
    const range = document.createRange()
    range.selectNodeContents(text)
    const box = range.getBoundingClientRect()
    if (isInside(box)) texts.push({ node, box })
  }
  for (const { node, box } of texts) {
    if (box.right > innerWidth + 1 || box.left < -1) wrong.push(`${told(node)} leaves the window`)
    // An ellipsis says that there is more, and a title says what.
    for (let part = node; part !== document.body; part = part.parentElement) {
      const { overflowX, textOverflow, position } = getComputedStyle(part)
      if (overflowX !== "visible" && part.clientWidth) {
        const inner = part.getBoundingClientRect()
        const isCut = box.right > inner.right + 2 || box.left < inner.left - 2
        if (isCut && overflowX !== "auto" && overflowX !== "scroll" && textOverflow !== "ellipsis") wrong.push(`${told(node)} is clipped by ${told(part)}`)
        break
      }
      if (position === "fixed") break
    }
  }
  // Two texts on one place; what is laid over others on purpose stands in a layer of its own.
  const layered = (node) => node.closest(".dann-popover, .dann-below, .dann-transport, .st-key-turn, [data-testid=stSidebar]")
  for (let i = 0; i < texts.length; i++)
    for (let k = i + 1; k < texts.length; k++) {
      const [one, other] = [texts[i], texts[k]]
      if (layered(one.node) !== layered(other.node) || one.node.contains(other.node) || other.node.contains(one.node)) continue
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
      if (across > 2 && down > 0.5 * Math.min(one.box.height, other.box.height)) wrong.push(`${told(one.node)} lies on ${told(other.node)}`)
    }
  return wrong
}
