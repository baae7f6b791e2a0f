"""What is computed again and what is not, on the real course, as a student or an author would meet it.

Covers commands/build.py, commands/computing.py too.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from generator.answers.addresses import parse_address
from tests.end_to_end.project import FIRST, Project
from tests.waiting_for_tests import children, gone, until

CAMPAIGN = os.environ.get("GENREPORT_CAMPAIGN") == "full"


def jobs(project: Project) -> dict[str, str]:
    """Address to fingerprint, from the exported plan."""
    plan = json.loads((project.folder / "build/results/plan.json").read_text())
    return {address: job["fingerprint"] for address, job in plan["jobs"].items()}


def test_nothing_to_do_imports_no_torch_and_touches_no_file(project: Project) -> None:
    before = {path: path.stat().st_mtime_ns for path in (project.folder / "build").rglob("*") if path.is_file()}
    watch = (
        "import sys, runpy; sys.argv = ['genreport', 'build', *sys.argv[1:]]\n"
        "try: runpy.run_module('generator.cli', run_name='__main__')\n"
        "except SystemExit as end: code = end.code\n"
        "heavy = {'torch', 'numpy', 'matplotlib', 'weasyprint', 'pandas'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy)); sys.exit(code)"
    )
    command = [project.command()[0], "-c", watch, *project.questions, *project.options]
    done = subprocess.run(
        command, cwd=project.folder, env=project.environment(), text=True, capture_output=True, check=True
    )
    assert "heavy: []" in done.stdout
    assert "0 computed" in done.stdout
    assert "up to date" in done.stdout
    after = {path: path.stat().st_mtime_ns for path in (project.folder / "build").rglob("*") if path.is_file()}
    assert after == before


def test_editing_an_answer_computes_nothing_and_shows(project: Project) -> None:
    answer = project.folder / "templates/answers/2-a/q02.md"
    answer.write_text(answer.read_text() + "\nA sentence that only this test would write.\n")
    computed, cached = project.build("--format", "html")
    assert computed == 0
    assert cached > 0
    assert "only this test would write" in (project.folder / "build/report.html").read_text()


def test_editing_a_comment_a_docstring_or_the_layout_computes_nothing(project: Project) -> None:
    for path in sorted((project.folder / "generator/labs").rglob("*.py")):
        text = path.read_text()
        path.write_text(text + "\n\n# A remark at the end.\n")
    first = project.folder / "generator/labs/pretrained/architecture.py"
    text = first.read_text()
    docstring = text[: text.index("\n")]
    first.write_text(text.replace(docstring, '"""Another docstring."""', 1))
    assert project.build("--format", "html")[0] == 0


def taken(job: dict[str, Any]) -> list[str]:
    """The fingerprints of all that a job of plan.json takes, one result or a list of them for each parameter."""
    return [one for found in job["inputs"].values() for one in (found if isinstance(found, list) else [found])]


@pytest.mark.parametrize("project", ["quick"], indirect=True)  # long, and the same under any profile
def test_editing_a_helper_computes_again_exactly_what_reaches_it(project: Project) -> None:
    before = jobs(project)
    path = project.folder / "generator/labs/shared/statistics.py"
    text = path.read_text()
    docstring = text.index('"""', text.index("def wilson_interval("))
    end = text.index('"""', docstring + 3) + 3
    path.write_text(text[:end] + "\n    _ = 0  # another syntax tree, the same numbers" + text[end:])
    plan = json.loads((project.folder / "build/results/plan.json").read_text())["jobs"]
    reaching = {a for a, job in plan.items() if "generator/labs/shared/statistics.py::wilson_interval" in job["code"]}
    affected = set(reaching)
    while True:  # a job whose input changed is another job
        more = {a for a, job in plan.items() if {before[x] for x in affected} & set(taken(job))} - affected
        if not more:
            break
        affected |= more
    assert reaching, "no computation uses the helper: choose another"
    assert affected < set(before), "every computation uses the helper: choose another"
    said = project.run("plan", *project.options).stdout
    assert "code generator/labs/shared/statistics.py::wilson_interval" in said
    computed, _ = project.build("--format", "html")
    after = jobs(project)
    assert {address for address in before if before[address] != after[address]} == affected
    plan = json.loads((project.folder / "build/results/plan.json").read_text())["jobs"]
    asked = {a for a in plan if not project.questions or parse_address(a).question in project.questions}
    while True:  # what a question asks for needs its inputs
        wanted = {fingerprint for a in asked for fingerprint in taken(plan[a])}
        more = {a for a in plan if after[a] in wanted} - asked
        if not more:
            break
        asked |= more
    assert computed == len({after[address] for address in asked & affected})


@pytest.mark.parametrize("project", ["quick"], indirect=True)  # long, and the same under any profile
def test_a_killed_build_goes_on_to_the_same_numbers(project: Project) -> None:
    project.questions = FIRST
    expected = project.first_metrics()
    project.forget()
    build = subprocess.Popen(
        project.command("build", *FIRST, *project.options), cwd=project.folder, env=project.environment(),
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    planned = project.run("plan", *FIRST, *project.options).stdout
    total = int(planned.rpartition("jobs:")[0].split()[-1])
    trains = "roles/" in planned
    while len(finished(project)) < 2 or (trains and not list((project.folder / "cache/checkpoints").glob("*/*.json"))):
        assert build.poll() is None, "the build ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    workers = children(build.pid)
    os.kill(build.pid, signal.SIGKILL)
    build.wait()
    until(lambda: all(map(gone, workers)), "its workers do not go with it")
    kept = len(finished(project))
    computed, cached = project.build("--format", "html")
    assert cached == kept
    assert computed == total - kept > 0
    assert project.first_metrics() == expected


def finished(project: Project) -> list[Path]:
    """The entries that are whole."""
    return list((project.folder / "cache/entries").glob("??/*/manifest.json"))


@pytest.mark.skipif(not CAMPAIGN, reason="a killed build gives the same numbers; campaigns compare cold pages")
def test_two_cold_builds_give_the_same_bytes(built: Project, tmp_path: Path) -> None:
    one, other = built.copy(tmp_path / "one"), built.copy(tmp_path / "other")
    other.forget()
    other.build(*FIRST, "--format", "html")
    for project in (one, other):
        project.build(*FIRST, "--only")  # these questions show no measured times
    for path in sorted((one.folder / "build").glob("report-*")):
        if path.is_file():
            assert (other.folder / "build" / path.name).read_bytes() == path.read_bytes(), path.name
    assert other.first_metrics() == one.first_metrics()
    pictures = sorted((other.folder / "build/assets/figures").iterdir())
    assert pictures
    for picture in pictures:
        assert (one.folder / "build/assets/figures" / picture.name).read_bytes() == picture.read_bytes()


def test_the_same_results_give_the_same_pdf(built: Project, tmp_path: Path) -> None:
    project = built.copy(tmp_path / "project")
    first = (project.folder / "build/report.pdf").read_bytes()
    shutil.rmtree(project.folder / "build")
    assert project.build()[0] == 0
    assert (project.folder / "build/report.pdf").read_bytes() == first
