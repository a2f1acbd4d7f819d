"""`python -m dann_core sweep`: a grid of experiments into a folder; Ctrl+C stops, the same command again continues."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tqdm import tqdm

from dann_core.cli.options import add_options, experiment
from dann_core.engine import from_environment
from dann_core.settings.knobs import KnobError
from dann_core.sweeps.plan import cell_text
from dann_core.sweeps.sweep import Axis, Plan, Sweep

DEFAULT_AXES = ("gamma=1,3,10,30", "discriminator_width=16,64,256")
POLL_SECONDS = 1.0


def add_to(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's."""
    parser = commands.add_parser(
        "sweep",
        help="train a grid of experiments and compare them",
        description="Trains every combination of the axes' values with several seeds. Ctrl+C keeps what is done; the "
        "same command again continues. The data and all other settings are given as for train.",
    )
    parser.set_defaults(command=_sweep)
    parser.add_argument(
        "--axis",
        action="append",
        metavar="NAME=VALUES",
        help="a numeric setting and its values: 1,3,10 or start:stop:count; may be repeated "
        f"({' and '.join(DEFAULT_AXES)})",
    )
    parser.add_argument("--seeds", type=int, default=5, metavar="K", help="seeds a cell, from --seed on (5)")
    parser.add_argument("--reverse", action="store_true", help="also score by reverse validation: twice the time")
    parser.add_argument("--workers", type=int, metavar="N", help="worker processes (one a core)")
    parser.add_argument("--out", type=Path, default=Path("sweep"), metavar="SWEEP", help="folder for results (sweep)")
    add_options(parser)


def _sweep(options: argparse.Namespace) -> None:
    plan = _plan(options)
    _claim(options.out, plan)
    engine = from_environment(options.workers)
    engine.wait_until_warm()
    try:
        sweep = Sweep(plan, engine)
        sweep.read(options.out)
        _run(sweep, options.out)
    finally:
        engine.close()
    _report(sweep, options.out)


def _plan(options: argparse.Namespace) -> Plan:
    axes = []
    for text in options.axis or DEFAULT_AXES:
        name, equals, values = text.partition("=")
        if not equals:
            raise KnobError(f"--axis takes NAME=VALUES, got {text!r}.")
        axes.append(Axis.parse(name.replace("-", "_"), values))
    meant = experiment(options)
    if meant.read is not None:
        print(meant.read.report.text)
    pair = None if meant.domain else meant.pair
    return Plan(meant.settings, tuple(axes), options.seeds, meant.domain, pair, options.reverse)


def _claim(folder: Path, plan: Plan) -> None:
    """Write down whose folder this is. Raises `KnobError` when it is another plan's."""
    file, description = folder / "plan.json", plan.description()
    if file.exists():
        try:
            same = json.loads(file.read_text()) == description
        except ValueError:
            same = False
        if not same:
            raise KnobError(f"{folder} holds a sweep of another plan ({file}): give another folder with --out.")
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(description, indent=2) + "\n")


def _run(sweep: Sweep, folder: Path) -> None:
    with tqdm(total=sweep.total, initial=sweep.done, unit="run", disable=None) as bar:
        try:
            sweep.start()
            while sweep.running:
                if sweep.wait(POLL_SECONDS):
                    sweep.write(folder)
                    bar.update(sweep.done - bar.n)
        except KeyboardInterrupt:
            sweep.stop()
    # Also what came last, and a sweep that had nothing left to do.
    sweep.write(folder)


def _report(sweep: Sweep, folder: Path) -> None:
    print(f"{sweep.done:,} of {sweep.total:,} experiments done, {sweep.failed:,} failed; written to {folder}")
    if sweep.done < sweep.total:
        print("The same command again continues.")
    for row in sweep.cells("source_accuracy").query("failed > 0").to_dict("records"):
        print(f"  failed: {cell_text(sweep.plan.names, [row[n] for n in sweep.plan.names])}: {row['reason']}")
    examined = dict(zip(sweep.plan.cells(), sweep.cells("target_accuracy").to_dict("records"), strict=True))
    for measure in sweep.measures:
        best = sweep.best(measure.name)
        if best is None or measure.name == "source_accuracy":
            continue
        exam = examined[best]
        line = f"  best by {measure.label:<28}{cell_text(sweep.plan.names, best):<40}"
        if sweep.plan.labelled:
            line += f" target accuracy {exam['mean']:.1%} ± {exam['std']:.1%} (exam, {exam['n']} seeds)"
        print(line.rstrip())
