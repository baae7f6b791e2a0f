"""The command as it is typed: it says where the page is, and ends with what it started. Covers cli/preview.py too."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli.preview import preview
from generator.course.editions import Edition
from generator.errors import InputError
from tests.commands.preview.project_for_tests import write_project
from tests.end_to_end.project import ROOT
from tests.waiting_for_tests import LONGEST, children, gone, until

Begin = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Begin]:
    """Begins previews, and leaves none behind when a test fails."""
    running: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> subprocess.Popen[str]:
        running.append(_begun(tmp_path, *words))
        return running[-1]

    yield begin
    for one in running:
        one.kill()
        one.communicate()


def _begun(folder: Path, *words: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GENREPORT_")}
    own = {"PYTHONPATH": str(ROOT), "GENREPORT_CACHE": str(folder / "cache"), "GENREPORT_DATA": str(folder / "data")}
    return subprocess.Popen(
        [sys.executable, "-c", "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
         "from generator.cli.main import main; main()", "preview", *words],
        cwd=folder, env={**kept, **own}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def page_of(running: subprocess.Popen[str], words: str) -> str:
    """The page, once it holds these words."""
    assert running.stdout is not None
    address = running.stdout.readline().removeprefix("Preview: ").strip()
    text = ""

    def shown() -> bool:
        nonlocal text
        with urllib.request.urlopen(address, timeout=60) as answer:
            text = answer.read().decode()
        return words in re.sub(r"<[^>]*>", "", text)

    until(shown, f"{words!r} is not in the page")
    return text


def test_two_previews_of_one_project_end_cleanly(tmp_path: Path, begun: Begin) -> None:
    project = write_project(tmp_path)
    slow = "import time\n    time.sleep(0 if last == 5 else 600)\n    product = 1"
    project.course.edit("computations/multiplying.py", "product = 1", slow)
    project.course.edit("questions/only/q02.yaml", "last: 5", "last: 6")
    words = ("mine", "--course", "sums", "--compute", "--device", "cpu", "--jobs", "1")
    first = begun(*words, "only/q01")
    page_of(first, "The sum is 55.")
    second = begun(*words)  # computes without end
    page_of(second, "The sum is 55.")
    until(lambda: children(second.pid))
    workers = children(second.pid)
    for running, number, code in ((first, signal.SIGINT, 130), (second, signal.SIGTERM, 128 + signal.SIGTERM)):
        running.send_signal(number)
        _, said = running.communicate(timeout=LONGEST)
        assert running.returncode == code, said
        assert "Traceback" not in said
    until(lambda: all(map(gone, workers)), "a child is left")  # Python's own helper goes a moment after the program
    assert not (project.folder / "build").exists()
    assert not list((tmp_path / "cache/locks").glob("*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [(("sums", "only/q09"), "there is no such selection"), (("--edition", "student"), "needs a project")],
)
def test_a_slip_on_the_command_line_ends_it_at_once(
    tmp_path: Path, begun: Begin, words: tuple[str, ...], said: str
) -> None:
    write_project(tmp_path)
    running = begun(*words)
    _, errors = running.communicate(timeout=LONGEST)
    assert running.returncode == 2
    assert said in errors


def test_a_project_that_is_gone_does_not_become_the_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, begun = write_project(tmp_path), []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("generator.commands.preview.running.preview", lambda wishes, **others: begun.append(wishes))
    CliRunner().invoke(preview, ["mine", "--course", "sums"], catch_exceptions=False)
    ((wishes,),) = (begun,)
    assert wishes.settings().edition is Edition.STUDENT
    (project.folder / "report.yaml").rename(project.folder / "saved elsewhere")
    with pytest.raises(InputError, match=r"report\.yaml: the file is missing"):
        wishes.settings()
    (project.folder / "saved elsewhere").rename(project.folder / "report.yaml")
    assert wishes.settings().edition is Edition.STUDENT
