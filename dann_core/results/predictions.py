"""What a run predicts of target samples, as a table; made and written in parts, however many samples there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from dann_core.live.frame import SCALE
from dann_core.live.message import unpack
from dann_core.live.recording import Recording
from dann_core.method.grading import View

PART_VALUES, MOST_ROWS = 2_000_000, 20_000
"""Of one part: input values and samples. Bounds memory, not results."""


def predictions(
    look: Callable[[np.ndarray], View],
    x: np.ndarray,
    class_names: Sequence[str],
    *,
    rows: Sequence[object] | np.ndarray | None = None,
    features: bool = False,
    embedding: np.ndarray | None = None,
) -> Iterator[pd.DataFrame]:
    """Predictions for raw target inputs `(N, *sample_shape)`, in order, as frames of at most `MOST_ROWS` samples.

    Columns: `row` (from 1 on, or what `rows` calls the sample: a row of its file, a file's name), `class`, `confidence`
    (the class's probability, 0..1); with `features` also `feature_0` to `feature_{D-1}`; with an `embedding` `(N, 2)`
    also `x` and `y`, not numbers where a sample has no place. `look` says what the networks make of samples, as
    `Trainer.look` does.
    """
    for part in parts(x):
        view = look(x[part])
        called = np.arange(part.start + 1, part.stop + 1) if rows is None else np.asarray(rows[part])
        columns: dict[str, np.ndarray] = {
            "row": called,
            "class": np.asarray(class_names, dtype=object)[view.classes],
            "confidence": view.probabilities.max(1),
        }
        if features:
            columns |= {f"feature_{i}": column for i, column in enumerate(view.features.T)}
        if embedding is not None:
            columns |= {"x": embedding[part, 0], "y": embedding[part, 1]}
        yield pd.DataFrame(columns)


def parts(x: np.ndarray) -> Iterator[slice]:
    """Stretches of samples `(N, *sample_shape)` that are looked at together, in order."""
    size = max(1, min(MOST_ROWS, PART_VALUES // x[0].size))
    for start in range(0, len(x), size):
        yield slice(start, min(start + size, len(x)))


def places(recording: Recording, samples: int) -> np.ndarray:
    """Where target samples stand in the t-SNE of a recording's last frame, `(samples, 2)`; NaN if not drawn."""
    scene, frame = unpack(recording.scene), unpack(recording.latest.packed)
    drawn = scene.arrays["target_index"]
    embedding = np.full((samples, 2), np.nan, np.float32)
    embedding[drawn] = frame.arrays["tsne"][-len(drawn) :] / SCALE
    return embedding


def write(parts: Iterator[pd.DataFrame], *files: Path) -> int:
    """Write a table as CSV or Parquet, by each file's ending, part by part; returns how many samples there were.

    Raises `OSError`, and `ValueError` for another ending.
    """
    written, writers = 0, []
    try:
        for frame in parts:
            table = pa.Table.from_pandas(frame, preserve_index=False)
            if not written:
                writers = [_writer(file, table.schema) for file in files]
            for writer in writers:
                writer.write_table(table)
            written += len(frame)
    finally:
        for writer in writers:
            writer.close()
    return written


ENDINGS = (".csv", ".parquet")


def _writer(file: Path, schema: pa.Schema) -> pyarrow.csv.CSVWriter | pyarrow.parquet.ParquetWriter:
    if file.suffix == ".csv":
        return pyarrow.csv.CSVWriter(str(file), schema, write_options=pyarrow.csv.WriteOptions(quoting_style="needed"))
    if file.suffix == ".parquet":
        return pyarrow.parquet.ParquetWriter(str(file), schema)
    raise ValueError(f"{file.name} must end in {' or '.join(ENDINGS)}.")
