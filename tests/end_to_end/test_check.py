"""`genreport check` on submissions of every kind, from results in the cache.

Covers cli/check_display.py, cli/checking.py, commands/check_summary.py too.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests.end_to_end.project import Project
from tests.worksheets_for_tests import fill

SAME = "Both of us wrote this very sentence, and neither of us changed a word of it."


def write(folder: Path, name: str, answers: dict[str, str], report: str = "") -> Path:
    place = folder / name
    (place / "answers" / "2-a").mkdir(parents=True)
    (place / "report.yaml").write_text(report or f'authors: [{{name: "{name.title()}", number: "1"}}]\n')
    for question, text in answers.items():
        (place / "answers" / "2-a" / f"{question}.md").write_text(text)
    return place


def worksheets(project: Project, folder: Path) -> None:
    """Hand in a worksheet that was filled in, the same cut off, and what only has the name of one."""
    options = ["--edition", "worksheet", "--frames", "--fields", "--output", "worksheet", "--format", "pdf"]
    project.run("build", "2-a", "--only", *options)
    blank = (project.folder / "worksheet/worksheet-2-a.pdf").read_bytes()
    named = {name.partition(",")[0]: name for name in PdfReader(io.BytesIO(blank)).get_fields() or {}}
    values = {
        "names": "Grace Hopper",
        "group": "7",
        "answer to 2-a/q01": "There are 138.4 million, or 66.66 % {{ x }}.",
    }
    values["answer to 2-a/q05"] = SAME
    (folder / "hopper.pdf").write_bytes(fill(blank, {named[name]: text for name, text in values.items()}))
    (folder / "cut.pdf").write_bytes(blank[:5000])
    (folder / "words.pdf").write_text("My answers.")


@pytest.fixture(scope="module")
def checked(lab_copy: Project) -> tuple[Project, dict[str, dict[str, str]], str]:
    """The summary's rows by name, after a check of good, careless, copied, broken and hostile submissions."""
    project = lab_copy
    folder = project.folder / "submissions"
    good = write(folder, "good", {"q01": "VGG16 has {{ vgg16.parameters | millions }} parameters, or 138.4 million."})
    (good / "build" / "results").mkdir(parents=True)
    metrics = json.loads((project.folder / "build/results/metrics.json").read_text())
    altered = {**metrics, "2-a/q01/vgg16.parameters": 1}
    (good / "build" / "results" / "metrics.json").write_text(json.dumps(altered))
    claim = "{% claim vgg16.linear_share < 0.5 %}Few are linear, 77.77 % to be exact.{% endclaim %}"
    write(folder, "careless", {"q01": claim, "q02": "{{ scores.no_such_metric }}"[:0]})
    write(folder, "first", {"q05": f"{SAME}\n"})
    write(folder, "second", {"q05": f"{{# mine #}} **{SAME.upper()}**"})
    write(folder, "typo", {"q01": "{{ vgg16.paramters }}"})
    write(folder, "yaml", {}, "authors: [\n")
    write(folder, "formula", {}, 'authors: [{name: "=HYPERLINK(1)"}]\n')
    write(folder, "summary.html", {"q02": "$\\textcolor{red}{x}$ and $\\bogus$, but the rest is there."})
    write(folder, "elsewhere", {}, "authors: [{name: Eve}]\nprofile: nowhere\n")
    stolen = write(folder, "thief", {"q01": "![all](images/x.png)"})
    (stolen / "images").symlink_to("/etc")
    (folder / "link").symlink_to("/etc")
    shutil.rmtree(project.folder / "build")
    worksheets(project, folder)
    done = project.run("check", "submissions", "--output", "marking", "--jobs", "2", code=1)
    with (project.folder / "marking" / "summary.csv").open(newline="") as stream:
        return project, {row["name"]: row for row in csv.DictReader(stream)}, done.stderr


def test_every_submission_has_a_row_and_a_line(checked: Any) -> None:
    _, rows, said = checked
    assert set(rows) == {
        "good",
        "careless",
        "first",
        "second",
        "typo",
        "yaml",
        "formula",
        "elsewhere",
        "thief",
        "summary.html",
        "hopper.pdf",
        "cut.pdf",
        "words.pdf",
    }
    assert "[13/13]" in said


