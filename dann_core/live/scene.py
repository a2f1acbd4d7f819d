"""A run's scene: what stays the same in all its frames.

Values of the message (`dann_core.live.message`):

    name, domain     the pair's name; the built-in domain's key with its knobs, or null
    classes          the names of the K classes
    kind, shape      "vectors", "signals" or "images"; the shape of one sample
    samples, shown   [source, target]: how many samples there are, and how many of them are drawn (n_s, n_t; n = both)
    labelled         whether the target has labels
    source_names, target_names
                     what the drawn samples are called where they come from, shortened; only where that is known. A
                     labelled target's are an exam: a file's name may hold its class
    settings         all settings of iteration 0
    input            "plane" (inputs of two numbers), "components" (vectors), "images" or "signals"
    limits           [left, right, bottom, top] of the input's picture, for "plane" and "components"
    columns, source_rows, target_rows, cell
                     for "images": the mosaic's grid, and from one picture to the next [across, down] in picture widths

Arrays; a class is u1, or u2 for more than 256 of them:

    source_index  u4  (n_s,)    which of the source's samples are drawn
    target_index  u4  (n_t,)    likewise
    source_class  u1  (n_s,)
    target_class  u1  (n_t,)    exam; only where the target has labels
    source_shares f4  (K,)      how frequent the classes are in the whole source, sum 1
    target_shares f4  (K,)      likewise; exam; only where the target has labels
    xy            f4  (n, 2)    "plane", "components": where the samples are drawn in the input's picture, source first
    picked        u4  (p,)      "images", "signals": which of the n are drawn there, source first
    mosaic        u1  (bytes,)  "images": the p pictures as one PNG
    signals       i2  (p, L)    "signals": each scaled to its own range, 32,000 at most
"""

from __future__ import annotations

import io

import numpy as np

from dann_core.domains.pair import DomainPair
from dann_core.language import as_data
from dann_core.live.message import SCENE, Message
from dann_core.live.sample import Sample
from dann_core.method.shares import shares
from dann_core.settings import Settings

GRID_COLUMNS, SOURCE_ROWS, TARGET_ROWS = 4, 1, 3
CELL_WIDTH, CELL_HEIGHT, CELL_PIXELS = 1.12, 1.34, 100
"""From one picture to the next, in picture widths, and the pixels of a picture."""

SIGNALS_PER_DOMAIN, SIGNAL_POINTS, SIGNAL_TOP = 4, 400, 32_000

LONGEST_NAME = 60

MARGIN = 0.08
"""Room around inputs in the plane, as a share of their range."""


def pack(pair: DomainPair, settings: Settings, sample: Sample) -> bytes:
    """The scene of a run of these settings on this pair."""
    values = {
        "name": as_data(pair.name),
        "classes": as_data(pair.class_names),
        "kind": pair.kind,
        "shape": list(pair.sample_shape),
        "samples": [len(pair.source_x), len(pair.target_x)],
        "shown": [len(sample.source), len(sample.target)],
        "labelled": pair.target_y is not None,
        "settings": settings.model_dump(),
    }
    arrays = {
        "source_index": sample.source.astype(np.uint32),
        "target_index": sample.target.astype(np.uint32),
        "source_class": as_classes(pair.source_y[sample.source], pair.n_classes),
        "source_shares": shares(pair.source_y, pair.n_classes).astype(np.float32),
    }
    draw = {"images": _images, "signals": _signals, "vectors": _vectors}[pair.kind]
    more_values, more_arrays = draw(pair, sample)
    exam = {}
    if pair.target_y is not None:
        exam["target_class"] = as_classes(pair.target_y[sample.target], pair.n_classes)
        exam["target_shares"] = shares(pair.target_y, pair.n_classes).astype(np.float32)
    values |= more_values | _names("source", pair.source_rows, sample.source)
    target_names = _names("target", pair.target_rows, sample.target)
    values, graded = (values | target_names, {}) if pair.target_y is None else (values, target_names)
    return Message(SCENE, values, arrays | more_arrays, graded, exam).pack()


def _names(domain: str, rows: np.ndarray | None, drawn: np.ndarray) -> dict[str, list[str]]:
    """Of long names, such as paths, the end tells samples apart."""
    if rows is None:
        return {}
    # A ZIP may hold names that are no Unicode.
    names = [name.encode(errors="replace").decode() for name in rows[drawn].astype(str).tolist()]
    short = [name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}" for name in names]
    return {f"{domain}_names": short}


def as_classes(y: np.ndarray, n_classes: int) -> np.ndarray:
    """Class indices in as few bytes as they need."""
    return y.astype(np.uint8 if n_classes <= 256 else np.uint16)


