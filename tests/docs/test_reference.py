"""The pages that scripts/reference.py makes of the program leave out no command, option, key or computation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import click
import pytest

import generator
from generator.cli.main import cli
from generator.commands.listing import list_computations
from generator.commands.session import Settings
from generator.course.schemas import schemas
from scripts import reference


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: make() for name, make in reference.PAGES.items()}


def section(text: str, heading: str, sign: str = "##") -> str:
    """What stands below a heading, as far as the next of its kind."""
    parts = re.split(rf"^{sign} ", text, flags=re.MULTILINE)
    (found,) = (part for part in parts[1:] if part.partition("\n")[0] == heading)
    return found


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_is_there_with_all_its_options_and_examples(pages: dict[str, str], name: str) -> None:
    said, command = section(pages["commands.md"], name), cli.commands[name]
    assert f"[{name}](#{name})" in pages["commands.md"]
    assert re.search(rf"^genreport {name}", said, re.MULTILINE), "an example"
    for option in command.params:
        if isinstance(option, click.Option):
            longest = max(option.opts, key=len)
            (row,) = re.findall(rf"^\| `[^`]*{longest}(?![\w-])[^`]*` \| (.*) \|$", said, re.MULTILINE)
            assert len(row) > 10, f"{option.name} says nothing"
        else:
            assert option.human_readable_name.upper() in said


def keys(schema: Mapping[str, Any]) -> Iterator[str]:
    """Every key that a schema knows, of its parts too."""
    yield from schema.get("properties", {})
    for one in (*schema.get("$defs", {}).values(), *schema.get("anyOf", ())):
        yield from keys(one)


@pytest.mark.parametrize("name", sorted(name for name in schemas() if "-texts" not in name))
def test_every_key_is_there_and_says_what_it_is_for(pages: dict[str, str], name: str) -> None:
    said = section(pages["keys.md"], reference.FILES[name.partition(".")[0]][0])
    for key in keys(schemas()[name]):
        assert re.search(rf"^\| `{key}`(, needed)? \| [^|]{{4,}} \|", said, re.MULTILINE), key


def test_every_computation_is_there_with_what_it_takes_and_gives(pages: dict[str, str]) -> None:
    found = list_computations(Settings())
    assert len(found) > 50
    for one in found:
        said = section(pages["computations.md"], one.name, "###")
        named = {*re.findall(r"`([^`]+)`", said)}
        columns = {column for columns in one.tables.values() for column in columns}
        assert {*one.parameters, *one.metrics, *one.tables, *columns, *one.figures} <= named, one.name
        assert re.search(r"^\w.{20,}", said.partition("\n")[2], re.MULTILINE), one.name


@pytest.mark.parametrize("name", generator.__all__)
def test_every_public_name_says_what_it_is(pages: dict[str, str], name: str) -> None:
    assert re.search(r"^[A-Z].{20,}", section(pages["python.md"], name), re.MULTILINE)


def test_what_is_no_sign_of_markdown_in_a_docstring_stays_as_it_is() -> None:
    assert reference.prose("a_* of :func:`fit_line` and ``b|c``") == r"a\_\* of `fit_line` and `b|c`"
    assert reference.table(("a",), [("`b|c`",)]).splitlines()[-1] == r"| `b\|c` |"
