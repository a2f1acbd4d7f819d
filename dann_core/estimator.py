"""The method as one scikit-learn estimator, for notebooks, pipelines and searches over parameters.

Which samples are source and which target is said as in skada (https://scikit-adaptation.github.io): an array
`sample_domain`, positive for the source, negative for the target, whose labels are masked.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import Parameter, Signature
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from dann_core.domains.pair import DomainError, DomainPair
from dann_core.engine import device as device_of_environment
from dann_core.method import networks
from dann_core.method.grading import View, samples_a_pass
from dann_core.method.training import Trainer
from dann_core.settings import Settings
from dann_core.settings.knobs import Knob, KnobError
from dann_core.settings.methods import METHODS

MASKED = -1
"""The label of a sample whose class is not known."""


OWN = {
    "method": "The objective by its name, as on the command line; what is given beside it has the last word.",
    "random_state": "scikit-learn's name for seed; a RandomState draws one at every fit.",
    "device": "Where it trains: cpu, cuda or auto; what DANN_DEVICE says, or cpu, unless given.",
}
"""The parameters that are not those of `Settings`."""

SIGNATURE = Signature(
    [
        Parameter("self", Parameter.POSITIONAL_OR_KEYWORD),
        *(Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in (*Settings.model_fields, *OWN)),
    ]
)


class DANNClassifier(ClassNamePrefixFeaturesOutMixin, ClassifierMixin, TransformerMixin, BaseEstimator):
    """Domain-adversarial training (Ganin et al. 2016, JMLR 17(59)) as a classifier, and a transformer to its features.

    `fit(X, y, sample_domain)` trains on the samples of both domains together: `sample_domain` is positive (or 0) for
    those of the source, negative for those of the target, whose labels are never read (in skada they are -1). Without
    it, samples labelled -1 are the target if two other classes are left, which a warning says. Where nothing is of the
    target, the source alone is learnt, which a warning says unless `method` is "source-only".

    `predict`, `predict_proba`, `transform` and `score` take samples for the target's unless `sample_domain` says
    otherwise; samples of the source must be asked for with `allow_source=True`, so that none slip into an exam.

    X holds vectors `(N, F)`, signals `(N, C, L)` or images `(N, C, H, W)`, and is standardised here.

    Every parameter is `None` at first: then it is what an upload of such data starts with (`Settings.for_pair`), or
    what `method` makes of it. The same data and parameters give the same numbers, bit for bit, on the CPU.
    """

    # What is asked for from meta-estimators under metadata routing, which skada switches on.
    __metadata_request__fit = {"sample_domain": True}  # noqa: RUF012
    __metadata_request__predict = {"sample_domain": True, "allow_source": True}  # noqa: RUF012
    __metadata_request__predict_proba = {"sample_domain": True, "allow_source": True}  # noqa: RUF012
    __metadata_request__transform = {"sample_domain": True, "allow_source": True}  # noqa: RUF012
    __metadata_request__score = {"sample_domain": True, "allow_source": True}  # noqa: RUF012

    def __init__(self, **parameters: Any) -> None:
        bound = SIGNATURE.bind(self, **parameters)
        bound.apply_defaults()
        vars(self).update({name: value for name, value in bound.arguments.items() if name != "self"})

    def fit(self, X: ArrayLike, y: ArrayLike, sample_domain: ArrayLike | None = None) -> Self:
        """Train on samples `(N, ...)` of both domains, their labels `(N,)` and domains `(N,)`, or one for all.

        Raises `ValueError` for what cannot be trained on, and `KnobError`, one too, for a parameter out of its range.
        """
        X, y = validate_data(self, X, y, allow_nd=True)
        check_classification_targets(y)
        is_source = _by_labels(y) if sample_domain is None else _by_domain(sample_domain, len(X))
        if not is_source.any():
            raise DomainError("sample_domain has no source sample: give labelled samples a positive one.")
        classes, indices = np.unique(y[is_source], return_inverse=True)
        # Without a target, its place is taken by samples that no loss looks at.
        target = X if is_source.all() else X[~is_source]
        pair = DomainPair(X[is_source], indices, target, class_names=tuple(map(str, classes)))
        settings = self._settings(pair, has_target=not is_source.all())
        with _one_thread():
            trainer = Trainer(pair, settings, self.device or device_of_environment())
            trainer.advance(settings.max_iter)
        self.classes_, self.sample_shape_, self.settings_ = classes, pair.sample_shape, settings
        self.history_, self.n_iter_ = trainer.history, trainer.iteration
        if not np.isfinite(trainer.history.rows).all():
            warnings.warn("The losses are no longer numbers: lower learning_rate.", ConvergenceWarning, stacklevel=2)
        self.network_, self.standardizer_ = _without_gradients(trainer), trainer.standardizer
        self._n_features_out = self.network_.feature_dim
        return self

    def predict(
        self, X: ArrayLike, sample_domain: ArrayLike | None = None, *, allow_source: bool = False
    ) -> np.ndarray:
        """The most probable classes `(N,)` of samples `(N, ...)`."""
        indices = self._look(X, sample_domain, allow_source).classes
        return self.classes_[indices]

    def predict_proba(
        self, X: ArrayLike, sample_domain: ArrayLike | None = None, *, allow_source: bool = False
    ) -> np.ndarray:
        """The probabilities `(N, K)` of the classes, in the order of `classes_`."""
        return self._look(X, sample_domain, allow_source).probabilities

    def transform(
        self, X: ArrayLike, sample_domain: ArrayLike | None = None, *, allow_source: bool = False
    ) -> np.ndarray:
        """The features `(N, D)` that classifier and discriminator see."""
        return self._look(X, sample_domain, allow_source).features

    def fit_transform(self, X: ArrayLike, y: ArrayLike, sample_domain: ArrayLike | None = None) -> np.ndarray:
        """Train, and return the features `(N, D)` of the same samples, each as one of its domain."""
        self.fit(X, y, sample_domain)
        return self.transform(X, sample_domain, allow_source=True)

    def score(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_domain: ArrayLike | None = None,
        *,
        sample_weight: ArrayLike | None = None,
        allow_source: bool = False,
    ) -> float:
        """The accuracy, 0..1. Raises `ValueError` for masked labels, which nothing can be held against."""
        predicted = self.predict(X, sample_domain, allow_source=allow_source)
        if not _unmasked(np.asarray(y)).all() and MASKED not in self.classes_:
            raise ValueError(
                f"y holds labels that are masked ({MASKED}): score with their true ones, or without any by one of "
                "skada.metrics, such as PredictionEntropyScorer."
            )
        return accuracy_score(y, predicted, sample_weight=sample_weight)

    def _settings(self, pair: DomainPair, has_target: bool) -> Settings:
        names = (knob.name for knob in Settings.knobs())
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        if self.method is not None:
            if self.method not in METHODS:
                raise KnobError(f"method must be one of {', '.join(METHODS)}; got {self.method!r}.")
            given = METHODS[self.method].settings | given
        if not has_target:
            given |= METHODS["source-only"].settings
            if self.method != "source-only":
                warnings.warn(
                    "No sample is of the target (sample_domain negative): the source alone is learnt, nothing is "
                    'adapted. method="source-only" asks for that.',
                    stacklevel=3,
                )
        if self.random_state is not None:
            if self.seed is not None:
                raise KnobError("random_state and seed are the same: give one of them.")
            drawn = isinstance(self.random_state, np.random.RandomState)
            given["seed"] = self.random_state.randint(2**31 - 1) if drawn else self.random_state
        return Settings.for_pair(pair).replace(**given)

    def _look(self, X: ArrayLike, sample_domain: ArrayLike | None, allow_source: bool) -> View:
        check_is_fitted(self, "network_")
        X = validate_data(self, X, reset=False, allow_nd=True)
        if X.shape[1:] != self.sample_shape_:
            raise DomainError(f"Samples have the shape {X.shape[1:]}, those of fit had {self.sample_shape_}.")
        is_source = np.zeros(len(X), bool) if sample_domain is None else _by_domain(sample_domain, len(X))
        if is_source.any() and not allow_source:
            raise DomainError(
                f"{is_source.sum():,} of {len(X):,} samples are of the source (sample_domain 0 or more): leave them "
                "out, or say allow_source=True."
            )
        standardised = np.empty(X.shape, np.float32)
        for name, rows in (("source", is_source), ("target", ~is_source)):
            standardised[rows] = self.standardizer_(X[rows], name)
        inputs = torch.from_numpy(standardised).to(next(self.network_.parameters()).device)
        if inputs.ndim == 4:
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        parameters = sum(p.numel() for p in self.network_.parameters())
        return networks.look(self.network_, inputs, samples_a_pass(X[0].size, parameters))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def _by_domain(sample_domain: ArrayLike, n: int) -> np.ndarray:
    """Which of n samples are of the source, `(n,)`."""
    domains = np.asarray(sample_domain)
    if domains.dtype.kind not in "iuf" or not np.array_equal(domains, np.round(domains)):
        raise DomainError("sample_domain must hold whole numbers: positive for the source, negative for the target.")
    if domains.ndim and domains.shape != (n,):
        raise DomainError(f"sample_domain has the shape {domains.shape}: give one number a sample, ({n},).")
    return np.broadcast_to(domains >= 0, n)


def _by_labels(y: np.ndarray) -> np.ndarray:
    """The same where no domains are given: all, unless some labels are masked."""
    unmasked = _unmasked(y)
    if unmasked.all() or len(np.unique(y[unmasked])) < 2:
        return np.ones(len(y), bool)
    warnings.warn(
        f"No sample_domain is given: the {(~unmasked).sum():,} samples labelled {MASKED} are taken for the target. If "
        "that is a class, say sample_domain=1.",
        stacklevel=3,
    )
    return unmasked


def _unmasked(y: np.ndarray) -> np.ndarray:
    return y != MASKED if y.dtype.kind in "if" else np.ones(len(y), bool)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Train as everywhere in this package, repeatable whatever the number of cores, and leave the caller's setting."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _without_gradients(trainer: Trainer) -> networks.Network:
    """The trained network alone: a pickle of the trainer's own would also hold all gradients, once a parameter."""
    network = networks.build(trainer.pair.sample_shape, trainer.pair.n_classes, trainer.settings).to(trainer.device)
    network.load_state_dict(trainer.network.state_dict())
    for parameter, trained in zip(network.parameters(), trainer.network.parameters(), strict=True):
        # In memory as it was trained: products of matrices laid out otherwise differ in their last bits.
        parameter.data = trained.detach().clone()
    return network.requires_grad_(False)


def _documented() -> str:
    """The parameters as numpydoc has them, which notebooks show."""
    knobs = {knob.name: f"{_values(knob)}\n        {knob.help}" for knob in Settings.knobs()}
    own = {name: f"default None\n        {text}" for name, text in OWN.items()}
    return "\n".join(f"    {name} : {text}" for name, text in (knobs | own).items())


def _values(knob: Knob) -> str:
    among = f"{knob.low:,} to {knob.high:,}" if knob.low is not None else ", ".join(knob.choices)
    return f"{knob.kind} ({among}), default None" if among else f"{knob.kind}, default None"


DANNClassifier.__init__.__signature__ = SIGNATURE
DANNClassifier.__doc__ += f"\n    Parameters\n    ----------\n{_documented()}\n"
