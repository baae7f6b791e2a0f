"""A computation that takes a list of results gets them all, in the order of the question, and as one parameter."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.jobs import Job
from generator.planning.binding import bind_course
from generator.running import loaded_code
from generator.running.worker import Conditions, run_job
from generator.store.cache import Cache
from tests import computations_for_tests
from tests.course_for_tests import Q1, Course, slip

AFTER = "tables:"
RESULT = "  mean:\n    computation: summarise\n    inputs: {runs: [nets, net]}\n"
MODULE = """
from generator.registry import computation
from generator.results import Result
from generator.workspace import Workspace


@computation(metrics=["mean"])
def summarise(workspace: Workspace, *, runs: list[Result]) -> Result:
    return Result()
"""
SLIPS = [
    slip("one for many", Q1, "runs: [nets, net]", "runs: net", "runs: net", "'runs' takes a list of results"),
    slip("many for one", Q1, "first: net,", "first: [net],", "first: [net]", "'first' takes one result"),
    slip("not one of many", Q1, "[nets, net]", "[nets, nett]", "nett", "no such result", "did you mean 'net'?"),
    slip("none", Q1, "runs: [nets, net]", "runs: []", "runs: []", "names 0 results"),
    slip("no address", Q1, "[nets, net]", '["nets[width]"]', "nets[width]", "names no result", "wrong at '[width]'"),
    slip("a metric", Q1, "[nets, net]", "[nets, net.loss]", "net.loss", "names no result", "wrong at '.loss'"),
    slip("no point", Q1, "[nets, net]", '["nets[width=9]"]', "width=9", "names 0 results"),
    slip("a value for many", Q1, "inputs: {runs: [nets, net]}", "params: {runs: [1]}", "runs: [1]", "under inputs"),
]


@pytest.fixture
def course(course: Course) -> Course:
    course.write("generator/labs/many.py", MODULE)
    course.edit(Q1, AFTER, RESULT + AFTER)
    return course


def test_every_grid_point_is_taken_in_order(course: Course) -> None:
    spec = course.read()
    bound = bind_course(spec, spec.profiles["quick"], course.catalogue())
    assert bound.by_address["1-a/q01/mean"].inputs == {
        "runs": ("1-a/q01/nets[width=1]", "1-a/q01/nets[width=2]", "1-a/q01/net")
    }


@pytest.mark.parametrize("case", SLIPS, ids=lambda case: case.name)
def test_what_does_not_fit_is_named(course: Course, case: object) -> None:
    case.check(course)  # type: ignore[attr-defined]


def test_the_worker_gives_one_list(tmp_path: Path) -> None:
    conditions = Conditions(tmp_path / "cache", tmp_path, "cpu", 1, loaded_code.snapshot())
    module, names = computations_for_tests.__name__, [f"{number:02}" * 32 for number in range(12)]
    for number, name in enumerate(names):
        run_job(Job(name, "add", module, "a", {"numbers": [number]}), conditions, lambda note: None)
    job = Job("ff" * 32, "collect", module, "a", {}, {"sources": tuple(names)})
    report = run_job(job, conditions, lambda note: None)
    assert report.failure is None
    expected = ", ".join(f"{number}.0" for number in range(12))
    assert Cache(conditions.cache).metrics("ff" * 32) == {"totals": expected}
    assert report.provenance is not None
    assert report.provenance.parameters["sources"] == "jobs " + ", ".join(name[:12] for name in names)
