"""A person's own domains, read from CSV, NPZ, MAT and ZIP files that are never trusted.

In order: `inspect` each file, let the person choose, `read` each, `make_pair`, `preview`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dann_core.domains.files.detect import ENDINGS
    from dann_core.domains.files.errors import UploadError, shown
    from dann_core.domains.files.files import NO_LABELS, inspect, load_files, read
    from dann_core.domains.files.pairing import make_pair
    from dann_core.domains.files.previews import DomainFacts, Preview, preview
    from dann_core.domains.files.tables import FOLDERS, Choice, Entry, Samples, Table

_HOMES = {
    "ENDINGS": "detect",
    "FOLDERS": "tables",
    "NO_LABELS": "files",
    "Choice": "tables",
    "DomainFacts": "previews",
    "Entry": "tables",
    "Preview": "previews",
    "Samples": "tables",
    "Table": "tables",
    "UploadError": "errors",
    "inspect": "files",
    "load_files": "files",
    "make_pair": "pairing",
    "preview": "previews",
    "read": "files",
    "shown": "errors",
}

__all__ = [
    "ENDINGS",
    "FOLDERS",
    "NO_LABELS",
    "Choice",
    "DomainFacts",
    "Entry",
    "Preview",
    "Samples",
    "Table",
    "UploadError",
    "inspect",
    "load_files",
    "make_pair",
    "preview",
    "read",
    "shown",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # A page that only has the place for files must not wait for what reads them.
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
