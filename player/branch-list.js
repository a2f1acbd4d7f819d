// The tree of a visitor's runs, behind a button: each branch by what makes it differ from the one that it has left.

import { branchWords } from "./branch-words.js"
import { el, icon, popover, setAttribute, setText } from "./dom.js"

const STEPS = { ArrowUp: -1, ArrowDown: 1 }

export class BranchList {
  // `go(branch)` with the id of the chosen one; `compare()` all of them.
  constructor(go, compare) {
    this.go = go
    this.count = el("span", { class: "dann-branch-count" })
    const { open, title } = branchWords
    this.button = el("button", { type: "button", class: "dann-button dann-branches-open", title }, icon("branches"), this.count)
    setAttribute(this.button, "aria-label", open)
    this.list = el("ul", { class: "dann-branches", "aria-label": branchWords.list })
    const panel = el("div", { class: "dann-popover dann-popover-up", role: "dialog", "aria-label": branchWords.list })
    const [label, meaning] = branchWords.compare
    this.comparing = el("button", { type: "button", class: "dann-button dann-branches-compare", title: meaning, hidden: true }, label)
    this.comparing.addEventListener("click", compare)
    panel.append(this.list, this.comparing)
    Object.assign(this, popover(this.button, panel))
    this.panel = panel
    this.list.addEventListener("keydown", (event) => this.#step(event))
    this.render(null)
  }

  toggle() {
    if (this.isAlone) return
    this.show(this.panel.hidden)
    if (!this.panel.hidden) this.list.querySelector("[aria-current]")?.focus()
  }

  // `steers`: whether another branch may be chosen; `compares`: whether the page leads to their comparison.
  render(state, { steers, compares } = {}) {
    const branches = state?.branches ?? []
    this.isAlone = branches.length < 2
    this.place.hidden = this.isAlone
    if (this.isAlone) this.show(false)
    setText(this.count, String(branches.length || ""))
    // While target labels are sealed, nothing is compared.
    this.comparing.hidden = !compares || !steers || Boolean(state?.blind?.sealed)
    // While the shown one is trained, only its iteration changes, which stands elsewhere.
    const lines = inOrder(branches).map(([branch, depth]) => lineOf(branch, depth, branch.id === state.branch, steers))
    const told = JSON.stringify(lines)
    if (told === this.told) return
    this.told = told
    const hasFocus = this.list.contains(this.list.getRootNode().activeElement)
    this.list.replaceChildren(...lines.map((line) => this.#item(line)))
    if (hasFocus) this.list.querySelector("[aria-current]")?.focus()
  }

  #item({ id, number, name, about, depth, isShown, steers }) {
    const node = el(
      "button",
      { type: "button", class: "dann-branch", disabled: !steers && !isShown },
      el("span", { class: "dann-branch-number" }, number),
      el("span", { class: "dann-branch-name" }, name),
      el("span", { class: "dann-branch-about" }, about),
    )
    setAttribute(node, "aria-current", isShown ? "true" : null)
    node.addEventListener("click", () => {
      this.show(false)
      this.button.focus()
      if (!isShown) this.go(id)
    })
    return el("li", { style: { paddingLeft: `${depth}rem` } }, node)
  }

  #step(event) {
    const nodes = [...this.list.querySelectorAll("button:enabled")]
    const at = nodes.indexOf(event.target) + (STEPS[event.key] ?? NaN)
    if (!nodes[at]) return
    event.preventDefault()
    nodes[at].focus()
  }
}

// Parents before what has left them: [branch, depth], ...
function inOrder(branches) {
  const byNumber = branches.toSorted((one, other) => one.number - other.number)
  const ids = new Set(branches.map(({ id }) => id))
  const below = (parent, depth) =>
    byNumber
      .filter((branch) => (ids.has(branch.parent) ? branch.parent : null) === parent)
      .flatMap((branch) => [[branch, depth], ...below(branch.id, depth + 1)])
  return below(null, 0)
}

function lineOf(branch, depth, isShown, steers) {
  const { id, number } = branch
  const about = isShown ? branchWords.shown : branchWords.at(branch)
  return { id, number, name: branchWords.name(branch), about, depth, isShown, steers }
}
