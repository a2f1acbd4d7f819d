// What stands beside the slider: play what has been, go to the next change of state, fork the run, and its branches.

import { BranchList } from "./branch-list.js"
import { el, icon, isEnabled, setAttribute, setEnabled } from "./dom.js"
import { Replay } from "./replay.js"
import { words } from "./words.js"

export class TimeMachine {
  // `on`: stops(), at(), speed(), go(iteration or null), changes() the iterations of changes of state, seen() the
  // iteration that is shown, act(name, value), changed(), compare()
  constructor(slider, on) {
    this.on = on
    this.replay = new Replay(on)
    this.buttons = {
      back: button("back", () => this.#replayed("back")),
      loop: button("loop", () => this.#replayed("loop")),
      change: button("change", () => this.next()),
      fork: button("fork", () => this.fork()),
    }
    this.branches = new BranchList((branch) => on.act("branch", branch), on.compare)
    const { back, loop, change, fork } = this.buttons
    const label = words.timeMachine.group
    slider.input.before(el("div", { class: "dann-replay", role: "group", "aria-label": label }, back, loop, change))
    slider.live.before(fork)
    slider.element.append(this.branches.place)
  }

  // What a key does, where it can be done.
  press(name) {
    if (name === "branches") this.branches.toggle()
    else if (isEnabled(this.buttons[name])) this.buttons[name].click()
  }

  // To the next change of state after what is seen, and from the last one to the first.
  next() {
    const changes = this.on.changes()
    const after = this.on.at() ?? Infinity
    this.replay.stop()
    if (changes.length) this.on.go(changes.find((iteration) => iteration > after) ?? changes[0])
  }

  fork() {
    this.replay.stop()
    this.on.act("fork", this.on.seen())
  }

  // `can`: fork; `isFilm`: it plays by itself; `compares`: there is a page for lanes.
  render({ state, can, lookingBack, isFilm, compares }) {
    const { back, loop, change, fork } = this.buttons
    const hasPast = !isFilm && this.on.stops().length > 1
    for (const node of [back, loop]) setEnabled(node, hasPast)
    setEnabled(change, hasPast && this.on.changes().length > 0)
    setAttribute(back, "aria-pressed", String(this.replay.direction === -1))
    setAttribute(loop, "aria-pressed", String(this.replay.isLooping))
    fork.classList.toggle("dann-away", !lookingBack || isFilm)
    setEnabled(fork, Boolean(can.fork))
    this.branches.render(isFilm ? null : state, { steers: Boolean(can.branch), compares })
  }

  close() {
    this.replay.stop()
    this.branches.close()
  }

  #replayed(name) {
    this.replay[name]()
    this.on.changed()
  }
}

function button(name, act) {
  const [label, title] = words.timeMachine[name]
  const node = el(
    "button",
    { type: "button", class: `dann-button dann-${name}`, title, "aria-label": label },
    icon(name),
    ...(name === "fork" ? [el("span", { class: "dann-button-text" }, label)] : []),
  )
  node.addEventListener("click", () => isEnabled(node) && act())
  return node
}
