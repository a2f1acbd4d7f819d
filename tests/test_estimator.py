"""The estimator: what scikit-learn asks of one, and that it trains what a Trainer does."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable
from typing import Any
from unittest import SkipTest

import joblib
import numpy as np
import pytest
import sklearn
import torch
from conftest import make_pair
from packed import packed
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from bench.real_pairs import PAIRS
from dann_core import DANNClassifier, DomainPair, Settings, Trainer
from dann_core.settings.methods import METHODS

NO_TARGET = "No sample is of the target"
SHORT = 30


def fitted(pair: DomainPair, **parameters: Any) -> DANNClassifier:
    return DANNClassifier(**{"max_iter": SHORT, **parameters}).fit(*packed(pair))


@parametrize_with_checks([DANNClassifier(max_iter=60)])
@pytest.mark.filterwarnings(f"ignore:{NO_TARGET}")
def test_scikit_learns_checks(estimator: DANNClassifier, check: Callable[[DANNClassifier], None]) -> None:
    try:
        check(estimator)
    except SkipTest as why:
        # The one that cannot apply: SciPy hands arrays of other libraries on only where it was loaded for that.
        if "SCIPY_ARRAY_API" not in str(why):
            raise


@pytest.mark.parametrize("shape", [(4,), (2, 40), (1, 8, 8)])
def test_it_trains_what_a_trainer_does(shape: tuple[int, ...]) -> None:
    pair = make_pair(shape)
    classifier = fitted(pair, gamma=5, seed=3)
    trainer = Trainer(pair, Settings.for_pair(pair).replace(max_iter=SHORT, gamma=5, seed=3))
    trainer.advance(SHORT)
    assert classifier.settings_ == trainer.settings
    assert np.array_equal(classifier.history_.rows, trainer.history.rows)
    view = trainer.look(pair.target_x)
    assert np.array_equal(classifier.predict_proba(pair.target_x), view.probabilities)
    assert np.array_equal(classifier.transform(pair.target_x), view.features)
    assert np.array_equal(classifier.transform(pair.target_x[:1]), trainer.features(pair.target_x[:1]))
    assert np.array_equal(classifier.predict(pair.target_x), view.classes)
    assert classifier.score(pair.target_x, pair.target_y) == trainer.evaluate().target_accuracy


def test_labels_of_the_target_are_never_read() -> None:
    pair = make_pair()
    x, masked, domain = packed(pair)
    told = masked.copy()
    told[domain < 0] = pair.target_y
    assert np.array_equal(
        DANNClassifier(max_iter=SHORT).fit(x, masked, domain).history_.rows,
        DANNClassifier(max_iter=SHORT).fit(x, told, domain).history_.rows,
    )


@pytest.mark.parametrize("dtype", [str, object])
def test_classes_keep_their_names(dtype: type) -> None:
    pair = make_pair()
    x, y, domain = packed(pair)
    names = np.array(["rain", "fog", "sun", "?"], dtype)[y]
    named = DANNClassifier(max_iter=SHORT).fit(x, names, domain)
    assert named.classes_.tolist() == ["fog", "rain", "sun"]
    numbered = DANNClassifier(max_iter=SHORT).fit(x, np.array([1, 0, 2, -1])[y], domain)
    assert np.array_equal(named.predict(pair.target_x), named.classes_[numbered.predict(pair.target_x)])


def test_parameters_are_those_of_the_settings() -> None:
    names = set(inspect.signature(DANNClassifier).parameters)
    assert names == {*Settings.model_fields, "method", "random_state", "device"}
    assert set(DANNClassifier().get_params()) == names
    for knob in Settings.knobs():
        assert knob.help in DANNClassifier.__doc__
    with pytest.raises(TypeError, match="gama"):
        DANNClassifier(gama=3)


def test_a_method_is_an_objective_and_what_is_given_has_the_last_word() -> None:
    pair = make_pair()
    settings = fitted(pair, method="dctln", discrepancy_weight=0.5).settings_
    expected = METHODS["dctln"].settings | {"discrepancy_weight": 0.5, "max_iter": SHORT}
    assert settings == Settings.for_pair(pair).replace(**expected)


def test_the_random_state_is_the_seed() -> None:
    pair = make_pair()
    assert fitted(pair, random_state=4).settings_ == fitted(pair, seed=4).settings_
    drawing = DANNClassifier(max_iter=SHORT, random_state=np.random.RandomState(0))
    first, second = (drawing.fit(*packed(pair)).settings_.seed for _ in range(2))
    assert first != second


def test_without_domains_masked_labels_are_the_target_and_that_is_said() -> None:
    pair = make_pair()
    x, y, _ = packed(pair)
    with pytest.warns(UserWarning, match="the 40 samples labelled -1 are taken for the target"):
        guessed = DANNClassifier(max_iter=SHORT).fit(x, y)
    assert np.array_equal(guessed.history_.rows, fitted(pair).history_.rows)
    with pytest.warns(UserWarning, match=NO_TARGET):
        classes = DANNClassifier(max_iter=SHORT).fit(x, y, sample_domain=1)
    assert classes.classes_.tolist() == [-1, 0, 1, 2]


def test_without_a_target_the_source_alone_is_learnt() -> None:
    pair = make_pair()
    classifier = DANNClassifier(max_iter=SHORT, method="source-only").fit(pair.source_x, pair.source_y)
    with pytest.warns(UserWarning, match=NO_TARGET):
        warned = DANNClassifier(max_iter=SHORT, adversarial_weight=2).fit(pair.source_x, pair.source_y)
    assert warned.settings_ == classifier.settings_
    assert not classifier.settings_.adapts
    assert np.array_equal(warned.predict_proba(pair.target_x), classifier.predict_proba(pair.target_x))


def test_several_domains_of_a_side_count_as_one() -> None:
    pair = make_pair()
    x, y, domain = packed(pair)
    several = domain * np.tile([1, 2], len(domain) // 2)
    several[np.flatnonzero(domain > 0)[0]] = 0
    assert np.array_equal(
        DANNClassifier(max_iter=SHORT).fit(x, y, several.tolist()).history_.rows, fitted(pair).history_.rows
    )


def test_samples_of_the_source_must_be_asked_for_and_keep_their_scale() -> None:
    pair = make_pair()
    x, y, domain = packed(pair)
    classifier = fitted(pair, standardisation="per-domain")
    for ask in (classifier.predict, classifier.predict_proba, classifier.transform):
        with pytest.raises(ValueError, match="40 of 80 samples are of the source"):
            ask(x, sample_domain=domain)
    settings = Settings.for_pair(pair).replace(max_iter=SHORT, standardisation="per-domain")
    trainer = Trainer(pair, settings)
    trainer.advance(SHORT)
    features = classifier.transform(x, sample_domain=domain, allow_source=True)
    for side, name, raw in ((domain > 0, "source", pair.source_x), (domain < 0, "target", pair.target_x)):
        assert features[side] == pytest.approx(trainer.features(raw, name), abs=1e-6)
    assert np.array_equal(DANNClassifier(**classifier.get_params()).fit_transform(x, y, domain), features)


REFUSALS = {
    "sample_domain has no source sample": {"sample_domain": -1},
    "sample_domain has the shape \\(3,\\)": {"sample_domain": [1, 1, -1]},
    "sample_domain must hold whole numbers": {"sample_domain": ["s", "t"] * 40},
    "must hold whole numbers: positive": {"sample_domain": np.arange(80) % 2 == 0},
    "gamma must be a number from 0 to 50; got -1": {"gamma": -1},
    "method must be one of source-only, dann": {"method": "magic"},
    "random_state and seed are the same": {"seed": 1, "random_state": 1},
    "extractor cnn cannot read samples of shape 4": {"extractor": "cnn"},
    "The source labels hold one class only": {"y": np.zeros(80, int)},
}


@pytest.mark.parametrize("message", REFUSALS)
def test_what_cannot_be_trained_is_refused_in_a_sentence(message: str) -> None:
    x, y, domain = packed(make_pair())
    given = {"y": y, "sample_domain": domain} | REFUSALS[message]
    data = {name: given.pop(name) for name in ("y", "sample_domain")}
    with pytest.raises(ValueError, match=message):
        DANNClassifier(**given).fit(x, **data)


def test_masked_labels_have_no_score_and_other_shapes_no_prediction() -> None:
    pair = make_pair((1, 8, 8))
    classifier = fitted(pair)
    with pytest.raises(ValueError, match="labels that are masked"):
        classifier.score(pair.target_x, np.full(40, -1))
    with pytest.raises(ValueError, match="those of fit had"):
        classifier.predict(pair.target_x[:, :, :4])


def test_a_run_that_diverges_says_so() -> None:
    with pytest.warns(ConvergenceWarning, match="lower learning_rate"):
        fitted(make_pair(), optimizer="sgd", learning_rate=1.0, classification_weight=10, activation="relu")


def test_a_pickle_holds_the_network_and_none_of_the_data() -> None:
    pair = make_pair(n=4000)
    classifier = fitted(pair)
    saved = pickle.dumps(classifier)
    weights = sum(p.numel() * 4 for p in classifier.network_.parameters())
    assert len(saved) < 2 * weights + 20_000 < pair.source_x.nbytes
    again = pickle.loads(saved)
    assert np.array_equal(again.predict_proba(pair.target_x), classifier.predict_proba(pair.target_x))
    unfitted = clone(again)
    assert unfitted.get_params() == classifier.get_params()
    assert not hasattr(unfitted, "network_")


def test_the_number_of_threads_changes_nothing_and_is_left_as_it_was() -> None:
    pair = make_pair((1, 28, 28))
    alone = fitted(pair)
    torch.set_num_threads(2)
    try:
        assert np.array_equal(fitted(pair).history_.rows, alone.history_.rows)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


def test_a_search_in_other_processes_finds_the_same() -> None:
    pair = PAIRS["iris_drift"](0)
    x, y, domain = packed(pair)
    grid = {"gamma": [1.0, 10.0], "method": ["source-only", "dann"]}

    def agreement(classifier: DANNClassifier, x: np.ndarray, y: np.ndarray) -> float:
        return float(classifier.predict_proba(x).max(1).mean())

    here, there = (
        GridSearchCV(DANNClassifier(max_iter=SHORT), grid, scoring=agreement, cv=2, n_jobs=jobs).fit(
            x, y, sample_domain=domain
        )
        for jobs in (1, 2)
    )
    assert np.array_equal(here.cv_results_["mean_test_score"], there.cv_results_["mean_test_score"])
    assert len(set(here.cv_results_["mean_test_score"])) == 3
    assert joblib.hash(here.best_estimator_.predict_proba(x)) == joblib.hash(there.best_estimator_.predict_proba(x))


def test_it_is_the_last_step_of_a_pipeline_and_the_first_of_another() -> None:
    pair = PAIRS["wine_drift"](0)
    x, y, domain = packed(pair)
    last = make_pipeline(MinMaxScaler(), DANNClassifier())
    last.fit(x, y, dannclassifier__sample_domain=domain)
    unadapted = make_pipeline(MinMaxScaler(), LogisticRegression()).fit(pair.source_x, pair.source_y)
    assert last.score(pair.target_x, pair.target_y) > 0.05 + unadapted.score(pair.target_x, pair.target_y)
    with sklearn.config_context(enable_metadata_routing=True):
        # Whoever comes behind sees the target under its mask, as a class.
        first = make_pipeline(DANNClassifier(), KNeighborsClassifier()).fit(x, y, sample_domain=domain)
        features = first[0].transform(pair.target_x)
        assert np.array_equal(first.predict(pair.target_x, sample_domain=-1), first[1].predict(features))
        frame = DANNClassifier(max_iter=SHORT).set_output(transform="pandas").fit_transform(x, y, domain)
        assert list(frame)[:2] == ["dannclassifier0", "dannclassifier1"]
