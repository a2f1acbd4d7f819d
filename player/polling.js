// One plain request in the place of a socket: what goes up in its body, what comes down in a row in its answer.

const TIMEOUT = 10_000
const START_BYTES = 5
const TEXT = 0

export async function ask(url, body) {
  const address = new URL(url)
  address.pathname += "/ask"
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT),
  })
  // On a path that it does not know, Streamlit answers with its own page and no error.
  const isPage = response.headers.get("Content-Type")?.startsWith("text/html")
  if (!response.ok || isPage) throw new Error(`The server answered with ${response.status}.`)
  return split(await response.arrayBuffer())
}

function split(buffer) {
  const view = new DataView(buffer)
  const parts = []
  let offset = 0
  while (offset < buffer.byteLength) {
    const [length, type] = [view.getUint32(offset, true), view.getUint8(offset + 4)]
    offset += START_BYTES
    const payload = buffer.slice(offset, offset + length)
    parts.push(type === TEXT ? new TextDecoder().decode(payload) : payload)
    offset += length
  }
  return parts
}
