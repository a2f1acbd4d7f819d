"""Which kind of file an upload is, by its content and its ending."""

from __future__ import annotations

from pathlib import PurePath

from dann_core.domains.files.errors import megabytes, refusal
from dann_core.domains.files.limits import MAX_FILE_BYTES
from dann_core.domains.files.tables import Format

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ENDINGS: dict[str, tuple[Format, ...]] = {
    ".csv": ("csv",),
    ".tsv": ("csv",),
    ".txt": ("csv",),
    ".npy": ("npy",),
    ".npz": ("npz",),
    ".mat": ("mat5", "hdf5"),
    ".h5": ("hdf5",),
    ".hdf5": ("hdf5",),
    ".zip": ("zip",),
}
ENDINGS = tuple(_ENDINGS)
_SIGNATURES: tuple[tuple[bytes, str, tuple[Format, ...]], ...] = (
    (b"PK\x03\x04", "a ZIP archive", ("zip", "npz")),
    (b"PK\x05\x06", "an empty ZIP archive", ("zip", "npz")),
    (b"\x93NUMPY", "a NumPy array", ("npy",)),
    (b"MATLAB 5.0 MAT-file", "a MAT file of version 5", ("mat5",)),
    (_HDF5, "an HDF5 file", ("hdf5",)),
    (b"MZ", "a Windows program", ()),
    (b"\x7fELF", "a program", ()),
    (b"%PDF", "a PDF document", ()),
    (b"\x1f\x8b", "a gzip archive", ()),
    (b"\x89PNG", "a PNG image", ()),
    (b"\xff\xd8\xff", "a JPEG image", ()),
    (b"\xd0\xcf\x11\xe0", "an old Office document", ()),
    (b"\x80\x04\x95", "a Python pickle", ()),
)


def detect(file: str, data: bytes) -> Format:
    """The format of a file called `file` with the content `data`.

    Raises `UploadError` if it is empty, too large, of another kind, or of another kind than its ending says.
    """
    ending = PurePath(file).suffix.lower()
    if ending not in _ENDINGS:
        raise refusal(file, f"the ending is none of {', '.join(ENDINGS)}; save the data as one of these")
    if not data:
        raise refusal(file, "the file is empty; save it again and upload that")
    if len(data) > MAX_FILE_BYTES:
        raise refusal(
            file,
            f"the file is larger than {megabytes(MAX_FILE_BYTES)} ({megabytes(len(data))}); upload a part of the data",
        )
    found, formats = _by_content(data)
    matching = [f for f in _ENDINGS[ending] if f in formats]
    if not matching:
        raise refusal(
            file,
            f"by its content this is {found}, not what the ending {ending} says; give it the right ending or "
            "convert it",
        )
    return matching[0]


def _by_content(data: bytes) -> tuple[str, tuple[Format, ...]]:
    # A MAT file of version 7.3 is HDF5 behind a text header of 512 bytes.
    if data[512:520] == _HDF5:
        return "a MAT file of version 7.3", ("hdf5",)
    for signature, found, formats in _SIGNATURES:
        if data.startswith(signature):
            return found, formats
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "not a text (it holds NUL bytes)", ()
    return "text or something unknown", ("csv",)
