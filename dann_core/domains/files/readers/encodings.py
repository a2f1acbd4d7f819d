"""The bytes of a text file as UTF-8, without what closes its rows."""

from __future__ import annotations

import codecs
import re

from dann_core.domains.files.errors import refusal
from dann_core.language import Text, say

HEAD_BYTES, HEAD_ROWS = 4_000_000, 200
"""By which a text is judged."""


def as_utf8(file: str, data: bytes) -> tuple[bytes, list[Text]]:
    """A text as UTF-8, and notes on what it was; refuses bytes that are no text."""
    notes: list[Text] = []
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or (data[1:1000:2].strip(b"\0") == b"" != data[1:2]):
        notes.append(say("its text is UTF-16"))
        encoding = "utf-16" if data[:1] in (b"\xff", b"\xfe") else "utf-16-le"
        data = data.decode(encoding, "replace").encode("utf-8", "replace")
    elif not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            encoding, title = _national(data)
            notes.append(
                say("its text is not UTF-8 and was read as {title}; if names look wrong, save it as UTF-8", title=title)
            )
            data = data.decode(encoding, "replace").encode()
    if b"\0" in data:
        row = data.count(b"\n", 0, data.index(b"\0")) + 1
        text = say(
            "it is of none of the formats that are read, and no text (there are NUL bytes); save it as CSV UTF-8"
        )
        raise refusal(file, text, say("row {row:,}", row=row))
    return data.removeprefix(codecs.BOM_UTF8), notes


def without_closing(data: bytes) -> tuple[bytes, list[Text]]:
    """A text without the semicolon that closes each of its lines, where commas part the cells; and a note on it."""
    head = [line.rstrip() for line in data[:HEAD_BYTES].split(b"\n", HEAD_ROWS)[:HEAD_ROWS] if line.strip()]
    if len(head) < 2 or not all(line.endswith(b";") and line.count(b";") == 1 and b"," in line for line in head):
        return data, []
    return re.sub(rb";[ \t]*(?=\r?\n|$)", b"", data), [say("the semicolon behind each row was left out")]


def _national(data: bytes) -> tuple[str, str]:
    """The likely encoding of a text that is not UTF-8, and how people call it."""
    # In Chinese text bytes beyond ASCII come in pairs, in Western ones mostly alone between letters.
    runs = re.findall(rb"[\x80-\xff]+", data[:HEAD_BYTES])
    if sum(len(run) % 2 == 0 for run in runs) < 0.9 * len(runs):
        return "cp1252", "Windows-1252"
    return "gb18030", "GBK"
