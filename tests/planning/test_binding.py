"""Computations, parameters, roles, grids and inputs that do not fit are named where they stand.

Covers planning/arguments.py too.
"""

from __future__ import annotations

import pytest

from tests.course_for_tests import COURSE_FILE, Q1, Q2, Course, Slip, slip

BINDINGS = [
    slip("computation", Q1, "computation: compare", "computation: compair", "compair", "no such computation",
         "did you mean 'compare'?"),
    slip("parameter", Q1, "{width: 4,", "{widht: 4, width: 4,", "widht", "no such parameter", "did you mean 'width'?"),
    slip("parameter in the grid", Q1, "grid: {width: [1, 2]}", "grid: {width: [1, 2], wdith: [3]}", "wdith",
         "did you mean 'width'?"),
    slip("missing parameter", Q1, "{width: 4, rate", "{rate", "params: {rate", "train needs 'width'", "width: int"),
    slip("bool for int", Q1, "width: 4", "width: true", "width: true", "expected: int", "got: True (bool)"),
    slip("text for int", Q1, "width: 4", "width: '4'", "width: '4'", "expected: int", "got: '4' (str)"),
    slip("float for int", Q1, "width: 4", "width: 4.0", "width: 4.0", "expected: int", "got: 4.0 (float)"),
    slip("null for int", Q1, "width: 4", "width: null", "width: null", "expected: int", "got: nothing"),
    slip("list item", Q2, "steps: [1, 2]", "steps: [1, 2.5]", "steps: [1", "expected: list[int]"),
    slip("literal", Q2, "steps: []", "steps: [], mode: evil", "evil", "Literal['train', 'eval']",
         "did you mean 'eval'?"),
    slip("value of a role", COURSE_FILE, "rate: 0.25", "rate: fast", "rate: {role", "'fast'", "role 'rate'", where=Q1),
    slip("no such role", Q1, "role: rate", "role: rat", "role: rat", "gives no value", "did you mean 'rate'?"),
    slip("role's name is no name", Q1, "role: rate", "role: [rate]", "role: [", "gives no value"),
    slip("role's job", COURSE_FILE, "computation: train, params: {width: 8}, l",
         "computation: trian, params: {width: 8}, l",
         "trian", "profiles.quick.roles.network.computation", "did you mean 'train'?"),
    slip("role's job's parameter", COURSE_FILE, "{name: large, computation: train, params: {width: 80}}",
         "{name: large, computation: train, params: {width: x}}", "name: large", "roles.networks[1].params.width"),
    slip("unused role's job", COURSE_FILE, "rate: 0.25", "rate: 0.25\n      spare: {computation: train}", "spare",
         "train needs 'width'"),
    slip("two jobs of one name", COURSE_FILE, "name: large", "name: small", "width: 80", "called the same", "small",
         more=True),
    slip("job for a plain value", COURSE_FILE, "rate: 0.25", "rate: {computation: train, params: {width: 1}}",
         "rate: {role", "expected: float", "the result of train", where=Q1),
    slip("data set", COURSE_FILE, "dataset: embedded_scenes", "dataset: embedded_scene", "params: {dataset",
         "no data set of this name", "did you mean 'embedded_scenes'?", where=Q2, more=True),
    slip("network", COURSE_FILE, "value: squeezenet1_1", "value: squeezenet1", "params: {network",
         "no network of this name",
         where=Q2, more=True),
    slip("value for a result", Q1, 'second: "nets[width=2]"}', "}\n    params: {second: net}", "params: {second",
         "under inputs"),
    slip("input for a value", Q1, "{width: 4, rate: {role: rate}}", "{width: 4}\n    inputs: {rate: net}",
         "inputs: {rate",
         "takes no result"),
    slip("twice given", Q1, "    grid: {width: [1, 2]}", "    grid: {width: [1, 2], seed: [1, 2]}", "seed: [1, 2]",
         "in params and in grid", more=True),
    slip("no such input", Q1, "first: net,", "first: nett,", "nett", "no such result", "did you mean 'net'?"),
    slip("several inputs", Q1, "nets[width=2]", "nets", "inputs:", "names 2 results", "[width=1]"),
    slip("no input", Q1, "nets[width=2]", "nets[width=3]", "inputs:", "names 0 results"),
    slip("equal points", Q1, "width: [1, 2]", "width: [1, 1]", "width: [1, 1]", "the same"),
    slip("no list", Q1, "width: [1, 2]", "width: 1", "grid:", "expected: a list"),
    slip("no point", Q1, "width: [1, 2]", "width: []", "grid:", "expected: a list"),
    slip("huge grid", Q1, "grid: {width: [1, 2]}", "grid: {width: %s, rate: %s}" % (([*range(99)],) * 2), "grid:",
         "too large", "9801"),
    slip("blank at the end of a point", Q1, "width: [1, 2]", "width: [1, 'a ']", "width: [", "name of a grid point"),
    slip("point's name", Q1, "width: [1, 2]", "width: [1, 2, 'a]b']", "width: [", "name of a grid point"),
]  # fmt: skip


@pytest.mark.parametrize("case", BINDINGS, ids=lambda case: case.name)
def test_what_does_not_fit_is_named_where_it_stands(course: Course, case: Slip) -> None:
    case.check(course)
