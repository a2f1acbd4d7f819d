// What the networks see, drawn by the kind of sample.

import { InputImages } from "./input-images.js"
import { InputPoints } from "./input-points.js"
import { InputSignals } from "./input-signals.js"
import { INPUT_CAPTIONS } from "./picture-words.js"

const KINDS = { plane: InputPoints, components: InputPoints, images: InputImages, signals: InputSignals }

export class Input {
  // Told as by every picture, whatever is drawn.
  zoomed = undefined
  pointed = undefined

  constructor(host) {
    this.host = host
  }

  setScene(scene) {
    const { input } = scene.values
    this.close()
    // A film may leave them out.
    if (input === "none") return
    if (!Object.hasOwn(KINDS, input)) throw new Error(`This page cannot draw inputs of the kind ${input}.`)
    this.picture = new KINDS[input](this.host, scene)
    this.picture.zoomed = (zoom) => this.zoomed?.(zoom)
    this.picture.pointed = (number) => this.pointed?.(number)
  }

  // Of what is drawn now, as in every picture.
  follow(number) {
    this.picture?.follow(number)
  }

  zoomTo(zoom, isTold) {
    this.picture?.zoomTo(zoom, isTold)
  }

  show(frame, look, glide) {
    this.picture?.show(frame, look, glide)
  }

  caption(look) {
    return this.picture?.caption(look) ?? INPUT_CAPTIONS.none
  }

  description(frame, look) {
    return this.picture?.description(frame, look) ?? ""
  }

  close() {
    this.picture?.close()
    this.picture = undefined
  }
}
