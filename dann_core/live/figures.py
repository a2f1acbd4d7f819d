"""The pictures of a recording's last frame as SVG and PNG, drawn without a browser, for papers and slides."""

from __future__ import annotations

import io
from collections.abc import Callable

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from dann_core.language import from_data
from dann_core.live.frame import SCALE, SHARE
from dann_core.live.message import Message, unpack
from dann_core.live.palette import CURVES, DOMAIN_SCALE, FAINT, INK, MOST_CLASSES, class_colour, is_dotted
from dann_core.live.recording import FIGURES, Recording
from dann_core.method.history import COLUMNS

DOTS_PER_INCH = 200
SIDE = 5.0
"""Inches of a picture's height, and its width's, before legends."""

# Set once, not for each figure: several threads may draw. Names from files are no formulas, and text in an SVG stays
# text; the same frame gives the same bytes.
matplotlib.rcParams.update(
    {
        "text.parse_math": False,
        "svg.fonttype": "none",
        "svg.hashsalt": "dann",
        "font.size": 9,
        "text.color": INK,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
)


def figures(recording: Recording) -> dict[str, bytes]:
    """Features, inputs and curves of the last frame, each as SVG and PNG: {"features.svg": ..., ...}.

    Inputs that were left out of the recording have no picture. The target wears its predictions; only the dotted curve
    of the target accuracy needs target labels, and is there where the recording holds them. Names in a script that the
    font lacks are boxes in the PNG (a UserWarning says so), and themselves in the SVG.
    """
    scene, frame = unpack(recording.scene), unpack(recording.latest.packed)
    drawn = {"features": _one(draw_features, scene, frame), "curves": _curves(recording, frame)}
    if scene.values["input"] in _INPUTS:
        drawn["input"] = _one(_INPUTS[scene.values["input"]], scene, frame)
    return {f"{name}.{kind}": saved(figure, kind) for name, figure in sorted(drawn.items()) for kind in ("svg", "png")}


def saved(figure: Figure, kind: str) -> bytes:
    """A figure as "svg" or "png", without date or version."""
    file = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    figure.savefig(file, format=kind, dpi=DOTS_PER_INCH, metadata=metadata)
    return file.getvalue()


def draw_features(axes: Axes, scene: Message, frame: Message) -> None:
    """The t-SNE of the features: colour is the class, the target's as predicted; circles source, triangles target."""
    xy = frame.arrays["tsne"] / SCALE
    _points(axes, xy, scene, frame)
    reach = 1.08 * max(np.abs(xy).max(), 0.1)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[], yticks=[], aspect="equal")


def _one(draw: Callable[[Axes, Message, Message], None], scene: Message, frame: Message) -> Figure:
    figure = Figure(figsize=(SIDE, SIDE), layout="constrained")
    draw(figure.add_subplot(), scene, frame)
    if draw is not _images:
        _legend(figure, [from_data(name) for name in scene.values["classes"]])
    return figure


def _points(axes: Axes, xy: np.ndarray, scene: Message, frame: Message) -> None:
    n = len(scene.arrays["source_class"])
    classes = np.concatenate([scene.arrays["source_class"], frame.arrays["predicted"][n:]])
    colours = np.array([class_colour(c) for c in classes])
    axes.scatter(*xy[:n].T, s=14, c=colours[:n], marker="o", linewidths=0.4, edgecolors="white")
    axes.scatter(*xy[n:].T, s=16, facecolors="none", marker="^", linewidths=0.9, edgecolors=colours[n:])
    dotted = np.array([is_dotted(c) for c in classes])
    dots = np.where(np.arange(len(classes)) < n, "white", colours)
    axes.scatter(*xy[dotted].T, s=2, c=dots[dotted], linewidths=0)


def _legend(figure: Figure, classes: list[str]) -> None:
    def sign(marker: str, colour: str, **more: object) -> Line2D:
        return Line2D([], [], linestyle="none", marker=marker, color=colour, markersize=6, **more)

    shown = classes[:MOST_CLASSES]

    def of_class(k: int) -> Line2D:
        dot = {"markeredgewidth": 2, "fillstyle": "none"} if is_dotted(k) else {}
        return sign("s", class_colour(k), **dot)

    signs = [sign("o", INK), sign("^", INK, fillstyle="none"), *map(of_class, range(len(shown)))]
    labels = ["source", "target", *(_short(name) for name in shown)]
    if len(classes) > len(shown):
        signs, labels = [*signs, sign("", INK)], [*labels, f"and {len(classes) - len(shown)} more"]
    columns = min(len(labels), 5)
    figure.legend(signs, labels, loc="outside lower center", ncols=columns, frameon=False, handletextpad=0.1)


def _short(name: str) -> str:
    # Matplotlib takes a leading underscore for "not in the legend".
    return " " * name.startswith("_") + (name if len(name) <= 16 else f"{name[:15]}…")


def _plane(axes: Axes, scene: Message, frame: Message) -> None:
    left, right, bottom, top = scene.values["limits"]
    if "tint" in frame.arrays:
        scale = LinearSegmentedColormap.from_list("domains", DOMAIN_SCALE)
        shown = {"extent": (left, right, bottom, top), "origin": "lower", "aspect": "auto", "interpolation": "bilinear"}
        axes.imshow(frame.arrays["tint"], cmap=scale, vmin=0, vmax=255, **shown)
    if "boundary" in frame.arrays:
        lines = frame.arrays["boundary"].astype(float)
        lines[lines[:, 0] < 0] = np.nan
        xy = lines / SHARE * [right - left, top - bottom] + [left, bottom]
        axes.plot(*xy.T, color=INK, linewidth=1.5)
    _points(axes, scene.arrays["xy"], scene, frame)
    axes.set(xlim=(left, right), ylim=(bottom, top))


