"""One domain's side of a guess: its file, what of it belongs to this domain, and what the person has said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from dann_core.domains.files.asking import Asked
from dann_core.domains.files.contents import Contents, Item
from dann_core.domains.files.facts import Fact, fact
from dann_core.domains.files.names import lies_in, role_of
from dann_core.domains.files.samples import Role

_EXACT = 2.0**53
"""Up to here a float tells whole numbers apart."""


@dataclass(eq=False)
class DomainFile:
    """A file as one domain is read from it; `notes` gathers what was decided."""

    contents: Contents
    role: Role
    asked: Asked
    labels_from: Contents | None = None
    folder: str = ""
    rows: tuple[str, str] | None = None
    notes: list[Fact] = field(default_factory=list)

    @property
    def file(self) -> str:
        """Its name."""
        return self.contents.file

    @property
    def items(self) -> list[Item]:
        """What of the file belongs to this domain: what lies in its folder, and what no name gives to the other."""
        items = [i for i in self.contents.items if lies_in(i.path, self.folder)]
        roles = {role_of(i.name) for i in items}
        if {"source", "target"} <= roles:
            return [i for i in items if role_of(i.name) in (None, self.role)]
        return items

    def note(self, rule: str, /, **values: object) -> None:
        """Note a fact about this file."""
        self.notes.append(fact(rule, self.file, **values))


def as_texts(values: np.ndarray) -> np.ndarray:
    """Values as texts, whole numbers without a point: what a person would write for them."""
    if values.dtype.kind == "f" and np.all(np.abs(values) < _EXACT) and np.array_equal(values, np.round(values)):
        values = values.astype(np.int64)
    return np.char.strip(values.astype(str))


def first_of(names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """A few names, for what a fact says of many."""
    return tuple(names)[:most]
