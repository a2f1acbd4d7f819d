"""What a refused upload says, and how names from a file appear in it."""

from __future__ import annotations

from collections.abc import Iterable

from dann_core.domains.files.limits import MIB, NAME_LENGTH
from dann_core.domains.files.nouns import series
from dann_core.domains.pair import DomainError
from dann_core.language import Text, said, say

_TAIL = 15  # characters kept of a long name's end, where the file's ending is


class UploadError(DomainError):
    """An upload that cannot be used: one sentence with the file, the place in it and how to mend it.

    Names from the file are shortened and free of control characters, but they are text: whoever puts the
    message into a page escapes it.
    """


def refusal(file: str, text: str, place: str = "") -> UploadError:
    """The error for `file` (any name) at `place` ("row 3, column 'x'"); `text` says what and how to mend it."""
    if place:
        return UploadError(say("{file}, {place}: {text}.", file=shown(file), place=place, text=text))
    return UploadError(say("{file}: {text}.", file=shown(file), text=text))


def shown(name: object) -> str:
    """A name from a file as it may appear in a message: at most 60 characters, none of them a control character.

    A text of ours stays one, with such names in it.
    """
    if isinstance(name, Text):
        values = {key: shown(v) if isinstance(v, str) else v for key, v in name.form.values.items()}
        return Text(name.form._replace(values=values))
    text = str(name)
    if len(text) > NAME_LENGTH:
        text = text[: NAME_LENGTH - _TAIL - 1] + "…" + text[-_TAIL:]
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def reason(error: Exception) -> str:
    """What a library says of damaged content, as part of a sentence; it may quote raw bytes at any length."""
    if isinstance(said(error), Text):
        return said(error)
    return shown(" ".join(str(error).replace(". ", "; ").split()).rstrip(".")) or type(error).__name__


def quoted(name: object) -> Text:
    """`shown`, in quotation marks."""
    return say("'{name}'", name=shown(name))


def listed(names: Iterable[object], most: int = 5) -> Text:
    """The first few names, in quotation marks, and how many more there are."""
    names = list(names)
    text = series(quoted(n) for n in names[:most])
    return say("{names} and {n:,} more", names=text, n=len(names) - most) if len(names) > most else text


def by(shape: Iterable[int]) -> str:
    """A shape in words: `28 x 28`."""
    return " x ".join(f"{n:,}" for n in shape)


def megabytes(n: int) -> str:
    """A number of bytes in MB, rounded up to one."""
    return f"{max(1, round(n / MIB)):,} MB"


def count(n: int, noun: str, plural: str = "") -> str:
    """`1 row`, `2 rows`."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
