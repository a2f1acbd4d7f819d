// The class that this tab's teacher has: its code and secret come from the link's fragment, which no server is sent, and
// stay in the tab's session storage. The address bar, which a projector shows, does not keep them.

const STORED = "dann-explorer class"

export function classHere() {
  const said = new URLSearchParams(location.hash.slice(1))
  const told = { code: said.get("class") ?? "", token: said.get("secret") ?? "" }
  if (!told.code || !told.token) return stored()
  keepClass(told)
  history.replaceState(history.state, "", location.pathname + location.search)
  return told
}

// Nothing is kept of a class that is over.
export function keepClass(told) {
  try {
    if (told) sessionStorage.setItem(STORED, JSON.stringify(told))
    else sessionStorage.removeItem(STORED)
  } catch {
    // Where storage is forbidden, the secret link opens the class again.
  }
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(STORED)) ?? { code: "", token: "" }
  } catch {
    return { code: "", token: "" }
  }
}
