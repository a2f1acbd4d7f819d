// Drawing the shift: on the picture of a built-in domain in the plane, a hand moves the target's points or paints
// others. What it leaves is sent as the domain's knobs, and a new run begins.

import { DrawBar } from "./draw-bar.js"
import { Brush } from "./draw-brush.js"
import { Handles } from "./draw-handles.js"
import { UNMOVED, isSame, knobsOf } from "./draw-map.js"
import { FEWEST, MOST, writePainting } from "./draw-painting.js"
import { el, setAttribute } from "./dom.js"
import { words } from "./words.js"

// How much more of the plane is seen on each side while there must be room to move in.
const ROOM = 0.25
const LEAST_ROOM = 0.1

export class Draw {
  // `host` holds the input's picture; `act("draw", {knobs})` begins a run; `told()` when the caption is another.
  constructor(host, { act, told }) {
    Object.assign(this, { act, told })
    this.tool = null
    const [label, title] = words.draw.open
    const looks = { type: "button", class: "dann-segment dann-draw-open", title, hidden: true }
    this.open = el("button", { ...looks, onclick: () => this.#start() }, label)
    this.surface = this.#listeningSurface()
    this.bar = new DrawBar({
      tool: (name) => this.#choose(name === "paint" ? this.brush : this.handles),
      label: (label) => this.brush.choose(label),
      clear: () => this.brush.clear(this.picture),
      plain: () => this.#send(UNMOVED, ""),
      done: () => this.#finish(),
    })
    host.append(this.open, this.surface)
  }

  // `picture`: the input's; of the stage's `seen`, what may be done and on which run.
  render(picture, { state, store, can }) {
    const { link } = state ?? {}
    this.canDraw = Boolean(can.speed && link?.domain && store.scene.values.input === "plane")
    if (!this.canDraw) this.#end()
    else if (picture !== this.picture) this.#attach(picture, store.scene, link)
    else if (this.isWaiting && isError(state.notice, this.notice)) this.#takeBack(store.scene, link)
    this.notice = state?.notice?.id
    if (!this.tool) this.open.hidden = !this.canDraw
  }

  // What stands under the picture meanwhile; nothing where nothing is drawn.
  get caption() {
    if (!this.tool) return undefined
    if (this.tool === this.handles) return words.draw.move
    const { length } = this.brush.points
    return this.isRefused ? words.draw.tooFew(length, FEWEST) : words.draw.paint(length, MOST)
  }

  close() {
    this.handles?.close()
  }

  #attach(picture, scene, link) {
    this.picture = picture
    this.xy = scene.arrays.xy
    this.bar.setClasses(scene.values.classes)
    // What the picture's points lie by, and what the server knows.
    this.lie = knobsOf(link)
    this.sent = { knobs: this.lie, painted: link.painted ?? "" }
    this.isWaiting = false
    if (this.tool) this.#use(this.tool)
  }

  // The server has refused what was drawn, and says why: the target is as it was, and what was painted is not lost.
  #takeBack(scene, link) {
    this.brush.isDirty = this.wasPainted
    this.tool = this.wasPainted ? this.brush : this.handles
    this.#attach(this.picture, scene, link)
  }

  #start() {
    this.room = wider(this.picture.covered, ROOM)
    this.handles = new Handles((knobs) => this.#send(knobs, this.sent.painted))
    this.brush = new Brush(() => this.#tell())
    this.#use(this.sent.painted ? this.brush : this.handles)
    this.surface.focus({ preventScroll: true })
  }

  #use(tool) {
    const { picture } = this
    this.tool = picture.guest = tool
    this.brush.isActive = tool === this.brush
    this.open.hidden = true
    this.surface.hidden = false
    picture.points.moveTo(this.xy, 0)
    picture.zoomTo(null)
    // The view never shrinks under the hand.
    this.room = union(this.room, wider(picture.covered, LEAST_ROOM))
    picture.setHome(this.room)
    tool.attach(picture, this.lie, this.sent.painted)
    const isPainting = tool === this.brush
    setAttribute(this.surface, "aria-label", isPainting ? words.draw.brush : words.draw.surface)
    this.#tell()
  }

