"""A person's own domains, read from CSV, NPZ, MAT and ZIP files that are never trusted.

In order: `inspect` each file, let the person choose, `read` each, `make_pair`, `preview`.
"""

from dann_core.domains.files.detect import ENDINGS
from dann_core.domains.files.errors import UploadError, shown
from dann_core.domains.files.files import NO_LABELS, inspect, load_files, read
from dann_core.domains.files.pairing import make_pair
from dann_core.domains.files.previews import DomainFacts, Preview, preview
from dann_core.domains.files.tables import FOLDERS, Choice, Entry, Samples, Table

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
