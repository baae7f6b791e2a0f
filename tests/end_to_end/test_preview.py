"""The command as it is typed: it says where the page is, and ends with what it started. Covers cli/preview.py too."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
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
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with urllib.request.urlopen(address, timeout=10) as answer:
            text = answer.read().decode()
        if words in re.sub(r"<[^>]*>", "", text):
            return text
        time.sleep(0.05)
    raise AssertionError(f"{words!r} is not in the page")


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
    end = time.monotonic() + 30
    while not (workers := children(second.pid)) and time.monotonic() < end:
        time.sleep(0.05)
    assert workers
    for running, number, code in ((first, signal.SIGINT, 130), (second, signal.SIGTERM, 128 + signal.SIGTERM)):
        running.send_signal(number)
        _, said = running.communicate(timeout=30)
        assert running.returncode == code, said
        assert "Traceback" not in said
    end = time.monotonic() + 5  # Python's own helper process goes a moment after the program
    while any(is_alive(worker) for worker in workers):
        assert time.monotonic() < end, "a child is left"
        time.sleep(0.05)
    assert not (project.folder / "build").exists()
    assert not list((tmp_path / "cache/locks").glob("*"))


def children(process: int) -> list[str]:
    """The processes that any thread of this one has started."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return [child for thread in threads for child in (thread / "children").read_text().split()]


def is_alive(process: str) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


@pytest.mark.parametrize(
    ("words", "said"),
    [(("sums", "only/q09"), "there is no such selection"), (("--edition", "student"), "needs a project")],
)
def test_a_slip_on_the_command_line_ends_it_at_once(
    tmp_path: Path, begun: Begin, words: tuple[str, ...], said: str
) -> None:
    write_project(tmp_path)
    running = begun(*words)
    _, errors = running.communicate(timeout=60)
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
