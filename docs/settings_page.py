"""Writes docs/settings.md from Settings: `make docs` calls it, and a test holds the two equal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dann_core.settings import GROUPS, Settings
from dann_core.settings.knobs import Knob, to_text

PAGE = Path(__file__).with_name("settings.md")

_HEAD = """# Every setting

Made from `Settings` by `docs/settings_page.py`. A setting's name is its option on the command line
(`--lambda-max 2`), its key in the page's link (`?lambda_max=2`) and its argument in Python (`Settings(lambda_max=2)`).
*Live* ones act on the run that is trained; the others need a new network. Defaults are those of `Settings()`: built-in
domains have [presets](presets.md), and uploads start from [what was found to do no harm](recipes.md).
"""


def page() -> str:
    """The whole page, a table for each group."""
    groups = {group: [k for k in Settings.knobs() if k.group == group] for group in GROUPS}
    return "\n".join([_HEAD, *(f"## {GROUPS[group]}\n{_table(knobs)}" for group, knobs in groups.items())])


def _table(knobs: Iterable[Knob]) -> str:
    rows = ["| setting | default | range | acts | what it does |", "| --- | --- | --- | --- | --- |"]
    rows += [
        f"| `{k.name}` | {to_text(k.default)} | {_range(k)} | {'live' if k.live else 'rebuild'} | {_plain(k.help)} |"
        for k in knobs
    ]
    return "\n".join(rows) + "\n"


def _range(knob: Knob) -> str:
    if knob.kind == "choice":
        return ", ".join(knob.choices)
    if knob.kind in ("bool", "text"):
        return "true, false" if knob.kind == "bool" else "text"
    return f"{knob.low:,} to {knob.high:,} {knob.unit}".strip()


def _plain(text: str) -> str:
    return text.replace("|", r"\|").replace("*", r"\*").replace("_", r"\_")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
