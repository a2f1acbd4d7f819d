"""The pictures of Explore in a real Chromium: what is drawn, where, and what it says of itself."""

from __future__ import annotations

import re

from browser import (
    LAST_POINT,
    button,
    iteration,
    open_page,
    play_and_pause,
    point_at,
    wait_for_iteration,
)
from playwright.sync_api import Page, expect


def test_a_point_says_what_it_is(page: Page, address: str) -> None:
    open_page(page, address)
    panel = page.locator(".js-plotly-plot").nth(1)
    moon = "(upper|lower) moon"
    says = re.compile(rf"^target sample \d+class {moon} \(exam\)predicted {moon} \(\d+%\)$")
    point_at(page, panel, says, LAST_POINT)
    colours = "panel => panel.querySelector('canvas').toDataURL()"
    of_the_exam = panel.evaluate(colours)
    page.get_by_text("true target labels").click()
    point_at(page, panel, re.compile(rf"^target sample \d+predicted {moon} \(\d+%\)$"), LAST_POINT)
    assert panel.evaluate(colours) != of_the_exam


ZOOM = """() => {
    const plot = document.querySelector('.js-plotly-plot');
    return [...plot._fullLayout.xaxis.range, ...plot._fullLayout.yaxis.range].map(v => Math.round(v * 1e6) / 1e6);
}"""


COUNT_FRAMES = """() => {
    window.frames_drawn = 0;
    document.querySelector('.js-plotly-plot').addEventListener('drawn', () => window.frames_drawn++);
}"""


def zoom(page: Page) -> list[float]:
    """Zoom into the first picture; the limits of its axes then."""
    expect(page.locator(".js-plotly-plot .nsewdrag").first).to_be_visible()
    whole = page.evaluate(ZOOM)
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 200, steps=8)
    page.mouse.up()
    page.wait_for_function(f"whole => JSON.stringify(({ZOOM})()) !== JSON.stringify(whole)", arg=whole)
    return page.evaluate(ZOOM)


# How many points are inside the first picture's frame, how many of them have ink where they are, and all ink in pixels.
INK = """() => {
    const plot = document.querySelector('.js-plotly-plot'), pen = plot.querySelector('canvas').getContext('2d');
    const { xaxis, yaxis } = plot._fullLayout, scale = window.devicePixelRatio;
    const points = plot.figure.data.flatMap(({ x, y }) => [...x.keys()].map(i => [xaxis.d2p(x[i]), yaxis.d2p(y[i])]));
    const inside = points.filter(([a, b]) => 0 < a && a < xaxis._length && 0 < b && b < yaxis._length);
    const pixels = (...box) => pen.getImageData(...box.map(v => Math.floor(v * scale))).data;
    const opaque = (...box) => pixels(...box).filter((v, i) => i % 4 === 3 && v);
    // An open symbol's middle is empty.
    const inked = inside.filter(([a, b]) => opaque(a + xaxis._offset - 3, b + yaxis._offset - 3, 6, 6).length);
    return [inside.length, inked.length, opaque(0, 0, plot._fullLayout.width, plot._fullLayout.height).length];
}"""

# Where the canvas of the first picture and the picture itself are on the screen.
PLACES = """() => ['canvas', '.main-svg'].map(part => {
    const { x, y, width, height } = document.querySelector(`.js-plotly-plot ${part}`).getBoundingClientRect();
    return [x, y, width, height];
})"""

WIDTH = "() => document.querySelector('.js-plotly-plot canvas').width"


def test_points_are_drawn_where_they_are_also_zoomed_and_on_another_size(page: Page, address: str) -> None:
    open_page(page, address)
    expect(page.locator(".js-plotly-plot canvas").first).to_be_visible()
    inside, inked, ink = page.evaluate(INK)
    assert 490 <= inside == inked <= 500
    assert 5_000 < ink < 40_000
    canvas, whole = page.evaluate(PLACES)
    assert canvas == whole
    zoom(page)
    fewer, inked, less = page.evaluate(INK)
    assert 0 < fewer == inked < inside
    assert less < ink
    before = page.evaluate(WIDTH)
    page.set_viewport_size({"width": 1000, "height": 800})
    page.wait_for_function(f"before => ({WIDTH})() < before", arg=before)
    again, inked, _ = page.evaluate(INK)
    assert again == inked == fewer
    canvas, whole = page.evaluate(PLACES)
    assert canvas == whole


def test_pictures_are_there_again_after_a_visit_to_another_page(page: Page, address: str) -> None:
    open_page(page, address)
    canvases = page.locator(".js-plotly-plot canvas")
    expect(canvases).to_have_count(3)
    zoom(page)
    page.get_by_test_id("stSidebarNav").get_by_text("Sweep").click()
    expect(canvases).to_have_count(0)
    page.get_by_test_id("stSidebarNav").get_by_text("Explore").click()
    expect(canvases).to_have_count(3)
    inside, inked, _ = page.evaluate(INK)
    assert 490 <= inside == inked


