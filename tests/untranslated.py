"""What of a page is left in English where it speaks another language: names, data and Streamlit's own words are not."""

from __future__ import annotations

import re
from collections.abc import Iterable

from playwright.sync_api import Page, expect

from dann_core.language import catalogue

SAME = (
    r"\w+ et al\. \d{4}"
    r"|\d[\d.]*[KM]B"
    r"|DANN Explorer|English|language|(?:\w+\.)+(?:csv|npz|mat|zip|py|yaml)|gamma|lambda(?:_max)?|max_iter"
    r"|start:stop:count|class \d|[mM][lL][pP]|[cC][nN][nN](?:1d)?|t-SNE|PCA|I?W?-?DANN|CDAN(?:\+E)?|DAN|DCTLN|CORAL|MMD"
    r"|Adam|CSV|TSV|NPZ|NPY|MAT|ZIP|HDF5|moons|blobs|pinwheel|digits|vibration|HTML|Excel|Parquet|ARFF|svmlight|MB|NumPy"
    r"|torch|relu|tanh|sgd|adam|ganin|tllib|deepda|source|auto|出处：.*|TLlib|DeepDA|Ganin|grl|loss_funcs|adv|epoch|ln|L_d"
    r"|proxy A-distance|proxy|A-distance|nats|estimated|WebSocket|Esc|Enter|Space|modules|layer|batch(?:-joint)?"
    r"|ignored|conditional|reversed|wrong"
)
"""Names of methods, settings, files, people and keys are the same in all languages."""

STREAMLIT = (
    r"^Help for |^Open$|^Upload$|^\d+MB per file(?: • \S+)?$|^(?:In|De)crement$|^(?:Collapse|Expand) sidebar$|^Sidebar$"
    r"|^Skip to main content$|^App pages$|^Logo$|^Clear (?:all|value)$|^Remove |^Fullscreen$|^Search$|^Download as CSV$"
    r"|^Show/hide columns$|^Drag and drop \w+ files? here$|^Close fullscreen$|^Remove file$|^Choose options$"
    r"|^Navigate to home page$|^Selected values$|^[\d.]+[KM]B$|^Copy to clipboard$|^Shortcut |^open$"
    r"|^\d+ options? available\.$|^file upload$|^Add files$|^add icon$|^progress$"
)
"""Streamlit's own words: docs/languages.md."""

_TEXTS = """(within) => {
    const skipped = "script, style, noscript, .katex, [data-testid=stIconMaterial], [translate=no]"
    const found = []
    for (const root of document.querySelectorAll(within)) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
        for (let node = root; node; node = walker.nextNode()) {
            if (node.nodeType === Node.TEXT_NODE) {
                if (!node.parentElement.closest(skipped)) found.push(node.data)
            } else if (!node.closest(skipped)) {
                for (const name of ["aria-label", "aria-valuetext", "title", "placeholder", "alt"])
                    found.push(node.getAttribute(name) ?? "")
            }
        }
    }
    return [...new Set(found.map((text) => text.trim()))]
}"""


def in_chinese(text: str) -> str:
    return catalogue("zh").words(text)


def left(page: Page, data: Iterable[str] = (), within: str = "body") -> list[str]:
    """The texts and names that hold English, also where they are hidden now; `data` are names from files and links."""
    expect(page.locator("[data-stale=true], [data-testid=stSkeleton]")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    texts = page.evaluate(_TEXTS, within)
    assert re.search(r"[\u4e00-\u9fff]", "".join(texts))
    assert "**" not in "".join(texts), "a translation's Markdown is none"
    given = sorted(data, key=len, reverse=True)
    found = [text for text in texts if re.search("[A-Za-z]{2}", _less(text, given))]
    return found


def _less(text: str, data: Iterable[str]) -> str:
    for name in data:
        text = text.replace(name, " ")
    return re.sub(rf"(?<![A-Za-z])(?:{SAME})(?![A-Za-z])", "", re.sub(STREAMLIT, "", text))
