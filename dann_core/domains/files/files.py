"""From files on disk to a pair of domains."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from dann_core.domains.files.asking import Asked
from dann_core.domains.files.contents import Contents
from dann_core.domains.files.errors import reason, refusal
from dann_core.domains.files.guessing import guess
from dann_core.domains.files.held import Remembered
from dann_core.domains.files.opened import open_file
from dann_core.domains.files.pairing import ReadPair, read_pair
from dann_core.domains.files.plan import ReadingPlan
from dann_core.language import say


def load_files(
    source: str | Path,
    target: str | Path | None = None,
    asked: Asked | None = None,
    *,
    plan: ReadingPlan | None = None,
    labels_file: str | Path | None = None,
    target_labels_file: str | Path | None = None,
    name: str | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> ReadPair:
    """The pair of domains of two files (or of one that holds both), as the command line means it.

    What is not `asked` for is guessed, and said in the report; a `plan` leaves nothing to guess. `progress` is told a
    file's name and which fraction of it has been opened, of large ones several times. Raises `UploadError`
    for files that cannot be opened, `Unclear` for what only a person can say.
    """
    asked = asked or Asked()
    header = asked.header if plan is None else plan.source.header
    paths = dict.fromkeys(Path(p) for p in (source, target or source, labels_file, target_labels_file) if p is not None)
    opened = {path: open_path(path, header, progress and partial(progress, path.name)) for path in paths}
    first, second = opened[Path(source)], opened[Path(target or source)]
    labels = {
        "source_labels": opened[Path(labels_file)] if labels_file else None,
        "target_labels": opened[Path(target_labels_file)] if target_labels_file else None,
    }
    if plan is not None:
        return read_pair(first, second, plan, match=asked.match, name=name, **labels)
    guessed = guess(first, second, asked, **labels)
    return read_pair(first, second, guessed.plan, match=asked.match, notes=guessed.notes, name=name, **labels)


def open_path(path: Path, header: bool | None = None, progress: Callable[[float], None] | None = None) -> Contents:
    """The contents of a file or folder on disk; see `open_file`. Raises `UploadError` if it cannot be opened."""
    try:
        is_there = path.exists()
    except (OSError, ValueError) as error:
        text = say("the file cannot be opened ({why}); check the path", why=reason(error))
        raise refusal(path.name, text) from None
    if not is_there:
        raise refusal(
            path.name, say("the file cannot be opened (there is none); check the path {path}", path=str(path))
        )
    return Remembered(open_file(path.name, path, header=header, progress=progress))
