"""What a course without torch says of versions and devices: nothing of packages that it does not use."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.commands.packages_used import packages_used, used_versions, with_used_versions
from generator.course.folder import read_course_folder
from generator.folders import questions_folder
from generator.jobs import Outcome, Provenance, State
from generator.running.versions import PACKAGES
from tests.courses_for_tests import COURSE, CourseHere, write_sums

EVERYTHING = set(PACKAGES)
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "measurement"


@pytest.fixture
def sums(tmp_path: Path) -> CourseHere:
    return write_sums(tmp_path / "course")


@pytest.mark.parametrize(
    ("line", "used"),
    [
        ("import math, collections.abc", set()),
        ("import torchvision.transforms as t", {"torch", "torchvision", "numpy"}),
        ("from sklearn.svm import SVC", {"scikit-learn", "numpy"}),
        ("from scipy import stats", {"numpy"}),
        ("import computations.steps", set()),
        ("from .steps import numbers", set()),
        ("import keras", EVERYTHING),
        ("from generator.labs.shared import training", EVERYTHING),
        ("x = __import__('torch')", EVERYTHING),
        ("def f(workspace): return workspace.rng(0, 'x')", {"torch"}),
        ("def f(w): return w.numpy_rng(0, 'x')", {"numpy"}),
        ("def f(w): return w.device", {"torch"}),
    ],
)
def test_a_course_uses_what_its_modules_import(sums: CourseHere, line: str, used: set[str]) -> None:
    sums.write("computations/more.py", f"{line}\n")
    assert packages_used(read_course_folder(sums.folder)) == used


def test_tests_beside_computations_do_not_count(sums: CourseHere) -> None:
    sums.write("computations/test_more.py", "import torch\n")
    assert packages_used(read_course_folder(sums.folder)) == set()


def test_a_course_with_the_programs_computations_uses_what_they_use(sums: CourseHere) -> None:
    sums.write("course.yaml", COURSE + "code: [computations, genreport]\n")
    assert packages_used(read_course_folder(sums.folder)) == EVERYTHING
    assert packages_used(read_course_folder(questions_folder())) == EVERYTHING
    assert packages_used(read_course_folder(EXAMPLE)) == {"numpy"}


def test_versions_of_other_packages_are_not_said() -> None:
    versions = {"python": "3.12", "torch": "2", "numpy": "2.4"}
    record = Provenance("add", {}, "1", "CPU", 1.0, 1, "2020", versions=versions)
    outcomes = {"1": Outcome(State.HIT, "1", record), "2": Outcome(State.PENDING, "2")}
    shown = with_used_versions(outcomes, frozenset({"numpy"}))
    assert shown["1"].provenance is not None
    assert shown["1"].provenance.versions == {"python": "3.12", "numpy": "2.4"}
    assert shown["2"] == outcomes["2"]
    assert used_versions(versions, ()) == {"python": "3.12"}
    assert with_used_versions(outcomes, frozenset(PACKAGES)) == outcomes
