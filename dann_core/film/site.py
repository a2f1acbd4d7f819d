"""A static site of films: an index page with a still of each; for any web host, under any path, or from disk."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from pathlib import Path

from matplotlib.figure import Figure

from dann_core import domains
from dann_core.film.page import HERE, ICON, LIMIT_MB, film, megabytes
from dann_core.live.figures import draw_features, saved
from dann_core.live.message import unpack
from dann_core.live.record import record
from dann_core.live.recording import Recording

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file: data:"
STILL = "the features of both domains at the first and the last iteration"

_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="only light">
<link rel="icon" href="{icon}">
<title>DANN Explorer: films</title>
<style>{style}</style>
</head>
<body>
<header>
<p class="name"><img src="{icon}" alt="" width="28" height="28"> DANN Explorer</p>
<h1>Watch domain-adversarial training</h1>
<p>A network learns from a labelled source domain and is to work on a target domain without labels. While it learns to
classify, a discriminator tries to tell the domains apart by the network's features, and the reversed gradient teaches
the network to leave it nothing to see. Each film is a whole run, recorded: play it, drag its slider, point at samples.
The stills are the features at the first and the last iteration: circles are the source, triangles the target; colour is
the class, the target's as predicted.</p>
</header>
<main>
{cards}
</main>
</body>
</html>
"""

_CARD = """<a class="card" href="{key}.html">
<img src="{key}.png" alt="{still}" width="1200" height="640">
<h2>{title}</h2>
<p>{summary}</p>
<p class="facts">{facts}</p>
</a>"""


def films(names: Iterable[str], seed: int) -> Iterator[tuple[str, Recording]]:
    """Built-in domains by their names and recordings of them, each trained with its preset and that seed.

    Raises `DomainError` for a name that there is not.
    """
    for name in names:
        settings = domains.preset(name).replace(seed=seed)
        yield name, record(domains.load(name, seed), settings)[0]


def write(folder: Path, recordings: Iterable[tuple[str, Recording]], limit_mb: float = LIMIT_MB) -> None:
    """Write `index.html`, and of each built-in domain its film `NAME.html` and its still `NAME.png`.

    The same recordings give the same bytes. Raises `FilmError` for one that does not fit the limit, and `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cards = []
    for name, recording in recordings:
        made = film(recording, limit_mb=limit_mb)
        (folder / f"{name}.html").write_bytes(made)
        (folder / f"{name}.png").write_bytes(still(recording))
        cards.append(_card(name, recording, len(made)))
    style = (HERE / "index.css").read_text(encoding="utf-8")
    index = _INDEX.format(policy=POLICY, icon=ICON, style=style, cards="\n".join(cards))
    (folder / "index.html").write_text(index, encoding="utf-8", newline="\n")


def still(recording: Recording) -> bytes:
    """The features of the first and of the last frame side by side, 1200 x 640 pixels, as PNG."""
    figure = Figure(figsize=(6, 3.2), layout="constrained")
    scene = unpack(recording.scene)
    ends = (recording.frames[0], recording.frames[-1])
    for axes, frame in zip(figure.subplots(1, 2), ends, strict=True):
        draw_features(axes, scene, unpack(frame.packed))
        axes.set_title(f"iteration {frame.iteration:,}", fontsize=13)
    return saved(figure, "png")


def _card(name: str, recording: Recording, size: int) -> str:
    last = unpack(recording.latest.packed)
    accuracy = last.exam["target_accuracy"]
    facts = (
        f"{recording.latest.iteration:,} iterations; at the end {last.values['source_accuracy']:.0%} of the source and "
        f"{accuracy:.0%} of the target (exam) are right; {megabytes(size)}"
    )
    domain = domains.get(name)
    texts = {
        "key": name,
        "title": domain.title,
        "summary": domain.summary,
        "facts": facts,
        "still": f"{domain.title}: {STILL}",
    }
    return _CARD.format(**{part: html.escape(text) for part, text in texts.items()})
