"""A film: a recording and the player in one HTML file, which plays from disk and asks no server for anything."""

from __future__ import annotations

import base64
import gzip
import html
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dann_core.film.cut import cut, history_of
from dann_core.film.modules import data_url, import_map
from dann_core.language import ENGLISH, Text, catalogue, from_data, say
from dann_core.live.message import Message, unpack
from dann_core.live.recording import Recording

HERE = Path(__file__).parent
LIMIT_MB = 4.0
"""What a file may have unless another limit is given: mail servers take it, and a run of 120 frames fits whole."""

MOST_FRAMES = 300
"""More the player thins out itself."""

# Even if something in the file broke out of its place, it could load nothing and tell nobody.
POLICY = "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline' data:; img-src data: blob:"

ICON = data_url(
    "image/svg+xml",
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="12" cy="16" r="9" fill="#0072b2"/>'
    '<path d="M20 6 L30 25 H10 Z" fill="#e69f00" fill-opacity=".8"/></svg>',
)

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="{icon}">
<title>{title}</title>
<style>{style}</style>
<script type="importmap">{modules}</script>
</head>
<body>
<h1>{title}</h1>
<main id="film"><noscript>{noscript}</noscript></main>
<footer>{footer}</footer>
<script type="application/octet-stream" id="recording">{recording}</script>
<script type="module">
{entry}</script>
</body>
</html>
"""


class FilmError(ValueError):
    """A recording that no film can be made of; the sentence says why."""


def film(
    recording: Recording,
    *,
    history: Sequence | np.ndarray | None = None,
    inputs: bool = True,
    exam: bool = True,
    limit_mb: float = LIMIT_MB,
    language: str = ENGLISH,
) -> bytes:
    """The recording as one HTML file of at most `limit_mb` (10^6 bytes): frames go until it fits, evenly over the run.

    `history` are the run's rows `(iterations, 6)`, where more is known than the frames tell. Without `inputs` no input
    pictures and points are inside, without `exam` nothing that target labels went into. It speaks one `language` of
    `dann_core.language.languages`. The same recording gives the same bytes.

    Raises `FilmError` for a limit that is none, and for a recording without frames, one that is damaged, or one whose
    first and last frame alone are too large.
    """
    if not 0 < limit_mb < math.inf:
        raise FilmError(f"The limit of a film is a number of MB above 0, not {limit_mb:g}.")
    if recording.scene is None or not recording.frames:
        raise FilmError("There is no film yet: the run has no frame.")
    try:
        rows = history_of(recording) if history is None else history
        return _fitting(recording, rows, round(limit_mb * 1e6), language, inputs=inputs, exam=exam)
    except FilmError:
        raise
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise FilmError(f"The recording is damaged: {error}.") from None


def _fitting(recording: Recording, history: Sequence | np.ndarray, limit: int, language: str, **kept: bool) -> bytes:
    total = len(recording.frames)
    count = min(total, MOST_FRAMES)
    while True:
        made = _page(cut(recording, count, history, **kept), total, language)
        if len(made) <= limit:
            return made
        if count <= 2:
            raise FilmError(
                f"The first and the last frame alone make a film of {len(made):,} bytes, and the limit is {limit:,}: "
                "raise it, or leave the inputs out."
            )
        count = max(2, min(count - 1, count * limit // len(made)))


def _page(recording: Recording, total: int, language: str) -> bytes:
    scene, words = unpack(recording.scene), catalogue(language).words
    entry = (HERE / "film.js").read_text(encoding="utf-8")
    parts = {
        "policy": POLICY,
        "icon": ICON,
        "language": language.replace("_", "-"),
        "title": html.escape(str(words(from_data(scene.values["name"])))),
        "noscript": html.escape(words(say("This film needs JavaScript; it loads nothing from the network."))),
        "style": (HERE / "film.css").read_text(encoding="utf-8"),
        "modules": json.dumps({"imports": import_map(entry, language)}),
        "recording": base64.b64encode(gzip.compress(recording.content(), mtime=0)).decode(),
        "entry": entry,
    }
    size = len(_PAGE.format(**parts, footer="").encode())
    footer = say(
        "<b>In this file</b> ({size}, plays without a network): {inside} Made with DANN Explorer.",
        size=megabytes(size),
        inside=html.escape(words(_inside(scene, len(recording.frames), total))),
    )
    return _PAGE.format(**parts, footer=words(footer)).encode()


def _inside(scene: Message, kept: int, total: int) -> Text:
    """What a person must know who passes the file on."""
    values = scene.values
    (shown_source, shown_target), (source, target) = values["shown"], values["samples"]
    return say(
        "{frames}, features and predictions of {shown_source:,} of {source:,} source and {shown_target:,} of "
        "{target:,} target samples, {inputs}, the names of {classes:,} classes, the source's labels; {exam}.",
        frames=say("all {n:,} frames of the recording", n=total)
        if kept == total
        else say("{kept:,} of {n:,} frames of the recording", kept=kept, n=total),
        shown_source=shown_source,
        source=source,
        shown_target=shown_target,
        target=target,
        inputs=_inputs(scene),
        classes=len(values["classes"]),
        exam=_exam(scene),
    )


def _inputs(scene: Message) -> Text:
    kind = scene.values["input"]
    if kind == "none":
        return say("no inputs")
    if kind == "plane":
        return say("their inputs")
    if kind == "components":
        return say("two principal components of their inputs")
    n = len(scene.arrays["picked"])
    if kind == "images":
        return say("the inputs of {n:,} of them as pictures", n=n)
    return say("the inputs of {n:,} of them as curves", n=n)


def _exam(scene: Message) -> Text:
    if not scene.values["labelled"]:
        return say("the target has no labels")
    if scene.exam_arrays:
        return say("the target's labels too, as an exam")
    return say("the target's labels are left out")


def megabytes(size: int) -> str:
    """A number of bytes, for people."""
    return f"{size / 1e6:.1f} MB"
