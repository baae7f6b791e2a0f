"""How computations declare what they return, and how each metric is known."""

from __future__ import annotations

import pytest

from generator.registry import Registry, column_kind, computation, kind_of, kinds_of
from generator.results import Result
from generator.workspace import Workspace


def test_a_mapping_of_kinds_declares_the_same_names_as_a_list() -> None:
    registry = Registry()

    @computation(metrics={"exact": ["images"], "measured": ["accuracy", "accuracy_*"]}, registry=registry)
    def train(workspace: Workspace, *, seed: int) -> Result:
        raise NotImplementedError

    @computation(
        metrics=["images", "accuracy", "accuracy_*"],
        tables={"runs": ["p"]},
        columns={"margins": ["p"]},
        registry=registry,
    )
    def again(workspace: Workspace, *, seed: int) -> Result:
        raise NotImplementedError

    assert registry["train"].metrics == registry["again"].metrics == ("images", "accuracy", "accuracy_*")
    assert registry["train"].kinds == {"images": "exact", "accuracy": "measured", "accuracy_*": "measured"}
    assert registry["again"].kinds == {}
    assert (registry["train"].columns, registry["again"].columns) == ({}, {"p": "margins"})


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ({"exakt": ["a"]}, "no kind of metrics is called 'exakt'; there are exact, measured, seeded, margins"),
        ({"exact": ["a"], "margins": ["b", "a"]}, "the metric 'a' is declared exact and margins"),
    ],
)
def test_a_wrong_declaration_of_kinds_is_refused(metrics: dict[str, list[str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        computation(metrics=metrics, registry=Registry())


def test_the_kind_of_a_member_is_its_own_or_its_closest_family() -> None:
    kinds = kinds_of({"measured": ["accuracy_*"], "margins": ["accuracy_low_*"], "exact": ["accuracy_low_count"]})
    names = ("accuracy_1", "accuracy_low_1", "accuracy_low_count", "accuracy", "loss")
    assert [kind_of(name, kinds) for name in names] == ["measured", "margins", "exact", "", ""]


def test_the_kind_of_a_column_is_its_own_or_that_of_the_metric_it_repeats() -> None:
    kinds = {"test": "measured", "accuracy_*": "measured", "seeds": "exact", "bound_low": "exact"}
    columns = {"outcome": "margins", "seeds": "seeded"}
    found = {
        "measured": ("test", "accuracy_1"),
        "seeded": ("seeds",),
        "margins": ("outcome", "p", "low", "test_high", "first_p"),
        "exact": ("bound_low",),
        "": ("label", "help", "highest"),
    }
    assert {name: column_kind(name, columns, kinds) for names in found.values() for name in names} == {
        name: kind for kind, names in found.items() for name in names
    }
