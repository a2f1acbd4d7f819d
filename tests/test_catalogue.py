"""One entry makes a part: it is offered, described, loaded and used, and nothing else lists it."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import numpy as np
import pytest
import torch

from dann_core import CORALLoss, DomainPair, KnobError, MMDLoss, Settings, Trainer
from dann_core.engine import device
from dann_core.method import networks
from dann_core.settings.catalogue import DISCREPANCIES, EXTRACTORS, Kind

SHAPES = {"vectors": (4,), "signals": (2, 40), "images": (3, 24, 24)}
SMALL = Settings(batch_size=8, extractor_width=8, feature_width=8, discriminator_width=8, bottleneck=32)


def test_settings_offer_and_describe_every_entry() -> None:
    knobs = {k.name: k for k in Settings.knobs()}
    for name, parts, first in (("extractor", EXTRACTORS, "auto"), ("discrepancy", DISCREPANCIES, "none")):
        assert knobs[name].choices == (first, *parts)
        assert all(f"{part}: {entry.help}" in knobs[name].help for part, entry in parts.items())
        with pytest.raises(KnobError, match=f"{name} must be one of {first}, .*; got 'mine'"):
            Settings(**{name: "mine"})


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_an_extractor_reads_what_its_entry_says(extractor: str, kind: Kind) -> None:
    settings = SMALL.replace(extractor=extractor)
    if kind in EXTRACTORS[extractor].reads:
        network = networks.build(SHAPES[kind], 3, settings)
        assert network(torch.zeros(2, *SHAPES[kind])).shape == (2, network.feature_dim)
    else:
        with pytest.raises(KnobError, match=f"extractor {extractor} cannot read samples of shape"):
            networks.build(SHAPES[kind], 3, settings)


def test_auto_takes_the_first_that_reads_the_samples() -> None:
    chosen = {kind: networks.extractor_kind(shape, SMALL) for kind, shape in SHAPES.items()}
    assert chosen == {"vectors": "mlp", "signals": "cnn1d", "images": "cnn"}


def test_the_discrepancies_are_those_of_their_names() -> None:
    assert isinstance(DISCREPANCIES["mmd"].load(), MMDLoss)
    assert isinstance(DISCREPANCIES["coral"].load(), CORALLoss)


@pytest.mark.parametrize("discrepancy", DISCREPANCIES)
def test_the_trainer_records_the_discrepancy_of_its_entry(discrepancy: str, vectors: DomainPair) -> None:
    trainer = Trainer(vectors, SMALL.replace(discrepancy=discrepancy), device())
    source, target = (
        torch.from_numpy(trainer.features(x[picked(0).numpy()], domain))
        for domain, x, picked in (
            ("source", vectors.source_x, trainer._source_batches),
            ("target", vectors.target_x, trainer._target_batches),
        )
    )
    expected = DISCREPANCIES[discrepancy].load()(source, target).item()
    trainer.advance(1)
    assert expected > 0
    np.testing.assert_allclose(trainer.history[0]["discrepancy_loss"], expected, rtol=1e-4)


def test_settings_and_domains_do_not_wait_for_torch() -> None:
    modules = "dann_core.settings, dann_core.settings.catalogue, dann_core.domains, dann_core.method.schedules"
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False"]
