"""The project built once for all tests, and copies of it to do as one likes with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.project import FIRST, REAL_DATA, Project, checkout, small_checkout


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The quick report's first section, built cold, once for all tests; never edit it, copy it."""
    project = checkout(tmp_path_factory.mktemp("quick"))
    project.questions = FIRST
    computed, cached = project.build()
    assert computed > 0
    assert cached == 0
    return project


@pytest.fixture(scope="session")
def built_light(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The light report's first section on real data, built cold, once for all tests; skips where there is none."""
    if not (REAL_DATA / "imagenet_val_25.npz").is_file():
        pytest.skip("the real data is not beside this checkout")
    project = checkout(tmp_path_factory.mktemp("light"))
    project.options = ["--profile", "light", "--data", str(REAL_DATA)]
    project.questions = FIRST
    computed, cached = project.build()
    assert computed > 0
    assert cached == 0
    return project


@pytest.fixture(scope="session")
def built_lab(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A course of one lab with all its results, which took next to no computing; never edit it, copy it."""
    project = small_checkout(tmp_path_factory.mktemp("lab"), ["2-a"])
    project.build("--format", "html")
    return project


@pytest.fixture(scope="session")
def built_course(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The whole course with all its results, which took next to no computing; never edit it, copy it."""
    project = small_checkout(tmp_path_factory.mktemp("course"))
    project.build("--format", "html")
    return project


@pytest.fixture(params=["quick", "light"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    """A built project to do as one likes with, under either profile."""
    built: Project = request.getfixturevalue("built" if request.param == "quick" else "built_light")
    return built.copy(tmp_path / "project")