# Of the plane's picture between its axes: the share of pixels that are tinted, and how many are the boundary's.
PLANE = """() => {
    const plot = document.querySelectorAll('.js-plotly-plot')[1], scale = window.devicePixelRatio;
    const { xaxis, yaxis } = plot._fullLayout, pen = plot.querySelector('canvas').getContext('2d');
    const box = [xaxis._offset + 1, yaxis._offset + 1, xaxis._length - 3, yaxis._length - 3];
    const { data } = pen.getImageData(...box.map(v => Math.floor(v * scale)));
    const pixels = Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 4));
    const isDark = ([r, g, b]) => Math.max(r, g, b) < 90;
    return [pixels.filter(pixel => pixel[3] === 255).length / pixels.length, pixels.filter(isDark).length];
}"""


def test_the_plane_is_tinted_all_over_and_its_boundary_moves(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=100000")
    expect(page.locator(".js-plotly-plot canvas").nth(1)).to_be_visible()
    tinted, at_first = page.evaluate(PLANE)
    assert tinted == 1
    play_and_pause(page, 200)
    page.wait_for_function(f"at_first => ({PLANE})()[1] !== at_first", arg=at_first)
    tinted, boundary = page.evaluate(PLANE)
    assert tinted == 1
    # At least as long as the frame is high, and two pixels wide.
    assert 400 < boundary < 8_000


def test_zoom_survives_twenty_frames(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=100000")
    zoomed = zoom(page)
    page.evaluate(COUNT_FRAMES)
    button(page, "Play").click()
    page.wait_for_function("() => window.frames_drawn >= 20")
    assert iteration(page) > 20
    assert page.evaluate(ZOOM) == zoomed
    inside, inked, _ = page.evaluate(INK)
    assert inside == inked


CURVES = "document.querySelectorAll('.js-plotly-plot')[2]"
# The last iteration that the picture of the curves knows, or Plotly, and its lines.
LAST_OF_CURVES = f"() => {CURVES}.figure.data[0].x.at(-1)"
LAST_OF_PLOTLY = f"() => {CURVES}.calcdata[0].at(-1).x"
LINES_OF_CURVES = f"() => {CURVES}.querySelector('canvas').toDataURL()"

# Within the picture of the curves the upper left, where the losses of the first iterations are.
FIRST_LOSSES = """figure => {
    const { xaxis, yaxis } = figure._fullLayout, box = figure.getBoundingClientRect();
    return [box.x + xaxis._offset + 2, box.y + yaxis._offset + yaxis._length / 2];
}"""

# Whether a whole drawing, with axes and notes, has been made since.
NOTE_WHOLE_DRAWINGS = f"() => {CURVES}.on('plotly_afterplot', () => window.drawn_whole = true)"


def move_on(page: Page, iterations: int) -> None:
    """Wait until the curves have so many more iterations and look different."""
    before, lines = page.evaluate(LAST_OF_CURVES), page.evaluate(LINES_OF_CURVES)
    page.wait_for_function(f"([before, more]) => ({LAST_OF_CURVES})() > before + more", arg=[before, iterations])
    page.wait_for_function(f"lines => ({LINES_OF_CURVES})() !== lines", arg=lines)


def test_curves_move_on_between_their_axes_and_below_what_is_said_of_them(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=100000")
    button(page, "Play").click()
    wait_for_iteration(page, 100)
    page.evaluate(NOTE_WHOLE_DRAWINGS)
    move_on(page, 300)
    assert not page.evaluate("window.drawn_whole")
    before = page.evaluate(LAST_OF_CURVES)
    curves = page.locator(".js-plotly-plot").nth(2)
    point_at(page, curves, "classification", FIRST_LOSSES)
    # Who points at a picture is told of what it shows now.
    assert page.evaluate(LAST_OF_PLOTLY) >= before
    move_on(page, 300)
    expect(curves.locator(".hoverlayer")).to_contain_text("classification")
    assert page.evaluate(LAST_OF_PLOTLY) >= before + 300
    page.mouse.move(5, 5)
    move_on(page, 300)
    button(page, "Pause").click()
    expect(button(page, "Step")).to_be_enabled()
    # The figures over all samples are the last.
    expect(page.locator(".figures > div").first).to_have_attribute("title", re.compile(r"over (?!250 )[\d,]+ source"))
    behind = f"() => ({LAST_OF_CURVES})() - ({LAST_OF_PLOTLY})()"
    assert page.evaluate(behind) > 0
    # Also when no frame follows.
    point_at(page, curves, "classification", FIRST_LOSSES)
    assert page.evaluate(behind) == 0
    button(page, "Play").click()
    page.get_by_role("button", name="+", exact=True).first.click()
    page.wait_for_function(f"() => {CURVES}.textContent.includes('gamma 10 → 10.5')")
    width = page.evaluate(f"{CURVES}._fullLayout.width")
    page.set_viewport_size({"width": 1000, "height": 800})
    page.wait_for_function(f"width => {CURVES}._fullLayout.width < width", arg=width)
    assert page.evaluate(LAST_OF_CURVES) > before
