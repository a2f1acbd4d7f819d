"""The static site of films: complete, the same each time, and at home under any path."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browser import PATIENCE, ROOT, button, player, progress
from PIL import Image
from playwright.sync_api import Page, expect

from dann_core import domains

BRIEF = """
import sys
from dann_core import domains
from dann_core.cli.main import main
preset = domains.preset
domains.preset = lambda name: preset(name).replace(max_iter=4)
sys.exit(main(["demo", *sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of all domains, trained for a few iterations."""
    folder = tmp_path_factory.mktemp("host") / "some" / "path"
    for arguments in ([folder], [folder.parent / "again", "--domain", "moons", "--domain", "digits"]):
        # Each in a process of its own, as the command is.
        subprocess.run([sys.executable, "-c", BRIEF, *map(str, arguments)], cwd=ROOT, check=True)
    return folder


def test_the_site_is_complete(demo: Path) -> None:
    wanted = {f"{name}.{kind}" for name in domains.names() for kind in ("html", "png")}
    assert {file.name for file in demo.iterdir()} == wanted | {"index.html"}
    index = (demo / "index.html").read_text()
    # Every address in it is one of these files, beside it.
    named = re.findall(r'(?:href|src)="(?!data:)([^"]*)"', index)
    assert set(named) == wanted
    for name in domains.names():
        assert domains.get(name).title in index
        with Image.open(demo / f"{name}.png") as still:
            assert still.size == (1200, 640)


def test_the_same_seed_gives_the_same_bytes(demo: Path) -> None:
    again = demo.parent / "again"
    files = [file for file in again.iterdir() if file.name != "index.html"]
    assert len(files) == 4
    for file in files:
        assert file.read_bytes() == (demo / file.name).read_bytes()


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def look_around(page: Page, index: str, listen: Callable[[Page], None]) -> None:
    listen(page)
    page.goto(index)
    pictures = page.locator(".card img")
    expect(pictures).to_have_count(len(domains.names()))
    page.wait_for_function("() => [...document.images].every((image) => image.naturalWidth)")
    page.get_by_role("link", name="Digits").click()
    expect(progress(page)).to_contain_text("iteration")
    expect(player(page)).to_have_attribute("data-state", "finished", timeout=PATIENCE)
    expect(button(page, "Play")).to_be_enabled()


@pytest.mark.parametrize("where", ["disk", "host"])
def test_the_site_works_from_disk_and_under_a_path(demo: Path, where: str, page: Page) -> None:
    said, asked = [], []

    def listen(page: Page) -> None:
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))

    with hosted(demo.parents[1]) as address:
        root = demo.as_uri() if where == "disk" else f"{address}/some/path"
        look_around(page, f"{root}/index.html" if where == "disk" else f"{root}/", listen)
        assert all(url.startswith((root, "data:")) for url in asked)
        assert said == []
