"""The estimator among skada's: its own tests with this classifier in the place of theirs, its scorers, its splits.

skada has no suite that checks any estimator. What its tests ask of whatever stands at the end of a pipeline is asked
here; left out are those that hand it `sample_weight` from another adapter, which this classifier does not take: it
weighs samples by itself (`class_shares`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import sklearn
from browser import ROOT
from packed import packed
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.preprocessing import MinMaxScaler

from bench.real_pairs import PAIRS
from dann_core import DANNClassifier, domains

# skada switches metadata routing on for the whole process.
routing = sklearn.get_config()["enable_metadata_routing"]
from skada import make_da_pipeline, metrics, model_selection  # noqa: E402
from skada.datasets import DomainAwareDataset  # noqa: E402
from skada.tests import test_cv, test_pipeline, test_scorer  # noqa: E402

sklearn.set_config(enable_metadata_routing=routing)

pytestmark = pytest.mark.filterwarnings("ignore:The `return_X_y` parameter is deprecated")
THEIRS = test_cv, test_pipeline, test_scorer
test_group_based_cv = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.FitFailedWarning", "ignore:Scoring failed", "ignore:No sample is of the target"
)(test_cv.test_group_based_cv)
test_domain_aware_split = test_cv.test_domain_aware_split
test_leave_one_domain_out = test_cv.test_leave_one_domain_out
test_domain_shuffle_split = test_cv.test_domain_shuffle_split
test_pipeline_ends = test_pipeline.test_pipeline
test_scorer_with_log_proba = test_scorer.test_scorer_with_log_proba
test_deep_embedding_validation = test_scorer.test_deep_embedding_validation_no_transform
del test_cv, test_pipeline, test_scorer


@pytest.fixture(autouse=True)
def in_their_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in THEIRS:
        monkeypatch.setattr(module, "LogisticRegression", partial(DANNClassifier, max_iter=200))
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.fixture
def da_dataset() -> DomainAwareDataset:
    """Two sources and two targets, of which the tests pick, as in skada: two groups of points, two dimensions."""
    dataset = DomainAwareDataset()
    for suffix, seed in (("", 0), ("2", 1)):
        pair = domains.load("blobs", seed=seed, classes=2)
        dataset.add_domain(pair.source_x, pair.source_y, f"s{suffix}")
        dataset.add_domain(pair.target_x, pair.target_y, f"t{suffix}")
    return dataset


DEEP_EMBEDDED = partial(metrics.DeepEmbeddedValidation, random_state=0)
LABEL_FREE = (
    metrics.PredictionEntropyScorer,
    metrics.SoftNeighborhoodDensity,
    metrics.CircularValidation,
    # Without a seed, what it mixes at random would make a difference of its own.
    partial(metrics.MixValScorer, random_state=0),
    metrics.ImportanceWeightedScorer,
    DEEP_EMBEDDED,
    metrics.MaNoScorer,
)
NEED_A_PIPELINE = DEEP_EMBEDDED, metrics.MaNoScorer
"""What stands alone they take for a network of skorch's."""


@pytest.mark.parametrize("scorer", LABEL_FREE)
def test_label_free_scorers_score_it(scorer: Callable[[], object]) -> None:
    x, y, domain = packed(PAIRS["wine_drift"](0))
    split = model_selection.StratifiedDomainShuffleSplit(n_splits=2, test_size=0.4, random_state=0)
    # As skada asks of every classifier that is to be scored with weights.
    begun, learnt = (DANNClassifier(max_iter=n).set_score_request(sample_weight=True) for n in (1, 100))
    for piped in (True,) if scorer in NEED_A_PIPELINE else (False, True):
        of_begun, of_learnt = (
            cross_val_score(
                make_da_pipeline(MinMaxScaler(), classifier) if piped else classifier,
                x,
                y,
                params={"sample_domain": domain},
                cv=split,
                scoring=scorer(),
                error_score="raise",
            )
            for classifier in (begun, learnt)
        )
        assert np.isfinite([*of_begun, *of_learnt]).all()
        # Two folds of one classifier may score alike by chance: 45 samples allow 46 accuracies.
        assert not np.allclose(of_begun, of_learnt)


@pytest.mark.parametrize("name", ["digits_zoom", "photo_patches"])
def test_images_are_split_and_scored_as_they_are(name: str) -> None:
    x, y, domain = packed(PAIRS[name](0))
    scores = cross_val_score(
        make_da_pipeline(DANNClassifier(max_iter=10)),
        x,
        y,
        params={"sample_domain": domain},
        cv=model_selection.SourceTargetShuffleSplit(n_splits=2, test_size=0.3, random_state=0),
        scoring=metrics.SoftNeighborhoodDensity(),
        error_score="raise",
    )
    assert np.isfinite(scores).all()


def test_a_search_chooses_by_a_score_without_labels() -> None:
    pair = PAIRS["wine_drift"](0)
    x, y, domain = packed(pair)
    grid = {"dannclassifier__max_iter": [1, 300]}
    search = GridSearchCV(
        make_da_pipeline(MinMaxScaler(), DANNClassifier()),
        grid,
        scoring=metrics.PredictionEntropyScorer(),
        cv=model_selection.StratifiedDomainShuffleSplit(n_splits=2, test_size=0.4, random_state=0),
    )
    search.fit(x, y, sample_domain=domain)
    assert search.best_params_ == {"dannclassifier__max_iter": 300}
    assert search.score(x, y, sample_domain=domain) > -0.2
    assert np.mean(search.predict(pair.target_x) == pair.target_y) > 0.85


def test_true_labels_score_it_where_they_are_known() -> None:
    pair = PAIRS["wine_drift"](0)
    x, y, domain = packed(pair)
    classifier = DANNClassifier().fit(x, y, domain)
    told = y.copy()
    told[domain < 0] = pair.target_y
    scored = metrics.SupervisedScorer()(classifier, x, y, sample_domain=domain, target_labels=told)
    assert scored == classifier.score(pair.target_x, pair.target_y)


def test_its_features_are_a_step_before_any_classifier() -> None:
    pair = PAIRS["wine_drift"](0)
    x, y, domain = packed(pair)
    pipeline = make_da_pipeline(DANNClassifier(), LogisticRegression(max_iter=1000)).fit(x, y, sample_domain=domain)
    assert pipeline[-1].get_estimator().classes_.tolist() == [0, 1, 2]
    assert pipeline.score(pair.target_x, pair.target_y) > 0.9


def test_a_copy_that_is_fitted_anew_leaves_the_first_as_it_was() -> None:
    # Circular validation does so.
    pair = PAIRS["iris_drift"](0)
    x, y, domain = packed(pair)
    classifier = DANNClassifier(max_iter=30).fit(x, y, domain)
    before = classifier.predict_proba(pair.target_x)
    deepcopy(classifier).set_params(seed=1).fit(x, y, domain)
    assert np.array_equal(classifier.predict_proba(pair.target_x), before)


def test_what_the_docs_show_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    monkeypatch.chdir(tmp_path)
    code = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "notebook.md").read_text(), re.DOTALL)
    names = {}
    for block in code:
        exec(block, names)
    assert len(code) == 3
    # 83 % without adapting.
    for name in ("classifier", "last", "first"):
        assert names[name].score(names["target"], names["true_y"]) > 0.87
