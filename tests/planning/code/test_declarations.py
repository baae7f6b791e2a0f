"""What a computation declares is read from its source, and whatever cannot be read is named with its line."""

from __future__ import annotations

import pytest

from generator.errors import InputError
from generator.planning.code.source_code import read_module
from tests.course_for_tests import Course

TOY = "generator/labs/toy.py"


def test_a_computation_is_read_with_all_that_it_declares(course: Course) -> None:
    train = read_module(course.path(TOY))["computations"][0]
    assert (train["name"], train["summary"]) == ("train", "Train something.")
    assert train["line"] == course.line(TOY, "def train")
    assert train["metrics"] == ["loss", "accuracy", "accuracy_*"]
    assert train["tables"] == {"epochs": ["epoch", "loss", "low", "high"]}
    assert train["figures"] == ["losses"]
    assert [(p["name"], p["type"], p["default"]) for p in train["parameters"]] == [
        ("width", "int", None),
        ("rate", "float", "0.1"),
        ("seed", "int", "0"),
    ]


def test_the_registry_of_a_module_may_be_named(course: Course) -> None:
    course.edit(TOY, '@computation(metrics=["difference"])', '@registry.computation(registry=OWN, metrics=("d",))')
    assert read_module(course.path(TOY))["computations"][2]["metrics"] == ["d"]


def test_metrics_may_say_how_they_are_known(course: Course) -> None:
    kinds = '{"measured": ["accuracy_*", "loss"], "margins": ("accuracy_low",), "exact": []}'
    course.edit(TOY, '["loss", "accuracy", "accuracy_*"]', kinds)
    train = read_module(course.path(TOY))["computations"][0]
    assert train["metrics"] == ["accuracy_*", "loss", "accuracy_low"]
    assert train["kinds"] == {"accuracy_*": "measured", "loss": "measured", "accuracy_low": "margins"}


def test_columns_may_say_so_too(course: Course) -> None:
    course.edit(
        TOY, 'figures=["losses"]', 'figures=["losses"], columns={"margins": ["low", "high"], "exact": ["epoch"]}'
    )
    train = read_module(course.path(TOY))["computations"][0]
    assert train["columns"] == {"low": "margins", "high": "margins", "epoch": "exact"}
    assert train["tables"] == {"epochs": ["epoch", "loss", "low", "high"]}


SLIPS = {
    "not called": ('@computation(metrics=["difference"])', "@computation  # bare", "# bare", "is not called"),
    "name": ('metrics=["difference"]', "metrics=NAMES", "metrics=NAMES", "metrics cannot be read"),
    "text": ('metrics=["difference"]', 'metrics="difference"', '"difference"', "metrics cannot be read"),
    "kind": ('metrics=["difference"]', 'metrics={"mesured": ["a"]}', '{"mesured"', "no kind of metrics is called 'mes"),
    "two kinds": ('metrics=["difference"]', 'metrics={"exact": ["a"], "seeded": ["b", "a"]}', '{"exact"',
                  "'a' is declared exact and seeded"),
    "no column": ('figures=["bars"]', 'columns={"exact": ["name", "scor"]}', '{"exact"', "no table has the column 'sc"),
    "column kind": ('figures=["bars"]', 'columns={"exakt": ["name"]}', '{"exakt"', "no kind of metrics is called 'ex"),
    "columns": ('figures=["bars"]', 'columns=["name"]', 'columns=["name"', "columns cannot be read"),
    "no list": ('metrics=["difference"]', 'metrics={"exact": "difference"}', '{"exact"', "metrics cannot be read"),
    "tables": ('metrics=["difference"]', 'tables={"a": "b"}', 'tables={"a"', "tables cannot be read"),
    "unhashable": ('metrics=["difference"]', "tables={[]: []}", "tables={[]", "tables cannot be read"),
    "stars": ('metrics=["difference"]', "**OUTPUTS", "**OUTPUTS", "** cannot be read"),
    "unknown": ('metrics=["difference"]', 'metric=["a"]', "metric=", "metric cannot be read"),
    "positional": ('metrics=["difference"]', '["difference"]', '@computation(["d', "keywords only"),
    "default": ("seed: int = 0", "seed: int = SEED", "seed: int = SEED", "the default of 'seed' is no literal"),
    "no type": ("seed: int = 0", "seed=0", "seed=0", "'seed' has no type"),
    "loose": ("*, first: Result", "first: Result, *", "def compare", "its parameters have another form"),
    "more": ("second: Result)", "second: Result, **more: int)", "def compare", "its parameters have another form"),
    "no workspace": ("compare(workspace: Workspace, ", "compare(", "def compare", "its parameters have another form"),
    "async": ("def compare", "async def compare", "def compare", "cannot be async"),
    "not Python": ("def compare(", "def compare((", "def compare", "is not Python"),
    "null byte": ("def compare", "def \0compare", None, "is not Python"),
    "very deep": ("RATE = 0.5", "RATE = " + "-" * 100_000 + "1", None, "too deep"),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_what_cannot_be_read_is_named_with_its_line(course: Course, name: str) -> None:
    old, new, at, words = SLIPS[name]
    file = "generator/labs/training.py" if "RATE" in old else TOY
    course.edit(file, old, new)
    with pytest.raises(InputError) as error:
        read_module(course.path(file))
    (mistake,) = error.value.mistakes
    assert words in str(mistake)
    assert mistake.path == course.path(file)
    if at is not None:
        assert mistake.line == course.line(file, at)


def test_all_that_is_wrong_is_named_at_once(course: Course) -> None:
    course.edit(TOY, 'metrics=["difference"]', "metrics=NAMES")
    course.edit(TOY, "seed: int = 0", "seed: int = SEED")
    with pytest.raises(InputError) as error:
        read_module(course.path(TOY))
    assert len(error.value.mistakes) == 2
