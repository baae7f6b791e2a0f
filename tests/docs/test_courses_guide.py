"""What docs/courses.md shows is so: course.yaml can be read, the code declares what it says, links lead somewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from generator.course.forms import CourseFile
from generator.course.parsing import parse
from generator.course.yaml_source import read_yaml_text
from generator.planning.code.declarations import declarations
from generator.registry import KINDS

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "courses.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [text for named, text in BLOCKS if named == kind]


def test_the_course_file_that_is_shown_can_be_read() -> None:
    whole, data = blocks("yaml")
    data = data.replace("…/", "example.org/").replace("0a1b…", "a" * 64)
    source = read_yaml_text(Path("course.yaml"), (whole + data).encode())
    form = parse(source, CourseFile)
    assert source.mistakes == []
    assert form is not None
    assert [*form.datasets] == ["swings", "class_of_2026"]
    keys = {re.match(r"\w+", line)[0] for line in whole.splitlines() if line[:1].isalpha()}  # type: ignore[index]
    assert keys <= CourseFile.model_fields.keys()


def test_the_computation_that_is_shown_declares_what_it_says() -> None:
    (code,) = blocks("python")
    (found,) = declarations(ast.parse(code), Path("timing.py"))
    assert (found["name"], found["metrics"], found["figures"]) == (
        "time_period",
        ["repeats", "mean", "error"],
        ["means"],
    )


def test_the_computation_of_the_reference_declares_every_kind_but_seeded() -> None:
    page = (ROOT / "docs" / "reference" / "computing.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (found,) = declarations(ast.parse(code), Path("classifying.py"))
    assert {*found["kinds"].values()} == {"exact", "measured", "margins"}
    assert all(f"`{kind}`" in page for kind in KINDS)


@pytest.mark.parametrize("link", sorted({*re.findall(r"\]\(([^)#]+)", GUIDE)}))
def test_what_it_links_to_is_there(link: str) -> None:
    assert (ROOT / "docs" / link).exists()