def plane_limits(pair: DomainPair) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of the picture of inputs `(N, 2)`."""
    both = np.concatenate([pair.source_x, pair.target_x]).astype(np.float64)
    return _limits(both)


def _limits(xy: np.ndarray) -> tuple[float, float, float, float]:
    low, high = xy.min(0), xy.max(0)
    margin = np.where(high > low, MARGIN * (high - low), 1.0)
    (left, bottom), (right, top) = low - margin, high + margin
    return float(left), float(right), float(bottom), float(top)


def _vectors(pair: DomainPair, sample: Sample) -> tuple[dict, dict]:
    xy = np.concatenate([pair.source_x[sample.source], pair.target_x[sample.target]]).astype(np.float64)
    if pair.sample_shape == (2,):
        return {"input": "plane", "limits": plane_limits(pair)}, {"xy": xy.astype(np.float32)}
    # Only workers, who have it loaded anyway, make scenes.
    from sklearn.decomposition import PCA

    scores = PCA(min(2, xy.shape[1]), svd_solver="randomized", random_state=0).fit_transform(xy)
    scores = np.pad(scores, ((0, 0), (0, 2 - scores.shape[1])))
    return {"input": "components", "limits": _limits(scores)}, {"xy": scores.astype(np.float32)}


def _spread(n: int, wanted: int) -> np.ndarray:
    """Positions of `wanted` samples spread over `n`."""
    return np.linspace(0, n - 1, min(wanted, n)).astype(int)


def _picked(sample: Sample, source: int, target: int) -> np.ndarray:
    n = len(sample.source)
    return np.concatenate([_spread(n, source), n + _spread(len(sample.target), target)])


def _raw(pair: DomainPair, sample: Sample, position: int) -> np.ndarray:
    n = len(sample.source)
    return pair.source_x[sample.source[position]] if position < n else pair.target_x[sample.target[position - n]]


def as_rgb(images: np.ndarray) -> np.ndarray:
    """Images `(N, C, H, W)` of any numeric dtype as `(N, H, W, 3)` uint8, stretched from their range to 0..255."""
    x = images[:, :3] if images.shape[1] >= 3 else np.repeat(images[:, :1], 3, axis=1)
    x = x.transpose(0, 2, 3, 1)
    if x.dtype != np.uint8:
        x = x.astype(np.float64)
        low, high = x.min(), x.max()
        x = ((x - low) / ((high - low) or 1.0) * 255).astype(np.uint8)
    return x


def _images(pair: DomainPair, sample: Sample) -> tuple[dict, dict]:
    from PIL import Image

    picked = _picked(sample, GRID_COLUMNS * SOURCE_ROWS, GRID_COLUMNS * TARGET_ROWS)
    n_source = int((picked < len(sample.source)).sum())
    rows = SOURCE_ROWS + TARGET_ROWS
    size = round(GRID_COLUMNS * CELL_WIDTH * CELL_PIXELS), round(rows * CELL_HEIGHT * CELL_PIXELS)
    mosaic = Image.new("RGBA", size)
    for k, picture in enumerate(as_rgb(np.stack([_raw(pair, sample, p) for p in picked]))):
        # The target starts on a row of its own.
        place = k if k < n_source else k - n_source + GRID_COLUMNS * SOURCE_ROWS
        cell = Image.fromarray(picture).resize((CELL_PIXELS, CELL_PIXELS), Image.Resampling.NEAREST)
        row, column = divmod(place, GRID_COLUMNS)
        mosaic.paste(cell, (round(column * CELL_WIDTH * CELL_PIXELS), round(row * CELL_HEIGHT * CELL_PIXELS)))
    packed = io.BytesIO()
    mosaic.save(packed, "PNG")
    values = {
        "input": "images",
        "columns": GRID_COLUMNS,
        "source_rows": SOURCE_ROWS,
        "target_rows": TARGET_ROWS,
        "cell": [CELL_WIDTH, CELL_HEIGHT],
    }
    return values, {"picked": picked.astype(np.uint32), "mosaic": np.frombuffer(packed.getvalue(), np.uint8)}


def _signals(pair: DomainPair, sample: Sample) -> tuple[dict, dict]:
    picked = _picked(sample, SIGNALS_PER_DOMAIN, SIGNALS_PER_DOMAIN)
    windows = np.stack([_raw(pair, sample, p)[0, :SIGNAL_POINTS] for p in picked]).astype(np.float64)
    windows -= windows.mean(1, keepdims=True)
    largest = np.abs(windows).max(1, keepdims=True)
    scaled = windows / np.where(largest > 0, largest, 1.0) * SIGNAL_TOP
    return {"input": "signals"}, {"picked": picked.astype(np.uint32), "signals": np.rint(scaled).astype(np.int16)}
