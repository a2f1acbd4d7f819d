"""The same experiment without a browser: `python -m dann_core train --domain moons --out RUN`."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path

from safetensors.torch import save_file
from tqdm import tqdm

from dann_core import domains
from dann_core.domains import Domain, DomainError, DomainPair
from dann_core.domains.upload import load_files
from dann_core.engine import one_thread
from dann_core.history import COLUMNS
from dann_core.knobs import Knob, KnobError, Knobs, from_text
from dann_core.settings import GROUPS, Settings
from dann_core.training import Trainer

PROGRESS_EVERY = 25
"""Iterations between two updates of the progress bar."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command line; returns the exit status: 0, or 2 with one sentence on stderr for wrong input."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        options.command(options)
    except (DomainError, KnobError, OSError) as error:
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
    data = training.add_argument_group("data")
    data.add_argument("--domain", choices=domains.names(), help="a built-in pair of domains")
    data.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the domain")
    data.add_argument("--source", type=Path, metavar="FILE", help="labelled source: CSV, NPZ, MAT or ZIP of images")
    data.add_argument("--target", type=Path, metavar="FILE", help="target of the same kind, labels optional")
    data.add_argument("--data", metavar="NAME", help="the files' array of samples, where the guess is wrong")
    data.add_argument("--labels", metavar="NAME", help="their label column or array, where the guess is wrong")
    data.add_argument("--target-data", metavar="NAME", help="the target's array, where it has another name")
    data.add_argument("--target-labels", metavar="NAME", help="the target's labels, likewise; none: use none")
    data.add_argument("--out", type=Path, default=Path("run"), metavar="RUN", help="folder for the results (run)")
    for group, title in GROUPS.items():
        section = training.add_argument_group(title.lower())
        for knob in (k for k in Settings.knobs() if k.group == group):
            section.add_argument(
                f"--{knob.name.replace('_', '-')}", dest=knob.name, metavar=_metavar(knob), help=_help(knob)
            )
    return parser


def _metavar(knob: Knob) -> str:
    if knob.kind == "choice":
        return "|".join(knob.choices)
    return {"int": "N", "float": "X", "bool": "true|false"}[knob.kind]


def _help(knob: Knob) -> str:
    return f"{knob.help} ({knob.default})".replace("%", "%%")


def _list_domains(options: argparse.Namespace) -> None:
    for name in domains.names():
        domain = domains.get(name)
        print(f"{name}: {domain.title}\n    {domain.summary}")
        for knob in domain.knobs():
            print(f"    --set {knob.name}={knob.default}  {knob.help}")


def _train(options: argparse.Namespace) -> None:
    one_thread()
    pair, settings, domain = _experiment(options)
    trainer = Trainer(pair, settings)
    with tqdm(total=settings.max_iter, unit="it", disable=None) as bar:
        while trainer.iteration < settings.max_iter:
            slice_ = min(PROGRESS_EVERY, settings.max_iter - trainer.iteration)
            trainer.advance(slice_)
            last = trainer.history[-1]
            bar.set_postfix({"lambda": f"{last['lambda']:.2f}", "adversarial": f"{last['adversarial_loss']:.3f}"})
            bar.update(slice_)
    _write(options.out, trainer, domain)
    _report(trainer, options.out)


def _experiment(options: argparse.Namespace) -> tuple[DomainPair, Settings, Domain | None]:
    given = {
        k.name: from_text(k, getattr(options, k.name)) for k in Settings.knobs() if getattr(options, k.name) is not None
    }
    files = options.source is not None or options.target is not None
    if files == (options.domain is not None):
        raise DomainError("Give either --domain, or both --source and --target.")
    if not files:
        settings = domains.preset(options.domain).replace(**given)
        domain = domains.get(options.domain)(**_assignments(options.set, domains.get(options.domain)))
        return domain.pair(settings.seed), settings, domain
    if options.source is None or options.target is None:
        raise DomainError("Give both --source and --target.")
    if options.set:
        raise DomainError("--set is for the parameters of a built-in domain; files have none.")
    names = {name: getattr(options, name) for name in ("data", "labels", "target_data", "target_labels")}
    pair = load_files(options.source, options.target, **names)
    return pair, Settings.for_pair(pair).replace(**given), None


def _assignments(texts: list[str], kind: type[Knobs]) -> dict[str, object]:
    known = {k.name: k for k in kind.knobs()}
    values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise DomainError(f"--set takes NAME=VALUE, got {text!r}.")
        values[name] = from_text(known[name], value) if name in known else value
    return values


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


if __name__ == "__main__":
    sys.exit(main())
