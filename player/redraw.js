// Has Streamlit draw the page anew when the server says that something of it has changed.

const AFTER = 250

export class Redraw {
  told = new Set() // the numbers of the run's pages that Streamlit has been told

  // `page`: the number that Streamlit has drawn; `report(name, value)`: have it drawn anew.
  update(page, report) {
    Object.assign(this, { page, report })
  }

  // The newest number there is. Streamlit's own scripts may be about to draw it themselves.
  hear(newest) {
    this.newest = newest
    if (!this.#isNews()) return
    this.telling ??= setTimeout(() => {
      this.telling = undefined
      if (!this.#isNews()) return
      this.told.add(this.newest)
      this.report("page", this.newest)
    }, AFTER)
  }

  // Another run counts its pages anew.
  forget() {
    this.told.clear()
    clearTimeout(this.telling)
    this.telling = undefined
  }

  #isNews() {
    return this.newest > this.page && !this.told.has(this.newest)
  }
}
