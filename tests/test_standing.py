"""What is taken away of a run on a page is what was seen of it, wherever it is made."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from conftest import live_run, make_pair, settle, shown, watch
from dense_settings import SMALL
from live_runs import ENDLESS

from dann_core import DomainPair, domains
from dann_core.engine.base import device
from dann_core.engine.threads import ThreadEngine
from dann_core.live.message import unpack
from dann_core.results import standing
from dann_core.results.bundle import Bundle, repeated
from dann_core.results.origin import Origin


def test_a_bundle_of_a_live_run_repeats_it_with_its_changes(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = live_run(engine, vectors, ENDLESS)
    settle(run)
    for values in ({"gamma": 3.0}, {"discrepancy": "mmd", "discrepancy_weight": 0.5}):
        run.play()
        start = run.iteration
        watch(run, lambda start=start: run.iteration > start + 20)
        run.pause()
        settle(run)
        run.apply(run.settings.replace(**values))
    settle(run)
    run.step()
    settle(run)
    packed = engine.submit(standing.bundle, run.standing(), Origin(), device(), True).result(120)
    bundle = Bundle.of("run.zip", packed)
    assert (bundle.record.settings, bundle.record.at_end) == (ENDLESS, run.settings)
    assert [c.name for c in bundle.record.changes] == ["gamma", "discrepancy_weight", "discrepancy"]
    np.testing.assert_array_equal(bundle.history(), run.history.rows)
    again = repeated(bundle.record, bundle.data(), "cpu", lambda trainer: None)
    np.testing.assert_array_equal(again.history.rows, run.history.rows)
    view = bundle.model().look(vectors.target_x)
    np.testing.assert_array_equal(view.features, again.features(vectors.target_x))


def test_predictions_of_a_live_run_are_those_of_its_weights(engine: ThreadEngine) -> None:
    domain = domains.get("moons")()
    pair = domain.pair(0)
    run = live_run(engine, pair, SMALL)
    run.speed = "fast"
    run.play()
    settle(run)
    table = pd.read_csv(
        io.BytesIO(
            engine.submit(standing.predictions, run.standing(), Origin(domain), device(), ".csv", True).result(120)
        )
    )
    accuracy = np.mean(table["class"] == np.array(pair.class_names)[pair.target_y])
    assert accuracy == shown(run).exam["target_accuracy"]
    # Those drawn have a place.
    assert table["x"].notna().sum() == len(np.unique(unpack(run.recording.scene).arrays["target_index"]))
    # A run that goes on takes nothing of it along.
    before = run.standing()
    run.apply(run.settings.replace(max_iter=60))
    run.play()
    settle(run)
    assert (len(before.rows), len(run.history)) == (40, 60)
    assert before.recording.latest.iteration == 40


def test_a_large_target_is_whole(engine: ThreadEngine) -> None:
    run = live_run(engine, make_pair(n=3000), SMALL.replace(max_iter=2))
    run.speed = "fast"
    run.play()
    settle(run)
    packed = engine.submit(standing.predictions, run.standing(), Origin(), device(), ".parquet").result(120)
    assert len(pd.read_parquet(io.BytesIO(packed))) == 3000
