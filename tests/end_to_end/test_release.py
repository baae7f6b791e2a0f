"""The example handed out: students build from it what they would build from the teacher's course, with its results."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.courses_for_tests import CourseHere
from tests.end_to_end.test_other_course import EXAMPLE, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_students_report_is_the_same_from_a_course_that_was_handed_out(desk: Desk) -> None:
    shutil.copytree(EXAMPLE, desk.folder / "measurement", ignore=shutil.ignore_patterns("__pycache__"))
    course = CourseHere(desk.folder / "measurement")
    course.edit("questions/pendulum/q01.yaml", "  means:\n", "  means:\n    solution: true\n    finding: It shrinks.\n")
    assert desk.build("--course", "measurement", "--output", "reference") == (3, 0)
    said = desk.run("release", "measurement", "--to", "handout")
    assert re.search(
        r"left out: 3 answers, 1 marking note, 1 published number, 1 finding, 1 introduction or conclusion, 2 tests",
        said,
    )
    assert "1 exhibit with solution: true" in said
    assert not (desk.folder / "handout/computations/test_fits.py").exists()

    desk.run("init", "ada", "--course", "handout")
    assert 'from: "../handout"' in (desk.folder / "ada/report.yaml").read_text()
    answer = desk.folder / "ada/answers/pendulum/q01.md"
    answer.write_text('It is {{ timed.mean | decimal(2) }} s [@taylor1997error].\n\n{{ figure("means") }}\n')
    pages = []
    for name in ("handout", "measurement"):
        assert desk.build("ada", "--course", name, "--output", f"from-{name}") == (0, 3)
        pages.append((desk.folder / f"from-{name}/report.html").read_text())
    assert pages[0] == pages[1]
    assert "A line chart of the mean period" in pages[0]
    assert "It shrinks" not in pages[0]
