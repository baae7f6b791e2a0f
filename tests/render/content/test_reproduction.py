"""Published numbers beside ours: every verdict, from the specification and the results alone."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from generator.course.spec import CourseSpec, ExpectedSpec
from generator.render.content.reproduction import Verdict, compare
from generator.render.content.values import Results
from generator.render.outputs.report import render_report
from tests.render.sample_report import sample_report, silent

SHARE = 0.8937  # of vgg16, in the sample
CASES = [
    (ExpectedSpec("vgg16.fc_share", SHARE, 0.0, "exact", "quick"), Verdict.REPRODUCED),
    (ExpectedSpec("vgg16.fc_share", 0.9, 0.01, "within", "any"), Verdict.REPRODUCED),
    (ExpectedSpec("vgg16.fc_share", 0.95, 0.01, "outside", "quick"), Verdict.DIFFERS),
    (ExpectedSpec("vgg16.fc_share", 0.95, 0.01, "spread", "quick", "networks[architecture=resnet50].fc_share"),
     Verdict.WITHIN_SPREAD),
    (ExpectedSpec("vgg16.fc_share", 0.2, 0.01, "beyond", "quick", "networks[architecture=resnet50].fc_share"),
     Verdict.DIFFERS),
    (ExpectedSpec("vgg16.fc_share", SHARE, 0.0, "elsewhere", "course"), Verdict.NOT_COMPARABLE),
    (ExpectedSpec("networks[architecture=lenet].fc_share", 0.5, 0.1, "absent", "quick"), Verdict.MISSING),
    (ExpectedSpec("vgg16.layers", 1792, 0.0, "cell", "quick", "", (("layer", "conv1"),), "parameters"),
     Verdict.REPRODUCED),
    (ExpectedSpec("vgg16.layers", 1792, 0.0, "no row", "quick", "", (("layer", "conv99"),), "parameters"),
     Verdict.MISSING),
    (ExpectedSpec("vgg16.layers", 64, 0.0, "many rows", "quick", "", (("kind", "convolution 3×3"),), "outputs"),
     Verdict.MISSING),
    (ExpectedSpec("", 24.0, 0.0, "time", incomparable="a time on another machine"), Verdict.NOT_COMPARABLE),
    (ExpectedSpec("vgg16.odd_name", 0.5, 0.1, "words", "quick"), Verdict.MISSING),
]  # fmt: skip


def expecting(course: CourseSpec, *expected: ExpectedSpec) -> CourseSpec:
    (lab,) = course.labs
    first, *others = lab.sections
    question = replace(first.questions[0], expected=expected)
    first = replace(first, questions=(question, *first.questions[1:]))
    return replace(course, labs=(replace(lab, sections=(first, *others)),))


@pytest.mark.parametrize(("expected", "verdict"), CASES, ids=lambda case: getattr(case, "source", ""))
def test_each_verdict(tmp_path: Path, expected: ExpectedSpec, verdict: Verdict) -> None:
    report = sample_report(tmp_path)
    results = Results(report.refs, report.outcomes)
    course = expecting(report.course, expected)
    (found,) = compare(course, report.profile, results, {"2-a/q01"})
    assert found.verdict is verdict
    assert (found.ours is None) == (verdict is Verdict.MISSING or bool(expected.incomparable))
    assert compare(course, report.profile, results, {"2-a/q02"}) == ()


def test_the_table_is_in_the_report_and_in_a_file(tmp_path: Path) -> None:
    report = sample_report(tmp_path)
    report = replace(report, course=expecting(report.course, *(expected for expected, _ in CASES)))
    render_report(report, tmp_path / "build", frozenset({"html"}), silent)
    page = (tmp_path / "build" / "report.html").read_text()
    assert 'id="reproduction"' in page
    with (tmp_path / "build" / "results" / "reproduction.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["verdict"] for row in rows] == [verdict.value for _, verdict in CASES]
    assert all(row["source"] in page for row in rows)


def test_a_source_that_begins_with_a_key_of_the_bibliography_is_cited(tmp_path: Path) -> None:
    report = sample_report(tmp_path)
    known = ExpectedSpec("vgg16.fc_share", SHARE, 0.0, "walt2014, table 2", "quick")
    plain = replace(known, source="by hand")
    bare = sample_report(tmp_path, answers={"q02": "Nothing cited."})  # only the source cites it
    for sample, number in ((report, 3), (bare, 2)):
        course = expecting(sample.course, known, plain)
        render_report(replace(sample, course=course), tmp_path / "build", frozenset({"html"}), silent)
        page = (tmp_path / "build" / "report.html").read_text()
        assert f'<td><a href="#ref-walt2014">[{number}]</a> table 2<br>' in page
        assert f'id="ref-walt2014"><span class="reference-number">[{number}]' in page
        assert "<td>by hand<br>" in page
    part = replace(sample, only=frozenset({"2-a/q02"}))
    outcome = render_report(part, tmp_path / "part", frozenset({"html"}), silent)
    assert "ref-walt2014" not in outcome.documents[0].read_text()


def test_the_pdf_has_the_rows_that_compare_and_counts_the_others(tmp_path: Path) -> None:
    report = sample_report(tmp_path)
    report = replace(report, course=expecting(report.course, *(expected for expected, _ in CASES)))
    render_report(report, tmp_path / "build", frozenset({"pdf"}), silent)
    text = " ".join(page.extract_text() for page in PdfReader(tmp_path / "build" / "report.pdf").pages)
    words = " ".join(text.replace("\u200b", "").split())
    said = (
        "Of 12 published numbers, 6 are compared under this profile; not compared are 1 meant for the "
        "profile course, 4 without one of ours in this build, 1 of a quantity that is not measured here."
    )
    assert said in words
    for expected, verdict in CASES:
        compared = verdict not in (Verdict.NOT_COMPARABLE, Verdict.MISSING)
        assert (f"{expected.source} vgg16." in words) == compared, expected.source
