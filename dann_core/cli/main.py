"""The same experiment without a browser: `dann train --domain moons --out RUN`, or `python -m dann_core train`."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from dann_core import domains
from dann_core.cli import film as command_film
from dann_core.cli import predict as command_predict
from dann_core.cli import sweep as command_sweep
from dann_core.cli.options import add_options, experiment
from dann_core.domains import DomainError, DomainPair
from dann_core.engine import EngineError, device, one_thread
from dann_core.film.page import FilmError
from dann_core.live.message import MessageError
from dann_core.live.recording import Recording
from dann_core.method.reweighting import APART, Hindrance
from dann_core.method.schedules import LEARNT
from dann_core.method.training import Trainer
from dann_core.results.bundle import Bundle, repeated
from dann_core.results.origin import Origin
from dann_core.results.outcome import Outcome
from dann_core.results.reading import same_data
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError

WHY_NOT: dict[Hindrance, str] = {
    "run too short": f"a run of more than {LEARNT} iterations estimates them, once it has learnt the source",
    "domains overlap": "{mixed:.0%} of the target's samples lay closer to the source than to each other (50%: alike; "
    "above {limit:.0%} a run does not adapt)",
    "classes unclear": "nearest source samples do not say clearly which classes to align",
}
"""What is said of a run that does not adapt."""

PROGRESS_EVERY = 25
"""Iterations between two updates of the progress bar."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command line; returns the exit status: 0, or 2 with one sentence on stderr for wrong input.

    1: a run that was repeated has another history.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return options.command(options) or 0
    except (DomainError, EngineError, FilmError, KnobError, MessageError, OSError) as error:
        print(f"dann_core: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    called = "dann" if Path(sys.argv[0]).stem == "dann" else "python -m dann_core"
    description = f"The same experiments without a browser: {called} train --domain moons --out RUN."
    parser = argparse.ArgumentParser(prog=called, description=description)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("domains", help="list the built-in domains and their parameters")
    listing.set_defaults(command=_list_domains)
    training = commands.add_parser(
        "train",
        help="train one DANN and write what it became",
        description="Trains on a built-in domain (--domain, with --set for its parameters) or on two files (--source, "
        "--target). What is not given comes from the domain's preset, or is chosen from the files' kind and shape.",
    )
    training.set_defaults(command=_train)
    add_options(training)
    training.add_argument(
        "--out",
        type=Path,
        default=Path("run"),
        metavar="RUN",
        help="a folder for the results, or a RUN.zip that also holds a recording and figures (run)",
    )
    training.add_argument(
        "--with-data", action="store_true", help="the results hold the data of files too, so that reproduce.py runs"
    )
    training.add_argument(
        "--features",
        action="store_true",
        help="the predictions hold the features too, and the embedding of what is drawn where the run is recorded",
    )
    training.add_argument(
        "--bundle",
        type=Path,
        metavar="FILE",
        help="train a written run (folder or ZIP) once more, and say whether its history is the same; where its data "
        "are not in it, with the same --source and --target",
    )
    training.add_argument(
        "--record", type=Path, metavar="FILE", help="also record the run, as the page's player shows it"
    )
    command_sweep.add_to(commands)
    command_predict.add_to(commands)
    command_film.add_to(commands)
    return parser


def _list_domains(options: argparse.Namespace) -> None:
    for name in domains.names():
        domain = domains.get(name)
        print(f"{name}: {domain.title}\n    {domain.summary}")
        for knob in domain.knobs():
            print(f"    --set {shlex.quote(f'{knob.name}={knob.default}')}  {knob.help}")


def _train(options: argparse.Namespace) -> int:
    one_thread()
    if options.bundle:
        return _repeat(options)
    meant = experiment(options)
    pair, settings = meant.pair, meant.settings
    if meant.read is not None:
        # Before the training, so that a wrong guess need not wait for its end to be seen.
        print(meant.read.report.text, flush=True)
    recording = None
    with tqdm(total=settings.max_iter, unit="it", disable=None) as bar:
        if options.record or _is_bundle(options.out):
            recording, trainer = _recorded(pair, settings, _shown_in(bar))
        else:
            trainer = _plain(pair, settings, _shown_in(bar))
    if options.record:
        options.record.parent.mkdir(parents=True, exist_ok=True)
        recording.save(options.record)
    origin = Origin(meant.domain) if meant.read is None else Origin.of(meant.read)
    _write(Outcome(trainer, origin, recording), options)
    return 0


def _is_bundle(out: Path) -> bool:
    return out.suffix == ".zip"


def _shown_in(bar: tqdm) -> Callable[[Trainer], None]:
    def trained(trainer: Trainer) -> None:
        last = trainer.history[-1]
        bar.set_postfix({"lambda": f"{last['lambda']:.2f}", "adversarial": f"{last['adversarial_loss']:.3f}"})
        bar.update(trainer.iteration - bar.n)

    return trained


def _repeat(options: argparse.Namespace) -> int:
    decided = [k.name for k in Settings.knobs()] + ["domain", "set", "method", "plan", "record"]
    given = [f"--{name.replace('_', '-')}" for name in decided if getattr(options, name)]
    if given:
        raise KnobError(f"--bundle says all of the run: leave {', '.join(given)} out.")
    bundle = Bundle.open(options.bundle)
    record, before = bundle.record, bundle.history()
    files = options.source, options.target, options.labels_file, options.target_labels_file
    pair, origin = same_data(bundle, *files)
    with tqdm(total=record.iterations, unit="it", disable=None) as bar:
        trainer = repeated(record, pair, device(), _shown_in(bar))
    _write(Outcome(trainer, origin), options)
    same = ((trainer.history.rows == before) | np.isnan(trainer.history.rows) & np.isnan(before)).all(1)
    if same.all():
        print(f"the same history as {options.bundle}, bit for bit: {len(before):,} iterations")
        return 0
    print(
        f"not the history of {options.bundle} from iteration {same.argmin():,} on: largest difference "
        f"{np.nanmax(np.abs(trainer.history.rows - before)):.2g}; it was made with "
        + ", ".join(f"{name} {version}" for name, version in record.made_with.items())
    )
    return 1


def _plain(pair: DomainPair, settings: Settings, trained: Callable[[Trainer], None]) -> Trainer:
    trainer = Trainer(pair, settings, device())
    while trainer.iteration < settings.max_iter:
        trainer.advance(min(PROGRESS_EVERY, settings.max_iter - trainer.iteration))
        trained(trainer)
    return trainer


def _recorded(pair: DomainPair, settings: Settings, trained: Callable[[Trainer], None]) -> tuple[Recording, Trainer]:
    # Only those who record wait for what pictures need.
    from dann_core.live.record import record

    return record(pair, settings, device(), trained=trained)


def _write(outcome: Outcome, options: argparse.Namespace) -> None:
    write = outcome.pack if _is_bundle(options.out) else outcome.write
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write(options.out, with_data=options.with_data, features=options.features)
    _report(outcome.trainer, options.out)


def _report(trainer: Trainer, folder: Path) -> None:
    result = trainer.evaluate()
    target = "no labels" if result.target_accuracy is None else f"{result.target_accuracy:.2%}"
    print(
        f"source accuracy {result.source_accuracy:.2%}, target accuracy {target} (exam), "
        f"domain accuracy {result.domain_accuracy:.2%} (50 % = cannot tell)"
    )
    for line in _estimated(trainer):
        print(line)
    print(f"written to {folder}")


def _estimated(trainer: Trainer) -> Iterator[str]:
    """What the run has taken for granted of the target, so that no guess is silent."""
    shares = trainer.network.shares
    if hindrance := shares.why_not(trainer.settings):
        why = WHY_NOT[hindrance].format(mixed=shares.mixed.item(), limit=APART)
        yield f"class shares: {why}, so it did not adapt (--class-shares ignored adapts all the same)"
        return
    if not trainer.settings.weighs_classes or not shares.reference.any():
        return
    source = torch.bincount(trainer.source_y, minlength=trainer.pair.n_classes) / len(trainer.source_y)
    differ = float((shares.reference - source).abs().sum() / 2)
    yield f"class shares: the target's were taken to differ from the source's by {differ:.0%}"
