"""The controls of the sidebar, drawn by Streamlit without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def sidebar() -> None:
    """A page of nothing but controls."""
    import streamlit as st

    from dann_core.settings import Settings
    from ui.controls import control

    settings = st.session_state.setdefault("settings", Settings())

    def change(name: str, value: object) -> None:
        st.session_state.settings = st.session_state.settings.replace(**{name: value})

    if st.session_state.get("is interrupted"):
        st.stop()
    for knob in Settings.knobs():
        control(settings, knob, change, buttons=knob.name == "gamma")


@pytest.fixture
def page() -> AppTest:
    """The page, drawn once."""
    return AppTest.from_function(sidebar).run()


def gamma(page: AppTest):
    """The slider of gamma."""
    return next(s for s in page.slider if s.label == "gamma")


def more(page: AppTest):
    """The button that makes gamma one step more."""
    return page.button("Settings.gamma.more")


def test_every_control_carries_its_value_and_sends_none_after_it(page: AppTest) -> None:
    for _ in range(3):
        more(page).click().run()
        settings = page.session_state.settings
        protos = [w.proto for w in (*page.slider, *page.select_slider, *page.selectbox, *page.toggle)]
        assert len(protos) > 20
        assert not any(proto.set_value for proto in protos)
        assert list(gamma(page).proto.default) == [settings.gamma]
    assert settings.gamma == 11.5
    assert page.exception == []


def test_what_a_person_chooses_keeps_the_control(page: AppTest) -> None:
    before = gamma(page).proto.id
    gamma(page).set_value(20.0).run()
    assert page.session_state.settings.gamma == 20
    assert gamma(page).proto.id == before
    more(page).click().run()
    assert gamma(page).value == 20.5
    gamma(page).set_value(3.0).run()
    more(page).click().run()
    assert page.session_state.settings.gamma == gamma(page).value == 3.5


def test_a_page_that_still_reports_the_old_control_changes_nothing(page: AppTest) -> None:
    late = page._tree.get_widget_states()
    more(page).click().run()
    assert page.session_state.settings.gamma == 10.5
    page.run()
    page._run(late)
    assert page.session_state.settings.gamma == gamma(page).value == 10.5


def test_a_second_click_before_the_page_is_drawn_again_counts(page: AppTest) -> None:
    more(page).click()
    clicked = page._tree.get_widget_states()
    page.session_state["is interrupted"] = True
    page._run(clicked)
    page.session_state["is interrupted"] = False
    page._run(clicked)
    assert page.session_state.settings.gamma == gamma(page).value == 11
    more(page).click().run()
    assert page.session_state.settings.gamma == gamma(page).value == 11.5
