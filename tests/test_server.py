"""The real server in a process of its own: it ends when it is told to, answers under a base path, and gives out no
file but those that it means to."""

from __future__ import annotations

import http.client
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from browser import ROOT
from conftest import serve
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from player import Lane, Player, ask, hello, live
from server import modules

SERVED = {"recordings": "moons.dann", "plotly": "plotly.min.js"}
if (ROOT / "player").is_dir():
    SERVED["player"] = sorted(f.name for f in (ROOT / "player").iterdir() if f.suffix in modules.TYPES)[0]


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[tuple[str, psutil.Process, tuple[str, str]]]:
    """The app with a run in it: its address, its process, and the run's key and token."""
    program = str(Path(__file__).with_name("with_run.py")), str(folder / "run.json")
    with serve(folder, program, **environment) as (address, process):
        yield address, process, tuple(json.loads((folder / "run.json").read_text()))


def descendants(process: psutil.Process) -> list[psutil.Process]:
    return process.children(recursive=True)


def read_on(socket: ClientConnection) -> None:
    """Until there is no more."""
    while True:
        socket.recv(10)


@pytest.mark.parametrize("engine", ["cluster", "threads"])
def test_it_ends_when_it_is_told_to_with_sockets_open(engine: str, tmp_path: Path) -> None:
    with served(tmp_path, DANN_ENGINE=engine, DANN_WORKERS="1") as (address, process, run):
        with Player(address, run) as player, Player(address, (run[0], None)) as looker:
            # One plays, one looks, one has said nothing yet, and one only loads pages.
            player.do("play")
            player.do("ready")
            player.until(lambda: player.lane.iteration > 0, draws=True)
            looker.frame()
            with connect(live(address)) as silent, connect(address.replace("http", "ws") + "/_stcore/stream"):
                family = descendants(process)
                assert engine == "threads" or any("spawn_main" in " ".join(p.cmdline()) for p in family)
                process.send_signal(signal.SIGTERM)
                process.wait(3)
                for socket in (player.socket, looker.socket, silent):
                    with pytest.raises(ConnectionClosed):
                        read_on(socket)
        # What it has started ends with it.
        _, left = psutil.wait_procs(family, 15)
        assert not left
        assert "Traceback" not in (tmp_path / "log").read_text()


def test_it_ends_while_it_is_still_starting_what_trains(tmp_path: Path) -> None:
    with serve(tmp_path, DANN_WORKERS="2") as (_, process):
        family = descendants(process)
        process.send_signal(signal.SIGTERM)
        process.wait(3)
        _, left = psutil.wait_procs(family, 15)
        assert not left


@pytest.fixture(scope="module", params=["", "lab", "/a/b/"], ids=["root", "lab", "deep"])
def based(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    folder = tmp_path_factory.mktemp("based")
    environment = {"STREAMLIT_SERVER_BASE_URL_PATH": request.param} if request.param else {}
    with served(folder, DANN_ENGINE="threads", **environment) as (address, _, run):
        yield address, run, request.param.strip("/")


def get(address: str, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """An answer to exactly that path, which no client has put in order before; relative to the machine."""
    host = address.split("/")[2]
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.putrequest(method, path, skip_accept_encoding=True)
    connection.endheaders()
    response = connection.getresponse()
    read = response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    connection.close()
    return read


def under(address: str, path: str) -> str:
    """The path of something of the app's."""
    return "/" + "/".join([*address.split("/")[3:], path])


def test_the_channel_answers_under_the_base_path_only(based: tuple) -> None:
    address, run, base = based
    with Player(address, run) as player:
        assert player.frame().values["iteration"] == 0
    assert ask(address, {"hello": hello(run)}, [Lane()])[0]["is"] == "state"
    if base:
        root = "http://" + address.split("/")[2]
        with pytest.raises(InvalidStatus), connect(live(root)):
            pass
        assert get(address, "/live/ask", "POST")[0] in (404, 405)
        version = modules.version("recordings")
        status, _, content = get(address, f"/recordings/{version}/moons.dann")
        assert status == 404 or b"DANN" not in content[:4]


@pytest.mark.parametrize("folder", SERVED)
def test_files_have_a_version_and_may_be_kept(folder: str, based: tuple) -> None:
    address, _, _ = based
    name = SERVED[folder]
    status, headers, content = get(address, under(address, modules.address(folder, name)))
    assert status == 200
    assert content == modules._files(folder)[name].read_bytes()
    assert "immutable" in headers["cache-control"]
    assert headers["content-type"].split(";")[0] == modules.TYPES["." + name.rpartition(".")[2]]
    # A page that is older than the server gets what there is, and asks again next time.
    status, headers, again = get(address, under(address, f"{folder}/0123456789ab/{name}"))
    assert (status, headers["cache-control"], again == content) == (200, "no-cache", True)


@pytest.mark.parametrize(
    "name",
    [
        "make.py",
        "missing.js",
        "..",
        "%2e%2e",
        "../../../app.py",
        "..%2f..%2f..%2fapp.py",
        "%2e%2e/%2e%2e/%2e%2e/app.py",
        "..%5c..%5capp.py",
        "....//....//app.py",
        "%2fetc%2fpasswd",
        "moons.dann%00",
        "moons.dann%00.js",
        "moons.dann/",
        "moons.dann/..",
        "",
        "MOONS.DANN",
    ],
)
def test_nothing_else_is_given_out(name: str, based: tuple) -> None:
    address, _, _ = based
    for version in (modules.version("recordings"), "0", ".."):
        status, headers, content = get(address, under(address, f"recordings/{version}/{name}"))
        assert b"lifespan" not in content
        assert b"root:" not in content
        assert not content.startswith(b"DANN")
        # What is no address of ours is Streamlit's, which answers with its page or a way to it.
        assert status in (301, 307, 308, 400, 404) or headers["content-type"].startswith("text/html")


def test_a_file_that_is_not_there_is_404(based: tuple) -> None:
    address, _, _ = based
    for folder in modules.FOLDERS:
        if folder in SERVED:
            for name in ("make.py", "missing.js", "..%5capp.py"):
                assert get(address, under(address, f"{folder}/x/{name}"))[0] in (400, 404)


def test_files_are_only_read(based: tuple) -> None:
    address, _, _ = based
    path = under(address, modules.address("recordings", "moons.dann"))
    assert {get(address, path, method)[0] for method in ("POST", "PUT", "DELETE")} == {405}


def test_the_page_answers_before_anything_is_trained(based: tuple) -> None:
    address, _, _ = based
    status, headers, content = get(address, under(address, ""))
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert b'<div id="root"' in content or b"root" in content


def test_changed_files_have_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.js").write_text("1")
    (tmp_path / "b.css").write_text("2")
    (tmp_path / "no.py").write_text("3")
    monkeypatch.setitem(modules.FOLDERS, "player", tmp_path)
    versions = []
    for content in ("1", "1", "2"):
        (tmp_path / "a.js").write_text(content)
        modules._files.cache_clear()
        modules.version.cache_clear()
        versions.append(modules.version("player"))
        assert modules.address("player", "a.js") == f"player/{versions[-1]}/a.js"
        assert set(modules._files("player")) == {"a.js", "b.css"}
    modules._files.cache_clear()
    modules.version.cache_clear()
    assert versions[0] == versions[1] != versions[2]
