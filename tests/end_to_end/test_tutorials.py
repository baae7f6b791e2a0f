"""Each tutorial of docs/ can be followed to the letter: its files are written, its commands run, its output comes."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import yaml

from tests.end_to_end.project import Project
from tests.guides_for_tests import ROOT, Shell

EXAMPLE = ROOT / "examples" / "measurement"


def test_the_authors_tutorial_makes_the_course_of_the_example(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    branches = []
    for block, _ in shell.read("tutorials/author.md"):
        if block.text.startswith("genreport build") and (shell.folder / "build/report.html").is_file():
            page = (shell.folder / "build/report.html").read_text(encoding="utf-8")
            branches += re.findall(r"Two seconds lie (\w+)", page)[:1]
    assert branches == ["outside", "within", "outside"]  # of five readings, of one swing a time, and in French
    made = tmp_path / "measurement"
    files = [path.relative_to(made) for path in made.rglob("*") if path.is_file() and "build" not in path.parts]
    same = [path for path in files if path.name not in ("course.yaml", "lab.yaml") and "__pycache__" not in path.parts]
    assert {path.suffix for path in same} >= {".py", ".yaml", ".md"}
    for path in same:
        if ".pytest_cache" not in path.parts:
            assert (made / path).read_text(encoding="utf-8") == (EXAMPLE / path).read_text(encoding="utf-8"), path
    assert (made / "build/report.pdf").read_bytes().startswith(b"%PDF")
    ours, theirs = (yaml.safe_load((course / "course.yaml").read_text()) for course in (made, EXAMPLE))
    assert {key: ours[key] for key in ("title", "subtitle", "course", "theme", "labs")}.items() <= theirs.items()
    page = (tmp_path / "my-report/build/report.html").read_text(encoding="utf-8")
    assert "Two seconds lie" not in page  # the teacher's answer


def test_the_students_tutorial_warns_of_what_is_not_so(built: Project, tmp_path: Path) -> None:
    shell = Shell(tmp_path, cache=built.folder / "cache", strict=False)  # which has the results that it needs
    printed = [said for _, said in shell.read("tutorials/student.md")]
    assert "warning" in printed[-2]
    assert "warning" not in printed[-1]
    page = (tmp_path / "my-report/build/report-2-a-q01.html").read_text(encoding="utf-8")
    assert re.search(r"Most of them, 89.4\s%, are in three layers", re.sub(r"<[^>]*>", "", page))
    assert "Ada Lovelace" in page


def test_the_teachers_tutorial_tells_the_careful_student_from_the_careless(tmp_path: Path) -> None:
    printed = [said for _, said in Shell(tmp_path).read("tutorials/teacher.md")]
    assert re.search(r"ada: 1 of 2 answered$", printed[-1], re.MULTILINE)
    with (tmp_path / "marking/summary.csv").open(encoding="utf-8", newline="") as file:
        ada, alan = csv.DictReader(file)
    assert (ada["contradicted"], ada["unsupported"], ada["gaps"]) == ("", "", "dice/q02")
    assert "thrown.mean_low > 3.5" in alan["contradicted"]
    assert "3.71" in alan["unsupported"]
