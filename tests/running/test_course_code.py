"""A course's code in a worker: run from its own folder, held to what was planned, one course after another.

Covers running/loaded_code.py too.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.jobs import Job
from generator.registry import REGISTRY
from generator.running import loaded_code
from generator.running.worker import Conditions, JobReport, run_job
from generator.store.cache import Cache
from tests.courses_for_tests import CourseHere, write_sums


def conditions(course: CourseHere, cache: Path) -> Conditions:
    code = (course.code,)
    return Conditions(cache, cache, "cpu", 1, loaded_code.snapshot(courses=code), code)


def run(course: CourseHere, cache: Path, name: str, given: Conditions | None = None) -> JobReport:
    job = Job(name * 64, "add", "computations.adding", "only/q01/added", {"last": 10})
    return run_job(job, given or conditions(course, cache), lambda note: None)


@pytest.fixture(autouse=True)
def _left_as_it_was() -> Iterator[None]:
    yield
    loaded_code.adopt(())


@pytest.fixture
def course(tmp_path: Path) -> CourseHere:
    return write_sums(tmp_path / "course")


def test_a_course_is_computed_from_its_own_folder(course: CourseHere, tmp_path: Path) -> None:
    report = run(course, tmp_path / "cache", "a")
    assert report.failure is None
    assert Cache(tmp_path / "cache").load("a" * 64).metrics == {"sum": 55}


def test_two_courses_with_the_same_names_do_not_get_in_each_others_way(course: CourseHere, tmp_path: Path) -> None:
    other = write_sums(tmp_path / "other")
    other.edit("computations/steps.py", "last + 1", "last")
    other.edit("computations/adding.py", "numbers(last)", "numbers(last + 1)")
    for name, one in (("a", course), ("b", other), ("c", course)):
        assert run(one, tmp_path / "cache", name).failure is None
    cache = Cache(tmp_path / "cache")
    assert [cache.load(name * 64).metrics["sum"] for name in "abc"] == [55, 45, 55]


def test_a_worker_goes_on_with_our_own_course_after_another(course: CourseHere, tmp_path: Path) -> None:
    assert run(course, tmp_path, "a").failure is None
    job = Job("b" * 64, "add", "tests.computations_for_tests", "1-a/q01/sum", {"numbers": [1, 2]})
    own = Conditions(tmp_path, tmp_path, "cpu", 1, loaded_code.snapshot())
    assert run_job(job, own, lambda note: None).failure is None


def test_a_course_may_call_a_computation_as_we_call_ours(course: CourseHere, tmp_path: Path) -> None:
    import generator.labs.pretrained.architecture  # noqa: F401 - so that ours is there beside it

    course.edit("computations/adding.py", "def add", "def network_summary")
    job = Job("a" * 64, "network_summary", "computations.adding", "only/q01/added", {"last": 10})
    assert run_job(job, conditions(course, tmp_path), lambda note: None).failure is None
    assert Cache(tmp_path).load("a" * 64).metrics == {"sum": 55}
    ours = REGISTRY.find("network_summary", "generator.labs")
    assert ours is not None
    assert ours.function.__module__ == "generator.labs.pretrained.architecture"


def test_code_that_changed_after_planning_is_not_computed_with(course: CourseHere, tmp_path: Path) -> None:
    planned = conditions(course, tmp_path / "cache")
    changed = {**planned.code, "computations.steps": "0" * 64}
    report = run(course, tmp_path / "cache", "a", dataclasses.replace(planned, code=changed))
    assert report.failure is not None
    assert "computations.steps" in report.failure.reason
    assert not Cache(tmp_path / "cache").has("a" * 64)


def test_a_worker_of_a_cluster_must_have_the_same_course(course: CourseHere) -> None:
    code = loaded_code.snapshot(courses=[course.code])
    assert {"computations", "computations.adding", "computations.steps"} <= code.keys()
    loaded_code.check_files(code, [course.code])
    course.edit("computations/steps.py", "last + 1", "last + 2")
    with pytest.raises(loaded_code.CodeChangedError, match=r"computations\.steps"):
        loaded_code.check_files(code, [course.code])


def test_code_that_does_not_import_says_where(course: CourseHere, tmp_path: Path) -> None:
    course.edit("computations/steps.py", "\n\n\ndef", "\n\nimport no_such_package_anywhere\n\n\ndef")
    failure = run(course, tmp_path / "cache", "a").failure
    assert failure is not None
    assert failure.reason.startswith("computations/steps.py, line 3: ModuleNotFoundError")
    assert "no_such_package_anywhere" in failure.reason


def test_a_computation_that_fails_says_where(course: CourseHere, tmp_path: Path) -> None:
    course.edit("computations/steps.py", "return [*", "raise ValueError('no numbers')\n    return [*")
    failure = run(course, tmp_path / "cache", "a").failure
    assert failure is not None
    assert failure.reason == "computations/steps.py, line 5: ValueError: no numbers"


def test_a_computation_of_ours_that_fails_says_where_too(tmp_path: Path) -> None:
    from generator.labs.shared.statistics import holm_adjusted

    with pytest.raises(TypeError) as caught:
        holm_adjusted([0.5, None])  # type: ignore[list-item]
    place = loaded_code.place_of(caught.value, [tmp_path])
    assert re.fullmatch(r"generator/labs/shared/statistics\.py, line \d+: ", place)
