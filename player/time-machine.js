// What stands beside the slider: play what has been, go to the next change of state, fork the run, and its branches.

import { BranchList } from "./branch-list.js"
import { isEnabled, setEnabled } from "./dom.js"
import { ReplayButtons, replayButton } from "./replay-buttons.js"

export class TimeMachine {
  // `on`: as for `ReplayButtons`, and seen(), the iteration that is shown, act(name, value), compare()
  constructor(slider, on) {
    this.on = on
    this.replay = new ReplayButtons(slider, on)
    this.forking = replayButton("fork", () => this.fork())
    this.branches = new BranchList((branch) => on.act("branch", branch), on.compare)
    slider.live.before(this.forking)
    slider.element.append(this.branches.place)
  }

  // What a key does, where it can be done.
  press(name) {
    if (name === "branches") this.branches.toggle()
    else if (!this.replay.press(name) && isEnabled(this.forking)) this.forking.click()
  }

  fork() {
    this.replay.stop()
    this.on.act("fork", this.on.seen())
  }

  // `can`: fork; `isFilm`: it plays by itself; `compares`: there is a page for lanes.
  render({ state, can, lookingBack, isFilm, compares }) {
    this.replay.render({ isOff: isFilm })
    this.forking.classList.toggle("dann-away", !lookingBack || isFilm)
    setEnabled(this.forking, Boolean(can.fork))
    this.branches.render(isFilm ? null : state, { steers: Boolean(can.branch), compares })
  }

  close() {
    this.replay.stop()
    this.branches.close()
  }
}
