"""A text as data: what a catalogue knows it by, and the values that stand in it.

As a `str` it is the English sentence: what is not translated (the command line, logs, tests) needs to know nothing of
this. An f-string or `str.join` makes plain English of it: give values to `say` instead, and use `joined`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

_PLACE = re.compile(r"\{([a-z]\w*)(:\+?,?(\.\d)?[dfg%]?)?\}")
"""Where a value stands in a template, as texts write it: by its name, without attributes and widths."""

_MOST_PARTS, _MOST_CHARACTERS, _LARGEST = 200, 2_000, 10**15
"""Of a text that comes from where nobody is trusted: values in each other, characters of each, whole numbers."""


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
    """Texts one after another, each of which stays what it is; what stands between them may be a text too."""
    values = {f"part{k}": part for k, part in enumerate(parts)}
    template = "{between}".join(f"{{{name}}}" for name in values)
    return Text(Form(template, {"between": between, **values}, is_known=False))


def enumerated(parts: Iterable[str]) -> Text:
    """Texts or names as one list: `a, b, c`."""
    return joined(parts, say(", "))


def said(error: BaseException) -> str:
    """What an error says, as the text that it was raised with."""
    return error.args[0] if len(error.args) == 1 and isinstance(error.args[0], str) else str(error)


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


def from_data(data: Any) -> str:
    """The text that `as_data` made this of, or a name as it is.

    It may come from where nobody is trusted: raises `ValueError` for anything else, and for what is too large to be a
    text. The values of a template can only be named in it, nothing of them looked up.
    """
    made = _Made()
    try:
        text = made.value(data)
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError("a text that is none") from error
    if not isinstance(text, str):
        raise ValueError("a number in the place of a text")
    return text


class _Made:
    """Counts the parts of one text while they are made."""

    def __init__(self) -> None:
        self.left = _MOST_PARTS

    def value(self, data: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise ValueError("a text of too many parts")
        if isinstance(data, dict):
            data = self.text(data)
        elif isinstance(data, float):
            if not math.isfinite(data):
                raise ValueError("a number that is none")
            return data
        elif type(data) is int:
            if abs(data) > _LARGEST:
                raise ValueError("a number that is too large")
            return data
        if not isinstance(data, str) or len(data) > _MOST_CHARACTERS:
            raise ValueError("a part of a text that is none")
        return data

    def text(self, data: dict[str, Any]) -> Text:
        held = data.get("values", {})
        if not isinstance(held, dict):
            raise ValueError("values of a text that are none")
        values = {name: self.value(inner) for name, inner in held.items()}
        many, n, is_joined = data.get("many"), data.get("n", 1), data.get("joined", False)
        for template in (data["text"], *(() if many is None else (many,))):
            if not isinstance(template, str) or len(template) > _MOST_CHARACTERS:
                raise ValueError("a template that is none")
            if values and re.search("[{}]", _PLACE.sub("", template.replace("{{", "").replace("}}", ""))):
                raise ValueError("a template that asks for more than its values")
        if type(n) is not int or abs(n) > _LARGEST or not isinstance(is_joined, bool):
            raise ValueError("a number of a text that is none")
        return Text(Form(data["text"], values, many, n, not is_joined))
