"""Numbers that tables write with a sign behind or before them, or in groups: `12.5 %`, `$1,234.50`, `1 234,50 €`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_CURRENCIES = "$€£¥₹₽₩"
_CELL = re.compile(
    rf"(?P<minus>[-+(\u2212]?)\s*(?P<before>[{_CURRENCIES}]?)\s*(?P<again>[-+\u2212]?)"
    rf"(?P<digits>[\d.,\s'\u2019]*\d[.,]?)\s*(?P<after>[%‰{_CURRENCIES}]?)\s*\)?"
)
_LONGEST = 40  # characters; nobody writes longer numbers
_BLANKS = r"[\s'\u2019]"
_POINT = re.compile(rf"\d*\.?\d+|\d+\.|[1-9]\d{{0,2}}((,\d{{3}})+|({_BLANKS}\d{{3}})+)(\.\d+)?")
_COMMA = re.compile(rf"\d*,?\d+|\d+,|[1-9]\d{{0,2}}((\.\d{{3}})+|({_BLANKS}\d{{3}})+)(,\d+)?")


@dataclass(frozen=True)
class Signed:
    """A cell in parts: its digits as they are written, the sign of a unit ("" if it has none), and whether it is
    negative."""

    digits: str
    unit: str
    is_negative: bool


def signed(cell: str) -> Signed | None:
    """The parts of a cell that is a number with a unit's sign, or in groups parted by blanks; None of any other."""
    part = _parts(cell.strip())
    return part if part is not None and (part.unit or re.search(_BLANKS, part.digits)) else None


def numbers(cells: Iterable[str], decimal: str) -> tuple[dict[str, float], str] | None:
    """What each of these different cells is as a number, and the unit's sign that they share ("": blanks part groups of
    digits); None unless all are numbers of one unit.

    `decimal` is how the file writes decimals, where these cells do not tell.
    """
    parts: dict[str, Signed] = {}
    for cell in cells:
        part = _parts(cell.strip())
        if part is None:
            return None
        parts[cell] = part
    # 0 needs no unit; a 5 among 5 % may be another quantity.
    units = {part.unit for part in parts.values() if part.unit or part.digits.strip("0.,")}
    if len(units) != 1:
        return None
    (unit,) = units
    for point in (decimal, "," if decimal == "." else "."):
        if all((_COMMA if point == "," else _POINT).fullmatch(part.digits) for part in parts.values()):
            plain = unit or _are_quantities([part.digits for part in parts.values()], point)
            return ({cell: _value(part, point) for cell, part in parts.items()}, unit) if plain else None
    return None


def _are_quantities(digits: list[str], decimal: str) -> bool:
    """Whether groups parted by blanks are plainly numbers; 030 123 456 is called by telephone."""
    other = "." if decimal == "," else ","
    told = any(decimal in text or re.search(r"[\u00a0\u202f'\u2019]", text) for text in digits)
    return told and not any(other in text for text in digits)


def _parts(cell: str) -> Signed | None:
    found = _CELL.fullmatch(cell) if len(cell) <= _LONGEST else None
    if found is None:
        return None
    digits, unit = found["digits"], found["before"] or found["after"]
    is_closed = (found["minus"] == "(") == cell.endswith(")")
    is_twice = (found["before"] and found["after"]) or (found["minus"] and found["again"])
    # An accountant's ($5) is below zero; a (5) may be anything.
    if not is_closed or is_twice or (found["minus"] == "(" and not unit):
        return None
    if not (_POINT.fullmatch(digits) or _COMMA.fullmatch(digits)):
        return None
    return Signed(digits, unit, (found["minus"] or found["again"]) in ("-", "(", "\u2212"))


def _value(part: Signed, decimal: str) -> float:
    plain = re.sub(rf"[^\d{re.escape(decimal)}]", "", part.digits).replace(decimal, ".")
    return -float(plain) if part.is_negative else float(plain)
