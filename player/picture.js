// What all pictures share: a canvas that fills its host, the part of the data that is seen, and what is pointed at.
// A picture says in `draw(pen)` what it looks like, in `pick(x, y)` what is known of a place, or null.

import { bold } from "./bold.js"
import { ask, forget } from "./clock.js"
import { el } from "./dom.js"
import { listen } from "./gestures.js"
import { FAINT } from "./palette.js"
import { WHOLE } from "./picture-words.js"
import { isTooSmall, panned, scaled, withEqualScale } from "./ranges.js"
import { Tooltip } from "./tooltip.js"

const SMALLEST_TEXT = 11
const NORMAL_SIDE = 400
const SMALLEST_DRAG = 8

export class Picture {
  // Told of every zoom ({left, right, bottom, top}, or null for all), and of what is pointed at (a number, or null), so
  // that pictures can be linked.
  zoomed = undefined
  pointed = undefined

  // What a linked picture is pointed at, marked here as if by a pointer of its own; see `find`.
  followed = null

  // `zooms`: "xy", "equal" (with the same scale in both directions), "x" or "".
  constructor(host, zooms) {
    this.host = host
    this.zooms = zooms
    this.home = { left: 0, right: 1, bottom: 0, top: 1 }
    this.zoom = this.pointer = this.told = null
    this.width = this.height = 0
    this.text = SMALLEST_TEXT
    this.listening = new AbortController()
    // The clock knows a draw by its function.
    this.paint = this.paint.bind(this)
    this.tell = this.tell.bind(this)
    this.build()
    this.tooltip = new Tooltip(this.stage)
    this.listen()
    this.observer = new ResizeObserver((entries) => entries.forEach((entry) => this.measure(entry)))
    for (const part of [this.root, this.stage]) this.observer.observe(part)
  }

  build() {
    if (getComputedStyle(this.host).position === "static") this.host.style.position = "relative"
    this.host.tabIndex = 0
    if (!this.host.hasAttribute("role")) this.host.setAttribute("role", "figure")
    this.root = el("div", { style: { position: "absolute", inset: "0", display: "flex", flexDirection: "column" } })
    this.stage = el("div", {
      style: {
        position: "relative",
        flex: "1",
        minHeight: "0",
        overflow: "hidden",
        userSelect: "none",
        touchAction: "pan-y pinch-zoom",
        cursor: this.zooms ? "crosshair" : "default",
      },
    })
    // The canvas must not decide how large its stage is.
    this.canvas = el("canvas", { style: { position: "absolute", inset: "0", width: "100%", height: "100%" } })
    this.selection = el("div", { style: { position: "absolute", border: "1px solid var(--dann-ink)", background: "color-mix(in srgb, var(--dann-ink) 10%, transparent)" } })
    for (const part of [this.canvas, this.selection]) part.style.pointerEvents = "none"
    const corner = { position: "absolute", right: "10px", padding: "2px 8px", font: "inherit" }
    this.whole = el("button", { type: "button", style: corner }, WHOLE)
    for (const part of [this.selection, this.whole]) setShown(part, false)
    this.stage.append(this.canvas, this.selection, this.whole)
    this.root.append(this.stage)
    this.host.append(this.root)
    this.pen = this.canvas.getContext("2d")
  }

  listen() {
    const { signal } = this.listening
    listen(this.stage, this.host, signal, {
      hover: (place) => this.point(place),
      leave: () => this.point(null),
      drag: (from, to) => this.drag(from, to),
      select: (from, to) => this.select(from, to),
      cancel: () => setShown(this.selection, false),
      reset: () => this.zoomTo(null),
      scale: (factor) => this.zoomTo(scaled(this.view, this.zooms === "x" ? [factor, 1] : [factor, factor], this.all)),
      pan: (across, up) => this.zoom !== null && this.zoomTo(panned(this.view, across / 8, up / 8, this.all)),
    })
    this.whole.addEventListener("click", () => this.zoomTo(null), { signal })
    // A window that moves to a projector may only change how many pixels a point has.
    addEventListener("resize", () => this.resized(), { signal })
  }

  close() {
    this.isClosed = true
    this.listening.abort()
    this.observer.disconnect()
    forget(this.paint)
    forget(this.tell)
    this.root.remove()
  }

  resized() {
    if (this.outer) this.setText()
    this.arrange()
  }

  // Text follows the whole, not the stage: a legend below the stage may grow with it.
  measure({ target, contentRect: { width, height } }) {
    if (target === this.root) {
      this.outer = { width, height }
      this.setText()
    } else Object.assign(this, { width, height })
    this.arrange()
  }

  setText() {
    const grown = bold("text") * growth(this.outer.width, this.outer.height)
    this.text = Math.max(SMALLEST_TEXT, Math.round(SMALLEST_TEXT * grown))
    const { fontFamily } = getComputedStyle(this.host)
    this.fonts = { normal: `${this.text}px ${fontFamily}`, bold: `bold ${this.text}px ${fontFamily}` }
    this.root.style.fontSize = `${this.text}px`
  }

