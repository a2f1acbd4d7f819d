"""A person's own domains, read from files that are never trusted, by a plan that is a value.

In order: `open_file` each file, `guess` a plan (or ask), `read_pair`; later `read_one` for new files of the same form.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dann_core.domains.files.asking import (
        ARRAY_NAMES,
        FILE_NAMES,
        FOLDERS,
        NO_LABELS,
        Asked,
        Candidate,
        Unclear,
        titled,
    )
    from dann_core.domains.files.contents import Contents, Item
    from dann_core.domains.files.errors import UploadError, shown
    from dann_core.domains.files.facts import Fact
    from dann_core.domains.files.files import load_files, open_path
    from dann_core.domains.files.guessing import Guessed, guess
    from dann_core.domains.files.held import Held, Remembered
    from dann_core.domains.files.matching import Unmatched
    from dann_core.domains.files.opened import open_file
    from dann_core.domains.files.pairing import ReadPair, read_one, read_pair
    from dann_core.domains.files.plan import ReadingPlan
    from dann_core.domains.files.reading_process import warm_up
    from dann_core.domains.files.report import DomainFacts, Report
    from dann_core.domains.files.samples import Role, Samples
    from dann_core.domains.files.words import without_options

_HOMES = {
    "ARRAY_NAMES": "asking",
    "FILE_NAMES": "asking",
    "FOLDERS": "asking",
    "NO_LABELS": "asking",
    "Asked": "asking",
    "Candidate": "asking",
    "Contents": "contents",
    "DataFile": "identity",
    "DomainFacts": "report",
    "Fact": "facts",
    "Guessed": "guessing",
    "Held": "held",
    "Item": "contents",
    "ReadPair": "pairing",
    "ReadingPlan": "plan",
    "Remembered": "held",
    "Report": "report",
    "Role": "samples",
    "Samples": "samples",
    "Unclear": "asking",
    "Unmatched": "matching",
    "UploadError": "errors",
    "guess": "guessing",
    "load_files": "files",
    "open_file": "opened",
    "open_path": "files",
    "read_one": "pairing",
    "read_pair": "pairing",
    "shown": "errors",
    "titled": "asking",
    "warm_up": "reading_process",
    "without_options": "words",
}

__all__ = [
    "ARRAY_NAMES",
    "FILE_NAMES",
    "FOLDERS",
    "NO_LABELS",
    "Asked",
    "Candidate",
    "Contents",
    "DataFile",
    "DomainFacts",
    "Fact",
    "Guessed",
    "Held",
    "Item",
    "ReadPair",
    "ReadingPlan",
    "Remembered",
    "Report",
    "Role",
    "Samples",
    "Unclear",
    "Unmatched",
    "UploadError",
    "guess",
    "load_files",
    "open_file",
    "open_path",
    "read_one",
    "read_pair",
    "shown",
    "titled",
    "warm_up",
    "without_options",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # A page that only has the place for files must not wait for what reads them.
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
