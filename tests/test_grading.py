"""All samples are graded once for each state of the weights, in parts that others need not wait for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from browser import open_page
from conftest import make_pair, settle, settled_beside_plain, shown, watch
from live_runs import SETTINGS, arrived
from playwright.sync_api import Page

from dann_core import DomainPair, Trainer
from dann_core.engine import device
from dann_core.engine.threads import ThreadEngine
from dann_core.live.message import Message, unpack
from dann_core.live.run import Run
from dann_core.live.slices import Slice
from dann_core.live.worker import LiveRun
from dann_core.method.grading import MOST_SAMPLES, graded, samples_a_pass

PART = MOST_SAMPLES
LATER = SETTINGS.replace(max_iter=1_000_000)


@pytest.fixture(scope="module")
def large() -> DomainPair:
    """Sorted by class, as files often are, in parts that do not come out even."""
    pair = make_pair(n=5 * PART // 2, classes=4)
    order = np.argsort(pair.source_y, kind="stable")
    return DomainPair(pair.source_x[order], pair.source_y[order], pair.target_x[: PART + 7], pair.target_y[: PART + 7])


def looks(run: LiveRun) -> list[Message]:
    """Complete looks, each without time but for one more part, until nothing is left to do."""
    made = []
    for _ in range(20):
        answer = run.advance(Slice(LATER, 0, complete=True, seconds=0.0))
        made.append(unpack(answer.frame.packed))
        if answer.frame.complete:
            return made
    raise AssertionError("It grades and settles without end.")


def noted(trainer: Trainer, then: Callable[[int], None] = lambda seen: None) -> list[tuple[str, np.ndarray]]:
    """The parts that it grades from now on; `then` is called within each, with their number."""
    parts, really = [], trainer._look_at

    def note(domain: str, indices: np.ndarray):
        parts.append((domain, indices))
        then(len(parts))
        return really(domain, indices)

    trainer._look_at = note
    return parts


def test_a_look_without_time_grades_one_more_part(large: DomainPair) -> None:
    run = LiveRun(large, LATER, device=device())
    run.advance(Slice(LATER, 20))
    counts = np.array([told.values["evaluated"] for told in looks(run)])
    assert counts[0].tolist() == [PART, PART]
    assert counts[-1].tolist() == [len(large.source_x), len(large.target_x)]
    # The t-SNE may come to rest later.
    grown = np.diff(np.unique(counts, axis=0), axis=0).sum(1)
    assert len(grown) == 3
    assert grown.max() <= PART


def test_in_parts_it_is_what_it_is_at_once(large: DomainPair) -> None:
    run, plain = LiveRun(large, LATER, device=device()), Trainer(large, LATER, device())
    run.advance(Slice(LATER, 20))
    plain.advance(run.trainer.iteration)
    last = looks(run)[-1]
    told = last.values["source_accuracy"], last.exam["target_accuracy"], last.values["domain_accuracy"]
    expected = plain.evaluate()
    assert told == (expected.source_accuracy, expected.target_accuracy, expected.domain_accuracy)
    views = plain.look(large.source_x, "source"), plain.look(large.target_x, "target")
    assert graded(large.source_y, large.target_y, *views) == expected


def test_the_first_part_is_like_all(large: DomainPair) -> None:
    trainer = Trainer(large, LATER, device())
    trainer.advance(20)
    whole, grading = trainer.evaluate(), trainer.grading()
    grading.go_on(lambda: True)
    assert not grading.is_whole
    assert grading.evaluation.source_accuracy == pytest.approx(whole.source_accuracy, abs=0.03)
    first = noted(trainer)
    trainer.grading().go_on(lambda: True)
    shares = np.bincount(large.source_y[first[0][1]], minlength=4) / PART
    assert shares == pytest.approx(0.25, abs=0.03)


def test_weights_that_stay_are_graded_once(large: DomainPair) -> None:
    run = LiveRun(large, LATER, device=device())
    run.advance(Slice(LATER, 5))
    parts = noted(run.trainer)
    looks(run)
    for domain, n in (("source", len(large.source_x)), ("target", len(large.target_x))):
        seen = np.concatenate([indices for of, indices in parts if of == domain])
        assert np.array_equal(np.sort(seen), np.arange(n))
    before = len(parts)
    # What changes now does not change the weights.
    settings = LATER.replace(lambda_max=0.5)
    again = run.advance(Slice(settings, 0, complete=True))
    assert again.frame.complete
    assert len(parts) == before
    # Others are graded anew.
    run.advance(Slice(settings, 1))
    run.advance(Slice(settings, 0, complete=True, seconds=0.0))
    assert [domain for domain, _ in parts[before:]] == ["source", "target"]


def test_a_look_that_is_halted_ends_after_the_part_under_way(large: DomainPair) -> None:
    run = LiveRun(large, LATER, device=device())
    run.advance(Slice(LATER, 5, number=1))
    parts = noted(run.trainer, lambda seen: run.halt(2) if seen == 3 else None)
    answer = run.advance(Slice(LATER, 0, complete=True, seconds=3600, number=2))
    assert len(parts) == 3
    assert not answer.frame.complete
    assert sum(unpack(answer.frame.packed).values["evaluated"]) == sum(len(indices) for _, indices in parts)


@pytest.mark.parametrize("go_on", [Run.play, Run.step])
def test_who_goes_on_does_not_wait_for_all(
    go_on: Callable[[Run], None], engine: ThreadEngine, large: DomainPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As long as it takes, unless somebody goes on.
    ask = Run._ask
    monkeypatch.setattr(Run, "_ask", lambda run, *args, **more: ask(run, *args, **({"seconds": 3600.0} | more)))
    run, plain = settled_beside_plain(engine, large, LATER)
    run.step()
    arrived(run)
    parts = noted(run._handle._run.trainer, lambda seen: go_on(run) if seen == 2 else None)
    run.pull()
    watch(run, lambda: run.iteration > 1)
    assert len(parts) == 2
    run.pause()
    settle(run)
    plain.advance(run.iteration)
    assert np.array_equal(run.history.rows, plain.history.rows)
    # And at rest all are graded after all.
    assert shown(run).values["evaluated"] == [len(large.source_x), len(large.target_x)]
    assert shown(run).values["source_accuracy"] == plain.evaluate().source_accuracy


def test_the_page_says_how_far_it_is(page: Page, address: str) -> None:
    open_page(page, address)
    said = page.evaluate(
        """async ([evaluated, samples]) => {
            const at = document.querySelector('.dann-player').previousSibling.href
            const { Progress } = await import(new URL('./progress.js', at))
            const { words } = await import(new URL('./words.js', at))
            const values = { evaluated, knobs: { max_iter: 9 }, device: 'cpu' }
            const scene = { values: { samples, shown: [250, 250] } }
            const told = ['paused', 'playing'].map(state => {
                const progress = new Progress()
                const run = { state, iteration: 5, max_iter: 9, left: null, device: 'cpu' }
                progress.render(run, { iteration: 5, message: { values } }, scene, false)
                return progress.text.innerText
            })
            return [...told, words.basis(evaluated, samples)]
        }""",
        [[4096, 300], [1_000_000, 300]],
    )
    assert said == [
        "iteration 5 of 9 · 0% of the samples graded",
        "iteration 5 of 9",
        "Accuracies are over 4,096 of 1,000,000 source and 300 target samples.",
    ]


@pytest.mark.parametrize(
    ("values", "parameters", "samples"),
    [(2, 8_000, 4096), (64, 20_000, 4096), (64, 50_000_000, 20), (3 * 128 * 128, 16_000_000, 8), (10**9, 1, 1)],
)
def test_a_pass_is_short_whatever_goes_through_it(values: int, parameters: int, samples: int) -> None:
    assert samples_a_pass(values, parameters) == samples