  // The room around the data, in pixels.
  margins() {
    return { left: 1, right: 1, top: 1, bottom: 1 }
  }

  // The room within the box that a title takes at its top.
  titleHeight() {
    return 0
  }

  setHome(home) {
    this.home = home
    this.arrange()
  }

  arrange() {
    const { left, right, top, bottom } = this.margins()
    const width = Math.max(1, Math.floor(this.width - left - right))
    const height = Math.max(1, Math.floor(this.height - top - bottom))
    this.box = { x: left, y: top, width, height }
    this.whole.style.top = `${top + this.titleHeight() + 5}px`
    const fit = (range) => (this.zooms === "equal" ? withEqualScale(range, width, height) : range)
    this.all = fit(this.home)
    this.view = this.zoom ? fit(this.zoom) : this.all
    this.redraw()
  }

  toX(value) {
    return this.box.x + ((value - this.view.left) / (this.view.right - this.view.left)) * this.box.width
  }

  toY(value) {
    return this.box.y + ((this.view.top - value) / (this.view.top - this.view.bottom)) * this.box.height
  }

  fromX(x) {
    return this.view.left + ((x - this.box.x) / this.box.width) * (this.view.right - this.view.left)
  }

  fromY(y) {
    return this.view.top - ((y - this.box.y) / this.box.height) * (this.view.top - this.view.bottom)
  }

  // Whether there was anything to do; what nobody asked for (a new scene, a linked picture) is told to nobody.
  zoomTo(zoom, isTold = true) {
    if (!this.zooms || (!zoom && !this.zoom) || (zoom && isTooSmall(zoom, this.all))) return false
    this.zoom = zoom
    setShown(this.whole, Boolean(zoom))
    this.arrange()
    if (isTold) this.zoomed?.(zoom)
    return true
  }

  drag(from, to) {
    if (!this.zooms) return
    this.point(null)
    const { left, right, top, bottom } = this.within(from, to)
    Object.assign(this.selection.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${right - left}px`,
      height: `${bottom - top}px`,
    })
    setShown(this.selection, true)
  }

  select(from, to) {
    setShown(this.selection, false)
    const { left, right, top, bottom } = this.within(from, to)
    if (Math.min(right - left, bottom - top) < SMALLEST_DRAG) return
    this.zoomTo({
      left: this.fromX(left),
      right: this.fromX(right),
      bottom: this.fromY(bottom),
      top: this.fromY(top),
    })
  }

  // The dragged part of the box, in pixels.
  within(from, to) {
    const { x, y, width, height } = this.box
    const [left, right] = [from.x, to.x].sort((a, b) => a - b).map((value) => clamp(value, x, x + width))
    if (this.zooms === "x") return { left, right, top: y, bottom: y + height }
    const [top, bottom] = [from.y, to.y].sort((a, b) => a - b).map((value) => clamp(value, y, y + height))
    return { left, right, top, bottom }
  }

  point(place) {
    this.pointer = place
    if (place) ask(this.tell)
    else this.tell()
  }

  // Also after each draw: what is pointed at may have moved away.
  tell() {
    const { pointer, followed } = this
    const own = pointer && !this.isClosed ? this.pick(pointer.x, pointer.y) : null
    const about = own ?? (followed === null || this.isClosed ? null : this.find(followed))
    if (about) this.tooltip.show(about, this)
    else this.tooltip.hide()
    this.mark?.(about)
    const told = own ? own.number : null
    if (told === this.told) return
    this.told = told
    this.pointed?.(told)
  }

  follow(number) {
    if (number === this.followed) return
    this.followed = number
    ask(this.tell)
  }

  // What is known of what another picture is pointed at, as `pick` tells it.
  find() {
    return null
  }

  redraw() {
    if (!this.isClosed) ask(this.paint)
  }

  paint(now) {
    if (!this.width || !this.height) return
    const scale = (this.scale = devicePixelRatio)
    const [width, height] = [Math.round(this.width * scale), Math.round(this.height * scale)]
    const { canvas, pen } = this
    // A new size clears a canvas too, but costs far more.
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    pen.setTransform(scale, 0, 0, scale, 0, 0)
    pen.clearRect(0, 0, this.width, this.height)
    if (this.frame) this.draw(pen, now)
    if (this.pointer || this.followed !== null) this.tell()
  }

  setFont(pen) {
    pen.font = this.fonts.normal
  }

  clip(pen) {
    const { x, y, width, height } = this.box
    pen.beginPath()
    pen.rect(x, y, width, height)
    pen.clip()
  }

  drawFrame(pen) {
    const { x, y, width, height } = this.box
    Object.assign(pen, { strokeStyle: FAINT, lineWidth: 1 })
    pen.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1)
  }
}

// How much larger than in a picture of the usual size things are drawn.
export const growth = (width, height) => Math.sqrt(Math.min(width, height) / NORMAL_SIDE)

const clamp = (value, low, high) => Math.min(high, Math.max(low, value))

function setShown(part, isShown) {
  part.style.display = isShown ? "block" : "none"
}
