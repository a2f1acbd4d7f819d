// Reads what travels: scenes, frames and rows of a history, and files of them. The format stands in
// dann_core/live/message.py and recording.py. What comes out is read-only for everyone: arrays look into the bytes.

import { told } from "./language.js"

export const SCENE = 1
export const FRAME = 2
export const ROWS = 3

const VERSION = 1
const MAGIC = [..."DANN"].map((letter) => letter.charCodeAt(0))
const START_BYTES = 12
const ENTRY_BYTES = 8
const ALIGNMENT = 8
const TYPES = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i2: Int16Array, f4: Float32Array }

const filledUp = (length) => Math.ceil(length / ALIGNMENT) * ALIGNMENT

// The message that begins at `offset` and ends with the buffer, or at `end`.
export function unpack(buffer, offset = 0, end = buffer.byteLength) {
  const { kind, headerEnd } = readStart(buffer, offset, end)
  try {
    const { values, exam, arrays } = readHeader(buffer, offset + START_BYTES, headerEnd)
    if (kind === SCENE) putIntoWords(values)
    return { kind, values, exam, ...readArrays(buffer, offset, headerEnd, end, arrays) }
  } catch (error) {
    throw new Error(`The message is damaged: ${error.message.replace(/\.$/, "")}.`)
  }
}

function readStart(buffer, offset, end) {
  const size = end - offset
  if (size < START_BYTES) throw new Error(`A message has at least ${START_BYTES} bytes, not ${Math.max(0, size)}.`)
  const view = new DataView(buffer, offset, size)
  if (MAGIC.some((code, k) => view.getUint8(k) !== code)) {
    throw new Error("This is no recording or frame of DANN Explorer: it does not start with DANN.")
  }
  const version = view.getUint16(4, true)
  if (version !== VERSION) {
    throw new Error(`This was made with version ${version} of the format; this program reads ${VERSION}.`)
  }
  const kind = view.getUint16(6, true)
  if (![SCENE, FRAME, ROWS].includes(kind)) throw new Error(`There is no message of kind ${kind}.`)
  return { kind, headerEnd: offset + START_BYTES + view.getUint32(8, true) }
}

function readHeader(buffer, start, end) {
  if (end > buffer.byteLength) throw new Error("its header is longer than its bytes")
  const text = new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(buffer, start, end - start))
  const header = JSON.parse(text)
  const isComplete = [header?.values, header?.exam].every((part) => part && typeof part === "object")
  if (!isComplete || !Array.isArray(header.arrays)) throw new Error("its header lacks values, exam or arrays")
  return header
}

// What a scene names is shown in many places, always as it is.
function putIntoWords(values) {
  if (values.name !== undefined) values.name = told(values.name)
  if (values.classes) values.classes = values.classes.map(told)
}

function readArrays(buffer, start, headerEnd, end, listed) {
  const open = []
  const exam = []
  let offset = headerEnd
  for (const [name, type, shape, isExam] of listed) {
    if (!Object.hasOwn(TYPES, type)) throw new Error(`the array ${name} is of the unknown type ${type}`)
    offset = start + filledUp(offset - start)
    const count = shape.reduce((product, side) => product * side, 1)
    const length = count * TYPES[type].BYTES_PER_ELEMENT
    if (!Number.isSafeInteger(count) || count < 0 || offset + length > end) {
      throw new Error(`the array ${name} is longer than its bytes`)
    }
    const into = isExam ? exam : open
    into.push([name, arrayAt(buffer, TYPES[type], offset, count)])
    offset += length
  }
  if (offset !== end) throw new Error(`${end - offset} bytes are left over`)
  return { arrays: Object.fromEntries(open), examArrays: Object.fromEntries(exam) }
}

function arrayAt(buffer, Type, offset, count) {
  if (offset % Type.BYTES_PER_ELEMENT === 0) return new Type(buffer, offset, count)
  // A typed array cannot look at odd places.
  return new Type(buffer.slice(offset, offset + count * Type.BYTES_PER_ELEMENT))
}

// The same less all that target labels went into.
export const withoutExam = (message) => ({ ...message, exam: {}, examArrays: {} })

// A file: its scene and its frames, each with the number that it had in its run.
export function readRecording(buffer) {
  const view = new DataView(buffer)
  const frames = []
  let scene
  let offset = 0
  while (offset < buffer.byteLength) {
    if (offset + ENTRY_BYTES > buffer.byteLength) throw new Error("The recording ends in the middle of a frame.")
    const [length, number] = [view.getUint32(offset, true), view.getUint32(offset + 4, true)]
    offset += ENTRY_BYTES
    if (offset + length > buffer.byteLength) throw new Error("The recording ends in the middle of a frame.")
    const message = unpack(buffer, offset, offset + length)
    if (message.kind !== (scene ? FRAME : SCENE)) throw new Error("A recording is one scene and then its frames.")
    if (frames.length && number <= frames.at(-1).number) throw new Error("The frames of a recording are in order.")
    if (scene) frames.push({ number, ...message })
    else scene = message
    offset += filledUp(length)
  }
  if (!frames.length) throw new Error("The recording holds no frame.")
  return { scene, frames }
}
