"""What the scenes of Learn show, against plain computations and the real networks."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from dann_core import domains
from dann_core.method.adversarial import Discriminator, DomainAdversarialLoss, GradientReversal
from dann_core.method.published import deepda_lambda, paper_lambda, tllib_lambda
from dann_core.story import pictures, plane, training
from dann_core.story.discriminator import STEP, STEPS, follow, told, typical
from ui.learn import SCENES, schedule
from ui.learn.stored import discriminator, story
from ui.plot import _plain

MOONS = domains.load("moons")


def test_lambda_is_what_paper_and_libraries_compute() -> None:
    for i in (0, 500, 3000, 9999, 10_000, 20_000):
        assert paper_lambda(i, 20_000) == pytest.approx(2 / (1 + math.exp(-10 * i / 20_000)) - 1, abs=1e-12)
        # grl.py, WarmStartGradientReverseLayer.forward, with alpha=1, lo=0, hi=1, max_iters=1000.
        assert tllib_lambda(i) == pytest.approx(2 * (1 - 0) / (1 + np.exp(-1.0 * i / 1000)) - (1 - 0) + 0, abs=1e-12)
        # adv.py, LambdaSheduler: step() clips the iteration.
        clipped = min(i, 10_000) / 10_000
        assert deepda_lambda(i, 10_000) == pytest.approx(2 / (1 + np.exp(-1.0 * clipped)) - 1, abs=1e-12)
    at_3000 = paper_lambda(3000, 20_000), tllib_lambda(3000), deepda_lambda(3000, 10_000)
    assert [round(value, 2) for value in at_3000] == [0.64, 0.91, 0.15]


def curves(gamma: float, max_iter: int) -> dict[str, np.ndarray]:
    return {trace["name"].partition(":")[0]: np.array(trace["y"]) for trace in schedule.figure(gamma, max_iter)["data"]}


def test_the_schedule_scene_holds_what_it_says_to_try() -> None:
    as_paper, as_deepda = curves(10, 20_000), curves(1, 10_000)
    assert as_paper["yours"] == pytest.approx(as_paper["paper"], abs=1e-12)
    assert as_deepda["yours"] == pytest.approx(as_deepda["DeepDA"], abs=1e-12)
    assert as_deepda["DeepDA"][-1] == pytest.approx(0.46, abs=0.005)
    assert not np.allclose(as_paper["yours"], as_paper["TLlib"])


def test_the_nearest_source_sample_and_the_gap_are_the_plain_ones() -> None:
    nearest = plane.nearest_source(MOONS)
    for row in (0, 17, 299):
        assert nearest[row] == np.argmin([math.dist(MOONS.target_x[row], x) for x in MOONS.source_x])
    points, y = np.array([[0.0, 0], [2, 0], [10, 0], [12, 0]]), np.array([0, 0, 1, 1])
    assert plane.gap(points, y) == 10


def real(angle: int) -> Discriminator:
    """The stored discriminator as a network."""
    small, made = discriminator(angle), Discriminator(2, training.WIDTH, depth=1)
    hidden, _, out = made.layers
    for part, value in zip((hidden.weight, hidden.bias, out.weight, out.bias), small, strict=True):
        part.data = torch.from_numpy(value).reshape(part.shape)
    return made.double()


@pytest.mark.parametrize("angle", [0, 35])
def test_what_a_discriminator_makes_of_domains_is_what_the_real_one_makes(angle: int) -> None:
    pair, network = domains.load("moons", angle=float(angle)), real(angle)
    source, target = torch.from_numpy(pair.source_x).double(), torch.from_numpy(pair.target_x).double()
    seen = told(discriminator(angle), pair)
    with torch.no_grad():
        assert seen.loss == pytest.approx(DomainAdversarialLoss(network)(source, target, 1.0).item(), rel=1e-6)
        right = torch.cat([network(source) > 0, network(target) <= 0]).double().mean().item()
        assert seen.accuracy == pytest.approx(right)
        middle = network(torch.tensor([[plane.axis()[7], plane.axis()[30]]])).sigmoid().item()
    assert seen.tint[30, 7] == pytest.approx(middle, rel=1e-5)
    # The scene says that turned back nothing can be told, and turned that it can.
    assert abs(seen.loss - math.log(2)) < 0.03 if angle == 0 else seen.accuracy > 0.75


@pytest.mark.parametrize("factor", [-1.0, -0.5, 0.0, 2.0])
def test_one_gradient_passes_the_reversal_as_the_real_one_does(factor: float) -> None:
    small, network = discriminator(35), real(35)
    feature = typical(small, MOONS)
    walk = follow(small, feature, factor)
    f = torch.from_numpy(np.asarray(feature, dtype=np.float64)).requires_grad_()
    behind = GradientReversal.apply(f, -factor)
    behind.retain_grad()
    loss = binary_cross_entropy_with_logits(network(behind), torch.zeros(1, dtype=torch.float64))
    loss.backward()
    assert walk.losses[0] == pytest.approx(loss.item(), rel=1e-6)
    assert walk.gradient == pytest.approx(behind.grad.numpy(), rel=1e-5)
    assert walk.passed == pytest.approx(f.grad.numpy(), rel=1e-5)
    assert walk.path[1] == pytest.approx(feature - STEP * walk.passed)
    assert len(walk.path) == len(walk.losses) == STEPS + 1


def test_reversed_a_feature_hides_and_with_the_wrong_sign_it_shows_itself() -> None:
    small = discriminator(35)
    before, after = follow(small, typical(small, MOONS), -1.0).losses[[0, -1]]
    assert after > before + 0.2
    before, after = follow(small, typical(small, MOONS), 1.0).losses[[0, -1]]
    assert after < before - 0.1


def test_the_stored_story_is_what_makes_it() -> None:
    stored, stages, runs = story(), training.stages(), pictures.runs()
    for name in ("source_predicted", "target_predicted"):
        assert (stored[name] == stages[name]).mean() > 0.98
    assert np.median(np.abs(stored["margin"].astype(float) - stages["margin"])) < 0.01
    again = training.weights(training.fitted(domains.load("moons", angle=35.0)))
    assert told(again, MOONS).tint == pytest.approx(told(discriminator(35), MOONS).tint, abs=0.02)
    # Another processor rounds otherwise, which two networks that play against each other amplify.
    assert runs["loss"] == pytest.approx(stored["loss"], abs=0.05)
    assert runs["accuracy"] == pytest.approx(stored["accuracy"], abs=0.1)


def test_what_the_scenes_say_to_try_shows_what_they_say() -> None:
    stored, turned = story(), domains.load("moons", angle=60.0)
    assert (turned.source_y[plane.nearest_source(turned)] == turned.target_y).mean() < 0.5
    assert stored["iterations"][-1] == 300
    assert (stored["source_predicted"][-1] == MOONS.source_y).all()
    assert (stored["target_predicted"][-1] == MOONS.target_y).mean() < 0.8
    # With DANN the figures come near ln 2 and 50 %.
    assert abs(stored["loss"] - math.log(2)).tolist() == pytest.approx([0.57, 0.01], abs=0.03)
    assert abs(stored["accuracy"] - 0.5).tolist() == pytest.approx([0.49, 0.01], abs=0.03)
    for pictured in stored["pictures"]:
        gaps = [plane.gap(points, stored["classes"]) for points in pictured]
        assert gaps[0] < 0.8 * gaps[1] < 0.8 * 0.8 * gaps[2]


def test_tsne_of_the_stored_features_is_the_stored_picture() -> None:
    stored = story()
    features, perplexity = stored["features"][0], int(stored["perplexities"][0])
    made = pictures.embedded(features, perplexity)
    assert np.array_equal(made, pictures.embedded(features, perplexity))
    y, kept = stored["classes"], stored["pictures"][0, 0]
    # Another processor rounds otherwise; what the picture shows stays.
    assert plane.gap(made, y) == pytest.approx(plane.gap(kept, y), rel=0.2)


def test_a_scene_is_no_wall_of_text_and_its_figures_are_plotlys(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    for module in {scene.draw.__module__ for scene in SCENES}:
        monkeypatch.setattr(f"{module}.chart", lambda spec, key, alt: drawn.append((spec, alt)))
    for scene in SCENES:
        assert len(scene.said.words.split()) <= 80, scene.said.title
        assert 5 <= len(scene.said.to_try.split()) <= 40, scene.said.title
        before = len(drawn)
        scene.draw()
        assert len(drawn) > before
    for spec, alt in drawn:
        assert "{" not in alt
        go.Figure(spec)
        assert all(_plain(trace["z"]) for trace in spec["data"] if "z" in trace)
