"""`python -m dann_core sweep`: a grid of experiments into a folder; Ctrl+C stops, the same command again continues."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tqdm import tqdm

from dann_core.cli.options import add_options, experiment
from dann_core.domains import Domain
from dann_core.engine import from_environment
from dann_core.settings.knobs import KnobError
from dann_core.sweeps.axis import cell_text, value_text
from dann_core.sweeps.phases import PHASES, Gain, points
from dann_core.sweeps.sweep import Axis, Plan, Sweep

DEFAULT_AXES = ("gamma=1,3,10,30", "discriminator_width=16,64,256")
POLL_SECONDS = 1.0


def add_to(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's."""
    parser = commands.add_parser(
        "sweep",
        help="train a grid of experiments and compare them",
        description="Trains every combination of the axes' values with several seeds and, where the target has "
        "labels, measures each run against its source-only twin. Ctrl+C keeps what is done; the same command again "
        "continues. The data and all other settings are given as for train.",
    )
    parser.set_defaults(command=_sweep)
    parser.add_argument(
        "--axis",
        action="append",
        metavar="NAME=VALUES",
        help="a setting or a parameter of the built-in domain, and its values: 1,3,10 or start:stop:count; may be "
        f"repeated ({' and '.join(DEFAULT_AXES)})",
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
    meant = experiment(options)
    if meant.read is not None:
        print(meant.read.report.text)
    axes = tuple(_axis(text, type(meant.domain) if meant.domain else None) for text in options.axis or DEFAULT_AXES)
    pair = None if meant.domain else meant.pair
    return Plan(meant.settings, axes, options.seeds, meant.domain, pair, options.reverse)


def _axis(text: str, domain: type[Domain] | None) -> Axis:
    name, equals, values = text.partition("=")
    if not equals:
        raise KnobError(f"--axis takes NAME=VALUES, got {text!r}.")
    return Axis.parse(name.replace("-", "_"), values, domain)


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
        print(f"  failed: {cell_text(sweep.plan.axes, [row[n] for n in sweep.plan.names])}: {row['reason']}")
    examined = dict(zip(sweep.plan.cells(), sweep.cells("target_accuracy").to_dict("records"), strict=True))
    for measure in sweep.measures:
        best = sweep.best(measure.name)
        if best is None or measure.name == "source_accuracy":
            continue
        exam = examined[best]
        line = f"  best by {measure.label:<28}{cell_text(sweep.plan.axes, best):<40}"
        if sweep.plan.labelled:
            line += f" target accuracy {exam['mean']:.1%} ± {exam['std']:.1%} (exam, {exam['n']} seeds)"
        print(line.rstrip())
    _report_phases(sweep)


def _report_phases(sweep: Sweep) -> None:
    gains = {cell: gain for cell in sweep.plan.cells() if (gain := sweep.gain(cell))}
    if not gains:
        return
    print("Against the source-only twin of the same data and seed (exam), in points of target accuracy:")
    if len(sweep.plan.axes) == 2:
        across, up = sweep.plan.axes
        print(f"  {up.label} upwards, {across.label} to the right")
        texts = [[value_text(y), *(_sign(gains.get((x, y))) for x in across.values)] for y in reversed(up.values)]
        texts.append(["", *map(value_text, across.values)])
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        for line in texts:
            print("  " + "  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)))
    for phase in PHASES.values():
        count = sum(gain.phase == phase for gain in gains.values())
        print(f"  {phase.sign} {phase.title}: {count:,} of {len(gains):,} cells ({phase.meaning})")


def _sign(gain: Gain | None) -> str:
    return f"{gain.phase.sign} {points(gain.mean)}" if gain else ""
