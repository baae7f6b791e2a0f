"""The project built once for all tests, and copies of it to do as one likes with."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.project import FIRST, REAL_DATA, Project, checkout, small_checkout


def once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], Project]) -> Project:
    """A project that the first process to ask for it builds for all that run the tests; never edit it, copy it."""
    own = factory.getbasetemp()
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "projects"
    place.mkdir(exist_ok=True)
    folder, ready = place / name, place / f"{name}.json"
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a build uses all cores: who waits for it loses nothing
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of one that failed
            project = build(folder)
            ready.write_text(json.dumps([project.options, project.questions]))
    return Project(folder, *json.loads(ready.read_text()))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The quick report with the results of its first section, built cold from trainings cut short; see :func:`once`."""

    def build(folder: Path) -> Project:
        project = small_checkout(folder)
        project.questions = FIRST
        computed, cached = project.build()
        assert computed > 0
        assert cached == 0
        return project

    return once(tmp_path_factory, "quick", build)


@pytest.fixture(scope="session")
def built_light(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The light report's first section on real data, built cold; skips where there is none; see :func:`once`."""
    if not (REAL_DATA / "imagenet_val_25.npz").is_file():
        pytest.skip("the real data is not beside this checkout")

    def build(folder: Path) -> Project:
        project = checkout(folder)
        project.options = ["--profile", "light", "--data", str(REAL_DATA)]
        project.questions = FIRST
        computed, cached = project.build()
        assert computed > 0
        assert cached == 0
        return project

    return once(tmp_path_factory, "light", build)


@pytest.fixture(scope="session")
def built_course(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The whole course with all its results, which took next to no computing; see :func:`once`."""

    def build(folder: Path) -> Project:
        project = built.copy(folder)
        project.questions = []
        shutil.rmtree(folder / "build")
        project.build("--format", "html")
        return project

    return once(tmp_path_factory, "course", build)


@pytest.fixture(scope="session")
def built_lab(built_course: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A course of one lab with all its results; see :func:`once`."""

    def build(folder: Path) -> Project:
        project = built_course.copy(folder)
        course = folder / "questions" / "course.yaml"
        course.write_text(re.sub(r"^labs: .*$", "labs: [2-a]", course.read_text(), flags=re.MULTILINE))
        assert project.build("--format", "html")[0] == 0
        project.run("clean", "--yes")  # copies of it are then small
        return project

    return once(tmp_path_factory, "lab", build)


@pytest.fixture(scope="module")
def lab_copy(built_lab: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A copy of the course of one lab for the tests of one module."""
    project = built_lab.copy(tmp_path_factory.mktemp("lab") / "project")
    yield project
    shutil.rmtree(project.folder)


@pytest.fixture(params=["quick", "light"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    """A built project to do as one likes with, under either profile; the light one takes a minute to build."""
    if request.param == "light" and os.environ.get("GENREPORT_CAMPAIGN") != "full":
        pytest.skip("a minute of computing: make campaigns")
    built: Project = request.getfixturevalue("built" if request.param == "quick" else "built_light")
    return built.copy(tmp_path / "project")
