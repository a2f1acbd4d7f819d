"""A text as data: what a catalogue knows it by, and the values that stand in it.

As a `str` it is the English sentence: what is not translated (the command line, logs, tests) needs to know nothing of
this. An f-string or `str.join` makes plain English of it: give values to `say` instead, and use `joined`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Form(NamedTuple):
    """What a text is made of: `template` in English, with names of `values` in braces; where `many` is given, that
    for any `n` but 1. A text that is only made of others is not looked up (`is_known` false)."""

    template: str
    values: Mapping[str, Any]
    many: str | None = None
    n: int = 1
    is_known: bool = True

    def english(self) -> str:
        """The sentence as it stands in the source."""
        template = self.template if self.many is None or self.n == 1 else self.many
        return template.format_map(self.values) if self.values else template


class Text(str):
    """An English sentence that can be put into other words (`dann_core.language.Catalogue.words`)."""

    __slots__ = ("form",)
    form: Form

    def __new__(cls, form: Form) -> Text:
        text = super().__new__(cls, form.english())
        text.form = form
        return text

    def __reduce__(self) -> tuple[type[Text], tuple[Form]]:
        return Text, (self.form,)

    def __add__(self, other: str) -> Text:
        return joined((self, other))

    def __radd__(self, other: str) -> Text:
        return joined((other, self))


def say(template: str, /, **values: Any) -> Text:
    """A text: `template` is a literal, which the catalogues are made from, with the names of `values` in braces.

    Format specifications stand in it as in `str.format`: `{share:.0%}`. Without values, braces are braces.
    """
    return Text(Form(template, values))


def say_many(one: str, many: str, n: int, /, **values: Any) -> Text:
    """A text that counts: `one` for one, `many` for any other number; `{n}` stands in it for the number."""
    return Text(Form(one, {"n": n, **values}, many, n))


def joined(parts: Iterable[str], between: str = "") -> Text:
    """Texts one after another, each of which stays what it is."""
    values = {f"part{k}": part for k, part in enumerate(parts)}
    between = between.replace("{", "{{").replace("}", "}}")
    return Text(Form(between.join(f"{{{name}}}" for name in values), values, is_known=False))


def said(error: BaseException) -> str:
    """What an error says, as the text that it was raised with."""
    return error.args[0] if len(error.args) == 1 and isinstance(error.args[0], str) else str(error)


# A recording may be anybody's: what else `str.format` understands stays as it is written.
_PLAIN = re.compile(r"(?:[^{}]|\{\{|\}\}|\{\w+(?::\+?,?(?:\.\d)?[dfg%]?)?\})*")


def from_data(told: Any) -> Any:
    """The text that `as_data` has made data of; a name stays as it is."""
    if not isinstance(told, Mapping) or "text" not in told:
        return told
    if not all(_PLAIN.fullmatch(str(told.get(part, ""))) for part in ("text", "many")):
        return str(told["text"])
    values = {name: from_data(value) for name, value in told.get("values", {}).items()}
    return Text(Form(told["text"], values, told.get("many"), told.get("n", 1), not told.get("joined", False)))


def as_data(value: Any) -> Any:
    """A value for JSON, with each text in it as what it is made of; `player/language.js` puts it into words."""
    if isinstance(value, Text):
        form = value.form
        told = {"text": form.template} | ({"values": as_data(form.values)} if form.values else {})
        told |= {} if form.many is None else {"many": form.many, "n": form.n}
        return told if form.is_known else told | {"joined": True}
    if isinstance(value, Mapping):
        return {key: as_data(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(inner) for inner in value]
    return value
