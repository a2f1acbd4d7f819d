"""A frame: what a run looks like at one iteration, packed where it is trained and drawn where it is seen.

Values of the message (`dann_core.live.message`); losses in nats, accuracies and confidences in 0..1:

    iteration, first   iterations done; the frame's rows cover `first` to `iteration - 1`
    lambda             the one that the next iteration will use
    adapts_from        the first iteration that adapts, as far as is known: lambda is 0 before it; null in a run that
                       does not
    why_not            of such a run, "run too short" to learn the source first, "domains overlap", or "classes
                       unclear": nearest source samples do not say which classes to align; else null
    source_accuracy, domain_accuracy
                       over the `evaluated` [source, target] samples: the drawn ones while a run trains, at rest more
                       and more, in a random order, until all are graded
    a_distance         the proxy A-distance of a fresh probe, 0..2, or null where there is none
    a_chance, rank     what the same probe reaches with shuffled domains, at most; the features' effective dimensions
    probed             the iteration of the probe: making one takes time
    scores             label-free scores of the drawn samples by name (`dann_core.sweeps.selection.UNTRAINED`), in nats;
                       null in a run that has diverged
    rule, level, facts the diagnosis: a rule's name, "idle", "wait", "good", "warn" or "bad", and the rule's values, all
                       of one iteration, which is among them
    remedy             {"setting", "label", "value"}: the one setting to change next, its name for people, and to what;
                       or null
    shares_rule        whether the domains' class shares "differ" or "agree"; "unclear": the shift may be what makes
                       them differ; "unknown": nothing is estimated yet
    shares_distance, shares_limit
                       their L1 distance, 0..2 or null, and beyond which they differ
    shares_trust       how far training believes the shares that it estimates itself, 0..1, or null: not, or not yet
    effective_lambda   at the features, the length of the gradient behind the reversal over its length before: lambda,
                       or less where the reversal limit acts, 0 without adapting; null without an adversary
    gradient_ratio     the length of the reversed gradient over the classification loss's
    gradient_cosine    of the angle between the two, -1..1
    gradients          their norms by name (`dann_core.live.gradients.Gradients`), or null in a run that has diverged
    moved, settled     whether the t-SNE is another one than in the frame before; whether it has come to rest
    device             where it is trained, as torch names it
    changes            [[iteration, setting, old, new], ...]: the live changes so far, the last `MOST_CHANGES`
    knobs              the settings that the curves and sentences need, as they are now

Exam, where the target has labels: target_accuracy; verdict, what they say of the diagnosis: {"rule": "wrong classes" or
"no harm", "target_accuracy", "source_accuracy"}, or {}.

Arrays (n samples, source first; K classes; class indices u2 for more than 256 classes):

    tsne, pca   i2  (n, 2)    the embedded features, `SCALE` to the unit (a frame has unit root mean square radius)
    predicted   u1  (n,)      the classifier's class
    confidence  u1  (n,)      its probability, 255 to the unit
    tint        u1  (S, S)    inputs in the plane: the discriminator's probability of "source", rows upwards
    boundary    i2  (m, 2)    likewise: the classifier's boundaries, in `SHARE`-ths of the picture's width and height
                              from its lower left, every line followed by (-1, -1)
    pulled      u2  (p,)      samples of the picture whose pulls are drawn, source first
    pulls       i2  (2, p, 2) where the classifier and, behind the reversal, the discriminator pull them in the picture
                              of `pca`: `STEPS` to the longest
    shares      f4  (K,)      the target's class shares, estimated without its labels; not numbers while unknown
    recall      f4  (K,)      exam: each class's share of right predictions among the target's drawn samples; only where
                              the target has labels, and not a number for a class without such samples
    rows        f4  (b, 6)    the history in at most `BINS` bins, each the mean of its iterations; columns as `COLUMNS`

A frame of moons has at most 15,000 bytes, one of digits at most 20,000.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from contourpy import contour_generator

from dann_core.language import as_data
from dann_core.live.gradients import STEPS, figures
from dann_core.live.message import FRAME, Message, unpack
from dann_core.live.recording import KNOBS, Shown, binned, figures_of
from dann_core.live.scene import as_classes
from dann_core.live.sight import Surface
from dann_core.live.snapshot import Snapshot
from dann_core.method.history import COLUMNS
from dann_core.settings import Settings

SCALE, SHARE, BINS, MOST_CHANGES = 8192, 32_000, 40, 50


def frame_of(snapshot: Snapshot, settings: Settings, n_classes: int, *, complete: bool = False) -> Shown:
    """The frame of a snapshot under the settings of that moment; `complete` is noted with it."""
    evaluation, diagnosis, shares = snapshot.evaluation, snapshot.diagnosis, snapshot.shares
    probe = snapshot.probe
    values = {
        "iteration": snapshot.iteration,
        "first": snapshot.iteration - len(snapshot.rows),
        "lambda": snapshot.lamb,
        "adapts_from": snapshot.adapts_from,
        "why_not": snapshot.why_not,
        "source_accuracy": evaluation.source_accuracy,
        "domain_accuracy": evaluation.domain_accuracy,
        "evaluated": list(snapshot.evaluated),
        "a_distance": probe and probe.distance,
        "a_chance": probe and probe.chance,
        "rank": probe and probe.rank,
        "probed": probe and snapshot.probed,
        "scores": snapshot.scores if all(map(math.isfinite, snapshot.scores.values())) else None,
        "rule": diagnosis.rule,
        "level": diagnosis.level,
        "facts": diagnosis.facts,
        "remedy": _remedy(snapshot, settings),
        "shares_rule": shares.rule,
        "shares_distance": shares.distance,
        "shares_limit": shares.limit,
        "shares_trust": snapshot.trust,
        **figures(snapshot.gradients),
        "moved": snapshot.moved,
        "settled": snapshot.settled,
        "device": snapshot.device,
        "changes": [[c.iteration, c.name, c.old, c.new] for c in snapshot.changes[-MOST_CHANGES:]],
        "knobs": {name: getattr(settings, name) for name in KNOBS},
    }
    arrays = {
        "tsne": _positions(snapshot.tsne),
        "pca": _positions(snapshot.pca),
        "predicted": as_classes(snapshot.predicted, n_classes),
        "confidence": _bytes(snapshot.confidence),
        "pulled": snapshot.pulled.astype(np.uint16),
        "pulls": np.rint(STEPS * snapshot.pulls).astype(np.int16),
        "shares": shares.estimated.astype(np.float32),
        "rows": binned(snapshot.rows, BINS),
    }
    if snapshot.surface:
        arrays |= {"tint": _bytes(snapshot.surface.source_probability), "boundary": boundaries(snapshot.surface)}
    graded = {"target_accuracy": evaluation.target_accuracy, "verdict": diagnosis.exam}
    exam = {} if evaluation.target_accuracy is None else graded
    exam_arrays = {} if shares.recall is None else {"recall": shares.recall.astype(np.float32)}
    # Of a run that has diverged, figures need not be numbers, which JSON has no words for.
    told = {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in values.items()}
    message = Message(FRAME, told, arrays, exam, exam_arrays)
    return Shown(snapshot.iteration, values["first"], message.pack(), figures_of(message), complete)


def with_rows(frame: Shown, first: int, history: Sequence | np.ndarray) -> Shown:
    """The same frame with rows from another iteration on: those that `history` `(m, 6)` has up to the frame's own."""
    if first == frame.first:
        return frame
    message, rows = unpack(frame.packed), np.asarray(history, np.float64).reshape(-1, len(COLUMNS))
    # A row that stands for several iterations has their mean.
    rows = rows[(rows[:, 0] > first - 0.5) & (rows[:, 0] < frame.iteration)]
    values, arrays = {**message.values, "first": first}, {**message.arrays, "rows": binned(rows, BINS)}
    packed = Message(message.kind, values, arrays, message.exam, message.exam_arrays).pack()
    return replace(frame, first=first, packed=packed)


