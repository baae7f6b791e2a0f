"""What `genreport doctor --texts` says of a course's claims and kinds of metrics."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.cli.doctor_display import look_over, show_checks
from generator.commands.course_health import diagnose_course
from generator.commands.doctor import Check, Health
from generator.commands.session import Settings
from generator.course.editions import Edition
from tests.commands.text_course import text_course

LAYERS = """\
title: Costs
statement: Compare them.
results:
  vgg16: {computation: network_summary, params: {architecture: vgg16}}
  other: {computation: network_summary, params: {architecture: resnet50}}
"""
CLAIM = "{% claim vgg16.linear_share > other.linear_share %}A{% otherwise %}B{% endclaim %}\n"
TYPED = "It holds 31.4 % of them.\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A course whose first lab has one comparison, of metrics of no stated kind, and one typed result."""
    monkeypatch.setattr("generator.planning.catalogue.Signature.kind", lambda self, metric: "")
    course = text_course(tmp_path)
    course.write("questions/1-a/q01.yaml", LAYERS)
    course.write("answers/1-a/q01.md", CLAIM + TYPED)
    return course.settings("build", Edition.REFERENCE)


def of(checks: list[Check], name: str) -> list[Check]:
    return [check for check in checks if check.name == name]


def test_each_lab_has_its_comparisons_and_who_states_no_kinds(settings: Settings) -> None:
    checks = diagnose_course(settings)
    (kinds,) = of(checks, "1-a, kinds of metrics")
    assert kinds.state is Health.WARN
    assert kinds.found == "1 of 1 computations do not state all: network_summary"
    typed, one, total = of(checks, "1-a, conclusions")
    assert typed.found.endswith("1-a/q01.md:2: a number that looks measured is typed into the text, got 31.4 %")
    answer = settings.folders.course.parent / "answers/1-a/q01.md"
    assert one.found == (
        f"{answer}:1: vgg16.linear_share (of no stated kind) is compared with "
        "other.linear_share (of no stated kind) without a margin"
    )
    assert (total.found, total.state) == ("2 to mend", Health.FAIL)
    assert "as seen" in total.mend
    assert [check.state for check in of(checks, "1-b, conclusions")] == [Health.OK]


def test_the_command_fails_while_there_are_any(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_checks(look_over(settings, texts=True)) == 1
    assert "vgg16.linear_share" in capsys.readouterr().out
    (settings.folders.course.parent / "answers/1-a/q01.md").write_text(CLAIM.replace(" %}A", " as seen %}A"))
    assert show_checks(look_over(settings, texts=True)) == 0


def test_a_caption_that_says_what_comes_out_is_a_warning(settings: Settings) -> None:
    caption = "caption: It has {{ vgg16.parameters }}."
    table = f"tables:\n  sizes:\n    rows: [vgg16]\n    {caption}\n    columns: {{parameters: P}}\n"
    question = settings.folders.course / "1-a/q01.yaml"
    question.write_text(LAYERS + table)
    one, total = of(diagnose_course(settings), "1-a, captions")
    assert one.found == (
        f"{question}:9: tables.sizes.caption reads a metric that is of no stated kind, vgg16.parameters"
    )
    assert (total.found, total.state) == ("1 to mend", Health.WARN)
    assert "`finding:`" in total.mend
    assert [check.state for check in of(diagnose_course(settings), "1-b, captions")] == [Health.OK]
