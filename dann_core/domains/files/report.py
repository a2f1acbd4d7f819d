"""What was read: facts for the page, and one paragraph for the command line and a methods section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dann_core.domains.files.errors import by, listed, shown
from dann_core.domains.files.evidence import looks_like_steps
from dann_core.domains.files.facts import Fact, fact
from dann_core.domains.files.leaks import counting, missing_codes, numbering, telling
from dann_core.domains.files.matching import plain
from dann_core.domains.files.plan import ReadingPlan
from dann_core.domains.files.samples import Samples
from dann_core.domains.files.windows import LENGTHS
from dann_core.domains.files.words import sentences
from dann_core.domains.pair import DomainPair
from dann_core.language import Text
from dann_core.settings.catalogue import Kind

_NO_LABEL = ("?", "-", "--", "na", "n/a", "nan", "none", "null", "unknown", "unlabeled", "unlabelled", "missing", "tbd")
_SIGNS = 3  # -1, 0 and 1 are a scale
_EXAMPLES = 8
_RANGE_RATIO = 10
_MOST_TELLING = 5


@dataclass(frozen=True)
class DomainFacts:
    """One domain: number of samples, lowest and highest value, samples per class (None without labels, in the
    order of the class names), recordings that its windows come from (None where samples stand alone) and the rows of up
    to eight samples, spread over the classes."""

    file: str
    samples: int
    low: float
    high: float
    balance: dict[str, int] | None
    recordings: int | None
    examples: tuple[int, ...]


@dataclass(frozen=True)
class Report:
    """What was read; `facts` are all guesses, changes and oddities in the order of the files."""

    kind: Kind
    sample_shape: tuple[int, ...]
    class_names: tuple[str, ...]
    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    source: DomainFacts
    target: DomainFacts
    facts: tuple[Fact, ...]

    @property
    def notes(self) -> tuple[Text, ...]:
        """The facts as sentences."""
        return sentences(self.facts)

    @property
    def text(self) -> str:
        """One paragraph in English."""
        lines = [_domain("source", self.source, self), _domain("target", self.target, self)]
        if self.columns:
            lines.append(f"features used ({len(self.columns):,}): {listed(self.columns, 12)}")
        if self.left_out:
            lines.append(f"columns left out: {listed(self.left_out, 12)}")
        said = (_capital(line) for line in (*lines, *self.notes))
        return " ".join(("What was read.", *(line if line.endswith("?") else f"{line}." for line in said)))


def report(pair: DomainPair, plan: ReadingPlan, source: Samples, target: Samples, notes: Sequence[Fact] = ()) -> Report:
    """What is to be said of a pair that this plan made of these samples; `notes` came before."""
    facts = (
        _facts(source, pair.source_x, pair.source_y, pair.class_names),
        _facts(target, pair.target_x, pair.target_y, pair.class_names),
    )
    return Report(
        kind=pair.kind,
        sample_shape=pair.sample_shape,
        class_names=pair.class_names,
        columns=plan.fitted.columns if plan.fitted else (),
        left_out=plan.drop,
        source=facts[0],
        target=facts[1],
        facts=(
            *notes,
            *source.notes,
            *target.notes,
            *_matched(plan, target),
            *_classes(facts[1]),
            *_ranges(*facts),
            *_same(pair, source),
            *_steps(pair, plan, source),
            *_odd_labels(pair, source),
            *_leaks(pair, plan, source, target),
        ),
    )


def _domain(role: str, facts: DomainFacts, report: Report) -> str:
    one = {"vectors": "vectors", "signals": "signals", "images": "images"}[report.kind]
    text = f"{role} {facts.file}: {facts.samples:,} {one} of {by(report.sample_shape)}"
    if facts.recordings is not None:
        text += f" from {facts.recordings:,} recordings"
    if facts.balance is None:
        return f"{text}, no labels"
    named = [f"{shown(name)} {n:,}" for name, n in facts.balance.items()]
    more = f" and {len(named) - 20:,} more" if len(named) > 20 else ""
    return f"{text}; {len(named):,} classes: {', '.join(named[:20])}{more}"


def _capital(text: str) -> str:
    # Names of files stay as they are.
    return text[:1].upper() + text[1:] if text.startswith(("source ", "target ", "features ", "columns ")) else text


def _facts(samples: Samples, x: np.ndarray, y: np.ndarray | None, names: tuple[str, ...]) -> DomainFacts:
    order = np.arange(len(x)) if y is None else np.argsort(y, kind="stable")
    picked = np.linspace(0, len(x) - 1, min(_EXAMPLES, len(x))).round().astype(int)
    counts = None if y is None else np.bincount(y, minlength=len(names)).tolist()
    return DomainFacts(
        file=shown(samples.file),
        samples=len(x),
        low=float(x.min()),
        high=float(x.max()),
        balance=None if counts is None else dict(zip(names, counts, strict=True)),
        recordings=None if samples.groups is None else len(np.unique(samples.groups)),
        examples=tuple(order[picked].tolist()),
    )


def _matched(plan: ReadingPlan, target: Samples) -> list[Fact]:
    changed = {a: b for a, b in plan.match.items() if a != b}
    return [fact("matched", target.file, pairs=changed)] if changed and target.y is not None else []


def _classes(target: DomainFacts) -> list[Fact]:
    if target.balance is None:
        return []
    lacking = tuple(name for name, n in target.balance.items() if n == 0)
    return [fact("only in source", target.file, names=lacking)] if lacking else []


def _ranges(source: DomainFacts, target: DomainFacts) -> list[Fact]:
    a, b = (max(abs(f.low), abs(f.high)) for f in (source, target))
    return [fact("other unit", a=a, b=b)] if max(a, b) > _RANGE_RATIO * min(a, b) else []


def _same(pair: DomainPair, source: Samples) -> list[Fact]:
    return [fact("same file", source.file)] if np.array_equal(pair.source_x, pair.target_x) else []


def _steps(pair: DomainPair, plan: ReadingPlan, source: Samples) -> list[Fact]:
    is_table = plan.source.form in ("columns", "array") and pair.kind == "vectors"
    if not is_table or not looks_like_steps(pair.source_x, pair.source_y):
        return []
    return [fact("rows are steps", source.file, length=LENGTHS[-1])]


def _odd_labels(pair: DomainPair, source: Samples) -> list[Fact]:
    """Classes that differ in case and blanks alone, or that may say that there is no label."""
    spelled: dict[str, list[str]] = {}
    for name in pair.class_names:
        spelled.setdefault(plain(name) or name, []).append(name)
    said = [fact("classes alike", source.file, names=tuple(names)) for names in spelled.values() if len(names) > 1]
    none = tuple(name for name in pair.class_names if name.strip().lower() in _NO_LABEL)
    if (
        list(pair.class_names) == [str(k) for k in range(-1, len(pair.class_names) - 1)]
        and len(pair.class_names) > _SIGNS
    ):
        none = ("-1",)
    return said + ([fact("maybe unlabelled", source.file, names=none)] if none else [])


def _leaks(pair: DomainPair, plan: ReadingPlan, source: Samples, target: Samples) -> list[Fact]:
    if pair.kind != "vectors" or not plan.fitted or not plan.fitted.columns:
        return []
    names = plan.fitted.columns
    counts = [fact("feature counts", source.file, name=names[j]) for j in counting(pair.source_x)]
    counts += [fact("feature differs", source.file, name=names[j]) for j in numbering(pair.source_x)]
    for samples, x in ((source, pair.source_x), (target, pair.target_x)):
        for value, cells in missing_codes(x).items():
            columns, n = tuple(names[j] for j, _ in cells), sum(n for _, n in cells)
            counts.append(fact("missing code", samples.file, columns=columns, value=value, cells=n))
    told = telling(pair.source_x, pair.source_y)
    if len(told) > _MOST_TELLING:
        share = min(share for _, share in told)
        return [*counts, fact("many features tell", source.file, n=len(told), share=f"{share:.0%}")]
    return [*counts, *(fact("one feature tells", source.file, name=names[j], share=f"{s:.1%}") for j, s in told)]