  #choose(tool) {
    if (tool === this.tool || !this.#settle()) return
    // What was painted must have come back as the target before it can be moved.
    if (this.isWaiting) this.tool = tool
    else this.#use(tool)
    this.#tell()
  }

  // Whether nothing is left over that cannot be trained on.
  #settle() {
    this.handles.close()
    const { brush } = this
    const { length } = brush.points
    this.isRefused = brush.isDirty && length > 0 && length < FEWEST
    if (brush.isDirty && !this.isRefused) this.#send(UNMOVED, writePainting(brush.points))
    this.#tell()
    return !this.isRefused
  }

  #send(knobs, painted) {
    this.wasPainted = this.brush.isDirty
    this.brush.isDirty = false
    if (isSame(knobs, this.sent.knobs) && painted === this.sent.painted) return
    this.sent = { knobs, painted }
    this.isWaiting = true
    this.act("draw", { knobs: { ...knobs, painted } })
    this.#tell()
  }

  #finish() {
    if (!this.#settle()) return
    this.#end()
    this.open.focus({ preventScroll: true })
  }

  #end() {
    if (!this.tool) return
    const { picture, brush } = this
    this.handles.close()
    this.tool = null
    brush.isActive = false
    this.surface.hidden = true
    this.open.hidden = !this.canDraw
    if (!picture.isClosed) {
      // What was drawn is seen until its run is there.
      if (picture.guest !== brush || !this.isWaiting) picture.guest = undefined
      if (!this.isWaiting) picture.points.moveTo(this.xy, 0)
      picture.setHome(picture.covered)
    }
    this.#tell()
  }

  #tell() {
    const { tool, brush, sent } = this
    const isPlain = !sent.painted && isSame(sent.knobs, UNMOVED)
    this.bar.render({ isShown: Boolean(tool), isPainting: tool === brush, label: brush.label, isPlain })
    this.told()
  }

  // Over the picture, whose own gestures rest meanwhile.
  #listeningSurface() {
    const at = (event) => [event.offsetX, event.offsetY]
    // A tool that waits for its picture rests.
    const on = (handler) => (event) => this.tool && this.picture.guest === this.tool && handler(event)
    let pointer = null
    const down = on((event) => {
      if (event.button !== 0 || !event.isPrimary) return
      if (!this.tool.down(this.picture, at(event), event.pointerType === "touch")) return
      pointer = event.pointerId
      this.surface.setPointerCapture(pointer)
    })
    const move = on((event) => {
      if (pointer === null) this.surface.style.cursor = this.tool.cursor(this.picture, at(event))
      if (pointer === null || event.pointerId === pointer) this.tool.move(this.picture, at(event))
    })
    const end = (name) => {
      pointer = null
      this.tool?.[name](this.picture)
    }
    const ended = (name) => (event) => event.pointerId === pointer && end(name)
    const keydown = on((event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === "Escape" && pointer !== null) end("cancel")
      else if (event.key === "Escape") this.#finish()
      else if (!this.tool.key(this.picture, event.key)) return
      event.preventDefault()
      // The picture has keys of its own.
      event.stopPropagation()
    })
    const listeners = { onpointerdown: down, onpointermove: move, onpointerup: ended("up"), onpointercancel: ended("cancel") }
    const looks = { class: "dann-draw-surface", tabindex: "0", role: "application", hidden: true }
    return el("div", { ...looks, ...listeners, onkeydown: keydown })
  }
}

const isError = (notice, before) => notice?.level === "error" && notice.id !== before

function wider({ left, right, bottom, top }, share) {
  const [across, up] = [share * (right - left), share * (top - bottom)]
  return { left: left - across, right: right + across, bottom: bottom - up, top: top + up }
}

const union = (one, other) => ({
  left: Math.min(one.left, other.left),
  right: Math.max(one.right, other.right),
  bottom: Math.min(one.bottom, other.bottom),
  top: Math.max(one.top, other.top),
})
