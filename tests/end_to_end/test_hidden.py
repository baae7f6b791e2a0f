"""A course with hidden questions is handed out, a student builds a report of it, and hands in."""

from __future__ import annotations

import re
from pathlib import Path

from tests.end_to_end.test_other_course import Desk
from tests.hidden_for_tests import words, write_hidden


def test_a_student_of_a_course_that_was_handed_out_answers_the_rest(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    write_hidden(desk.folder / "sums")
    said = desk.run("release", "sums", "--to", "handout")
    assert "held back, but for their numbers: one/q02, two/drawing (hidden), and computations/secret_helper.py" in said
    desk.run("init", "in/ada", "--course", "handout", "--language", "fr")
    answers = desk.folder / "in/ada/answers/one"
    assert sorted(path.name for path in answers.iterdir()) == ["conclusion.md", "q01.md", "q03.md"]
    (answers / "q01.md").write_text('Voir la {{ ref("one/q02") }} et le {{ ref("one/q03/sums") }}.\n')
    (answers / "q02.md").write_text("Je sais déjà.\n")
    assert desk.build("in/ada", "--course", "handout", "--output", "ada") == (3, 0)
    page = (desk.folder / "ada/report.html").read_text()
    assert "Voir la question 2 (ne figure pas dans ce rapport) et le tableau 1.3." in words(page)
    assert "Je sais" not in page

    desk.run("check", "in", "--course", "sums")
    summary = (desk.folder / "check/summary.csv").read_text()
    assert "answers/one/q02.md: not shown, as one/q02 is hidden and not in this report" in summary
    assert re.search(r"^ada,[^,]*,(1,3|3,1),", summary, re.MULTILINE), summary
