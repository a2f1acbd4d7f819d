"""The same experiment without a browser: `python -m dann_core train --domain moons --out RUN`."""

from __future__ import annotations

import argparse
import csv
import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from safetensors.torch import save_file
from tqdm import tqdm

from dann_core import domains
from dann_core.cli import film as command_film
from dann_core.cli import sweep as command_sweep
from dann_core.cli.options import add_options, experiment
from dann_core.domains import Domain, DomainError, DomainPair
from dann_core.engine import EngineError, device, one_thread
from dann_core.film.page import FilmError
from dann_core.live.message import MessageError
from dann_core.method.history import COLUMNS
from dann_core.method.training import Trainer
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError

PROGRESS_EVERY = 25
"""Iterations between two updates of the progress bar."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command line; returns the exit status: 0, or 2 with one sentence on stderr for wrong input."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        options.command(options)
    except (DomainError, EngineError, FilmError, KnobError, MessageError, OSError) as error:
        print(f"dann_core: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dann_core", description=__doc__)
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
    training.add_argument("--out", type=Path, default=Path("run"), metavar="RUN", help="folder for the results (run)")
    training.add_argument(
        "--record", type=Path, metavar="FILE", help="also record the run, as the page's player shows it"
    )
    command_sweep.add_to(commands)
    command_film.add_to(commands)
    return parser


def _list_domains(options: argparse.Namespace) -> None:
    for name in domains.names():
        domain = domains.get(name)
        print(f"{name}: {domain.title}\n    {domain.summary}")
        for knob in domain.knobs():
            print(f"    --set {shlex.quote(f'{knob.name}={knob.default}')}  {knob.help}")


def _train(options: argparse.Namespace) -> None:
    one_thread()
    pair, settings, domain = experiment(options)
    with tqdm(total=settings.max_iter, unit="it", disable=None) as bar:

        def trained(trainer: Trainer) -> None:
            last = trainer.history[-1]
            bar.set_postfix({"lambda": f"{last['lambda']:.2f}", "adversarial": f"{last['adversarial_loss']:.3f}"})
            bar.update(trainer.iteration - bar.n)

        trainer = (
            _recorded(pair, settings, options.record, trained) if options.record else _plain(pair, settings, trained)
        )
    _write(options.out, trainer, domain)
    _report(trainer, options.out)


def _plain(pair: DomainPair, settings: Settings, trained: Callable[[Trainer], None]) -> Trainer:
    trainer = Trainer(pair, settings, device())
    while trainer.iteration < settings.max_iter:
        trainer.advance(min(PROGRESS_EVERY, settings.max_iter - trainer.iteration))
        trained(trainer)
    return trainer


def _recorded(pair: DomainPair, settings: Settings, file: Path, trained: Callable[[Trainer], None]) -> Trainer:
    # Only those who record wait for what pictures need.
    from dann_core.live.record import record

    recording, trainer = record(pair, settings, device(), trained=trained)
    file.parent.mkdir(parents=True, exist_ok=True)
    recording.save(file)
    return trainer


def _write(folder: Path, trainer: Trainer, domain: Domain | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "domain": None if domain is None else {"name": domain.key, **domain.model_dump()},
        "pair": trainer.pair.name,
        "class_names": trainer.pair.class_names,
        "sample_shape": trainer.pair.sample_shape,
        "settings": trainer.settings.model_dump(),
    }
    (folder / "settings.json").write_text(json.dumps(settings, indent=2) + "\n")
    with (folder / "history.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(trainer.history)
    weights = {name: tensor.contiguous() for name, tensor in trainer.network.state_dict().items()}
    # Without the inputs' scale, the weights would be of no use to anyone.
    save_file({**weights, **trainer.standardizer.tensors()}, folder / "model.safetensors")


def _report(trainer: Trainer, folder: Path) -> None:
    result = trainer.evaluate()
    target = "no labels" if result.target_accuracy is None else f"{result.target_accuracy:.2%}"
    print(
        f"source accuracy {result.source_accuracy:.2%}, target accuracy {target} (exam), "
        f"domain accuracy {result.domain_accuracy:.2%} (50 % = cannot tell)\nwritten to {folder}"
    )
