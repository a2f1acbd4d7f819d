// The class at a glance: the runs of all who have joined, as small films, over one socket. What travels on it stands in
// server/wall.py. Streamlit calls `mount` as often as it likes, also again on one element.

import { keepClass } from "./class-tab.js"
import { Theme } from "./theme.js"
import { el, setText } from "./dom.js"
import { FRAME, SCENE, unpack } from "./message.js"
import { addressOf } from "./tab.js"
import { WallFilm } from "./wall-film.js"
import { WallLarge } from "./wall-large.js"
import { wallWords as words } from "./wall-words.js"

const VERSION = 1
const ENVELOPE_BYTES = 8
const SHORTEST_PAUSE = 500
const LONGEST_PAUSE = 8000

const walls = new WeakMap()

export function mount(element, data) {
  let wall = walls.get(element)
  if (!wall || wall.isClosed || !wall.isOf(data)) {
    wall?.close()
    walls.set(element, (wall = new Wall(element, data)))
  }
  const turn = ++wall.turn
  // Called late, for a mount that another one has followed, it must not end that one.
  return () => (turn === wall.turn || !element.isConnected) && wall.close()
}

class Wall {
  turn = 0
  pause = SHORTEST_PAUSE
  films = new Map() // number -> WallFilm, in the order in which the students came

  constructor(element, data) {
    this.data = data
    keepClass({ code: data.code, token: data.token })
    this.sheets = ["style.css", "wall.css"].map((name) =>
      el("link", { rel: "stylesheet", href: new URL(`./${name}`, import.meta.url) }),
    )
    this.status = el("p", { class: "dann-wall-status", role: "status" }, words.connection.opening)
    this.grid = el("ul", { class: "dann-wall-grid", "aria-label": words.label })
    this.large = new WallLarge({ step: (by) => this.#step(by), closed: () => this.#back() })
    this.root = el("section", { class: "dann-player dann-wall", "aria-label": words.label }, this.status, this.grid)
    this.root.append(this.large.element)
    this.theme = new Theme(this.root, () => this.films.forEach((film) => film.repaint()))
    for (const sheet of this.sheets) sheet.addEventListener("load", () => this.theme.read(), { once: true })
    element.append(...this.sheets, this.root)
    this.#connect()
  }

  isOf({ code, token, channel, base }) {
    const { data } = this
    return data.code === code && data.token === token && data.channel === channel && data.base === base
  }

  close() {
    if (this.isClosed) return
    this.isClosed = true
    clearTimeout(this.again)
    this.socket?.close()
    for (const film of this.films.values()) film.close()
    this.large.close()
    for (const part of [...this.sheets, this.root]) part.remove()
  }

  #connect() {
    const url = new URL(addressOf(this.data.base, this.data.channel))
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
    const socket = (this.socket = new WebSocket(url))
    socket.binaryType = "arraybuffer"
    const { code, token } = this.data
    socket.onopen = () => socket.send(JSON.stringify({ do: "hello", version: VERSION, class: code, token }))
    socket.onmessage = ({ data }) => !this.isClosed && this.#receive(data)
    socket.onclose = () => !this.isClosed && this.#lost()
  }

  #lost() {
    if (this.isRefused) return
    setText(this.status, words.connection.lost)
    this.again = setTimeout(() => this.#connect(), this.pause * (0.75 + 0.5 * Math.random()))
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE)
  }

  #receive(data) {
    this.pause = SHORTEST_PAUSE
    if (typeof data !== "string") return this.#see(data)
    const message = JSON.parse(data)
    if (message.is === "wall") this.#hear(message.members)
    if (message.is === "round") this.#drawn()
    if (message.is !== "refused") return
    this.isRefused = true
    keepClass(null)
    this.#hear([])
    setText(this.status, words.connection.refused)
  }

  #hear(members) {
    const numbers = new Set(members.map(({ number }) => number))
    for (const [number, film] of this.films) {
      if (numbers.has(number)) continue
      if (this.large.film === film) this.large.element.close()
      film.close()
      this.films.delete(number)
    }
    for (const member of members) {
      if (!this.films.has(member.number)) this.#add(member.number)
      this.films.get(member.number).hear(member)
    }
    setText(this.status, members.length ? words.summary(this.#members()) : words.empty)
    this.large.render()
  }

  #add(number) {
    const film = new WallFilm(() => this.large.open(film))
    this.films.set(number, film)
    this.grid.append(film.element)
  }

  #members() {
    return [...this.films.values()].map(({ member }) => member)
  }

  #see(buffer) {
    const film = this.films.get(new DataView(buffer).getUint8(0))
    if (!film) return
    const message = unpack(buffer, ENVELOPE_BYTES)
    if (message.kind === SCENE) film.setScene(message)
    if (message.kind === FRAME) film.show(message)
    if (film === this.large.film) this.large.render()
  }

  // A tab that nobody sees gets no animation frames, and so asks for nothing.
  #drawn() {
    const { socket } = this
    requestAnimationFrame(() => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify({ do: "ready" })))
  }

  #step(by) {
    const films = [...this.films.values()]
    const at = films.indexOf(this.large.film)
    if (at >= 0) this.large.open(films[(at + by + films.length) % films.length])
  }

  // Where it was shown from, the focus goes back by itself; the small films take their lines again.
  #back() {
    for (const film of this.films.values()) if (film.frame) film.show(film.frame)
  }
}