def _verdicts(scene: Message, frame: Message) -> list[tuple[str, str, str]]:
    """Of each picked sample its domain, and as what it is taken, in words and as a colour."""
    n, classes = len(scene.arrays["source_class"]), [from_data(name) for name in scene.values["classes"]]
    told = []
    for k in scene.arrays["picked"]:
        predicted, confidence = frame.arrays["predicted"][k], frame.arrays["confidence"][k] / 255
        text = f"{_short(classes[predicted]).strip()} {confidence:.0%}"
        told.append(("source" if k < n else "target", text, class_colour(predicted)))
    return told


def _images(axes: Axes, scene: Message, frame: Message) -> None:
    values = scene.values
    across, down = values["cell"]
    width, height = values["columns"] * across, (values["source_rows"] + values["target_rows"]) * down
    mosaic = Image.open(io.BytesIO(scene.arrays["mosaic"].tobytes()))
    axes.imshow(mosaic, extent=(0, width, height, 0), interpolation="nearest")
    verdicts = _verdicts(scene, frame)
    sources = sum(domain == "source" for domain, _, _ in verdicts)
    for k, (domain, text, _) in enumerate(verdicts):
        # The target starts on a row of its own.
        place = k if domain == "source" else k - sources + values["columns"] * values["source_rows"]
        row, column = divmod(place, values["columns"])
        axes.text(column * across + 0.5, row * down + 1.03, text, ha="center", va="top", fontsize=7)
    for row, domain in ((0, "source"), (values["source_rows"], "target")):
        axes.text(-0.08, row * down + 0.5, domain, rotation=90, ha="right", va="center")
    axes.set(xlim=(-0.3, width), ylim=(height, 0), aspect="equal")
    axes.set_axis_off()


def _signals(axes: Axes, scene: Message, frame: Message) -> None:
    signals = scene.arrays["signals"].astype(float)
    spans = np.ptp(signals, axis=1, keepdims=True)
    signals = (signals - signals.min(1, keepdims=True)) / np.where(spans > 0, spans, 1) - 0.5
    for k, (domain, text, colour) in enumerate(_verdicts(scene, frame)):
        level = -1.4 * k - 0.5 * (domain == "target")
        axes.plot(level + signals[k], color=colour, linewidth=0.8)
        axes.text(0, level + 0.52, f"{domain}: {text}", va="bottom", fontsize=7)
    axes.set(yticks=[], xlabel=f"first {signals.shape[1]} points of a window", xlim=(0, max(signals.shape[1] - 1, 1)))


_INPUTS = {"plane": _plane, "components": _plane, "images": _images, "signals": _signals}


def _curves(recording: Recording, frame: Message) -> Figure:
    figure = Figure(figsize=(SIDE, SIDE), layout="constrained")
    losses, lambda_, accuracies = figure.subplots(3, sharex=True, height_ratios=(2, 1, 2))
    knobs = frame.values["knobs"]
    rows = np.concatenate([unpack(f.packed).arrays["rows"] for f in recording.frames])
    row = {name: rows[:, k] for k, name in enumerate(COLUMNS)}
    shown = ["classification_loss", "adversarial_loss"]
    shown += ["discrepancy_loss"] * (knobs["discrepancy"] != "none") + ["entropy"] * (knobs["entropy_weight"] != 0)
    for name in shown:
        losses.plot(row["iteration"], row[name], color=CURVES[name], label=name.removesuffix("_loss"))
    losses.axhline(np.log(2), color=CURVES["adversarial_loss"], linestyle="--", linewidth=0.8)
    losses.set(title="losses (nats); dashed: ln 2, the domains look alike")
    lambda_.plot(row["iteration"], row["lambda"], color=CURVES["lambda"])
    lambda_.set(title="lambda")
    _draw_accuracies(accuracies, recording, trains_discriminator=knobs["adversarial_weight"] != 0)
    for axes in (losses, accuracies):
        axes.legend(loc="best", frameon=False, fontsize=8)
    for axes in (losses, lambda_, accuracies):
        axes.set_title(axes.get_title(), fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _draw_accuracies(axes: Axes, recording: Recording, *, trains_discriminator: bool) -> None:
    table, target = recording.figures_after(0)
    column = {name: table[:, k] for k, name in enumerate(FIGURES)}
    axes.plot(column["iteration"], 100 * column["source_accuracy"], color=CURVES["source"], label="source")
    if np.isfinite(target).any():
        axes.plot(column["iteration"], 100 * target, ":", color=CURVES["target"], label="target (exam)")
    if trains_discriminator:
        axes.plot(column["iteration"], 100 * column["domain_accuracy"], color=CURVES["domain"], label="domain")
    axes.axhline(50, color=CURVES["domain"], linestyle="--", linewidth=0.8)
    axes.set(title="accuracies (%); dashed: cannot tell the domains", xlabel="iterations", ylim=(-2, 105))