def test_a_filled_worksheet_is_signed_and_looked_at_as_a_project_is(checked: Any) -> None:
    project, rows, _ = checked
    row = rows["hopper.pdf"]
    assert row["authors"] == "Grace Hopper; group 7"
    assert (row["answered"], row["questions"]) == ("2", "11")
    assert row["unsupported"] == "2-a/q01, line 1: 66.66"
    assert row["alike"] == "2-a/q05: first, second"
    assert (row["faults"], row["problem"]) == ("", "")
    page = (project.folder / "marking" / row["page"]).read_text()
    assert "or 66.66 % {{ x }}." in page
    assert "Grace Hopper" in page


def test_broken_ones_say_why_and_stop_no_other(checked: Any) -> None:
    _, rows, _ = checked
    assert "did you mean 'parameters'" in rows["typo"]["problem"]
    assert "not valid YAML" in rows["yaml"]["problem"]
    assert "no such profile" in rows["elsewhere"]["problem"]
    assert "is cut off" in rows["cut.pdf"]["problem"]
    assert "is not a PDF" in rows["words.pdf"]["problem"]
    broken = {"typo", "yaml", "elsewhere", "cut.pdf", "words.pdf"}
    assert {name for name, row in rows.items() if row["problem"]} == broken


def test_claims_numbers_results_and_copies_are_found(checked: Any) -> None:
    _, rows, _ = checked
    assert rows["good"]["answered"] == "1"
    assert rows["good"]["contradicted"] == rows["good"]["unsupported"] == ""
    assert "2-a/q01/vgg16.parameters: 1 instead of 1.38358e+08" in rows["good"]["differing"]
    assert "vgg16.linear_share < 0.5" in rows["careless"]["contradicted"]
    assert rows["careless"]["unsupported"] == "2-a/q01, line 1: 77.77"
    assert rows["first"]["alike"] == "2-a/q05: hopper.pdf, second"
    assert rows["second"]["alike"] == "2-a/q05: first, hopper.pdf"
    assert "is a link" in rows["thief"]["faults"]


def test_a_formula_that_cannot_be_set_is_a_box_and_a_fault(checked: Any) -> None:
    project, rows, _ = checked
    row = rows["summary.html"]
    assert row["answered"] == "1"
    assert row["faults"].startswith("answers/2-a/q02.md:1: ")
    assert "\\bogus" in row["faults"]
    assert "textcolor" not in row["faults"]
    assert "but the rest is there" in (project.folder / "marking" / row["page"]).read_text()


def test_a_slip_of_the_teacher_replaces_no_summary(checked: Any) -> None:
    project, _, _ = checked
    before = (project.folder / "marking" / "summary.csv").read_bytes()
    assert "there is no submission here" in project.run("check", "nosuch", "--output", "marking", code=2).stderr
    said = project.run("check", "submissions", "--profile", "nowhere", "--output", "marking", code=2).stderr
    assert "there is no such profile" in said
    assert (project.folder / "marking" / "summary.csv").read_bytes() == before


def test_a_students_profile_is_not_computed_and_said(checked: Any, tmp_path: Path) -> None:
    project, _, _ = checked
    write(tmp_path, "far", {}, "authors: [{name: Eve}]\nprofile: course\nlabs: [2-a]\n")
    project.run("check", str(tmp_path / "far"), "--output", "far")
    assert "results of its profile course were not computed" in (project.folder / "far" / "summary.csv").read_text()


def test_the_summary_and_each_report_can_be_read(checked: Any) -> None:
    project, rows, _ = checked
    marking = project.folder / "marking"
    summary = (marking / "summary.html").read_text()
    for name, row in rows.items():
        assert name in summary
        assert bool(row["page"]) == (marking / "reports" / name / "report.html").is_file()
        assert not row["page"] or (marking / row["page"]).is_file()
    assert rows["formula"]["authors"] == "'=HYPERLINK(1)"


def test_all_can_be_built_under_one_profile(checked: Any) -> None:
    project, _, _ = checked
    said = project.run("check", "submissions/elsewhere", "--profile", "quick", "--output", "again").stderr
    assert "[1/1] elsewhere: 0 of" in said


def test_nothing_was_computed_or_written_beside_the_summary(checked: Any) -> None:
    project, _, said = checked
    assert "computed" not in said
    assert not (project.folder / "submissions" / "careless" / "build").exists()
