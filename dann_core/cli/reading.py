"""Options that say how two files are read: one for every part of a reading plan."""

from __future__ import annotations

import argparse
from pathlib import Path

from tqdm import tqdm

from dann_core.domains import DomainError
from dann_core.domains.files import Asked, ReadingPlan, ReadPair, load_files

_KINDS = ("vectors", "signals", "images")
_PARTS = (
    "samples",
    "target_samples",
    "labels",
    "target_labels",
    "kind",
    "channel",
    "class_level",
    "missing",
    "split_by",
    "transpose",
)
_OF_PLAN = (*_PARTS, "window", "drop", "keep", "match", "header")


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Options for the files of both domains and how they are read."""
    add = parser.add_argument_group(
        "your own files", "What is not given is guessed, and said before the training; see docs/files.md."
    ).add_argument
    add("--source", type=Path, metavar="FILE", help="labelled source: table, arrays, pictures, recordings or a folder")
    add("--target", type=Path, metavar="FILE", help="target of the same kind, labels optional")
    add("--samples", "--data", metavar="NAME", help="the array (or table) of samples")
    add("--target-samples", "--target-data", metavar="NAME", help="the target's, where it has another name")
    add("--labels", metavar="NAME", help="label column or array, 'column 7' of a matrix, 'folder names', 'file names'")
    add("--target-labels", metavar="NAME", help="the target's labels, likewise; none: use none")
    add("--labels-file", type=Path, metavar="FILE", help="a second file that holds the source's labels")
    add("--target-labels-file", type=Path, metavar="FILE", help="a second file that holds the target's labels")
    add("--kind", choices=_KINDS, help="what a sample is")
    add("--window", type=_window, metavar="LENGTH[:STEP]", help="cut recordings into windows of so many steps")
    add("--channel", metavar="NAME", help="the channel of recordings, or the ending of its name")
    add("--drop", action="append", default=[], metavar="NAME", help="a column that is no feature; may be repeated")
    add("--keep", action="append", default=[], metavar="NAME", help="a column that is one although it looks like none")
    add("--class-level", type=int, metavar="N", help="the folder that names the class, 1: the one next to the file")
    add("--header", action=argparse.BooleanOptionalAction, default=None, help="whether the first row names the columns")
    add("--transpose", action="store_true", default=None, help="samples are columns (or an array's last side)")
    add("--missing", choices=("median", "rows"), help="missing cells: the median of both domains, or leave rows out")
    add("--split-by", metavar="NAME[=S:T]", help="one file for both: a column, array or 'folder', with both values")
    add("--match", action="append", default=[], metavar="LABEL=CLASS", help="what a target label means; or 'minus 1'")
    add("--plan", type=Path, metavar="FILE", help="read by the plan.json of a run instead of guessing")


def asked(options: argparse.Namespace) -> Asked:
    """What the options say of how to read. Raises `DomainError` for what says nothing."""
    parts = {name: getattr(options, name) for name in _PARTS}
    return Asked(
        **parts,
        window=options.window,
        drop=tuple(options.drop),
        keep=tuple(options.keep),
        match=tuple(options.match),
        header=options.header,
    )


def read_files(options: argparse.Namespace) -> ReadPair:
    """The pair of the files that the options name. Raises `DomainError` for what cannot be read so."""
    plan = None
    if options.plan is not None:
        given = [f"--{name.replace('_', '-')}" for name in _OF_PLAN if getattr(options, name) not in (None, [])]
        if given:
            raise DomainError(f"--plan says all of how to read: leave {', '.join(given)} out, or change the plan.")
        plan = ReadingPlan.from_json(options.plan.read_bytes(), options.plan.name)
    with tqdm(total=1.0, disable=None, leave=False, bar_format="{desc}: {percentage:.0f} %") as bar:

        def opened(file: str, fraction: float) -> None:
            bar.n = fraction
            bar.set_description_str(f"reading {file}")

        return load_files(
            options.source,
            options.target,
            asked(options),
            plan=plan,
            labels_file=options.labels_file,
            target_labels_file=options.target_labels_file,
            progress=opened,
        )


def _window(text: str) -> tuple[int, int | None]:
    length, _, step = text.partition(":")
    numbers = (int(length), int(step) if step else None)
    if any(n is not None and n < 1 for n in numbers):
        raise ValueError(text)
    return numbers
