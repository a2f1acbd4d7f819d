"""What is known of predictions without target labels equals what plain training and counting make of it."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import live_run, make_pair, settle
from dense_settings import SMALL

from dann_core import DomainPair, Settings, Trainer
from dann_core.engine.base import device
from dann_core.engine.threads import ThreadEngine
from dann_core.live import twin
from dann_core.live.twin import source_only
from dann_core.results import trust
from dann_core.results.trust import Opinion, find, least_sure, names, votes
from dann_core.sweeps.selection import scores


def trained(pair: DomainPair, settings: Settings) -> Trainer:
    trainer = Trainer(pair, settings)
    trainer.advance(settings.max_iter)
    return trainer


def assert_is_of(opinion: Opinion, trainer: Trainer) -> None:
    pair = trainer.pair
    view = trainer.look(pair.target_x)
    np.testing.assert_array_equal(opinion.classes, view.classes)
    np.testing.assert_array_equal(opinion.confidence, view.probabilities.max(1))
    assert opinion.scores == scores(pair, trainer.look(pair.source_x, "source"), view)


def test_a_run_where_it_stands_and_its_twin_are_those_of_plain_training(engine: ThreadEngine) -> None:
    pair = make_pair(n=60)
    run = live_run(engine, pair, SMALL)
    run.speed = "fast"
    run.play()
    settle(run)
    mine = engine.submit(trust.of_run, run.standing(), device()).result(120)
    assert_is_of(mine, trained(pair, SMALL))
    bare = source_only(SMALL)
    (alone,) = trust.of_others(pair, (bare,), device())
    assert_is_of(alone, trained(pair, bare))
    assert mine.agreement(alone) == np.mean(mine.classes == alone.classes)


def test_other_seeds_are_runs_of_their_own_on_the_same_pair() -> None:
    pair = make_pair(n=60)
    (group,) = trust.other_seeds(pair, SMALL)
    assert [s.seed for s in group] == [SMALL.seed + k for k in range(1, trust.SEEDS + 1)]
    assert {s.replace(seed=SMALL.seed) for s in group} == {SMALL}
    for settings, opinion in zip(group, trust.of_others(pair, group, device()), strict=True):
        plain = trained(pair, settings).look(pair.target_x)
        # Stacked, a run is the same up to rounding.
        assert np.mean(opinion.classes == plain.classes) > 0.95
        np.testing.assert_allclose(opinion.confidence, plain.probabilities.max(1), atol=0.02)
    # Which seeds there are has an end.
    last = SMALL.replace(seed=2**31 - 1)
    assert [s.seed for s in trust.other_seeds(pair, last)[0]] == [0, 1, 2, 3]


def test_pictures_have_fewer_other_seeds_each_by_itself() -> None:
    pair = make_pair((1, 12, 12), n=12)
    groups = trust.other_seeds(pair, Settings(max_iter=2))
    assert [len(group) for group in groups] == [1] * trust.SEEDS_ALONE


def test_without_enough_time_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twin, "SECONDS", -1.0)
    pair = make_pair()
    assert trust.of_others(pair, (SMALL,), device()) == ()
    assert trust.of_others(pair, trust.other_seeds(pair, SMALL)[0], device()) == ()


def test_of_a_large_pair_there_are_predictions_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = make_pair(n=60)
    (whole,) = trust.of_others(pair, (SMALL,), device())
    monkeypatch.setattr(trust, "MOST_SAMPLES", 100)
    (part,) = trust.of_others(pair, (SMALL,), device())
    assert trust.is_small(pair) is False
    assert part.scores == {}
    np.testing.assert_array_equal(part.classes, whole.classes)
    np.testing.assert_allclose(part.confidence, whole.confidence, rtol=1e-5)


def test_counts_confidences_and_votes() -> None:
    run = Opinion(np.array([0, 0, 2, 2]), np.array([0.9, 0.7, 0.6, 0.8]))
    others = [Opinion(np.array(c), run.confidence) for c in ([0, 1, 2, 2], [0, 0, 1, 2])]
    np.testing.assert_array_equal(run.counts(4), [2, 0, 2, 0])
    np.testing.assert_allclose(run.mean_confidence(4), [0.8, np.nan, 0.7, np.nan])
    assert [run.agreement(other) for other in others] == [0.75, 0.75]
    np.testing.assert_array_equal(votes(run, others), [2, 1, 1, 2])
    np.testing.assert_array_equal(least_sure(run, others, 3), [2, 1, 3])
    np.testing.assert_array_equal(least_sure(run, [], 9), [2, 1, 3, 0])


ROWS = np.array([3, 5, 27, 270])
FILES = np.array(["a/one.png", "b/one.png", "b/One_2.png", "two.png"])


@pytest.mark.parametrize(
    ("called", "query", "found"),
    [
        (ROWS, " 27 ", [2]),
        (ROWS, "1", []),
        (ROWS, "two", []),
        (ROWS, "-3", []),
        (ROWS, "²", []),
        (ROWS, "9" * 5000, []),
        (FILES, "two.png", [3]),
        (FILES, "one.png", [0, 1]),
        (FILES, "b/one.png", [1]),
        (FILES, "ONE", [0, 1, 2]),
        (FILES, "%", []),
    ],
)
def test_samples_are_found_by_what_they_are_called(called: np.ndarray, query: str, found: list[int]) -> None:
    assert find(called, query, 20).tolist() == found
    assert find(called, query, 1).tolist() == found[:1]


def test_samples_without_names_are_counted_from_one() -> None:
    pair = make_pair(n=4)
    assert names(pair).tolist() == [1, 2, 3, 4]
    named = DomainPair(pair.source_x, pair.source_y, pair.target_x, target_rows=FILES)
    assert names(named).tolist() == FILES.tolist()
