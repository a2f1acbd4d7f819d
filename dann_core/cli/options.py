"""What the commands share: the options that say which domains and which settings, and the experiment they mean."""

from __future__ import annotations

import argparse
from pathlib import Path

from dann_core import domains
from dann_core.domains import Domain, DomainError, DomainPair
from dann_core.domains.files import load_files
from dann_core.settings import GROUPS, Settings
from dann_core.settings.knobs import Knob, Knobs, from_text
from dann_core.settings.methods import METHODS


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options for the data and, one each, for all settings."""
    data = parser.add_argument_group("data")
    data.add_argument("--domain", choices=domains.names(), help="a built-in pair of domains")
    data.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the domain")
    data.add_argument("--source", type=Path, metavar="FILE", help="labelled source: CSV, NPZ, MAT or ZIP of images")
    data.add_argument("--target", type=Path, metavar="FILE", help="target of the same kind, labels optional")
    data.add_argument("--data", metavar="NAME", help="the files' array of samples, where the guess is wrong")
    data.add_argument("--labels", metavar="NAME", help="their label column or array, where the guess is wrong")
    data.add_argument("--target-data", metavar="NAME", help="the target's array, where it has another name")
    data.add_argument("--target-labels", metavar="NAME", help="the target's labels, likewise; none: use none")
    parser.add_argument(
        "--method",
        choices=METHODS,
        help="an objective by its name; settings that are given as well have the last word: "
        + "; ".join(f"{name}: {method.title} ({method.source})" for name, method in METHODS.items()),
    )
    for group, title in GROUPS.items():
        section = parser.add_argument_group(title.lower())
        for knob in (k for k in Settings.knobs() if k.group == group):
            section.add_argument(
                f"--{knob.name.replace('_', '-')}", dest=knob.name, metavar=_metavar(knob), help=_help(knob)
            )


def _metavar(knob: Knob) -> str:
    if knob.kind == "choice":
        return "|".join(knob.choices)
    return {"int": "N", "float": "X", "bool": "true|false"}[knob.kind]


def _help(knob: Knob) -> str:
    return f"{knob.help} ({knob.default})".replace("%", "%%")


def experiment(options: argparse.Namespace) -> tuple[DomainPair, Settings, Domain | None]:
    """The pair, the settings and, for a built-in pair, the domain that the options mean.

    Raises `DomainError` or `KnobError` for options that mean none.
    """
    given = {
        k.name: from_text(k, getattr(options, k.name)) for k in Settings.knobs() if getattr(options, k.name) is not None
    }
    if options.method:
        given = METHODS[options.method].settings | given
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
