"""`python -m dann_core film`: a recording as an HTML file; `demo`: a site of films of all built-in domains."""

from __future__ import annotations

import argparse
from pathlib import Path

from dann_core.film.page import LIMIT_MB, film
from dann_core.live.recording import Recording

PARTS = ("inputs", "exam")


def add_to(commands: argparse._SubParsersAction) -> None:
    """Add the commands to a parser's."""
    parser = commands.add_parser(
        "film",
        help="make an HTML file of a recording, which plays without a network",
        description="Makes one HTML file of a recording (train --record) for slides, mails and web pages. Frames are "
        "thinned out evenly until it fits the limit; on its face it says what it holds.",
    )
    parser.set_defaults(command=_film)
    parser.add_argument("recording", type=Path, metavar="RECORDING", help="what train --record wrote")
    parser.add_argument("out", type=Path, metavar="OUT.html")
    parser.add_argument(
        "--without",
        nargs="+",
        choices=PARTS,
        default=(),
        help="leave out the inputs (pictures, curves and points of the drawn samples) or the exam (all that target "
        "labels went into)",
    )
    parser.add_argument("--limit", type=float, default=LIMIT_MB, metavar="MB", help=f"the largest file ({LIMIT_MB:g})")


def _film(options: argparse.Namespace) -> None:
    recording = Recording.load(options.recording)
    kept = {part: part not in options.without for part in PARTS}
    made = film(recording, limit_mb=options.limit, **kept)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(made)
    print(f"{len(made) / 1e6:.1f} MB written to {options.out}")
