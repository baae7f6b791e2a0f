"""What `genreport computations` and `genreport roles` list, for people and as JSON.

Covers cli/listing.py and cli/listing_display.py too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from generator.cli.main import cli
from generator.commands.listing import docstring, list_computations, list_roles, metrics_by_kind
from generator.commands.session import Folders, Settings
from generator.errors import InputError
from tests.courses_for_tests import CourseHere, write_sums

ODD = '''\
"""Odd ones."""

import a_module_that_nobody_has

from generator import Dataset, Result, Workspace, computation


@computation(
    metrics={"exact": ["n"], "margins": ["low"]}, tables={"t": ["a", "b"]}, figures=["f"],
    columns={"measured": ["a"]},
)
def odd(workspace: Workspace, *, data: Dataset, way: "Literal['up', 'down', 3]" = "up", rate: float | None = None):
    """Go a way, which the first sentence
    tells in two lines. More of it.

    And a second paragraph.
    """


@computation(metrics=["x"])
def bare(workspace: Workspace) -> Result:
    pass
'''.replace("\"Literal['up', 'down', 3]\"", "Literal['up', 'down', 3]")
PROFILES = """\
profiles:
  short: {title: S, description: S, roles: {last: {value: 3, label: few}, lasts: [1, 2]}}
  long: {title: L, description: L, roles: {last: 9, lasts: [1, {role: last}]}}
"""


@pytest.fixture
def sums(tmp_path: Path) -> CourseHere:
    course = write_sums(tmp_path / "sums")
    course.write("course.yaml", "title: Sums\nlabs: [only]\n" + PROFILES)
    course.write("questions/only/profiles.yaml", "all: {added: {computation: add, params: {last: {role: last}}}}\n")
    return course


def settings(course: CourseHere, **others: Any) -> Settings:
    return Settings(folders=Folders(cache=course.folder.parent / "cache", course=course.folder), **others)


def run(course: CourseHere, *words: str) -> str:
    ways = ["--course", str(course.folder), "--cache", str(course.folder.parent / "cache")]
    done = CliRunner().invoke(cli, [*words, *ways])
    assert done.exit_code == 0, done.output
    return done.output


def test_each_computation_is_listed_with_what_it_takes_and_gives(sums: CourseHere) -> None:
    text = run(sums, "computations")
    assert "add(last: int)" in text
    assert "Add the numbers from 1 on." in text
    assert "exact: sum" in text
    assert "sums: number, sum" in text
    assert "extract_features" not in text  # the program's own, which this course does not name


def test_a_course_that_names_ours_has_ours_too(sums: CourseHere) -> None:
    sums.edit("course.yaml", "labs:", "code: [computations, genreport]\nlabs:")
    names = [one.name for one in list_computations(settings(sums))]
    assert {"add", "multiply", "extract_features"} <= {*names}
    assert names == sorted(names)


def test_one_is_shown_whole_although_it_cannot_be_imported(sums: CourseHere) -> None:
    sums.write("computations/odd.py", ODD)
    (found,) = list_computations(settings(sums), "odd")
    assert found.summary == "Go a way, which the first sentence tells in two lines."
    assert docstring(found).endswith("And a second paragraph.")
    data = json.loads(run(sums, "computations", "odd", "--json"))
    assert data["parameters"] == [
        {"name": "data", "type": "Dataset", "required": True, "takes": "data set"},
        {
            "name": "way", "type": "Literal['up', 'down', 3]", "required": False, "default": "up",
            "choices": ["up", "down", 3],
        },
        {"name": "rate", "type": "float | None", "required": False, "default": None},
    ]  # fmt: skip
    assert (data["metrics"], data["tables"]) == ({"exact": ["n"], "margins": ["low"]}, {"t": ["a", "b"]})
    assert (data["columns"], data["figures"]) == ({"a": "measured"}, ["f"])
    assert (data["file"], data["line"]) == (str(sums.code / "odd.py"), 12)
    text = run(sums, "computations", "odd")
    for words in ("And a second paragraph.", "Literal['up', 'down', 3]", "required", "'up'", "odd.py, line 12"):
        assert words in text


def test_metrics_without_a_kind_and_docstrings_that_are_missing(sums: CourseHere) -> None:
    sums.write("computations/odd.py", ODD)
    (bare,) = list_computations(settings(sums), "bare")
    assert (metrics_by_kind(bare), bare.summary, docstring(bare)) == ({"unstated": ["x"]}, "", "")


def test_a_name_that_there_is_not_is_said_with_the_nearest(sums: CourseHere) -> None:
    with pytest.raises(InputError) as error:
        list_computations(settings(sums), "multiplie")
    assert error.value.mistakes[0].hint == "did you mean 'multiply'?"


def test_code_that_cannot_be_a_package_is_said(sums: CourseHere) -> None:
    sums.edit("course.yaml", "labs:", "code: nowhere\nlabs:")
    with pytest.raises(InputError, match="no such folder"):
        list_computations(settings(sums))


def test_roles_are_those_of_the_profile_with_their_labs(sums: CourseHere) -> None:
    assert run(sums, "roles").splitlines() == [
        "profile short",
        "of all labs",
        "  last = 3   few",
        "  lasts = [1, 2]",
        "of lab only alone",
        "  added = add(last={'role': 'last'})   added",
    ]
    data = json.loads(run(sums, "roles", "--profile", "long", "--json"))
    assert data["profile"] == "long"
    assert data["roles"] == [
        {"name": "last", "lab": "", "value": 9, "label": "9"},
        {"name": "lasts", "lab": "", "value": [1, 9], "label": "1, 9"},
        {
            "name": "added", "lab": "only", "label": "added",
            "value": {"computation": "add", "params": {"last": {"role": "last"}}, "name": "added"},
        },
    ]  # fmt: skip


def test_what_is_put_in_a_role_by_hand_is_listed_so(sums: CourseHere) -> None:
    _, roles = list_roles(settings(sums, overrides={"last": 7}))
    assert {role.name: role.value for role in roles}["last"] == 7


def test_roles_need_no_answers(sums: CourseHere) -> None:
    for answer in (sums.folder / "answers").rglob("*.md"):
        answer.unlink()
    assert list_roles(settings(sums))[0] == "short"


def test_nothing_is_imported_for_it(sums: CourseHere) -> None:
    code = (
        "import sys\nfrom generator.cli.main import cli\n"
        "cli.main(['computations', '--json'], standalone_mode=False)\n"
        "cli.main(['roles', '--json'], standalone_mode=False)\n"
        "print([name for name in sys.modules if name.startswith(('torch', 'generator.labs', 'computations'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=sums.folder, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
