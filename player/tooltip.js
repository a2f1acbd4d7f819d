// What is known of the point under the mouse, beside it, and a ring around it.

import { el } from "./dom.js"

const GAP = 12
const RING = 15

export class Tooltip {
  constructor(stage) {
    // A screen reader hears the picture's description instead.
    this.ring = el("div", {
      "aria-hidden": "true",
      style: {
        position: "absolute",
        left: "0",
        top: "0",
        width: `${RING}px`,
        height: `${RING}px`,
        boxSizing: "border-box",
        border: "2px solid var(--dann-ink)",
        borderRadius: "50%",
        pointerEvents: "none",
        display: "none",
      },
    })
    this.box = el("div", {
      class: "dann-tooltip",
      "aria-hidden": "true",
      style: {
        position: "absolute",
        zIndex: "1",
        boxSizing: "border-box",
        padding: "4px 8px",
        borderRadius: "4px",
        borderLeft: "4px solid",
        background: "color-mix(in srgb, var(--dann-paper) 95%, transparent)",
        boxShadow: "0 1px 5px rgba(0, 0, 0, 0.35)",
        color: "var(--dann-ink)",
        lineHeight: "1.35",
        textAlign: "left",
        overflowWrap: "anywhere",
        pointerEvents: "none",
        display: "none",
      },
    })
    stage.append(this.ring, this.box)
  }

  // `about`: {x, y, colour, lines: [{text, colour}], isRinged}; `size`: {width, height} of the stage.
  show(about, size) {
    this.write(about.lines)
    const { x, y } = about
    const isLeft = x > size.width / 2
    const isAbove = y > size.height / 2
    Object.assign(this.box.style, {
      display: "block",
      borderColor: about.colour,
      // On the side with more room; its own size need not be known.
      left: isLeft ? "auto" : `${x + GAP}px`,
      right: isLeft ? `${size.width - x + GAP}px` : "auto",
      top: isAbove ? "auto" : `${y + GAP}px`,
      bottom: isAbove ? `${size.height - y + GAP}px` : "auto",
      maxWidth: `${(isLeft ? x : size.width - x) - GAP}px`,
    })
    this.ring.style.display = about.isRinged ? "block" : "none"
    this.ring.style.transform = `translate(${x - RING / 2}px, ${y - RING / 2}px)`
  }

  write(lines) {
    const written = JSON.stringify(lines)
    if (written === this.written) return
    this.written = written
    this.box.replaceChildren(...lines.map(({ text, colour = "inherit" }) => el("div", { style: { color: colour } }, text)))
  }

  hide() {
    this.box.style.display = this.ring.style.display = "none"
  }
}
