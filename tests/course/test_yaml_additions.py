"""A word is added to a list of a YAML file however the list is written, and nothing else of the file changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.course.yaml_additions import read_text, with_item
from generator.course.yaml_source import read_yaml_text

WHERE = ("sections", 0, "questions")


def added(text: str, item: str = "q03") -> tuple[str, int] | None:
    source = read_yaml_text(Path("lab.yaml"), text.encode())
    assert source.mistakes == []
    return with_item(source, text, WHERE, item)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("- questions: [q01, q02]  # two\n", "- questions: [q01, q02, q03]  # two\n", 2),
        ("- {questions: [ q01 ], introduction: y}", "- {questions: [ q01, q03 ], introduction: y}", 2),
        ("- questions: [\n   q01, # one\n   q02 # x\n ]\n", "- questions: [\n   q01, # one\n   q02, q03 # x\n ]\n", 4),
        ("- questions: [q01, 'q02',]\n", "- questions: [q01, 'q02', q03,]\n", 2),
        (
            "- title: x\n  questions:\n    - q01 # one\n    -   q02 # two\n\n  # end\n",
            "- title: x\n  questions:\n    - q01 # one\n    -   q02 # two\n    -   q03\n\n  # end\n",
            6,
        ),
        ("- questions:\n  - q01\r\n- questions: [x]\n", "- questions:\n  - q01\r\n  - q03\r\n- questions: [x]\n", 4),
        ("- questions:\n  - q01", "- questions:\n  - q01\n  - q03", 4),
        ("- questions: [é, q01] # ü\n", "- questions: [é, q01, q03] # ü\n", 2),
    ],
)  # fmt: skip
def test_the_item_stands_at_the_end_and_all_else_as_before(before: str, after: str, line: int) -> None:
    assert added("sections:\n" + before) == ("sections:\n" + after, line)


@pytest.mark.parametrize("item", ["12", "true", "1e3"])
def test_a_name_that_yaml_would_take_for_something_else_is_quoted(item: str) -> None:
    assert added("sections: [{questions: [q01]}]\n", item) == (f'sections: [{{questions: [q01, "{item}"]}}]\n', 1)


@pytest.mark.parametrize(
    "text", ["- questions:\n  -\n    q01\n", "- questions:\n  - |\n    q01\n", "- questions: []\n"]
)
def test_what_cannot_be_added_to_without_a_doubt_is_left_alone(text: str) -> None:
    assert added("sections:\n" + text) is None


def test_ends_of_lines_are_kept(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_bytes(b"a: 1\r\nb: 2\n")
    assert read_text(tmp_path / "lab.yaml") == "a: 1\r\nb: 2\n"
