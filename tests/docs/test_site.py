"""The documentation as a site: built without a complaint, it loads nothing from elsewhere, and its commands exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from generator.cli.main import cli
from scripts import reference
from tests.guides_for_tests import ROOT, blocks

DOCS = ROOT / "docs"
WRITTEN = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if path.name not in reference.PAGES)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does: strictly, so that a link or an anchor that leads nowhere is an error."""
    pytest.importorskip("zensical")
    folder = tmp_path_factory.mktemp("documentation")
    shutil.copytree(DOCS, folder / "docs", ignore=shutil.ignore_patterns(*reference.PAGES))
    shutil.copy(ROOT / "zensical.toml", folder)
    reference.write(folder / "docs" / "reference")
    build = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(build, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    return folder / "site"


def test_every_page_is_in_the_site_and_in_its_contents(site: Path) -> None:
    pages = {*WRITTEN, *(f"reference/{name}" for name in reference.PAGES)}
    assert {path.relative_to(site).with_suffix(".md").as_posix() for path in site.rglob("*.html")} == {*pages, "404.md"}
    contents = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
    assert {*re.findall(r"'([\w/-]+\.md)'", str(contents))} == pages


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|img|link|iframe)[^>]*(?:src|href)=\"?(https?:[^\" >]+)", text)
        assert loaded == [], page
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert not any(re.search(r"url\(['\"]?https?:|@import", text) for text in styles)


def test_a_dead_anchor_would_be_noticed(tmp_path: Path) -> None:
    pytest.importorskip("zensical")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# One\n\n[there](#nowhere)\n")
    (tmp_path / "zensical.toml").write_text('[project]\nsite_name = "x"\n')
    build = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "anchor does not exist" in done.stdout + done.stderr


@pytest.mark.parametrize("guide", WRITTEN)
def test_every_command_that_is_shown_can_be_given(guide: str) -> None:
    for block in blocks(guide):
        lines = block.text.splitlines() if block.language == "sh" else []
        typed = (shlex.split(line.partition(" | ")[0], comments=True) for line in lines)
        for words in filter(None, typed):
            if words[0] == "genreport":
                cli.commands[words[1]].make_context(words[1], words[2:])
    text = (DOCS / guide).read_text(encoding="utf-8")
    for name, options in re.findall(r"`genreport ([a-z][a-z-]+)([^`]*)`", text):
        known = {opt for option in cli.commands[name].params if isinstance(option, click.Option) for opt in option.opts}
        assert {*re.findall(r"--[a-z-]+", options)} <= {*known, "--help"}, name


@pytest.mark.parametrize("guide", WRITTEN)
def test_every_block_of_code_is_read(guide: str) -> None:
    """A block whose opening line is not understood would be shown, and never tried."""
    opened = re.findall(r"^```\w+", (DOCS / guide).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(opened) == len(blocks(guide))
