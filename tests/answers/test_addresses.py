"""Addresses of results: what the grammar takes, what it refuses and in which words, and spelling undoes reading."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import Environment, nodes

from generator.answers.addresses import Address, AddressError, Point, parse_address, parse_expression, split_target

WORDS = st.text("abcXYZ019_", min_size=1, max_size=8)
NAMES = WORDS.filter(lambda word: word.isidentifier() and not keyword.iskeyword(word.lower()))
IDS = st.text("ab9_-", min_size=1, max_size=6)
VALUES = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters='[],="'), min_size=1)
    .map(str.strip)
    .filter(bool)
)
POINTS = st.dictionaries(NAMES, VALUES, max_size=3).map(lambda point: tuple(point.items()))
HOMES = st.just("") | st.just("roles") | st.builds("{}/{}".format, IDS, IDS)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("net", Address("1-a/q01", "net")),
        (" net[width=8, seed = 0] ", Address("1-a/q01", "net", (("width", "8"), ("seed", "0")))),
        ("net[]", Address("1-a/q01", "net")),
        ("net[width=8,]", Address("1-a/q01", "net", (("width", "8"),))),
        ("net.loss", Address("1-a/q01", "net", (), "loss")),
        ("net[width=0.5].top1", Address("1-a/q01", "net", (("width", "0.5"),), "top1")),
        ("2-b/q11/net[layer=a/b].x", Address("2-b/q11", "net", (("layer", "a/b"),), "x")),
        ("2-b/q11/net[layer=two words].x", Address("2-b/q11", "net", (("layer", "two words"),), "x")),
        ("roles/classifier", Address("roles", "classifier")),
        ("roles/q01/net", Address("roles/q01", "net")),  # a lab may be called so
        ("2-b/q11/net[layer=a/b]/x", Address("2-b/q11", "net", (("layer", "a/b"),), "x")),  # metrics.json before
    ],
)
def test_addresses_are_read(text: str, address: Address) -> None:
    found = parse_address(text, "1-a/q01")
    assert found == address
    assert found.point == address.point


@pytest.mark.parametrize(
    ("text", "named", "got"),
    [
        ("", None, "''"),
        ("[a=1]", None, "'[a=1]'"),
        ("a b", None, "'a b', which goes wrong at 'b'"),
        ("a/net", None, "'a/net', which goes wrong at '/net'"),
        ("net[width]", None, "'net[width]', which goes wrong at '[width]'"),
        ("net[width=]", None, "'net[width=]', which goes wrong at '[width=]'"),
        ("net[a=1=2].x", None, "'net[a=1=2].x', which goes wrong at '[a=1=2].x'"),
        ("net[a=1]x", None, "'net[a=1]x', which goes wrong at 'x'"),
        ("net.", None, "'net.', which goes wrong at '.'"),
        ("net", True, "'net'"),
        ("net[a=1]", True, "'net[a=1]'"),
        ("net.loss", False, "'net.loss', which goes wrong at '.loss'"),
        ("x" * 99 + "!", None, "'" + "x" * 60 + "', which goes wrong at '!'"),
    ],
)
def test_what_is_none_is_refused_with_the_place_the_form_and_the_text(text: str, named: bool | None, got: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse_address(text, named=named)
    assert refused.value.details["got"] == got
    assert ("result.name" in refused.value.details["expected"]) is bool(named)
    assert refused.value.message == ("names no metric or table of a result" if named else "names no result")
    assert str(refused.value) == f"{refused.value.message}; expected {refused.value.details['expected']}; got {got}"


@given(HOMES, WORDS, POINTS, st.just("") | st.text("ab1_.*-", min_size=1))
def test_reading_undoes_spelling(home: str, result: str, point: Point, name: str) -> None:
    address = Address(home, result, point, name)
    found = parse_address(str(address), "9-z/q99")
    assert (found.question, found.result, found.point, found.name) == (home or "9-z/q99", result, point, name)
    assert found == address.at_home("9-z/q99")


@given(st.text() | st.text("ab/[]=,. \"-'\n"))
@example("a[b=c ,d= e]")
def test_any_text_is_an_address_that_is_spelt_in_one_way_or_is_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except AddressError:
        return
    assert parse_address(str(address)) == address
    assert str(parse_address(str(address))) == str(address)


def of_jinja(text: str) -> Address:
    (output,) = Environment().parse(f"{{{{ {text} }}}}").body
    assert isinstance(output, nodes.Output)
    (read,) = output.nodes
    assert isinstance(read, nodes.Getattr | nodes.Getitem)
    return parse_expression(read)


@given(NAMES, POINTS, st.text("ab1_.*-", min_size=1))
@example("net", (("layer", "a\\b\nc'}}"),), "x")
def test_an_answer_spells_the_same_address_as_an_expression(result: str, point: Point, name: str) -> None:
    address = Address("", result, point, name)
    found = of_jinja(address.expression)
    assert (found, found.point) == (address, point)


@pytest.mark.parametrize("text", ["net(width=0.5).x", 'net(width="0.5").x', "net(width=0.5)['x']"])
def test_expressions_and_addresses_are_one(text: str) -> None:
    assert of_jinja(text) == parse_address("net[width=0.5].x")


@pytest.mark.parametrize(
    ("text", "message", "expected"),
    [
        ("net(0.5).x", "a grid point is spelt out with names and literals", 'net(parameter="value").metric'),
        ("net().x", "a grid point is spelt out with names and literals", 'net(parameter="value").metric'),
        ("net(a=1, b=c).x", "a grid point is spelt out with names and literals", 'net(parameter="value").metric'),
        ("net[0]", "the metric of net must be spelt out", "net.metric"),
        ("net[x.y]", "the metric of net must be spelt out", "net.metric"),
    ],
)
def test_an_expression_that_is_none_is_refused(text: str, message: str, expected: str) -> None:
    with pytest.raises(AddressError, match=message) as refused:
        of_jinja(text)
    assert refused.value.details == {"expected": expected}


def test_a_point_of_a_grid_equals_one_that_was_read_and_keeps_its_number() -> None:
    point = Address("1-a/q01", "net", (("width", 0.5),))
    assert point == parse_address("net[width=0.5]", "1-a/q01")
    assert len({point, parse_address("net[width=0.5]", "1-a/q01")}) == 1
    assert point != parse_address("net[width=0.50]", "1-a/q01")
    assert point != str(point)
    assert dict(point.point) == {"width": 0.5}


def test_points_are_selected_by_some_or_all_of_their_values() -> None:
    points = [Address("1-a/q01", "net", (("width", w), ("seed", s))) for w in (1, 2) for s in (0, 1)]
    assert parse_address("net").among(points) == tuple(points)
    assert parse_address("net[width=2]").among(points) == tuple(points[2:])
    assert parse_address("net[seed=1,width=2].loss").among(points) == (points[3],)
    assert parse_address("net[depth=1]").among(points) == ()
    assert {point.whole for point in points} == {parse_address("1-a/q01/net")}


def test_an_address_is_seen_from_its_question_and_from_others() -> None:
    address = parse_address("1-a/q01/net[width=1].loss")
    assert str(address.seen_from("1-a/q01")) == "net[width=1].loss"
    assert address.seen_from("1-a/q01").at_home("1-a/q01") == address
    assert address.seen_from("1-a/q02") == address == address.at_home("1-a/q02")


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("maps", ("1-a/q01", "maps")),
        ("2-a/q01", ("1-a/q01", "2-a/q01")),
        ("2-a/q03/maps", ("2-a/q03", "maps")),
        ("eq:loss", ("1-a/q01", "eq:loss")),
        ("2-a/q03/eq:loss", ("2-a/q03", "eq:loss")),
        ("eq:a/b/c", ("1-a/q01", "eq:a/b/c")),  # a label may hold slashes
    ],
)
def test_what_a_reference_means_is_split(target: str, found: tuple[str, str]) -> None:
    assert split_target(target, "1-a/q01") == found


@pytest.mark.parametrize("text", ["x[a=" + "b " * 50_000, "x[" + "a=b ," * 20_000, "-" * 99_999, "a/" * 50_000])
def test_a_very_long_text_is_refused_in_time(text: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse_address(text)
    assert len(str(refused.value)) < 400
