"""Methods by name: choices of settings, on the command line and for a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dann_core import Settings, domains
from dann_core.cli.main import main
from dann_core.settings.methods import METHODS, SOURCE_ONLY, method_of


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_found_again_in_its_settings(name: str) -> None:
    settings = domains.preset("blobs").replace(**METHODS[name].settings)
    assert method_of(settings) == name
    assert method_of(settings.replace(classification_weight=0.7)) is None
    assert set(SOURCE_ONLY) <= set(METHODS[name].settings)


def test_what_methods_are_made_of() -> None:
    def made(name: str) -> Settings:
        return Settings().replace(**METHODS[name].settings)

    assert not made("source-only").adapts
    assert made("dan").adversarial_weight == made("deep-coral").adversarial_weight == 0
    assert made("dan").adapts
    assert made("deep-coral").adapts
    assert made("dctln").adversarial_weight > 0
    assert made("dctln").discrepancy == "mmd"
    assert made("cdan").discriminator_input == "conditional"
    assert made("iw-dann").weighs_classes
    assert not made("dann").weighs_classes


def test_the_upload_method_is_what_an_upload_starts_with() -> None:
    pair = domains.load("blobs")
    assert method_of(Settings.for_pair(pair)) == "upload"
    # The built-in presets are the paper's method, tuned.
    assert all(method_of(domains.preset(name)) == "dann" for name in ("moons", "blobs", "pinwheel"))


def test_the_command_line_takes_a_method_and_settings_after_it(tmp_path: Path) -> None:
    given = ["train", "--domain", "blobs", "--method", "dctln", "--discrepancy-weight", "0.3", "--max-iter", "4"]
    assert main([*given, "--out", str(tmp_path)]) == 0
    settings = json.loads((tmp_path / "settings.json").read_text())["settings"]
    assert settings["discrepancy"] == "mmd"
    assert settings["discrepancy_weight"] == 0.3
    assert settings["max_iter"] == 4
