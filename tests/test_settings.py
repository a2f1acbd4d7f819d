"""Settings stand in one place: validation, links, and that the core knows no screen."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dann_core import KnobError, Settings, domains
from dann_core.settings import GROUPS


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"gamma": -1}, "gamma must be a number from 0 to 50; got -1"),
        ({"gamma": "fast"}, "gamma must be a number from 0 to 50; got 'fast'"),
        ({"gamma": float("nan")}, "gamma must be a number"),
        ({"max_iter": 0}, "max_iter must be a whole number from 1 to 1,000,000; got 0"),
        ({"max_iter": 1.5}, "max_iter must be a whole number"),
        ({"discriminator_norm": "instance"}, "discriminator_norm must be one of none, layer, batch, batch-joint"),
        ({"use_lambda_scheduler": "perhaps"}, "use_lambda_scheduler must be true or false; got 'perhaps'"),
        ({"gama": 1}, "gama is not a parameter of Settings; it has: gamma, max_iter"),
    ],
)
def test_wrong_values_are_named_with_their_rule(values: dict, message: str) -> None:
    with pytest.raises(KnobError) as caught:
        Settings(**values)
    assert message in str(caught.value)


def test_several_wrong_values_are_all_named() -> None:
    with pytest.raises(KnobError, match=r"gamma must .* seed must"):
        Settings(gamma=-1, seed=-5)


def test_settings_cannot_change_under_ones_feet() -> None:
    settings = Settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.gamma = 3
    assert settings.replace(gamma=3).gamma == 3
    assert settings.gamma == 10


def test_each_knob_says_what_a_control_needs() -> None:
    for knob in [*Settings.knobs(), *(k for name in domains.names() for k in domains.get(name).knobs())]:
        assert len(knob.help) > 10, knob.name
        if knob.kind in ("int", "float"):
            assert knob.low <= knob.default <= knob.high, knob.name
            assert knob.step or knob.ladder, knob.name


def test_live_and_rebuild_are_told_apart() -> None:
    settings = Settings()
    live = {k.name for k in Settings.knobs() if k.live}
    assert {"gamma", "max_iter", "lambda_max", "adversarial_weight", "learning_rate"} <= live
    assert settings.rebuilds(settings.replace(gamma=1, max_iter=10)) == []
    assert [k.name for k in settings.rebuilds(settings.replace(gamma=1, seed=2))] == ["seed"]


def test_a_link_gives_the_same_settings_again() -> None:
    for name in domains.names():
        base = domains.preset(name)
        changed = base.replace(gamma=2.5, use_lambda_scheduler=False, discriminator_width=100, discrepancy="coral")
        query = changed.to_query(base)
        assert all(isinstance(v, str) for v in query.values())
        assert Settings.from_query({**query, "domain": name}, base) == changed
        assert base.to_query(base) == {}


def test_a_wrong_link_is_named() -> None:
    with pytest.raises(KnobError, match="gamma must be a number from 0 to 50; got 'x'"):
        Settings.from_query({"gamma": "x"}, Settings())


def test_links_do_not_confuse_settings_with_domain_parameters() -> None:
    settings = {k.name for k in Settings.knobs()} | {"domain"}
    for name in domains.names():
        assert not settings & {k.name for k in domains.get(name).knobs()}


def test_json_round_trip() -> None:
    settings = Settings(gamma=3, seed=7)
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_the_core_imports_no_user_interface() -> None:
    modules = "dann_core, dann_core.engine.cluster, dann_core.live.run, dann_core.cli.main"
    code = f"import sys, {modules}; print('streamlit' in sys.modules, 'plotly' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_every_setting_stands_in_a_group_of_the_page() -> None:
    # One that stands in none is on no page and no command line.
    assert {k.name for k in Settings.knobs() if k.group not in GROUPS} == set()
