"""The documentation: the site builds without a broken link, settings are told as they are, and tutorials run."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from browser import ROOT, SAMPLES

from dann_core.cli.main import main

DOCS = ROOT / "docs"
TUTORIALS = [page.stem for page in sorted(DOCS.glob("tutorial-*.md"))]


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / f"{page}.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_site_builds_and_no_link_is_broken(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        str(DOCS),
        str(tmp_path / "site"),
    ]
    done = subprocess.run([*command, "-d", str(tmp_path / "trees")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    method = (tmp_path / "site" / "method.html").read_text(encoding="utf-8")
    assert "<math" in method
    assert not re.search(r'<(?:script|link)[^>]*(?:src|href)="https?://', method), "the site needs no network"


def test_every_setting_is_told_as_it_is() -> None:
    script = "import settings_page; print(settings_page.page(), end='')"
    environment = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    made = subprocess.run(
        [sys.executable, "-c", script], cwd=DOCS, env=environment, capture_output=True, text=True, check=True
    )
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == made.stdout, "python docs/settings_page.py"


@pytest.mark.parametrize("page", [page for page in TUTORIALS if not page.endswith(".zh")])
def test_a_tutorial_runs_as_it_stands(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SAMPLES, tmp_path / "assets" / "samples")
    monkeypatch.chdir(tmp_path)
    for line in "".join(blocks(page, "sh")).splitlines():
        python, option, module, *arguments = shlex.split(line)
        assert (python, option, module) == ("python", "-m", "dann_core")
        assert main(arguments) == 0, line
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(compile(block, f"docs/{page}.md", "exec"), names)


def test_the_chinese_tutorial_has_the_same_code() -> None:
    def code(page: str) -> list[str]:
        # Only texts are translated.
        return [re.sub(r'"""[^"]*"""|"(?:[^"{}]*(?:\{[^}]*\}[^"{}]*)*)"', '""', b) for b in blocks(page, "python")]

    assert code("tutorial-dann.zh") == code("tutorial-dann")
    told = (DOCS / "tutorial-dann.zh.md").read_text(encoding="utf-8")
    for term in ("源域", "目标域", "特征提取器", "域判别器", "梯度反转", "对抗损失", "分布差异", "负迁移"):
        assert term in told


def test_the_chinese_readme_has_the_same_commands_and_its_links_lead_somewhere() -> None:
    def commands(text: str) -> list[str]:
        # What stands behind a # is a remark.
        found = "".join(re.findall(r"```\n(.*?)```", text, re.DOTALL))
        return [line.partition("#")[0].strip() for line in found.splitlines()]

    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))
    first_screen = english.partition("\n## ")[0]
    assert commands(chinese) == commands(first_screen)
    assert len(commands(chinese)) == 5
    assert "](README.zh.md)" in first_screen
    links = re.findall(r"\]\(([^)]+)\)", chinese)
    assert "README.md" in links
    assert [link for link in links if not (ROOT / link).exists()] == []
