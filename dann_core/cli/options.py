"""What the commands share: the options that say which domains and which settings, and the experiment they mean."""

from __future__ import annotations

import argparse
from typing import NamedTuple

from dann_core import domains
from dann_core.cli.reading import add_reading_options, read_files
from dann_core.domains import Domain, DomainError, DomainPair
from dann_core.domains.files import ReadPair
from dann_core.settings import GROUPS, Settings
from dann_core.settings.knobs import Knob, Knobs, from_text
from dann_core.settings.methods import METHODS


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options for the data and, one each, for all settings."""
    data = parser.add_argument_group("data")
    data.add_argument("--domain", choices=domains.names(), help="a built-in pair of domains")
    data.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the domain")
    add_reading_options(parser)
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


class Meant(NamedTuple):
    """The experiment that a command line means: on a built-in `domain`, or on files that were `read`."""

    pair: DomainPair
    settings: Settings
    domain: Domain | None = None
    read: ReadPair | None = None


def experiment(options: argparse.Namespace) -> Meant:
    """The experiment that the options mean.

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
        return Meant(domain.pair(settings.seed), settings, domain)
    if options.source is None or (options.target is None and not (options.split_by or options.plan)):
        raise DomainError("Give both --source and --target.")
    if options.set:
        raise DomainError("--set is for the parameters of a built-in domain; files have none.")
    read = read_files(options)
    return Meant(read.pair, Settings.for_pair(read.pair).replace(**given), read=read)


def _assignments(texts: list[str], kind: type[Knobs]) -> dict[str, object]:
    known = {k.name: k for k in kind.knobs()}
    values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise DomainError(f"--set takes NAME=VALUE, got {text!r}.")
        values[name] = from_text(known[name], value) if name in known else value
    return values
