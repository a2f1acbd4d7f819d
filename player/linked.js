// Links pictures of several lanes: what is zoomed, pointed at or clicked in one is so in all.

// `pictures` of one kind; `keyOf(picture, number)` and `numberOf(picture, key)` translate what is pointed at, where the
// lanes number it differently.
export class Linked {
  selected = null // the key of what was clicked
  pointed = null

  constructor(groups, { keyOf, numberOf }) {
    this.pictures = groups.flat()
    this.keyOf = keyOf
    this.numberOf = numberOf
    for (const group of groups) for (const picture of group) this.#link(picture, group)
  }

  // A click keeps what is pointed at marked; one beside everything lets it go.
  select() {
    this.selected = this.pointed
    this.#follow(null)
  }

  // Of another scene, it would be another sample.
  forget() {
    this.selected = this.pointed = null
    this.#follow(null)
  }

  #link(picture, group) {
    picture.zoomed = (zoom) => group.forEach((other) => other !== picture && other.zoomTo(zoom, false))
    picture.pointed = (number) => {
      this.pointed = number === null ? null : this.keyOf(picture, number)
      this.#follow(picture)
    }
  }

  #follow(pointing) {
    const key = this.pointed ?? this.selected
    for (const picture of this.pictures) {
      const isOwn = picture === pointing && this.pointed !== null
      picture.follow(key === null || isOwn ? null : this.numberOf(picture, key))
    }
  }
}
