"""`python -m dann_core predict`: what a run that was written makes of new samples."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from dann_core.engine import one_thread


def add_to(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's."""
    parser = commands.add_parser(
        "predict",
        help="predict the classes of new samples with a run that was written",
        description="Reads a new file as the run read its target, refuses what does not fit, and writes one row a "
        "sample: row or file name, class, confidence.",
    )
    parser.set_defaults(command=_predict)
    parser.add_argument(
        "--run", type=Path, required=True, metavar="RUN", help="the folder or ZIP that train has written"
    )
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help="new samples, a file like the target")
    parser.add_argument(
        "--out", type=Path, default=Path("predictions.csv"), metavar="FILE", help="CSV or Parquet (predictions.csv)"
    )
    parser.add_argument("--features", action="store_true", help="also write the features, one column each")


def _predict(options: argparse.Namespace) -> None:
    # Only those who predict wait for what tables need.
    from dann_core.results.bundle import Bundle
    from dann_core.results.predictions import ENDINGS, predictions, write
    from dann_core.results.reading import new_samples

    if options.out.suffix not in ENDINGS:
        raise OSError(f"--out must end in {' or '.join(ENDINGS)}; got {options.out.name}.")
    one_thread()
    bundle = Bundle.open(options.run)
    model = bundle.model()
    samples = new_samples(bundle, options.data)
    names = bundle.record.class_names
    counts = np.zeros(len(names), np.int64)
    options.out.parent.mkdir(parents=True, exist_ok=True)

    def counted():
        parts = predictions(model.look, samples.x, names, rows=samples.rows, features=options.features)
        for part in parts:
            counts[:] += [int((part["class"] == name).sum()) for name in names]
            yield part

    n = write(counted(), options.out)
    found = ", ".join(f"{name} {count:,}" for name, count in zip(names, counts, strict=True) if count)
    print(f"{n:,} samples: {found}\nwritten to {options.out}")
