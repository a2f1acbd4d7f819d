"""The house is in order: arrows between modules point one way, and a first page loads only what it draws."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from browser import ROOT

FOLDERS = ("dann_core", "server", "ui")


def modules() -> dict[str, Path]:
    """All modules of ours by their dotted names."""
    found = {}
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def statements(body: list[ast.stmt], *, checking: bool) -> Iterator[ast.stmt]:
    """What runs when a module is imported, with or without what stands behind TYPE_CHECKING."""
    for statement in body:
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING" and not checking:
            yield from statements(statement.orelse, checking=checking)
        elif isinstance(statement, ast.If | ast.Try | ast.With):
            for field in ("body", "orelse", "finalbody"):
                yield from statements(getattr(statement, field, []), checking=checking)
            for handler in getattr(statement, "handlers", []):
                yield from statements(handler.body, checking=checking)
        else:
            yield statement


def imports(path: Path, *, everywhere: bool = False, checking: bool = True) -> set[str]:
    """Dotted names of what a file imports at its top, or also inside functions; never relative here."""
    tree = ast.parse(path.read_text())
    names = set()
    for node in ast.walk(tree) if everywhere else statements(tree.body, checking=checking):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively"
            # `from package import module` is that module; `from module import name` is the module.
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {f if f in MODULES else node.module for f in full}
    return names


def is_in(name: str, *packages: str) -> bool:
    return any(name == p or name.startswith(p + ".") for p in packages)


@pytest.mark.parametrize("checking", [True, False])
def test_no_file_imports_in_a_circle(checking: bool) -> None:
    graph = {name: imports(path, checking=checking) & set(MODULES) - {name} for name, path in MODULES.items()}
    if checking:
        graph = {name: imported for name, imported in graph.items() if is_in(name, "dann_core")}
    assert "dann_core.live.pace" in graph["dann_core.live.run"]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


@pytest.mark.parametrize("name", [name for name in MODULES if is_in(name, "dann_core")])
def test_the_core_knows_no_page(name: str) -> None:
    pages = ("streamlit", "plotly", "starlette", "server", "ui", "pages", "app")
    assert not {i for i in imports(MODULES[name], everywhere=True) if is_in(i, *pages)}


@pytest.mark.parametrize("name", [name for name in MODULES if is_in(name, "server")])
def test_the_server_knows_no_controls(name: str) -> None:
    assert not {i for i in imports(MODULES[name], everywhere=True) if is_in(i, "ui", "pages")}


@pytest.mark.parametrize(
    ("room", "other", "but"),
    [
        ("dann_core.live", "dann_core.engine", {"dann_core.engine.base"}),
        ("dann_core.settings", "dann_core.domains", set()),
        ("dann_core.method", "dann_core.live", set()),
        ("dann_core.method", "dann_core.engine", set()),
        ("dann_core.domains", "dann_core.live", set()),
        ("dann_core.domains", "dann_core.engine", set()),
    ],
)
def test_arrows_between_rooms_point_one_way(room: str, other: str, but: set[str]) -> None:
    for name in MODULES:
        if is_in(name, room):
            known = {i for i in imports(MODULES[name], everywhere=True) if is_in(i, other)}
            assert known <= but, name


def loaded(code: str) -> set[str]:
    """What a process has loaded after that code."""
    command = [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


FIRST_PAGE = (
    "dann_core.settings",
    "dann_core.domains",
    "server.experiment",
    "server.channel",
    "server.link",
    "ui.pages",
    "ui.shelf",
    "ui.sidebar",
    "ui.player",
    "ui.visitors",
    "ui.viewed",
    "ui.joining",
    "ui.lane_paths",
    "ui.upload",
    "ui.phone",
    "ui.results",
    "ui.film",
    "ui.bundles",
    "ui.trust",
    "ui.trust_sample",
    "ui.language",
    "ui.lessons",
    "ui.text",
)
SLOW = {"torch", "sklearn", "openTSNE", "scipy", "h5py", "distributed", "contourpy", "pandas", "pyarrow"}


def test_the_first_page_does_not_wait_for_what_trains_or_reads_files() -> None:
    # What Streamlit itself loads, it loads.
    page = loaded(f"import {', '.join(FIRST_PAGE)}")
    assert "streamlit" in page
    assert not (page - loaded("import streamlit")) & SLOW


def test_the_first_domain_is_drawn_without_what_others_need() -> None:
    assert not loaded("from dann_core import domains; domains.load('moons')") & SLOW


def test_the_story_is_told_without_what_trains() -> None:
    assert not (loaded("from ui.learn import SCENES") - loaded("import streamlit")) & SLOW


def test_the_pages_import_nothing_else() -> None:
    for page in ("navigation", "explore"):
        ours = {i for i in imports(ROOT / "pages" / f"{page}.py") if is_in(i, *FOLDERS)}
        assert ours <= {*FIRST_PAGE}
