"""A YAML value fits a parameter's type exactly, or not at all."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.planning.parameters import Kind, UnsupportedTypeError, parse_type

FITS: list[tuple[str, Any, Any]] = [
    ("int", 3, 3),
    ("float", 3, 3.0),
    ("float", -0.0, 0.0),
    ("str", "3", "3"),
    ("bool", True, True),
    ("None", None, None),
    ("int | None", None, None),
    ("float | str", 3, 3.0),
    ("float | str", "x", "x"),
    ("list[float]", [1, 2.5], [1.0, 2.5]),
    ("list[float]", (1, 2), [1.0, 2.0]),
    ("list[list[int]]", [[1], []], [[1], []]),
    ("Literal['a', 'b']", "a", "a"),
    ("Literal[1, None]", None, None),
    ("Dataset", "mnist", "mnist"),
    ("Network | None", None, None),
    ("list[Network]", ["vgg16"], ["vgg16"]),
]
MISFITS: list[tuple[str, Any]] = [
    ("int", True),
    ("int", "3"),
    ("int", 3.0),
    ("int", None),
    ("float", True),
    ("float", "1e-3"),
    ("float", math.nan),
    ("float", math.inf),
    ("float", 10**400),
    ("str", 3),
    ("str", None),
    ("bool", 1),
    ("bool", "yes"),
    ("list[int]", 3),
    ("list[int]", [1, True]),
    ("list[int]", "12"),
    ("list[int]", {"a": 1}),
    ("Literal['a', 'b']", "c"),
    ("Literal[1]", True),
    ("Dataset", ""),
    ("Dataset", ["mnist"]),
    ("Result", "net"),
    ("Result | None", "net"),
]


@pytest.mark.parametrize(("text", "value", "expected"), FITS)
def test_a_value_that_fits_gets_its_one_form(text: str, value: Any, expected: Any) -> None:
    found = parse_type(text).normalise(value)
    assert (type(found), repr(found)) == (type(expected), repr(expected))


@pytest.mark.parametrize(("text", "value"), MISFITS)
def test_a_value_that_does_not_fit_is_told_what_was_expected(text: str, value: Any) -> None:
    with pytest.raises(TypeError) as error:
        parse_type(text).normalise(value)
    assert str(error.value) == text


@pytest.mark.parametrize(
    "text",
    ["", "dict[str, int]", "Path", "list", "tuple[int, int]", "Literal[X]", "Literal[1.5]", "Dataset | Network",
     "list[list[Result]]", "list[Result] | None", "int or str", "int |", "Optional[int]", "'int'", "Literal[b'x']"],
)  # fmt: skip
def test_types_that_yaml_cannot_fill_are_refused(text: str) -> None:
    with pytest.raises(UnsupportedTypeError, match="parameter type"):
        parse_type(text)


def test_a_type_says_what_it_stands_for() -> None:
    kinds = {text: parse_type(text).kind for text in ("int", "Dataset | None", "list[Network]", "Result")}
    assert list(kinds.values()) == [Kind.VALUE, Kind.DATASET, Kind.NETWORK, Kind.RESULT]
    assert [kind.takes_results for kind in Kind] == [False, False, True, True]
    assert parse_type("Literal['a', 'b', 3] | None").choices == ("a", "b")
    assert [parse_type(text).takes_many for text in ("list[Result]", "Result", "list[int]")] == [True, False, False]


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())))
def test_one_form_stays_as_it_is(value: Any) -> None:
    for text in ("float | bool | None | list[float]", "int | str", "Network | None"):
        try:
            once = parse_type(text).normalise(value)
        except TypeError:
            continue
        assert repr(parse_type(text).normalise(once)) == repr(once)
