// A comparison's place on the page: one transport, the lanes side by side, their curves in common panels.

import { CompareLane, swatch, swatchOf } from "./compare-lane.js"
import { el, press, segments, setAttribute, setText } from "./dom.js"
import { gapOf } from "./gap.js"
import { Linked } from "./linked.js"
import { Notice } from "./notice.js"
import { Overlay } from "./overlay.js"
import { tab, toggle } from "./pictures.js"
import { Progress } from "./progress.js"
import { SeedLine } from "./seeds.js"
import { shelvedLooks } from "./shelved.js"
import { Slider } from "./slider.js"
import { Theme } from "./theme.js"
import { Transport } from "./transport.js"
import { words } from "./words.js"

// Lanes are no branches, have no verdict of their own, and are not shown to a room.
const NO_KEYS = ["U", "N", "F", "T", "V"]
const TABS = ["features", "input", "curves"]

export class CompareStage {
  // `on`: act(name, value), choose(change), go(iteration), seed(seed), dismiss(id), reconnect()
  constructor(element, on) {
    this.transport = new Transport(on.act, [], NO_KEYS)
    this.progress = new Progress()
    this.notice = new Notice(on)
    this.headline = el("p", { class: "dann-headline", role: "status" })
    this.seeds = new SeedLine(on.seed)
    this.views = segments(words.views, (view) => on.choose({ view }))
    this.colours = segments(words.colours, (colour) => on.choose({ colour }))
    this.truth = toggle(words.truth, (isTrue) => on.choose({ truth: isTrue ? "true" : "predicted" }))
    this.legend = el("div", { class: "dann-common-legend" })
    const looks = el("div", { class: "dann-looks" }, this.legend, this.views, this.colours, this.truth)
    this.tabs = el("div", { class: "dann-tabs", role: "group", "aria-label": words.pictures.group })
    for (const name of TABS) this.tabs.append(tab(name, () => this.#pick(name)))
    this.side = el("div", { class: "dann-lanes" })
    this.lines = el("ul", { class: "dann-lines" })
    this.curves = el("div", { class: "dann-overlays" })
    this.slider = new Slider(on.go)
    const below = el("div", { class: "dann-below" }, this.slider.element)
    const above = [this.transport.element, this.progress.element, this.notice.element, this.headline, this.seeds.element]
    const middle = [looks, this.tabs, this.side, this.lines, this.curves]
    const looksLike = { class: "dann-player dann-compare", "aria-label": words.compare.player }
    this.root = el("section", looksLike, ...above, ...middle, below)
    this.theme = new Theme(this.root, (theme) => on.choose({ theme }))
    this.attach(element)
    this.#pick(TABS[0])
    this.lanes = []
    this.overlays = []
  }

  attach(element) {
    if (this.root.parentNode === element) return
    const sheets = ["style.css", "compare.css"].map((name) =>
      el("link", { rel: "stylesheet", href: new URL(`./${name}`, import.meta.url) }),
    )
    for (const sheet of sheets) sheet.addEventListener("load", () => this.theme.read(), { once: true })
    element.append(...sheets, this.root)
    this.sheets = sheets
  }

  // `lanes`: [{title, role}, ...]
  setLanes(lanes) {
    const told = JSON.stringify(lanes)
    if (told === this.told) return
    this.told = told
    for (const part of [...this.lanes, ...this.overlays]) part.close()
    this.overlays = []
    this.kinds = null
    this.lanes = lanes.map((lane, number) => new CompareLane(lane, number))
    this.side.replaceChildren(...this.lanes.map(({ element }) => element))
    this.root.style.setProperty("--dann-lanes", lanes.length)
    this.bandNote = el("li", { class: "dann-note", hidden: true }, words.compare.seeds.band)
    this.shelved = undefined
    this.lines.replaceChildren(...lanes.map(({ title }, number) => el("li", {}, swatch(number), title)), this.bandNote)
    for (const lane of this.lanes) lane.begin()
    const pictures = ["features", "input"].map((name) => this.lanes.map((lane) => lane[name]))
    this.linked = new Linked(pictures, {
      keyOf: (picture, number) => samplesOf(picture)?.keyOf(number) ?? null,
      numberOf: (picture, key) => samplesOf(picture)?.indexOf(key) ?? null,
    })
    this.side.onclick = (event) => event.target.closest(".dann-picture") && this.linked.select()
  }

  // What is seen; compare.js makes it. `frames` are of one iteration, one a lane, or null.
  render({ stores, frames, seeds, shelved, state, look, glide, lookingBack, backAt, latest, can, pressed, speed, notice, invites }) {
    setAttribute(this.root, "data-state", state?.state ?? "connecting")
    setAttribute(this.root, "data-iteration", frames?.[0].iteration ?? null)
    this.transport.render({ can, pressed, speed, invites })
    this.progress.render(state, frames?.[0], stores[0].scene, lookingBack)
    this.notice.render(notice)
    this.#setLook(look, stores[0].scene)
    const isOther = this.lanes.map((lane, k) => lane.render(stores[k], frames?.[k], look, glide)).some(Boolean)
    if (isOther) this.linked.forget()
    this.slider.render(stores[0].stops, backAt)
    this.bandNote.hidden = !seeds.some(Boolean)
    this.#setShelved(shelved)
    this.seeds.render({
      ...{ progress: state?.seeds, told: seeds, lanes: this.lanes.map(({ told }) => told), isOwner: state?.owner },
      ...{ iteration: frames?.[0].iteration ?? 0, scene: stores[0].scene },
    })
    if (!frames) return
    // The classes are the same in all lanes.
    const { legend } = this.lanes[0].features
    if (legend.parentNode !== this.legend) this.legend.replaceChildren(legend)
    this.#drawCurves(stores, frames, seeds, shelved, look.theme, latest, lookingBack)
    setText(this.headline, this.#said(stores, frames, state, lookingBack))
  }

  close() {
    for (const part of [this.transport, this.notice, ...this.lanes, ...this.overlays]) part.close()
    for (const sheet of this.sheets) sheet.remove()
    this.root.remove()
  }

  // Their names below those of the lanes.
  #setShelved(shelved) {
    if (shelved === this.shelved) return
    this.shelved = shelved
    this.shown = undefined
    for (const line of this.lines.querySelectorAll(".dann-shelved")) line.remove()
    for (const { slot, letter, name } of shelved)
      this.bandNote.before(el("li", { class: "dann-shelved" }, swatchOf({ ...shelvedLooks(slot), colour: `var(--dann-shelved-${slot})` }), words.compare.shelved(letter, name)))
  }

  #drawCurves(stores, frames, seeds, shelved, theme, latest, lookingBack) {
    const isExam = frames.every(({ message }) => message.exam.target_accuracy !== undefined)
    const kinds = [isExam ? "target" : "source", "domain", "classification", "lambda"]
    if (JSON.stringify(kinds) !== this.kinds) this.#setKinds(kinds)
    const lanes = this.lanes.map(({ told }, k) => ({ ...told, store: stores[k], frame: frames[k], seeds: seeds[k] }))
    const known = seeds.map((told) => told?.courses.filter(Boolean).length)
    const shown = [theme, latest, ...known, lookingBack, ...frames.map(({ number }) => number)].join()
    if (shown === this.shown) return
    this.shown = shown
    for (const overlay of this.overlays) overlay.compare(lanes, { latest, lookingBack, shelved })
  }

  #setKinds(kinds) {
    this.kinds = JSON.stringify(kinds)
    this.shown = undefined
    for (const overlay of this.overlays) overlay.close()
    const titles = words.compare.curves
    const hosts = kinds.map((kind) => el("div", { class: "dann-picture", "aria-label": titles[kind] }))
    this.curves.replaceChildren(...hosts)
    this.overlays = kinds.map((kind, k) => new Overlay(hosts[k], kind, titles[kind]))
    const same = (_, number) => number
    this.linkedCurves = new Linked([this.overlays], { keyOf: same, numberOf: same })
  }

  #said(stores, frames, state, lookingBack) {
    if (frames[0].iteration === 0) return words.compare.empty
    const lanes = this.lanes.map(({ told }, k) => ({ ...told, accuracy: frames[k].message.exam.target_accuracy }))
    const { rule, facts } = gapOf(lanes, stores[0].scene.values.samples[1])
    const text = words.compare.rule(rule, facts)
    const isEnd = !lookingBack && state?.state === "finished"
    return isEnd || !["closed", "no gap"].includes(rule) ? text : words.compare.soFar(text)
  }

  #setLook(look, scene) {
    press(this.views, look.view)
    press(this.colours, look.colour)
    const isLabelled = Boolean(scene?.examArrays.target_class)
    this.truth.firstChild.checked = look.truth === "true"
    this.truth.firstChild.disabled = !isLabelled
    this.truth.classList.toggle("dann-away", !isLabelled)
  }

  // On a narrow screen only one kind of picture is seen.
  #pick(name) {
    for (const button of this.tabs.children) setAttribute(button, "aria-pressed", String(button.value === name))
    this.root.dataset.picked = name
  }
}

// An input's picture is that of its kind.
const samplesOf = (picture) => picture.samples ?? picture.picture?.samples
