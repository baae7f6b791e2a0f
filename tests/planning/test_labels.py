"""Results of a list are called what stands beside them, or what sets them apart: there is always one label for each."""

from __future__ import annotations

import pytest

from generator.planning.binding import bind_course
from tests.course_for_tests import Q1, Course, Slip, slip

AFTER = "tables:"
RESULT = """\
  sweep:
    computation: train
    grid: {width: [3, 4], seed: [0, 1]}
  both:
    computation: tell
    inputs: {runs: [nets, net]}
"""
MODULE = """
from generator.registry import computation
from generator.results import Result
from generator.workspace import Workspace


@computation(metrics=["best"])
def tell(workspace: Workspace, *, runs: list[Result], labels: list[str]) -> Result:
    return Result()


@computation(metrics=["best"])
def pool(workspace: Workspace, *, runs: list[Result]) -> Result:
    return Result()


@computation(metrics=["best"])
def match(workspace: Workspace, *, ours: list[Result], theirs: list[Result], labels: list[str]) -> Result:
    return Result()
"""
SLIPS = [
    slip("no such axis", Q1, "[nets, net]", '[{from: nets, label: "w {widht}"}]', "widht",
         "the grid has no such parameter", "one of width", "did you mean 'width'?", "inputs.runs[0].label"),
    slip("no grid", Q1, "[nets, net]", '[{from: net, label: "w {width}"}]', "w {width}", "it is no grid"),
    slip("same label", Q1, "[nets, net]", "[{from: nets, label: net}]", "label: net", "the same label", "'net'"),
    slip("same made-up label", Q1, "[nets, net]", "[net, net]", "[net, net]", "the same label", "{from: …, label: …}"),
    slip("labels apart", Q1, "{runs: [nets, net]}", "{runs: [net]}\n    params: {labels: [a, b]}", "labels: [a",
         "labels stand beside the results", "inputs: {runs: [{from: …, label: …}]}"),
    slip("labels in a grid", Q1, "{runs: [nets, net]}", "{runs: [net]}\n    grid: {labels: [a]}", "labels: [a",
         "labels stand beside the results"),
    slip("no labels wanted", Q1, "tell\n    inputs: {runs: [nets,", "pool\n    inputs: {runs: [{from: nets, label: x},",
         "label: x", "'runs' takes no labels", "the result alone"),
    slip("no text", Q1, "[nets, net]", "[{from: nets, label: 3}]", "label: 3", "text", "put it in quotes"),
    slip("no result", Q1, "[nets, net]", "[{from: nett, label: a}]", "nett", "no such result"),
    slip("one for many", Q1, "[nets, net]", "net}  #", "runs: net}", "takes a list of results"),
    slip("none", Q1, "    inputs: {runs: [nets, net]}\n", "", "  both:", "tell needs 'runs'"),
]  # fmt: skip


@pytest.fixture
def course(course: Course) -> Course:
    course.write("generator/labs/telling.py", MODULE)
    course.edit(Q1, AFTER, RESULT + AFTER)
    return course


def labels(course: Course, runs: str) -> object:
    course.edit(Q1, "[nets, net]", runs)
    spec = course.read()
    bound = bind_course(spec, spec.profiles["quick"], course.catalogue())
    return bound.by_address["1-a/q01/both"].parameters["labels"]


@pytest.mark.parametrize(("runs", "expected"), [
    ("[nets, net]", ["1", "2", "net"]),
    ('["nets[width=2]", pair]', ["nets", "pair"]),
    ("[sweep]", ["3, 0", "3, 1", "4, 0", "4, 1"]),
    ('["sweep[seed=1]"]', ["3", "4"]),
    ('[{from: nets, label: "{width} wide"}, {from: net, label: usual}]', ["1 wide", "2 wide", "usual"]),
    ('[{from: "sweep[seed=1]", label: "{width}, seed {seed}"}]', ["3, seed 1", "4, seed 1"]),
])  # fmt: skip
def test_there_is_a_label_for_each_result(course: Course, runs: str, expected: list[str]) -> None:
    assert labels(course, runs) == expected


def test_what_the_taker_has_in_its_own_grid_sets_nothing_apart(course: Course) -> None:
    course.edit("generator/labs/telling.py", "labels: list[str])", "labels: list[str], seed: int)")
    course.edit(Q1, "{runs: [nets, net]}", "{runs: [sweep]}\n    grid: {seed: [0, 1]}")
    spec = course.read()
    bound = bind_course(spec, spec.profiles["quick"], course.catalogue())
    for seed in (0, 1):
        binding = bound.by_address[f"1-a/q01/both[seed={seed}]"]
        assert binding.parameters["labels"] == ["3", "4"]
        assert [*binding.inputs.values()] == [tuple(f"1-a/q01/sweep[width={width},seed={seed}]" for width in (3, 4))]


def test_of_two_lists_the_labels_are_an_ordinary_parameter(course: Course) -> None:
    course.edit(Q1, "tell\n    inputs: {runs: [nets, net]}",
                "match\n    params: {labels: [one, two]}\n    inputs: {ours: [net], theirs: [nets]}")  # fmt: skip
    assert course.mistakes() == []


@pytest.mark.parametrize("case", SLIPS, ids=lambda case: case.name)
def test_what_is_wrong_with_labels_is_named_where_it_stands(course: Course, case: Slip) -> None:
    case.check(course)
