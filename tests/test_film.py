"""A film: one HTML file that plays from disk in a real Chromium, with the network refused."""

from __future__ import annotations

import base64
import gzip
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from browser import DESKTOP, PATIENCE, PHONE, ROOT, button, figure, iteration, player, progress, tooltip
from conftest import make_pair
from PIL import Image, ImageColor
from playwright.sync_api import Browser, Page, expect

from dann_core import DomainPair, Settings
from dann_core.cli.main import main
from dann_core.film import modules
from dann_core.film.page import FilmError, film
from dann_core.live.frame import SCALE
from dann_core.live.message import unpack
from dann_core.live.palette import CURVES
from dann_core.live.record import record
from dann_core.live.recording import Recording, Shown

SHORT = Settings(max_iter=12, batch_size=8, feature_width=8, discriminator_width=8)
HOSTILE = "</script><b>&amp; {size} <img src=x onerror='document.title=1'>"
MOONS = ROOT / "assets" / "recordings" / "moons.dann"


@pytest.fixture(scope="module")
def moons() -> Recording:
    return Recording.load(MOONS)


def recorded(pair: DomainPair) -> Recording:
    return record(pair, SHORT, frames=6)[0]


def inside(made: bytes) -> Recording:
    """The recording that a film holds."""
    packed = re.search(r'id="recording">([^<]*)</script>', made.decode())[1]
    content, read = gzip.decompress(base64.b64decode(packed)), Recording()
    while content:
        length, number = int.from_bytes(content[:4], "little"), int.from_bytes(content[4:8], "little")
        read._take(content[8 : 8 + length], number)
        content = content[8 + length + -length % 8 :]
    return read


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens a film from disk, offline; afterwards it must have asked for nothing and complained of nothing."""
    contexts, asked, said = [], [], []

    def open_film(made: bytes, **context: object) -> Page:
        file = tmp_path / "film.html"
        file.write_bytes(made)
        contexts.append(browser.new_context(**{"viewport": DESKTOP, "offline": True, **context}))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(file.as_uri())
        expect(progress(page)).to_contain_text("iteration")
        return page

    yield open_film
    for context in contexts:
        context.close()
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    assert sum(url.startswith("file:") for url in asked) == len(contexts)
    assert said == []


def test_a_film_plays_to_its_end_and_again(opened, moons: Recording) -> None:
    page = opened(film(moons))
    expect(player(page)).to_have_attribute("data-state", "playing")
    page.get_by_label("speed").select_option("fast")
    expect(player(page)).to_have_attribute("data-state", "finished")
    expect(progress(page)).to_have_text("iteration 1,000 of 1,000 · done")
    accuracy = unpack(moons.latest.packed).exam["target_accuracy"]
    assert figure(page, "target accuracy") == f"{accuracy:.1%}"
    button(page, "Play").click()
    expect(player(page)).to_have_attribute("data-state", "playing")
    button(page, "Pause").click()
    expect(player(page)).to_have_attribute("data-state", "paused")
    at = iteration(page)
    button(page, "Step").click()
    assert iteration(page) > at
    page.keyboard.press("0")
    expect(progress(page)).to_have_text("iteration 0 of 1,000")


def test_a_film_is_sought_by_its_slider(opened, moons: Recording) -> None:
    page = opened(film(moons))
    slider = page.get_by_role("slider", name="iteration")
    expect(slider).to_have_attribute("max", str(len(moons.frames) - 1))
    slider.fill("40")
    expect(player(page)).to_have_attribute("data-state", "paused")
    assert iteration(page) == moons.frames[40].iteration
    page.locator("body").press("ArrowRight")
    assert iteration(page) == moons.frames[41].iteration
    values = unpack(moons.frames[41].packed).values
    assert figure(page, "source accuracy") == f"{values['source_accuracy']:.1%}"


# No frame stays for long enough to be asked for.
NOTE = """text => {
    window.ends = new Set();
    window.passes = 0;
    new MutationObserver(() => {
        if (/^iteration (0|1,000) of/.test(text.innerText)) ends.add(text.innerText.split(" ")[1]), passes++;
    }).observe(text, {childList: true, subtree: true});
}"""


def test_a_film_plays_backwards_in_a_loop_and_to_changes_of_state(opened, moons: Recording) -> None:
    page = opened(film(moons))
    page.get_by_label("speed").select_option("fast")
    expect(player(page)).to_have_attribute("data-state", "finished")
    page.keyboard.press("b")
    expect(button(page, "Play backwards")).to_have_attribute("aria-pressed", "true")
    expect(progress(page)).to_have_text("iteration 0 of 1,000")
    expect(button(page, "Play backwards")).to_have_attribute("aria-pressed", "false")
    # From its first frame to its last and on, until something else is asked for.
    progress(page).evaluate(NOTE)
    button(page, "Loop").click()
    page.wait_for_function("() => ends.size === 2 && passes > 2")
    expect(button(page, "Loop")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("a")
    expect(button(page, "Loop")).to_have_attribute("aria-pressed", "false")
    at = iteration(page)
    sentence = page.locator(".dann-sentence")
    before = sentence.get_attribute("data-state")
    page.keyboard.press("n")
    assert iteration(page) != at
    page.keyboard.press("ArrowLeft")
    after = sentence.get_attribute("data-state")
    page.keyboard.press("ArrowRight")
    expect(sentence).not_to_have_attribute("data-state", after)
    assert before is not None
    # What a film has not, does nothing.
    page.keyboard.press("f")


POINT = """(host, [x, y]) => {
    const box = host.querySelector('canvas').getBoundingClientRect();
    const unit = (Math.min(box.width, box.height) - 2) / 4.2;
    return [box.x + box.width / 2 + unit * x, box.y + box.height / 2 - unit * y];
}"""


def test_a_point_and_the_curves_tell_what_they_are(opened, moons: Recording) -> None:
    page = opened(film(moons), reduced_motion="reduce")
    # Who prefers that nothing moves sees the end.
    expect(player(page)).to_have_attribute("data-state", "finished")
    x, y = (unpack(moons.latest.packed).arrays["tsne"][0] / SCALE).tolist()
    page.mouse.move(*page.locator(".dann-panel-features .dann-picture").evaluate(POINT, [x, y]))
    expect(tooltip(page)).to_contain_text(re.compile(r"source sample \d+.*predicted"))
    curves = page.locator(".dann-panel-curves .dann-picture")
    seen = np.asarray(Image.open(io.BytesIO(curves.screenshot())).convert("RGB"))
    for name in ("classification_loss", "adversarial_loss", "lambda"):
        assert (seen == ImageColor.getrgb(CURVES[name])).all(-1).sum() > 100
    curves.hover()
    expect(tooltip(page)).to_contain_text(re.compile(r"iteration \d+.*classification.*adversarial"))


@pytest.mark.parametrize("shape", [(2,), (5,), (1, 64), (3, 16, 16)])
def test_every_kind_of_inputs_is_shown(opened, shape: tuple[int, ...]) -> None:
    page = opened(film(recorded(make_pair(shape, n=24))), viewport=PHONE)
    expect(page.locator("footer")).to_contain_text("24 of 24 source and 24 of 24 target samples")
    button(page, "input").click()
    host = page.locator(".dann-panel-input .dann-picture")
    assert len(np.unique(np.asarray(Image.open(io.BytesIO(host.screenshot())).convert("L")))) > 20
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_names_from_files_break_out_of_nothing(opened) -> None:
    pair = make_pair((2,), n=24)
    page = opened(film(recorded(replace(pair, name=HOSTILE, class_names=(HOSTILE, "b", "c")))))
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    expect(page).to_have_title(HOSTILE)
    expect(page.locator(".dann-legend")).to_contain_text(HOSTILE[:15])
    assert page.locator("img").count() == 0
    # The one of our own.
    assert page.locator("b").all_inner_texts() == ["In this file"]


def test_a_blind_film_holds_no_inputs_and_no_target_labels(opened, moons: Recording) -> None:
    made = film(moons, inputs=False, exam=False)
    held = inside(made)
    scene = unpack(held.scene)
    assert scene.values["input"] == "none"
    for message in (scene, *(unpack(f.packed) for f in held.frames)):
        assert not message.exam
        assert not message.exam_arrays
        assert not message.arrays.keys() & {"xy", "picked", "mosaic", "signals", "tint", "boundary"}
    page = opened(made)
    expect(page.locator("footer")).to_contain_text("no inputs")
    expect(page.locator("footer")).to_contain_text("the target's labels are left out")
    expect(page.get_by_text("The inputs were left out of this film.")).to_be_visible()
    assert figure(page, "target accuracy") == "hidden"


def test_the_same_recording_gives_the_same_bytes(moons: Recording) -> None:
    assert film(moons) == film(Recording.load(MOONS))
    assert [f.packed for f in inside(film(moons)).frames] == [f.packed for f in moons.frames]


def test_a_film_keeps_to_its_limit_and_its_curves_whole(moons: Recording) -> None:
    made = film(moons, limit_mb=0.5)
    held = inside(made)
    assert 400_000 < len(made) <= 500_000
    assert f"{len(held.frames)} of 81 frames of the recording" in made.decode()
    assert f"({len(made) / 1e6:.1f} MB" in made.decode()
    assert [held.frames[0].iteration, held.frames[-1].iteration] == [0, 1000]
    gaps = np.diff([f.iteration for f in held.frames])
    assert gaps.max() <= 2 * gaps.min()
    assert held.frames[0].first == 0
    assert all(after.first == before.iteration for before, after in zip(held.frames, held.frames[1:], strict=False))
    # Each frame's rows are the means of all of its iterations.
    whole = np.concatenate([unpack(f.packed).arrays["rows"] for f in moons.frames])
    for frame in held.frames[1:]:
        own = whole[(whole[:, 0] >= frame.first) & (whole[:, 0] < frame.iteration)]
        assert len(own)
        assert unpack(frame.packed).arrays["rows"].mean(0) == pytest.approx(own.mean(0), rel=0.2)
    with pytest.raises(FilmError, match="raise it, or leave the inputs out"):
        film(moons, limit_mb=0.1)


def test_without_a_frame_there_is_no_film() -> None:
    with pytest.raises(FilmError, match="no frame"):
        film(Recording())


def test_a_damaged_recording_is_said(moons: Recording) -> None:
    damaged = Recording()
    damaged.scene = moons.frames[0].packed
    damaged.add(Shown(0, 0, moons.scene, ()))
    with pytest.raises(FilmError, match="damaged"):
        film(damaged)


def test_a_module_that_cannot_be_followed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.js").write_text('import "./b.js"\n')
    monkeypatch.setattr(modules, "PLAYER", tmp_path)
    with pytest.raises(ValueError, match=r"player/a\.js refers to another file"):
        modules.import_map('import { a } from "player/a.js"')


def test_the_command_makes_a_film_of_a_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "to" / "film.html"
    assert main(["film", str(MOONS), str(out), "--limit", "0.6", "--without", "exam", "--without", "inputs"]) == 0
    assert out.read_bytes() == film(Recording.load(MOONS), limit_mb=0.6, exam=False, inputs=False)
    assert "MB" in capsys.readouterr().out
    assert main(["film", str(ROOT / "README.md"), str(out)]) == 2
    assert "dann_core: README.md" in capsys.readouterr().err
