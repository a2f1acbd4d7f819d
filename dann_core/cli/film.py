"""`python -m dann_core film`: a recording as an HTML file; `demo`: a site of films of all built-in domains."""

from __future__ import annotations

import argparse
from pathlib import Path

from tqdm import tqdm

from dann_core import domains
from dann_core.film.page import LIMIT_MB, film
from dann_core.language import ENGLISH, languages
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
        action="append",
        choices=PARTS,
        default=[],
        help="leave out the inputs (pictures, curves and points of the drawn samples) or the exam (all that target "
        "labels went into); may be repeated",
    )
    parser.add_argument("--language", choices=languages(), default=ENGLISH, help=f"that it speaks ({ENGLISH})")
    _add_limit(parser)
    site = commands.add_parser(
        "demo",
        help="write a static site with a film of each built-in domain",
        description="Trains the built-in domains with their presets and writes an index page with a film of each, for "
        "any web host, under any path, or to be opened from disk. The same seed gives the same site.",
    )
    site.set_defaults(command=_demo)
    site.add_argument("out", type=Path, metavar="OUT", help="folder for the site")
    site.add_argument("--domain", action="append", choices=domains.names(), help="one of the domains; may be repeated")
    site.add_argument("--seed", type=int, default=0, metavar="N", help="of the data and the training (0)")
    _add_limit(site)


def _add_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=float, default=LIMIT_MB, metavar="MB", help=f"the largest film ({LIMIT_MB:g})")


def _film(options: argparse.Namespace) -> None:
    recording = Recording.load(options.recording)
    kept = {part: part not in options.without for part in PARTS}
    made = film(recording, limit_mb=options.limit, language=options.language, **kept)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(made)
    print(f"{len(made) / 1e6:.1f} MB written to {options.out}")


def _demo(options: argparse.Namespace) -> None:
    # Only those who make a site wait for what trains and draws.
    from dann_core.engine import one_thread
    from dann_core.film.site import films, write

    one_thread()
    names = list(dict.fromkeys(options.domain or domains.names()))
    recordings = films(names, options.seed)
    write(options.out, tqdm(recordings, total=len(names), unit="film", disable=None), options.limit)
    print(f"open {options.out / 'index.html'}, or copy the folder to a web host")
