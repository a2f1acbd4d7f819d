"""Lanes that change their settings on the way: each is bit for bit the fork that it is named after."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from conftest import live_run, make_pair, settle, watch
from live_runs import SETTINGS, arrived

from dann_core import Settings, Trainer
from dann_core.engine.base import Engine
from dann_core.engine.threads import ThreadEngine
from dann_core.live.lockstep import Lockstep, lanes_together
from dann_core.live.run import Run
from dann_core.live.seeds import Variant as Trained
from dann_core.live.seeds import courses, together
from dann_core.live.slices import Slice
from dann_core.live.worker import LiveRun
from dann_core.settings.knobs import KnobError
from dann_core.settings.variants import Variant, from_link, to_link
from server.branch_lanes import branch_lanes
from server.branches import Branches
from server.experiment import Experiment
from server.shown import Notice, Now
from server.twin import Twin

PAIR = make_pair()
BASE = SETTINGS.replace(max_iter=90)
FORKED = "40:gamma=3.0,40:lambda_max=0.5,71:discrepancy=mmd,71:discrepancy_weight=0.5"
"""To another step, too: from the written-out one to the readable one."""


def lanes_of(engine: Engine, *texts: str, base=BASE) -> Lockstep:
    variants = [Variant.from_text(text) for text in texts]
    settings = [variant.settings(base) for variant in variants]
    launches = [lambda s=s: engine.launch(PAIR, s) for s in settings]
    run = Lockstep(launches, [PAIR] * len(texts), settings, laters=[v.later(base) for v in variants])
    run.speed = "fast"
    return run


def fork_of(run: Run, engine: Engine, at: int, **values) -> Run:
    standing = run.standing(at)
    fork = Run.fork(standing, lambda resume: engine.launch(standing.pair, standing.settings, resume))
    fork.speed = "fast"
    fork.apply(fork.settings.replace(**values))
    settle(fork)
    return fork


def forked(engine: Engine) -> Run:
    """The run that `FORKED` says, made by forking and changing, played to its end."""
    old = live_run(engine, PAIR, BASE)
    old.speed = "fast"
    settle(old)
    old.play()
    settle(old)
    first = fork_of(old, engine, 40, gamma=3.0, lambda_max=0.5)
    first.play()
    settle(first)
    second = fork_of(first, engine, 71, discrepancy="mmd", discrepancy_weight=0.5)
    second.play()
    settle(second)
    return second


def plain(text: str, until: int, base=BASE) -> Trainer:
    variant = Variant.from_text(text)
    trainer = Trainer(PAIR, variant.settings(base))
    for at, settings in variant.later(base):
        if at <= until:
            trainer.advance(at - trainer.iteration)
            trainer.apply(settings)
    trainer.advance(until - trainer.iteration)
    return trainer


def assert_is_plain(run: Lockstep, base: Settings, *texts: str) -> None:
    for lane, text in zip(run.lanes, texts, strict=True):
        trainer = plain(text, run.iteration, base)
        assert np.array_equal(lane.history.rows, trainer.history.rows), text
        assert lane.changes == tuple(trainer.changes), text
        assert lane.settings == trainer.settings, text


def test_a_lane_with_changes_is_the_fork_bit_for_bit(engine: ThreadEngine) -> None:
    fork, run = forked(engine), lanes_of(engine, "yours", FORKED)
    settle(run)
    run.play()
    settle(run)
    assert run.finished
    lane = run.lanes[1]
    assert np.array_equal(lane.history.rows, fork.history.rows)
    assert lane.changes == fork.changes
    assert lane.settings == fork.settings
    # Weights: what they make of every sample, drawn at the end of both.
    ends = [r.recording.latest for r in (lane, fork)]
    assert ends[0].complete
    assert ends[1].complete
    assert ends[0].figures == ends[1].figures
    assert not np.array_equal(lane.history.rows, run.lanes[0].history.rows)
    assert np.array_equal(lane.history.rows[:40], run.lanes[0].history.rows[:40])


@pytest.mark.parametrize("iterations", [1, 7, 40, None])
def test_a_worker_changes_at_exactly_that_iteration_however_it_is_sliced(iterations: int | None) -> None:
    variant = Variant.from_text(FORKED)
    begun, later = variant.settings(BASE), variant.later(BASE)
    run = LiveRun(PAIR, begun)
    while run.trainer.iteration < 90:
        before = run.trainer.iteration
        # A slice without time ends after its first chunk.
        answer = run.advance(Slice(begun, iterations, seconds=60.0 if iterations else 0.0, later=later))
        assert answer.frame.iteration > before
    whole = plain(FORKED, 90)
    assert run.trainer.changes == whole.changes
    for name, weight in whole.network.state_dict().items():
        assert torch.equal(run.trainer.network.state_dict()[name], weight), name


def test_what_is_drawn_at_a_change_is_drawn_with_what_was_changed_to() -> None:
    variant = Variant.from_text(FORKED)
    run = LiveRun(PAIR, variant.settings(BASE))
    answer = run.advance(Slice(variant.settings(BASE), 40, seconds=60.0, later=variant.later(BASE)))
    assert answer.frame.iteration == 40
    assert [change.name for change in answer.changes] == ["gamma", "lambda_max"]


def test_pauses_steps_and_failures_move_no_change(engine: ThreadEngine) -> None:
    texts = "yours", f"{FORKED},900:gamma=1.0", "0:gamma=3.0,1:gamma=5.0"
    base = BASE.replace(max_iter=1000)
    run = lanes_of(engine, *texts, base=base)
    run.pull()
    arrived(run)
    run.step()
    settle(run)
    assert_is_plain(run, base, *texts)
    # By the story's time it is still far from its end when it pauses, however quick the machine is.
    run.speed = "normal"
    run.play()
    watch(run, lambda: run.iteration > 5)
    run.pause()
    arrived(run)
    assert 5 < run.iteration < base.max_iter
    assert_is_plain(run, base, *texts)
    run.speed = "fast"
    # One lane's worker fails; the others may be beyond a change by then.
    run._handle._handles[1]._run.trainer.advance = None
    run.play()
    while run.failure is None:
        assert not run.finished
        run.pull()
        run.wait(0.05)
    run.retry()
    settle(run)
    run.play()
    settle(run)
    assert run.finished
    assert_is_plain(run, base, *texts)


def test_where_one_lane_changes_none_is_stacked() -> None:
    laters = [(), Variant.from_text("40:gamma=3").later(BASE)]
    assert lanes_together([PAIR] * 2, [BASE] * 2) == [[0, 1]]
    assert lanes_together([PAIR] * 2, [BASE] * 2, laters) == [[0], [1]]


def test_seeds_of_a_lane_that_changes_are_trained_with_its_changes() -> None:
    variant = Variant.from_text("40:gamma=3.0,40:lambda_max=3.0")
    changing = Trained(variant.settings(BASE), later=variant.later(BASE)).with_seed(4)
    assert together(PAIR, [Trained(BASE), changing, Trained(BASE)]) == [[0, 2], [1]]
    (course,) = courses(PAIR, [changing], "cpu")
    whole = plain("40:gamma=3.0,40:lambda_max=3.0", 90, BASE.replace(seed=4))
    graded = whole.evaluate()
    expected = [graded.target_accuracy, graded.source_accuracy, graded.domain_accuracy]
    assert course.figures[-1].tolist() == expected


def test_links_of_paths_are_read_as_they_are_written() -> None:
    text = f"yours|{FORKED}|0:discriminator_width=4,10:gamma=1.0"
    assert to_link(from_link(text)) == text
    assert from_link("yours|10:gamma=3, 4:gamma=5")[1].to_text() == "4:gamma=5.0,10:gamma=3.0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("240:gama=3", "gama"),
        ("240:max_iter=3", "max_iter"),
        ("240:seed=3", "seed"),
        ("240:discriminator_width=4", "needs a new network"),
        ("240:gamma=x", "gamma must be"),
        ("240:gamma=999", "gamma must be"),
        ("240:gamma", "240:gamma=3"),
        ("240:", "240:gamma=3"),
        ("-1:gamma=3", "cannot differ"),
        ("9999999999:gamma=3", "the iteration first"),
        ("٣:gamma=3", "the iteration first"),
        ("240:gamma=3,", "the iteration first"),
        ("240:gamma=3,240:gamma=4", "once"),
        (",".join(f"{at}:gamma=3" for at in range(1, 14)), "1 to 12"),
    ],
)
def test_what_no_lane_can_do_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(KnobError, match=said) as refused:
        from_link(f"yours|{text}")
    assert str(refused.value).rstrip(".").count(". ") == 0


def test_a_change_after_the_end_is_refused() -> None:
    variant = Variant.from_text("90:gamma=3")
    with pytest.raises(KnobError, match="max_iter is 90"):
        variant.later(BASE)
    assert variant.later(BASE.replace(max_iter=91))


def test_a_lane_is_named_as_its_branch_and_adapts_if_it_ever_does() -> None:
    variant = Variant.from_text("0:batch_size=16,0:gamma=10.0,240:gamma=3.0,1300:learning_rate=0.002")
    base = BASE.replace(max_iter=2000, gamma=1.0, learning_rate=0.01)
    title = "batch size 16, gamma 10 → 3 at 240, learning rate 0.01 → 0.002 at 1,300"
    assert variant.title(base) == title
    without = BASE.replace(adversarial_weight=0.0)
    assert Variant.from_text("10:gamma=3").role(without) == "source-only"
    assert Variant.from_text("10:adversarial_weight=1").role(without) == "adapted"


class Tree:
    """Branches as an experiment has them, of runs that nobody trains."""

    def __init__(self) -> None:
        self.branches = Branches(self.now(BASE))

    @staticmethod
    def now(settings, pair=PAIR, changes=(), iteration=90) -> Now:
        run = Run(lambda _: None, pair, settings)
        run.changes = tuple(changes)
        run.settings = run.settings_at(iteration)
        run.history.extend(np.zeros((iteration, 6)))
        return Now(None, BASE, run, Twin(run, lambda: None), 0)

    def grow(self, now: Now) -> None:
        self.branches.shown.at = -1
        self.branches.grow(now, Notice("forked"), at=-1, parent=self.branches.shown, left=None)


def change(at: int, name: str, old, new):
    from dann_core.method.history import Change

    return Change(at, name, old, new)


def test_branches_become_lanes_and_what_cannot_says_why() -> None:
    tree = Tree()
    tree.grow(tree.now(BASE, changes=[change(40, "gamma", 10.0, 5.0), change(40, "gamma", 5.0, 3.0)]))
    tree.grow(tree.now(BASE.replace(discriminator_width=4)))
    tree.grow(tree.now(BASE, pair=make_pair()))
    tree.grow(tree.now(BASE.replace(seed=3)))
    tree.grow(tree.now(BASE, changes=[change(5, "max_iter", 90, 100)]))
    tree.grow(tree.now(BASE, changes=[change(at, "gamma", 1.0, 1.0 + at) for at in range(1, 14)]))
    # What was changed at the end has trained nothing: the first run once more.
    tree.grow(tree.now(BASE, changes=[change(90, "gamma", 10.0, 3.0)]))
    found = branch_lanes(tree.branches, BASE)
    texts = {number: lane.to_text() for number, lane in found.lanes.items()}
    assert texts == {2: "40:gamma=3.0", 3: "discriminator_width=4", 8: "yours"}
    assert (found.other_data, found.other_length, found.too_many_changes) == ([4], [6, 5], [7])
    # Of other settings, the same runs are told by other differences.
    other = branch_lanes(tree.branches, BASE.replace(gamma=3.0)).lanes
    assert other[2].to_text() == "0:gamma=10.0,40:gamma=3.0"
    assert other[8].to_text() == "gamma=10.0"


def test_of_too_many_branches_those_shown_last_are_lanes() -> None:
    tree = Tree()
    for gamma in (1.0, 2.0, 3.0, 4.0, 5.0):
        tree.grow(tree.now(BASE.replace(gamma=gamma)))
    found = branch_lanes(tree.branches, BASE)
    assert [*found.lanes] == [3, 4, 5, 6]
    assert found.too_many == [2, 1]


def test_a_real_experiments_fork_is_the_lane_that_is_made_of_it(threads: None) -> None:
    experiment = Experiment.from_query({"max_iter": "60"})
    run = experiment.run
    run.speed = "fast"
    settle(run)
    run.play()
    settle(run)
    experiment.fork(20)
    experiment.change("gamma", 3.0)
    fork = experiment.run
    settle(fork)
    fork.play()
    settle(fork)
    from server.comparison import Comparison

    lanes = branch_lanes(experiment.branches, experiment.settings).lanes
    compared = Comparison(experiment.now, [*lanes.values()], experiment.heard)
    assert [v.title(compared.base) for v in compared.variants] == ["gamma 10.0", "gamma 10 → 3 at 20"]
    compared.run.speed = "fast"
    settle(compared.run)
    compared.run.play()
    settle(compared.run)
    for lane, branch in zip(compared.run.lanes, (run, fork), strict=True):
        assert np.array_equal(lane.history.rows, branch.history.rows)
        assert lane.changes == branch.changes
    compared.free()
    experiment.free()
