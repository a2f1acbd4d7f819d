"""What is told of shelved runs: their curves to a player, and tables to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import numpy as np

from dann_core.language import as_data
from dann_core.live.recording import FIGURES
from dann_core.method.history import COLUMNS
from server.shelf import Shelved

DIGITS = 4
LETTERS = "ABCD"
"""Of the curves that are laid over others: what tells them apart besides colour and dash."""

FIGURES_OF_TABLE = ("lambda", "source_accuracy", "domain_accuracy", "a_distance")
CURVES_OF_FIGURES = ("source_accuracy", "domain_accuracy", "a_distance")


def letter(shelved: Shelved) -> str:
    """Of one whose curves are laid over others; nothing for all else."""
    return "" if shelved.slot is None else LETTERS[shelved.slot]


def curves(shown: Iterable[Shelved], *, exam: bool = True) -> list[dict[str, Any]]:
    """As they travel: `rows` of (iteration, lambda, classification loss), `figures` of (iteration, source accuracy,
    domain accuracy, target accuracy or null); the last is left out without `exam`."""
    return [
        {
            "slot": s.slot,
            "letter": letter(s),
            "name": as_data(s.name),
            "rows": _listed(s.rows[:, [COLUMNS.index(c) for c in ("iteration", "lambda", "classification_loss")]]),
            "figures": _listed(
                np.column_stack(
                    [
                        s.figures[:, [FIGURES.index(c) for c in ("iteration", "source_accuracy", "domain_accuracy")]],
                        s.target if exam else np.full_like(s.target, np.nan),
                    ]
                )
            ),
            "adapts": s.settings.adversarial_weight != 0,
        }
        for s in shown
    ]


def table_csv(shelved: Sequence[Shelved], *, exam: bool = True) -> bytes:
    """One line a run: its name, its link and its figures at the end."""
    graded = ("target_accuracy_exam", "source_only_exam") if exam else ()
    lines = [["name", "pinned", "domains", "link", "iterations", "ended", *FIGURES_OF_TABLE, *graded]]
    for s in shelved:
        link = s.link()
        told = [s.name, s.pinned, s.domain.title if s.domain else "upload", f"?{urlencode(link)}" if link else ""]
        ended = datetime.fromtimestamp(s.ended, UTC).isoformat(timespec="seconds")
        figures = [_number(s.figure(name)) for name in FIGURES_OF_TABLE]
        accuracies = [_number(s.target_accuracy), _number(s.source_only)] if exam else []
        lines.append([*told, s.iteration, ended, *figures, *accuracies])
    return _csv(lines)


def curves_csv(shelved: Sequence[Shelved], *, exam: bool = True) -> bytes:
    """One line a value: the run, the curve, the iteration, the value; histories as means of neighbours."""
    lines: list[list[Any]] = [["name", "curve", "iteration", "value"]]
    for s in shelved:
        tables = [(s.rows, 0, {c: s.rows[:, k] for k, c in enumerate(COLUMNS) if k})]
        figures = {c: s.figures[:, FIGURES.index(c)] for c in CURVES_OF_FIGURES}
        figures |= {"target_accuracy_exam": s.target} if exam else {}
        tables.append((s.figures, FIGURES.index("iteration"), figures))
        for table, at, named in tables:
            for name, values in named.items():
                known = np.isfinite(values)
                lines += [
                    [s.name, name, f"{i:g}", _number(v)]
                    for i, v in zip(table[known, at].tolist(), values[known].tolist(), strict=True)
                ]
    return _csv(lines)


def _csv(lines: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for line in lines:
        writer.writerow([_plain(value) for value in line])
    return text.getvalue().encode()


def _plain(value: Any) -> Any:
    # A spreadsheet takes what begins so for a formula to be computed, and names are anybody's.
    is_formula = isinstance(value, str) and value[:1] in ("=", "+", "-", "@") and not _is_number(value)
    return f"'{value}" if is_formula else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.6g}"


def _listed(table: np.ndarray) -> list[list[float | None]]:
    # JSON has no word for what is not a number.
    return [[None if v != v else round(v, DIGITS) for v in row] for row in table.tolist()]
