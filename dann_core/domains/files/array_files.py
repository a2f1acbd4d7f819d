"""Files of named arrays (NPZ, NPY, MAT, HDF5): one array with the samples, one with the labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dann_core.domains.files import guess
from dann_core.domains.files.arrange import arrange, check_finite_range, index_text
from dann_core.domains.files.errors import by, listed, quoted, refusal
from dann_core.domains.files.hdf5_files import hdf5_array, hdf5_entries
from dann_core.domains.files.labels import clean_labels
from dann_core.domains.files.mat5_files import mat5_array, mat5_entries
from dann_core.domains.files.numpy_files import npy_array, npy_entries, npz_array, npz_entries
from dann_core.domains.files.tables import Choice, Entry, Format, Role, Samples, Table

_ENTRIES: dict[Format, Callable[[str, bytes], list[Entry]]] = {
    "npz": npz_entries,
    "npy": npy_entries,
    "mat5": mat5_entries,
    "hdf5": hdf5_entries,
}
_ARRAY: dict[Format, Callable[[str, bytes, str], np.ndarray]] = {
    "npz": npz_array,
    "npy": npy_array,
    "mat5": mat5_array,
    "hdf5": hdf5_array,
}


def inspect_arrays(file: str, data: bytes, format_: Format, role: Role) -> Table:
    """The arrays of a file, by their headers alone."""
    entries = tuple(_ENTRIES[format_](file, data))
    data_options = tuple(e.name for e in entries if guess.can_be_data(e))
    if not data_options:
        raise refusal(
            file, f"no array in it can hold samples ({_why(entries)}); save a numeric array with one row per sample"
        )
    return Table(
        file=file,
        format=format_,
        entries=entries,
        data_options=data_options,
        label_options=tuple(e.name for e in entries if guess.can_be_labels(e)),
        guess=guess.guess(entries, role),
        data=data,
    )


def read_arrays(table: Table, choice: Choice) -> Samples:
    """The chosen arrays as samples and labels."""
    name = choice.data or table.guess.data
    raw = _load(table, _chosen(table, name, table.data_options))
    y = None
    if choice.labels is not None:
        entry = _chosen(table, choice.labels, table.label_options)
        y = clean_labels(table.file, entry.name, _ARRAY[table.format](table.file, table.data, entry.name))
    x, notes = arrange(table.file, quoted(name), raw, None if y is None else len(y), choice.kind)
    return Samples(table.file, x, y, notes=notes)


def _chosen(table: Table, name: str | None, options: Sequence[str]) -> Entry:
    entry = next((e for e in table.entries if e.name == name), None)
    if entry is None:
        raise refusal(table.file, f"there is no array {quoted(name)}; it holds {listed(e.name for e in table.entries)}")
    if name not in options:
        raise refusal(table.file, f"it cannot be used ({_reason(entry)}); choose another array", quoted(name))
    return entry


def _reason(entry: Entry) -> str:
    return entry.problem or f"its shape is {by(entry.shape) or 'a single number'}"


def _why(entries: Sequence[Entry]) -> str:
    return "; ".join(f"{quoted(e.name)}: {_reason(e)}" for e in entries[:3]) or "it is empty"


def _load(table: Table, entry: Entry) -> np.ndarray:
    """The samples' array, once its values are known to be finite numbers."""
    file, raw = table.file, _ARRAY[table.format](table.file, table.data, entry.name)
    if raw.dtype.kind not in "biuf":
        raise refusal(file, f"it holds {raw.dtype.name} values; save plain numbers", quoted(entry.name))
    if raw.ndim != len(entry.shape):
        raise refusal(file, "its header and its values disagree; save the file again", quoted(entry.name))

    def place(index: np.ndarray) -> str:
        return index_text(entry.name, index, matlab=table.format == "mat5" or table.file.lower().endswith(".mat"))

    if raw.dtype.kind == "f":
        bad = np.argwhere(~np.isfinite(raw))
        if len(bad):
            text = f"the value is not finite (one of {len(bad):,}); fill the gaps or delete those samples"
            raise refusal(file, text, place(bad[0]))
    check_finite_range(file, raw, place)
    return raw
