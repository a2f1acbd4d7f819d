"""What the core and the server say is data: it stands in the Chinese catalogue, and survives all its ways to a page."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import make_pair
from distributed.protocol import deserialize, serialize
from untranslated import in_chinese as chinese

from dann_core import DomainError, DomainPair, Settings, domains
from dann_core.domains.oracle import oracle_pair
from dann_core.language import Text, as_data, enumerated, from_data, joined, said, say, say_many
from dann_core.live.remedies import _REMEDIES, remedy
from dann_core.method import networks
from dann_core.settings import GROUPS
from dann_core.settings.choices import in_words
from dann_core.settings.knobs import Knob, KnobError
from dann_core.settings.methods import METHODS
from dann_core.settings.variants import PRESETS, Variant, from_link
from dann_core.sweeps.axis import Axis, cell_text
from dann_core.sweeps.cells import DIVERGED, MEASURES
from dann_core.sweeps.phases import PHASES
from dann_core.sweeps.plan import Plan
from dann_core.sweeps.presets import presets
from dann_core.sweeps.selection import SCORES
from server.link import read_link
from server.registry import Full, Registry
from server.shown import Notice
from server.view import PARTS, View, read_view

ROOT = Path(__file__).parents[1]
ENGLISH_WORDS = re.compile(
    r"\b(the|and|of|must|one|from|got|give|with|for|not|is|are|has|have|its|this|there|to|in|or|at|by)\b"
)
KINDS = [Settings, View, *(domains.get(name) for name in domains.names())]


def is_chinese(text: str) -> bool:
    """Whether there are Chinese words in it, and none of those that an English sentence cannot do without."""
    return bool(re.search(r"[\u4e00-\u9fff]", text)) and not ENGLISH_WORDS.search(text)


@pytest.mark.parametrize(
    "knob", [pytest.param(k, id=f"{kind.__name__}-{k.name}") for kind in KINDS for k in kind.knobs()]
)
def test_each_knob_has_its_words(knob: Knob) -> None:
    assert knob.label == knob.name or is_chinese(chinese(knob.label))
    assert (
        knob.label != knob.name or knob.name in ("gamma", "max_iter", "lambda_max") or is_chinese(chinese(knob.label))
    )
    assert is_chinese(chinese(knob.help))
    assert knob.unit in ("", "rpm", "Hz") or is_chinese(chinese(knob.unit))


def tables() -> Iterator[str]:
    yield from GROUPS.values()
    yield from PARTS.values()
    yield from (part for phase in PHASES.values() for part in (phase.title, phase.meaning))
    yield from (part for score in SCORES.values() for part in (score.label, score.help, score.worth))
    yield from (measure.label for measure in MEASURES.values())
    yield from (preset.title for preset in PRESETS.values())
    yield from (METHODS[name].title for name in ("source-only", "iw-dann", "upload"))
    yield from (METHODS[name].source for name in ("source-only", "upload"))
    yield from (Variant(name).title(Settings()) for name in ("yours", "oracle"))
    yield from (preset.title for preset in presets(domains.get("blobs")).values())
    yield from (in_words(word) for word in ("as drawn", "mostly class 0", "classes missing", "ignored", "none", True))
    yield DIVERGED
    for name in domains.names():
        kind = domains.get(name)
        yield from (kind.title, kind.summary, *kind(**few(name)).pair(0).class_names)


def few(name: str) -> dict[str, int]:
    """Knobs with which a domain is drawn quickly."""
    return {"windows": 10} if name.startswith("vibration") else {"size": 100}


@pytest.mark.parametrize("text", [pytest.param(text, id=text[:30]) for text in dict.fromkeys(tables())])
def test_each_title_has_its_words(text: str) -> None:
    assert isinstance(text, Text)
    assert is_chinese(chinese(text))


def full() -> None:
    kept: Registry[int] = Registry(1, 60, lambda value: True, lambda value: None)
    kept.add(1)
    kept.add(2)


def unlabelled() -> DomainPair:
    pair = make_pair()
    return DomainPair(pair.source_x, pair.source_y, pair.target_x)


X, Y = np.zeros((4, 2)), np.array([0, 1, 0, 1])
REFUSED: dict[str, Callable[[], object]] = {
    "no number": lambda: Settings(gamma="x"),
    "two at once": lambda: Settings(max_iter=1.5, optimizer="magic"),
    "no such parameter": lambda: domains.get("moons")(gama=1),
    "no truth value": lambda: Settings(log_counts="perhaps"),
    "no text": lambda: View(controls=3),
    "painting": lambda: domains.get("moons")(painted="A"),
    "few points": lambda: domains.get("moons")(painted="A0000"),
    "other classes": lambda: domains.get("moons")(painted="F0000" * 10).pair(0),
    "no such domain": lambda: domains.get("mars"),
    "negative seed": lambda: domains.load("moons", seed=-1),
    "other features": lambda: DomainPair(X, Y, X[:, :1]),
    "one class": lambda: DomainPair(X, Y * 0, X),
    "texts": lambda: DomainPair(X.astype(str), Y, X),
    "dimensions": lambda: DomainPair(X[0], Y, X),
    "empty": lambda: DomainPair(X[:0], Y, X),
    "one sample": lambda: DomainPair(X[:1], Y, X),
    "not finite": lambda: DomainPair(X * np.nan, Y, X),
    "huge": lambda: DomainPair(X + 1e31, Y, X),
    "labels of a shape": lambda: DomainPair(X, np.zeros((4, 2)), X),
    "few labels": lambda: DomainPair(X, Y[:2], X),
    "quantities": lambda: DomainPair(X, Y + 0.5, X),
    "indices": lambda: DomainPair(X, Y + 5, X, class_names=("a", "b")),
    "unknown class": lambda: DomainPair(X, Y, X, Y + 7),
    "oracle": lambda: oracle_pair(unlabelled()),
    "too large": lambda: networks.cost((5000,), 2, Settings(extractor_width=4096, feature_width=4096,
                                                            discriminator_width=16384)),
    "cannot read": lambda: networks.cost((2,), 2, Settings(extractor="cnn")),
    "small pictures": lambda: networks.cost((3, 8, 8), 2, Settings(extractor="tutorial-cnn")),
    "no method": lambda: from_link("method=magic|yours"),
    "lanes": lambda: from_link("yours"),
    "no lane": lambda: from_link("seed=3|yours"),
    "no axis": lambda: Axis.parse("seed", "1,2"),
    "no values": lambda: Axis.parse("gamma", ""),
    "no span": lambda: Axis.parse("gamma", "1:2"),
    "span": lambda: Axis.parse("gamma", "1:2:1"),
    "no sweep": lambda: Plan(Settings(), (Axis("gamma", (1.0,)),)),
    "no axes": lambda: Plan(Settings(), (), pair=make_pair()),
    "no seeds": lambda: Plan(Settings(), (Axis("gamma", (1.0,)),), seeds=0, pair=make_pair()),
    "too many": lambda: Plan(Settings(), (Axis("gamma", (1.0,)),), seeds=20_001, pair=make_pair()),
    "full": full,
}  # fmt: skip


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_each_refusal_can_be_put_into_chinese(refused: Callable[[], object]) -> None:
    with pytest.raises((KnobError, DomainError, Full)) as caught:
        refused()
    told = said(caught.value)
    assert isinstance(told, Text)
    assert is_chinese(chinese(told)), chinese(told)
    # As it travels to the player, and through a worker.
    assert from_data(json.loads(json.dumps(as_data(told)))) == str(caught.value)
    assert chinese(said(pickle.loads(pickle.dumps(caught.value)))) == chinese(told)


@pytest.mark.parametrize("query", [{"domain": "mars"}, {"gamma": "x"}, {"seeds": "7"}, {"blind": "2"}])
def test_what_is_wrong_in_a_link_travels_as_data(query: dict[str, str]) -> None:
    why = read_link(query).notice.told()["facts"]["why"]
    assert from_data(why)
    assert not isinstance(why, str)


def test_what_is_wrong_in_a_view_has_its_words() -> None:
    _, wrong = read_view({"view": "cinema", "controls": "nothing"})
    assert is_chinese(chinese(wrong))
    assert "'nothing'" in chinese(wrong)


TEXTS = [
    say("noise"),
    say("{label} ({unit})", label=say("angle"), unit=say("degrees")),
    say_many("{n} run", "{n} runs", 3),
    joined([say("source"), "a_b"], " "),
    enumerated([say("source"), say("target"), "gamma"]),
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_stays_one(text: Text) -> None:
    for again in (pickle.loads(pickle.dumps(text)), copy.deepcopy(text), pd.Series([text], dtype=object)[0]):
        assert isinstance(again, Text)
        assert (again, again.form, hash(again)) == (text, text.form, hash(str(text)))
    assert from_data(as_data(text)) == text
    assert json.dumps(text) == json.dumps(str(text))


def test_a_list_has_the_language_s_own_commas() -> None:
    assert enumerated([say("source"), say("target")]) == "source, target"
    assert chinese(enumerated([say("source"), say("target")])) == "源域、目标域"


REFUSING = """
import pickle, sys
from dann_core import domains
try:
    domains.get("mars")
