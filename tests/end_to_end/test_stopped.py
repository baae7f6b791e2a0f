"""A build that is told to end while the PDF is being made: no process and no file of it is left behind.

Covers cli/stopping.py too.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.commands.text_course import text_course
from tests.end_to_end.project import Project, checkout
from tests.waiting_for_tests import LONGEST, gone, until

#: In the place of WeasyPrint: it says who it is, and takes its time.
SLOW = """
import os, pathlib, time
pathlib.Path(os.environ["SAYS_WHO"]).write_text(str(os.getpid()))
time.sleep(300)
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A checkout with a course of texts in the place of its own."""
    course = text_course(tmp_path / "course")
    project = checkout(tmp_path / "project")
    for name, place in (("questions", "questions"), ("answers", "answers")):
        shutil.rmtree(project.folder / place, ignore_errors=True)
        shutil.copytree(course.folder / name, project.folder / place)
    (tmp_path / "slow/weasyprint").mkdir(parents=True)
    (tmp_path / "slow/weasyprint/__init__.py").write_text(SLOW)
    return project


def leftovers(project: Project) -> list[str]:
    known = {"report.html", "assets", "results", ".genreport.json", ".genreport.lock"}
    return [path.name for path in (project.folder / "build").iterdir() if path.name not in known]


def heed_signals() -> None:
    """In the build's process: what started the tests (`nohup`, a shell's `&`) may have had signals ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_of_a_stopped_build(project: Project, number: signal.Signals, tmp_path: Path) -> None:
    who = tmp_path / "who"
    path = f"{tmp_path / 'slow'}{os.pathsep}{project.folder}"
    build = subprocess.Popen(
        project.command("build"), cwd=project.folder, env=project.environment(PYTHONPATH=path, SAYS_WHO=str(who)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=heed_signals,
    )  # fmt: skip
    until(lambda: who.is_file() and who.read_text())
    child = int(who.read_text())
    os.kill(build.pid, number)
    _, said = build.communicate(timeout=LONGEST)
    until(lambda: gone(child))
    assert (project.folder / "build/report.html").is_file(), "the page is in place before the PDF is begun"
    if number is signal.SIGKILL:
        assert leftovers(project)
        project.run("build", "--format", "html")
    else:
        assert build.returncode == (130 if number is signal.SIGINT else 128 + number)
        assert ("Stopped." if number is signal.SIGINT else f"Ended by {number.name}.") in said
        assert "Traceback" not in said
    assert leftovers(project) == []


def test_a_build_waits_for_another_one_in_its_folder_and_says_so(project: Project, tmp_path: Path) -> None:
    who = tmp_path / "who"
    path = f"{tmp_path / 'slow'}{os.pathsep}{project.folder}"
    first = subprocess.Popen(
        project.command("build"), cwd=project.folder, env=project.environment(PYTHONPATH=path, SAYS_WHO=str(who)),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until(lambda: who.is_file() and who.read_text())
    second = subprocess.Popen(
        project.command("build", "--profile", "light", "--format", "html"), cwd=project.folder,
        env=project.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert second.stderr is not None
    said = ""
    while "waiting" not in said:
        said = second.stderr.readline()
        assert said
    assert f"process {first.pid} is writing into build" in said
    assert "Quick" in (project.folder / "build/report.html").read_text()
    first.terminate()
    second.communicate(timeout=LONGEST)
    assert first.wait() == 128 + signal.SIGTERM
    assert second.returncode == 0
    assert "Real" in (project.folder / "build/report.html").read_text()
