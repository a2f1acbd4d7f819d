"""The same lanes from several seeds: plain runs' accuracies, and what the page makes of them."""

from __future__ import annotations

import numpy as np
import pytest
from browser import PATIENCE, button
from channel_app import Mine
from conftest import make_pair
from playwright.sync_api import Page, expect

from dann_core import Settings, Trainer, domains
from dann_core.domains.oracle import oracle_pair
from dann_core.live import seeds as module
from dann_core.live.seeds import Variant, courses, seeds_beside, together
from dann_core.settings.methods import SOURCE_ONLY
from dann_core.settings.variants import PRESETS
from player import Lane, Player, hello
from server.comparison import Comparison, Side

SMALL = Settings(max_iter=12, extractor_width=8, feature_width=4, batch_size=8)


def test_every_seed_of_a_block_has_the_same_block() -> None:
    assert {tuple(seeds_beside(seed, 8)) for seed in range(8, 16)} == {tuple(range(8, 16))}
    highest = int(next(knob.high for knob in Settings.knobs() if knob.name == "seed"))
    assert seeds_beside(highest, 4)[-1] == highest


def plain(variant: Variant, data, stops: np.ndarray) -> np.ndarray:
    pair = data.pair(variant.settings.seed)
    trainer = Trainer(oracle_pair(pair) if variant.is_oracle else pair, variant.settings)
    rows = []
    for stop in stops:
        trainer.advance(int(stop) - trainer.iteration)
        found = trainer.evaluate()
        rows.append((found.target_accuracy, found.source_accuracy, found.domain_accuracy))
    return np.array(rows)


@pytest.mark.parametrize("norm", ["none", "layer"])
def test_courses_are_those_of_plain_runs_on_each_seeds_samples(norm: str) -> None:
    domain = domains.get("moons")()
    base = SMALL.replace(discriminator_norm=norm)
    variants = [
        Variant(settings.replace(seed=seed), is_oracle)
        for settings, is_oracle in ((base, False), (base.replace(**SOURCE_ONLY), True))
        for seed in (3, 4)
    ]
    groups = together(domain.pair(0), variants)
    # What cannot be stacked is trained by itself.
    assert len(groups) == (1 if norm == "none" else 4)
    for group in groups:
        for k, course in zip(group, courses(domain, [variants[k] for k in group], "cpu"), strict=True):
            assert [course.iterations[0], course.iterations[-1]] == [0, 12]
            # Stacked, sums are taken in another order; one of some hundred samples may change sides.
            assert course.figures == pytest.approx(plain(variants[k], domain, course.iterations), abs=0.005)


def test_a_group_that_takes_too_long_ends_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", -1.0)
    (course,) = courses(make_pair(labelled=False), [Variant(SMALL)], "cpu")
    assert course.iterations.tolist() == [0]
    assert np.isnan(course.figures[0, 0])


def test_seeds_are_trained_once_the_lanes_are_and_kept_for_the_next_seed(here: str) -> None:
    mine = Mine(max_iter="12")
    experiment = mine.experiment

    def compare() -> Comparison:
        made = Comparison(experiment.now, PRESETS["gap"].variants, experiment.heard, 4)
        if experiment.comparison:
            made.take_over(experiment.comparison)
        experiment.comparison = made
        return made

    first = compare()
    assert Side(experiment, 0).link()["seeds"] == "4"
    assert first.seeds.progress()["began"] is False
    with Player(here) as player:
        player.lanes = [Lane() for _ in first.run.lanes]
        said = hello(*[mine.owned] * 3, lanes=player.lanes)
        player.send(said | {"runs": [run | {"part": part} for part, run in enumerate(said["runs"])]})
        for number in range(3):
            player.do("ready", number)
        player.do("step")
        player.until(lambda: bool(player.lane.states) and player.lane.state["seeds"]["done"] == 12, draws=True)
        assert player.lane.state["seeds"]["of"] == [0, 1, 2, 3]
        player.do("seeds")
        player.until(lambda: bool(player.answered))
        (told,) = player.answered
        assert told["is"] == "seeds"
        assert np.array(told["courses"]).shape == (4, 13, 3)
        player.do("seed", seed=2)
        player.until(lambda: experiment.settings.seed == 2, draws=True)
    assert compare().seeds is first.seeds
    experiment.free()


def test_the_page_says_on_how_many_seeds_it_works(page: Page, address: str) -> None:
    page.goto(f"{address}/compare?max_iter=60&seeds=4&seed=5")
    compared = page.locator(".dann-compare")
    expect(compared).to_have_attribute("data-iteration", "0", timeout=3 * PATIENCE)
    line = page.locator(".dann-seeds p")
    expect(line).to_have_text("4 seeds at once: press Play.")
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(compared).to_have_attribute("data-state", "finished")
    expect(line).to_contain_text("Over 4 seeds", timeout=3 * PATIENCE)
    domain, preset = domains.get("moons")(), domains.preset("moons").replace(max_iter=60)
    ends = {}
    for title, role in (("source only", SOURCE_ONLY), ("yours", {})):
        runs = [Variant(preset.replace(seed=seed, **role)) for seed in range(4, 8)]
        ends[title] = np.array([c.figures[-1, 0] for c in courses(domain, runs, "cpu")])
    text = line.inner_text().lower()
    for title, found in ends.items():
        assert f"{np.median(found):.0%} ({found.min():.0%} to {found.max():.0%})" in text, (title, text)
    works = int((ends["yours"] > ends["source only"] + 0.02).sum())
    assert f"yours is above source-only on {works} of 4 seeds" in text
    button(page, "show seed 6").click()
    expect(compared).to_have_attribute("data-iteration", "0", timeout=3 * PATIENCE)
    expect(button(page, "show seed 6")).to_have_attribute("aria-pressed", "true")
    page.wait_for_url("**seed=6**")
