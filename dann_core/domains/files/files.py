"""From a file to samples, whatever its format."""

from __future__ import annotations

from pathlib import Path

from dann_core.domains.files.array_files import inspect_arrays, read_arrays
from dann_core.domains.files.csv_files import inspect_csv, read_csv
from dann_core.domains.files.detect import detect
from dann_core.domains.files.errors import reason, refusal
from dann_core.domains.files.image_files import inspect_images, read_images
from dann_core.domains.files.limits import MAX_FILE_BYTES
from dann_core.domains.files.pairing import make_pair
from dann_core.domains.files.tables import Choice, Role, Samples, Table
from dann_core.domains.pair import DomainPair

NO_LABELS = "none"


def inspect(file: str, data: bytes, role: Role = "source") -> Table:
    """What can be chosen in a file called `file` with the content `data`; little of it is decoded.

    `role` matters to files with both domains in them (`X_src`, `X_tar`): the guess takes that domain's arrays.
    Raises `UploadError` if the file is of no known kind, damaged, over a limit or has nothing to choose.
    """
    format_ = detect(file, data)
    if format_ == "csv":
        return inspect_csv(file, data)
    if format_ == "zip":
        return inspect_images(file, data)
    return inspect_arrays(file, data, format_, role)


def read(table: Table, choice: Choice | None = None) -> Samples:
    """The samples of an inspected file; without a choice, by its guess.

    Raises `UploadError` for values that cannot be trained on and names that are not in the file.
    """
    choice = choice or table.guess
    if table.format == "csv":
        return read_csv(table, choice)
    if table.format == "zip":
        return read_images(table, choice)
    return read_arrays(table, choice)


def load_files(
    source: str | Path,
    target: str | Path,
    *,
    data: str | None = None,
    labels: str | None = None,
    target_data: str | None = None,
    target_labels: str | None = None,
    name: str | None = None,
) -> DomainPair:
    """The pair of domains of two files on disk, as `--source FILE --target FILE` on the command line means it.

    `data` and `labels` name the arrays (or the label column) of the source; the target's default to the same
    names where it has them. What is not named is guessed; the labels "none" mean a target without labels.

    Raises `UploadError` for files that cannot be opened and for all that `inspect`, `read` and `make_pair` refuse.
    """
    first, second = _open(source, "source"), _open(target, "target")
    source_choice = _choice(first, data, labels)
    target_choice = _choice(
        second,
        target_data or (data if data in second.data_options else None),
        target_labels or (labels if labels in second.label_options else None),
    )
    return make_pair(read(first, source_choice), read(second, target_choice), name)


def _open(path: str | Path, role: Role) -> Table:
    path = Path(path)
    try:
        # One byte beyond the limit is enough to know that it is exceeded.
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or reason(error)
        raise refusal(path.name, f"the {role} file cannot be opened ({why}); check the path {path}") from None
    return inspect(path.name, content, role)


def _choice(table: Table, data: str | None, labels: str | None) -> Choice:
    chosen = table.guess.labels if labels is None else labels
    return Choice(data=data or table.guess.data, labels=None if chosen == NO_LABELS else chosen)
