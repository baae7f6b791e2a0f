"""Which typed numbers count as numbers of the results, and which results count as the same.

Covers answers/prose.py too.
"""

from __future__ import annotations

import json

import pytest

from generator.commands.check_numbers import differing, typed_numbers, unsupported
from generator.languages import speaking

KNOWN = [138_357_544, 0.8936473, 0.012, -3.25, "words", None, True, float("nan")]


@pytest.mark.parametrize(("text", "typed"), [
    ("It is 89.4 % of 1,500 images.", ["89.4", "1,500"]),
    ("In 2014, VGG16 and conv3_2 of 15-Scene, 3x3 and 224×224.", ["2014"]),
    ("one\ntwo 42", ["42"]),
    ("{{ x.y }} {% claim x.y > 77 %}88{% endclaim %} {# 99 #}", ["88"]),
    ("`44` and $55$ and $$\n66\n$$ and [@key2014] and [67](https://example.org/68)", ["67"]),
    ("```\n71\n```\n# 72 heads\n3. a list", []),
    ("1\u202f234\u202f567", ["1\u202f234\u202f567"]),
    ("-3.25 or 1e-5, 10^3, 1.2.3", ["-3.25"]),
    ("{% broken 12345", []),
])  # fmt: skip
def test_numbers_are_found_in_prose_alone(text: str, typed: list[str]) -> None:
    assert [number.text for number in typed_numbers(text) if number.text not in ("224", "3")] == typed


def test_a_number_has_its_line() -> None:
    assert [number.line for number in typed_numbers("one\n\n{{ a.b }}\n42")] == [4]


@pytest.mark.parametrize("text", [
    "138 million", "138.4 million", "138,357,544", "89.4 %", "0.89", "0.894", "89 %", "1.2 %", "3.25", "-3.25",
    "twelve or 12", "in 2015", "95 % intervals", "224 pixels",
])  # fmt: skip
def test_what_a_result_rounds_to_is_supported(text: str) -> None:
    assert unsupported(text, KNOWN, "images of $224 \\times 224$ pixels") == []


@pytest.mark.parametrize("text", ["89.5 %", "0.893", "139 million", "77", "138,357,545", "225 pixels", "13 layers"])
def test_what_no_result_rounds_to_is_not(text: str) -> None:
    (number,) = unsupported(text, KNOWN, "images of 224 pixels")
    assert text.startswith(number.text)


def test_french_numbers_have_a_decimal_comma() -> None:
    with speaking("fr"):
        assert [number.text for number in typed_numbers("Soit 89,4 % de 1\u202f500 images.")] == ["89,4", "1\u202f500"]
        assert unsupported("89,4 %, 138,4 millions, 0,6 ici", KNOWN, "un seuil de 0,6") == []
        assert [number.text for number in unsupported("89,5 % et 0,25", KNOWN, "")] == ["89,5", "0,25"]


def test_results_differ_beyond_the_seeds_spread_or_the_tolerance() -> None:
    ours = {
        "q/b/a.accuracy": 0.80,
        "q/b/a.accuracy_std": 0.02,
        "q/b/a.loss": 1.0,
        "q/b/a.fit_seconds": 3.0,
        "q/b/a.name": "vgg",
    }
    near = {**ours, "q/b/a.accuracy": 0.835, "q/b/a.loss": 1.015, "q/b/a.fit_seconds": 99.0, "q/b/a.unknown": 1}
    far = {"no address": 1, "q/b/a/accuracy": 0.845, "q/b/a.loss": 1.03, "q/b/a.name": "other"}
    assert differing(json.dumps(near).encode(), ours) == []
    lines = differing(json.dumps(far).encode(), ours)
    assert [line.partition(":")[0] for line in lines] == ["q/b/a.accuracy", "q/b/a.loss", "q/b/a.name"]
    assert lines[0].endswith("0.845 instead of 0.8")


def test_numbers_out_of_all_bounds_are_other_results_and_no_fault() -> None:
    theirs = {"1-a/q01/a.count": 10**400, "1-a/q01/a.loss": 1}
    assert differing(json.dumps(theirs).encode(), {"1-a/q01/a.count": 7, "1-a/q01/a.loss": 10**400}) == [
        "1-a/q01/a.count: a number out of all bounds instead of 7",
        "1-a/q01/a.loss: 1 instead of a number out of all bounds",
    ]
    assert unsupported("9" * 400, [10**400], "") != []


@pytest.mark.parametrize(
    "content", [b"", b"[1]", b"{", b"\xff", b"[" * 100_000, b'"x"', b"null", b'{"a": ' + b"9" * 90_000 + b"}"]
)
def test_results_that_are_none_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"metrics\.json"):
        differing(content, {})
