"""Published numbers beside ours: every verdict, from the specification and the results alone."""

from __future__ import annotations

import csv
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from generator.answers.addresses import Address
from generator.course.spec import CourseSpec, ExpectedSpec
from generator.jobs import Outcome, State
from generator.render.content.document import Report
from generator.render.content.reproduction import Comparison, Verdict, compare
from generator.render.content.values import Results
from generator.render.outputs.report import render_report
from generator.results import Result, Table
from tests.render.sample_report import sample_report, silent

#: What five runs that differ in their seed came to; the fifth was lost.
RUNS = (0.70, 0.74, 0.72, 0.76, 0.10)
KEPT = RUNS[:4]
ENDS = ("low", "high")
HALF = 0.02

# The sample's own results, then the runs added below.
CASES: list[tuple[ExpectedSpec, Verdict]] = [
    (ExpectedSpec("vgg16.fc_share", 0.8937, "equal", "quick"), Verdict.REPRODUCED),
    (ExpectedSpec("vgg16.fc_share", 0.894, "rounded", "any", rounding=5e-4, digits=3), Verdict.REPRODUCED),
    (ExpectedSpec("vgg16.fc_share", 0.893, "rounded wrongly", "any", rounding=5e-4, digits=3), Verdict.DIFFERS),
    (ExpectedSpec("vgg16.parameters", 138_357_545, "one more", "quick"), Verdict.DIFFERS),
    (ExpectedSpec("vgg16.fc_share", 0.92, "on few images", "quick", images=100), Verdict.REPRODUCED),
    (ExpectedSpec("vgg16.fc_share", 0.92, "on many images", "quick", images=3000), Verdict.DIFFERS),
    (ExpectedSpec("runs[seed=0].accuracy", 0.715, "within ours", "quick", interval=ENDS), Verdict.REPRODUCED),
    (ExpectedSpec("runs[seed=0].accuracy", 0.73, "beyond ours", "quick", interval=ENDS), Verdict.DIFFERS),
    (ExpectedSpec("runs[seed=0].accuracy", 0.73, "another seed", "quick", interval=ENDS, spread="runs.accuracy",
                  unless="diverged"), Verdict.WITHIN_SPREAD),
    (ExpectedSpec("runs[seed=0].accuracy", 0.90, "no seed of ours", "quick", interval=ENDS, spread="runs.accuracy",
                  unless="diverged"), Verdict.DIFFERS),
    (ExpectedSpec("runs.accuracy", 0.735, "mean", "quick", interval=ENDS, unless="diverged"), Verdict.REPRODUCED),
    (ExpectedSpec("runs.accuracy", 0.78, "near the mean", "quick", unless="diverged"), Verdict.WITHIN_SPREAD),
    (ExpectedSpec("runs.table", 0.78, "cells", "quick", row=(("part", "test"),), column="share", unless="diverged"),
     Verdict.WITHIN_SPREAD),
    (ExpectedSpec("runs[seed=4].accuracy", 0.7, "lost", "quick", unless="diverged"), Verdict.DIFFERS),
    (ExpectedSpec("runs[seed=4].diverged", 1, "true", "quick"), Verdict.REPRODUCED),
    (ExpectedSpec("vgg16.fc_share", 0.8937, "elsewhere", "course"), Verdict.NOT_COMPARABLE),
    (ExpectedSpec("networks[architecture=lenet].fc_share", 0.5, "absent", "quick"), Verdict.MISSING),
    (ExpectedSpec("vgg16.fc_share", 0.8937, "no spread", "quick", spread="lost.accuracy"), Verdict.MISSING),
    (ExpectedSpec("vgg16.layers", 1792, "cell", "quick", row=(("layer", "conv1"),), column="parameters"),
     Verdict.REPRODUCED),
    (ExpectedSpec("vgg16.layers", 1792, "no row", "quick", row=(("layer", "conv99"),), column="parameters"),
     Verdict.MISSING),
    (ExpectedSpec("vgg16.layers", 64, "many rows", "quick", row=(("kind", "convolution 3×3"),), column="outputs"),
     Verdict.MISSING),
    (ExpectedSpec("", 24.0, "time", incomparable="a time on another machine"), Verdict.NOT_COMPARABLE),
    (ExpectedSpec("vgg16.odd_name", 0.5, "words", "quick"), Verdict.MISSING),
    (ExpectedSpec("2-a/q02/effect.without", 0.5, "not a number", "quick"), Verdict.MISSING),
]  # fmt: skip
UNCOMPARED = (Verdict.NOT_COMPARABLE, Verdict.MISSING)


