"""The language of this session, and its words."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dann_core.language import catalogue, languages, negotiated, own_name, say, say_many
from server import modules
from ui import viewed

# A script of one line would be taken for a path.
_ROOT = """
export default function ({ data }) {
  document.documentElement.lang = data
}
"""


def current() -> str:
    """The language that the link or the switch asks for; else the browser's, where there is that."""
    return viewed.now().view.lang or negotiated([st.context.locale or ""])


def tell(template: str, /, **values: Any) -> str:
    """A literal in this session's language, with the values in its braces; see `dann_core.language.say`."""
    return catalogue(current()).words(say(template, **values))


def tell_many(one: str, many: str, n: int, /, **values: Any) -> str:
    """A literal that counts, likewise; see `dann_core.language.say_many`."""
    return catalogue(current()).words(say_many(one, many, n, **values))


def told(text: str) -> str:
    """What came as data: a text in this session's language, a name as it is."""
    return catalogue(current()).words(text)


def address(name: str) -> str:
    """Where a module of the player is served that speaks this session's language."""
    return modules.address("player", name, current())


def worded(key: str) -> str:
    """The key of a widget that the page knows by its words, and that is to stay what it is in another language."""
    st.session_state.setdefault("worded", set()).add(key)
    return key


def _speak() -> None:
    viewed.speak(st.session_state["chosen language"])
    for key in st.session_state.get("worded", ()):
        if key in st.session_state:
            # Streamlit then sends it anew.
            st.session_state[key] = st.session_state[key]


@st.cache_resource
def _root() -> Any:
    return st.components.v2.component("language", js=_ROOT)


def switch() -> None:
    """In the page's header: which language, as each calls itself; readers of screens are told by the page's root."""
    with st.container(key="language"):
        _root()(key="language of the page", data=current().replace("_", "-"))
        st.segmented_control(
            "language / 语言",
            languages(),
            default=current(),
            required=True,
            format_func=own_name,
            label_visibility="collapsed",
            key="chosen language",
            on_change=_speak,
        )