def boundaries(surface: Surface) -> np.ndarray:
    """Where the classes' margins are zero: the `boundary` of a frame, `(m, 2)`."""
    corner, size = (np.array([v(surface.x), v(surface.y)]) for v in (np.min, np.ptp))
    gap = np.full((1, 2), -1, np.int16)
    parts = [np.empty((0, 2), np.int16)]
    for margin in surface.margins:
        for line in contour_generator(surface.x, surface.y, margin, line_type="Separate").lines(0):
            parts += [np.rint((line - corner) / size * SHARE).astype(np.int16), gap]
    return np.concatenate(parts)


def _remedy(snapshot: Snapshot, settings: Settings) -> dict[str, Any] | None:
    remedy = snapshot.diagnosis.remedy
    if snapshot.diagnosis.is_probed and snapshot.shares.rule == "differ" and settings.class_shares == "ignored":
        # Whatever the features are, aligning domains whose classes are not as frequent mixes these.
        remedy = "class_shares", "estimated"
    if remedy is None:
        return None
    setting, value = remedy
    label = next(k.label for k in Settings.knobs() if k.name == setting)
    return {"setting": setting, "label": as_data(label), "value": value}


def _positions(xy: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(xy * SCALE), -32_768, 32_767).astype(np.int16)


def _bytes(shares: np.ndarray) -> np.ndarray:
    # What is not a number, in a run that has diverged, is drawn as nothing in particular.
    return np.rint(255 * np.nan_to_num(shares, nan=0.5)).astype(np.uint8)