def with_runs(root: Path, **changes: Any) -> Report:
    """The sample, and five runs of its first question."""
    report = sample_report(root, **changes)
    points = tuple(Address("2-a/q01", "runs", (("seed", seed),)) for seed in range(len(RUNS)))
    results = [
        Result(
            metrics={"accuracy": value, "low": value - HALF, "high": value + HALF, "diverged": value < 0.2},
            tables={"table": Table.of([{"part": "train", "share": 1.0}, {"part": "test", "share": value}])},
        )
        for value in RUNS
    ]
    outcomes = {
        str(point): Outcome(State.HIT, "cd34" * 16, load=lambda result=result: result)
        for point, result in zip(points, results, strict=True)
    }
    refs = {**report.refs, "2-a/q01/runs": points}
    return replace(report, refs=refs, outcomes={**report.outcomes, **outcomes})


def expecting(course: CourseSpec, *expected: ExpectedSpec) -> CourseSpec:
    (lab,) = course.labs
    first, *others = lab.sections
    question = replace(first.questions[0], expected=expected)
    first = replace(first, questions=(question, *first.questions[1:]))
    return replace(course, labs=(replace(lab, sections=(first, *others)),))


def compared(root: Path, expected: ExpectedSpec) -> Comparison:
    report = with_runs(root)
    results = Results(report.refs, report.outcomes)
    course = expecting(report.course, expected)
    assert compare(course.question("2-a/q02"), report.profile, results) == ()
    (found,) = compare(course.question("2-a/q01"), report.profile, results)
    return found


@pytest.mark.parametrize(("expected", "verdict"), CASES, ids=lambda case: getattr(case, "source", ""))
def test_each_verdict(tmp_path: Path, expected: ExpectedSpec, verdict: Verdict) -> None:
    found = compared(tmp_path, expected)
    assert found.verdict is verdict
    assert found.compared == (verdict not in UNCOMPARED)
    assert (found.allowed is None) == (verdict in UNCOMPARED or found.ours is None)


def test_several_runs_are_compared_by_their_mean_and_the_lost_ones_are_counted(tmp_path: Path) -> None:
    spec = ExpectedSpec("runs.accuracy", 0.78, "mean", "quick", images=400, interval=ENDS, unless="diverged")
    found = compared(tmp_path, spec)
    assert found.ours == pytest.approx(statistics.fmean(KEPT))
    assert found.lost == 1
    assert found.uncertainty.spread == pytest.approx(statistics.stdev(KEPT))
    assert (found.uncertainty.seeds, found.uncertainty.averaged) == (4, 4)
    assert found.uncertainty.ours == pytest.approx(HALF)  # the runs share their images: no mean makes it smaller
    whole = compared(tmp_path, replace(spec, unless=""))
    assert (whole.lost, whole.uncertainty.seeds) == (0, 5)


def test_one_run_takes_the_spread_of_the_others_and_not_their_mean(tmp_path: Path) -> None:
    spec = ExpectedSpec("runs[seed=0].accuracy", 0.78, "one", "quick", spread="runs.accuracy", unless="diverged")
    found = compared(tmp_path, spec)
    assert found.ours == RUNS[0]
    assert (found.uncertainty.seeds, found.uncertainty.averaged) == (4, 1)
    assert found.uncertainty.spread == pytest.approx(statistics.stdev(KEPT))


