// What the buttons may do now, and what has been pressed and is not confirmed yet.

const PATIENCE = 4000
const MOVING = new Set(["playing", "waiting"])

const CONFIRMED = {
  play: (state) => state.state === "playing" || state.state === "finished",
  pause: (state) => !MOVING.has(state.state),
  step: (state, before) => state.iteration !== before?.iteration,
  reset: (state, before) => state.scene !== before?.scene || state.iteration === 0,
  fork: (state, before) => state.scene !== before?.scene || state.notice?.id !== before?.notice?.id,
  branch: (state, before, branch) => state.branch === branch || state.notice?.id !== before?.notice?.id,
  undo: (state, before) => state.scene !== before?.scene || Boolean(before?.trial && !state.trial),
  // Also where it was refused, the notice says so.
  try: (state, before, { setting }) => state.trial?.setting === setting || state.notice?.id !== before?.notice?.id,
  draw: (state, before) => state.scene !== before?.scene || state.notice?.id !== before?.notice?.id,
  commit: (state, before) => isAnswered(state, before),
  reveal: (state, before) => isAnswered(state, before),
  speed: (state, before, value) => state.speed === value,
  reconnect: (state) => !state.failure,
}

const isAnswered = (state, before) =>
  JSON.stringify(state.blind) !== JSON.stringify(before?.blind) || state.notice?.id !== before?.notice?.id

export class Steering {
  // `changed()` is called when a press that nobody answered is given up.
  constructor(changed) {
    this.changed = changed
    this.pressed = null // {name, value, before}
  }

  press(name, state, value) {
    this.pressed = { name, value, before: state }
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.pressed = null
      this.changed()
    }, PATIENCE)
  }

  hear(state) {
    const { name, value, before } = this.pressed ?? {}
    // The end that the run played again starts from is no answer.
    const isOld = name === "play" && state.state === "finished" && before?.state === "finished"
    if (name && ((CONFIRMED[name](state, before, value) && !isOld) || (state.failure && !before?.failure)))
      this.pressed = null
  }

  // Which buttons can be used: what has been pressed counts as done.
  abilities(state) {
    if (!state.owner) return {}
    const { name } = this.pressed ?? {}
    const isPlaying = name === "play" || (MOVING.has(state.state) && name !== "pause")
    const isBuilding = state.state === "building"
    const isFailed = state.state === "failed"
    return {
      play: !isPlaying && !isFailed,
      again: state.state === "finished",
      pause: isPlaying || isBuilding,
      step: !isPlaying && !isBuilding && !isFailed && state.state !== "finished",
      reset: state.iteration > 0 || isFailed,
      undo: Boolean(state.undo),
      branch: true,
      speed: true,
    }
  }

  close() {
    clearTimeout(this.timer)
  }
}

export const isMoving = (state) => MOVING.has(state?.state)