except domains.DomainError as error:
    sys.stdout.buffer.write(pickle.dumps(error))
"""


def test_texts_come_back_from_another_process() -> None:
    error = pickle.loads(subprocess.run([sys.executable, "-c", REFUSING], capture_output=True, check=True).stdout)
    assert is_chinese(chinese(said(error)))
    # As Dask sends what its workers answer.
    assert chinese(said(deserialize(*serialize(error)))) == chinese(said(error))


def test_names_of_a_built_in_pair_are_texts_and_those_of_data_are_not() -> None:
    pair = domains.load("moons", size=20)
    again = pickle.loads(pickle.dumps(pair))
    assert [chinese(name) for name in again.class_names] == ["上月", "下月"]
    assert (pair.class_names, again.name) == (("upper moon", "lower moon"), "Two moons, rotated")
    named = DomainPair(X, Y, X, class_names=np.array(["a", "b"]))
    assert [type(name) for name in named.class_names] == [str, str]


def test_links_and_settings_hold_names_of_the_source() -> None:
    settings = Settings(class_shares="estimated", standardisation="pooled")
    domain = domains.get("moons")(target_shares="mostly class 0")
    assert domain.to_query(settings, Settings()) == {
        "domain": "moons",
        "target_shares": "mostly class 0",
        "class_shares": "estimated",
        "standardisation": "pooled",
    }
    assert {type(value) for value in json.loads(settings.model_dump_json()).values()} <= {str, int, float, bool}


def test_a_notice_travels_with_its_words() -> None:
    told = Notice("new data", label=say("noise"), value=in_words("as drawn"), n=3).told()
    assert told["facts"] == {"label": {"text": "noise"}, "value": {"text": "as drawn"}, "n": 3}


def test_a_remedy_s_setting_has_a_label_in_chinese() -> None:
    labels = {k.name: k.label for k in Settings.knobs()}
    tried = {found[0] for rule in _REMEDIES if (found := remedy(rule, Settings(reversal_limit=0.2, lambda_max=0.0)))}
    assert tried
    assert all(name == labels[name] or is_chinese(chinese(labels[name])) for name in tried)


def test_a_cell_and_an_axis_are_told_in_chinese() -> None:
    axes = [Axis("discriminator_width", (4, 64)), Axis("class_shares", ("ignored",))]
    assert cell_text(axes, (4, "ignored")) == "discriminator width 4, class shares ignored"
    assert chinese(cell_text(axes, (4, "ignored"))) == "域判别器宽度 4、类别比例 忽略"
    assert chinese(axes[0].label) == "域判别器宽度（单元）"


ELSEWHERE = ("dann_core/cli", "dann_core/film", "dann_core/lessons", "dann_core/domains/files", "dann_core/language")
FOR_PROGRAMMERS = {
    # What only who writes a program against this one can cause.
    "dann_core/__init__.py": "an attribute that there is not",
    "dann_core/estimator.py": "arguments of scikit-learn's interface",
    "dann_core/method/adversarial.py": "sizes that do not fit",
    "dann_core/method/shares.py": "arrays that do not fit",
    "dann_core/settings/knobs.py": "a knob that is declared wrongly",
    "dann_core/sweeps/replicas.py": "experiments that a sweep never stacks",
    "dann_core/live/run.py": "an iteration that the page has checked",
    "dann_core/results/predictions.py": "the ending of a file that the program itself names",
    # What only the command line reads, which is not translated.
    "dann_core/live/message.py": "the binary format, whose files the command line reads",
    "dann_core/live/recording.py": "likewise",
    "dann_core/live/checkpoint.py": "a checkpoint that no server has written",
}
"""Files whose errors may be plain, each with the reason."""


def is_plain(message: ast.expr) -> bool:
    """Whether a message is English for ever: a literal with a sentence, or one put together."""
    if isinstance(message, ast.Constant):
        return isinstance(message.value, str) and " " in message.value
    return isinstance(message, ast.JoinedStr | ast.BinOp)


def raised(file: Path) -> Iterator[tuple[int, ast.expr]]:
    """All messages of errors that a file raises, and of refused uploads, with their lines."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = ast.unparse(node.exc.func)
            # What the channel refuses are rules, which the player puts into words.
            messages = [] if name == "Refused" else node.exc.args
            yield from ((node.lineno, message) for message in messages)


def test_no_error_is_plain_from_data() -> None:
    files = [f for place in ("dann_core", "server") for f in sorted((ROOT / place).rglob("*.py"))]
    plain: dict[str, list[int]] = {}
    for file in files:
        name = file.relative_to(ROOT).as_posix()
        lines = [] if name.startswith(ELSEWHERE) else [line for line, message in raised(file) if is_plain(message)]
        if lines:
            plain[name] = lines
    assert set(plain) == set(FOR_PROGRAMMERS), plain