def test_three_runs_have_a_spread_of_their_own_and_fewer_take_that_of_others(tmp_path: Path) -> None:
    spec = ExpectedSpec("runs.accuracy", 0.78, "mean", "quick", spread="networks.fc_share", unless="diverged")
    assert compared(tmp_path, spec).uncertainty.spread == pytest.approx(statistics.stdev(KEPT))
    one = compared(tmp_path, replace(spec, metric="runs[seed=0].accuracy", unless="")).uncertainty
    assert (one.seeds, one.averaged) == (4, 1)  # the four networks
    lost = replace(spec, metric="runs[seed=4].accuracy", spread="nothing.accuracy")
    assert compared(tmp_path, lost).verdict is Verdict.DIFFERS


def test_where_all_runs_were_lost_there_is_none_of_ours(tmp_path: Path) -> None:
    found = compared(tmp_path, ExpectedSpec("runs[seed=4].accuracy", 0.1, "lost", "quick", unless="diverged"))
    assert (found.ours, found.distance, found.lost, found.verdict) == (None, None, 1, Verdict.DIFFERS)


def test_the_table_is_in_the_report_and_in_a_file(tmp_path: Path) -> None:
    report = with_runs(tmp_path)
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
    known = ExpectedSpec("vgg16.fc_share", 0.8937, "walt2014, table 2", "quick")
    plain = replace(known, source="by hand")
    bare = sample_report(tmp_path, answers={"q02": "Nothing cited."})  # only the source cites it
    for sample, number in ((report, 3), (bare, 2)):
        course = expecting(sample.course, known, plain)
        render_report(replace(sample, course=course), tmp_path / "build", frozenset({"html"}), silent)
        page = (tmp_path / "build" / "report.html").read_text()
        assert f'2-a/q01: <a href="#ref-walt2014">[{number}]</a> table 2<br>' in page
        assert f'id="ref-walt2014"><span class="reference-number">[{number}]' in page
        assert "2-a/q01: by hand<br>" in page
    part = replace(sample, only=frozenset({"2-a/q02"}))
    outcome = render_report(part, tmp_path / "part", frozenset({"html"}), silent)
    assert "ref-walt2014" not in outcome.documents[0].read_text()


def test_the_pdf_counts_the_verdicts_and_leaves_the_rows_to_the_page(tmp_path: Path) -> None:
    report = with_runs(tmp_path)
    report = replace(report, course=expecting(report.course, *(expected for expected, _ in CASES)))
    render_report(report, tmp_path / "build", frozenset({"pdf", "html"}), silent)
    text = " ".join(page.extract_text() for page in PdfReader(tmp_path / "build" / "report.pdf").pages)
    words = " ".join(text.replace("\u200b", "").split())
    said = (
        "Of 24 published numbers, 16 are compared under this profile: 7 reproduced, 3 within the seeds’ spread, "
        "6 different. Not compared are those meant for the profile course (1), or without one of ours in this build "
        "(6), or of a quantity that is not measured here (1)."
    )
    assert said in words
    page = " ".join((tmp_path / "build" / "report.html").read_text().replace("\u202f", " ").split())
    assert said in page
    assert "one run, <i>s</i> = 0.03 (of 4), 1 lost" not in page  # what is lost is lost of ours, not of the spread
    assert "one run, <i>s</i> = 0.03 (of 4)</span>" in page
    assert "mean of 4 runs, <i>s</i> = 0.03, 1 lost</span>" in page
    assert '<span class="interval">1 lost</span>' in page
    assert "images alone" in page
    for expected, _ in CASES:
        assert f"2-a/q01: {expected.source}<br>" in page
        assert f"{expected.source} {expected.name}" not in words, expected.source


def test_without_published_numbers_the_file_has_its_heads_alone(tmp_path: Path) -> None:
    render_report(with_runs(tmp_path), tmp_path / "build", frozenset({"html"}), silent)
    lines = (tmp_path / "build" / "results" / "reproduction.csv").read_text().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("question,metric,source,profile,published,")
    assert 'id="reproduction"' not in (tmp_path / "build" / "report.html").read_text()
