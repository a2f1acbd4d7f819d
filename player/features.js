// The embedded features of both domains; points move from frame to frame and never jump.

import { el } from "./dom.js"
import { DOMAIN_COLOURS, MOST_CLASSES, classColour, classSign } from "./palette.js"
import { Picture } from "./picture.js"
import { featuresCaption, featuresDescription, legendEntries, pullsCaption } from "./picture-words.js"
import { Points } from "./points.js"
import { paintPulls } from "./pulls.js"
import { Samples } from "./samples.js"

const POINT_SIZE = 7
const POSITION_UNIT = 8192
const REACH = 2.1
const HOME = { left: -REACH, right: REACH, bottom: -REACH, top: REACH }
const ARRAYS = { "t-SNE": "tsne", PCA: "pca" }

export class Features extends Picture {
  constructor(host) {
    super(host, "equal")
    this.legend = el("ul", {
      class: "dann-legend",
      style: {
        display: "flex",
        flexWrap: "wrap",
        gap: "0 0.9em",
        maxHeight: "30%",
        margin: "0",
        padding: "4px 2px 0",
        boxSizing: "border-box",
        overflowY: "auto",
        listStyle: "none",
        fontSize: "12px",
        lineHeight: "1.4",
      },
    })
    this.root.append(this.legend)
    this.setHome(HOME)
  }

  setScene(scene) {
    this.scene = scene
    this.frame = this.shown = undefined
    this.samples = new Samples(scene)
    this.points = new Points(this.samples, POINT_SIZE)
    this.point(null)
    this.zoomTo(null, false)
    this.legend.replaceChildren()
    this.redraw()
  }

  show(frame, look, glide = 0) {
    const shown = JSON.stringify(look)
    if (frame === this.frame && shown === this.shown) return
    if (this.look && look.view !== this.look.view) this.zoomTo(null, false)
    if (shown !== this.shown) this.writeLegend(look)
    this.frame = frame
    this.look = look
    this.shown = shown
    const places = Float32Array.from(frame.arrays[ARRAYS[look.view]], (value) => value / POSITION_UNIT)
    this.points.moveTo(places, glide)
    this.points.dress(frame, look)
    this.redraw()
  }

  writeLegend(look) {
    const classes = this.samples.names.map((name, k) => [name, classColour(k), classSign(k)])
    const entries = legendEntries(classes, {
      mostClasses: MOST_CLASSES,
      domainColours: look.colour === "domain" ? DOMAIN_COLOURS : undefined,
      isRinged: this.samples.mayRing(look),
    })
    this.legend.replaceChildren(
      ...entries.map(([symbol, colour, text]) => {
        const sign = el("span", { style: { color: colour, marginRight: "0.3em" } }, symbol)
        return el("li", {}, sign, text)
      }),
    )
  }

  draw(pen, now) {
    this.points.draw(pen, this, now)
    if (this.look.pulls && this.look.view === "PCA") paintPulls(pen, this, this.frame.arrays, this.points.at)
    this.points.drawMark(pen, this, this.look.mark)
    this.drawFrame(pen)
  }

  pick(x, y) {
    return this.frame ? this.points.pick(x, y, this, this.frame, this.look) : null
  }

  find(number) {
    return this.frame ? this.points.about(number, this, this.frame, this.look) : null
  }

  caption(look) {
    if (!this.scene) return ""
    if (look.pulls) return pullsCaption(look.view)
    const { samples } = this
    const flags = { byDomain: look.colour === "domain", isExam: samples.mayTell(look), isRinged: samples.mayRing(look) }
    return featuresCaption(this.scene.values, flags)
  }

  description(frame, look) {
    return featuresDescription(look.view, this.scene.values, frame)
  }
}
