"""Shaking finds what was planted in a small course of its own: in its branches, its words and its comparisons."""

from __future__ import annotations

import random

import pytest

from generator.results import Result, Table
from tests.course_for_tests import A1, A2, Q1, Course
from tests.shaken.aim import parts_of, telling
from tests.shaken.branches import forks_of
from tests.shaken.draws import MOODS, Draw, is_setting, shaken
from tests.shaken.shaking import Effort, Report, Shaking
from tests.shaken.snapshot import AnyFigure, KeptJob
from tests.shaken.texts import CourseTexts

METRICS = '["loss", "accuracy", "accuracy_low", "accuracy_high", "right", "images", "seed", "lost", "p"]'
RESULT = {
    "loss": 12.5, "accuracy": 0.8, "accuracy_low": 0.7, "accuracy_high": 0.87, "right": 8, "images": 10, "seed": 0,
    "lost": False, "p": 0.3,
}  # fmt: skip
EFFORT = Effort(rounds=96, tries=60, close=4)


def kept(number: int, computation: str, *addresses: str, derived: bool = False, **inputs: int) -> KeptJob:
    tables = {"epochs": Table(("epoch", "loss", "low", "high"), ((1, 2.0, 1.0, 3.0),))}
    metrics = (
        {"difference": 0.1} if computation == "compare" else {"score": 0.5} if computation == "measure" else RESULT
    )
    tables = tables if computation == "train" else {"scores": Table(("name", "score"), (("a", 0.5),))}
    tables = {} if computation == "compare" else tables
    result = Result(dict(metrics), tables, AnyFigure())
    return KeptJob(number, computation, "nowhere", {}, inputs, addresses, result, derived)


JOBS = [
    kept(0, "train", "1-a/q01/net"),
    kept(1, "train", "1-a/q01/nets[width=1]"),
    kept(2, "train", "1-a/q01/nets[width=2]"),
    kept(3, "compare", "1-a/q01/pair", first=0, second=2),
    kept(4, "train", "roles/network", "roles/small", "roles/large"),
    kept(5, "measure", "1-a/q02/scores[network=small]", "1-a/q02/scores[network=large]", "1-a/q02/own"),
]


def shaking_of(course: Course, answer: str) -> Shaking:
    course.edit("generator/labs/toy.py", '["loss", "accuracy", "accuracy_*"]', METRICS)
    course.write(A1, answer)
    course.write(A2, "Nothing.\n")
    texts = CourseTexts.read(course.path("questions"), course.path("answers"), "quick", course.catalogue())
    return Shaking(texts, JOBS, {})


def shake(course: Course, answer: str) -> Report:
    return shaking_of(course, answer).run("seed", EFFORT)


def rules(report: Report) -> set[str]:
    return {one.finding.rule for one in report.faults}


def test_a_right_answer_has_no_fault_and_no_branch_is_missed(course):
    claim = "{% claim net.p < 0.05 %}Sure.{% otherwise %}Unsure, {{ 'lost' if net.lost else 'kept' }}.{% endclaim %}"
    report = shake(course, claim + "\n")
    assert (report.found, report.never, report.mistakes) == ({}, [], {})
    assert len(report.reached) == 4
    assert {"Sure.", "Unsure, lost.", "Unsure, kept."} <= report.printed


def test_a_singular_that_meets_a_plural_is_found(course):
    assert rules(shake(course, "{{ net.right }} images are right.\n")) >= {"one with a plural"}


def test_a_count_that_is_printed_as_a_part_stays_one(course):
    report = shake(course, "It is right on {{ net.right }} of {{ net.images }}.\n")
    assert rules(report) == set()
    assert "It is right on 0 of 10." in report.printed


def test_two_numbers_that_look_alike_are_found(course):
    claim = "{% claim net.loss < nets(width=2).loss %}It falls from {{ nets(width=2).loss | decimal }} to "
    report = shake(course, claim + "{{ net.loss | decimal }}.{% otherwise %}No.{% endclaim %}\n")
    assert rules(report) == {"two numbers that look alike", "a fall that is none", "ends that are equal"}


def test_a_comparison_that_says_by_how_much_passes(course):
    claim = "{% claim net.loss < nets(width=2).loss - 0.1 %}It falls from {{ nets(width=2).loss | decimal }} to "
    report = shake(course, claim + "{{ net.loss | decimal }}.{% otherwise %}No.{% endclaim %}\n")
    assert (rules(report), report.never) == (set(), [])


def test_what_contradicts_its_numbers_is_found(course):
    claim = "{% claim net.p < 0.05 %}It rises from {{ net.loss | decimal }} to {{ nets(width=2).loss | decimal }}."
    assert rules(shake(course, claim + "{% otherwise %}No.{% endclaim %}\n")) >= {"a rise that is none"}


def test_captions_are_read(course):
    course.edit(Q1, "caption: The epochs of {{ this.loss }}.", "caption: Of {{ this.right }} images.")
    assert ("1-a/q01 captions", "one with a plural") in {key[:2] for key in shake(course, "No.\n").found}


def test_rare_branches_are_aimed_at_and_impossible_ones_listed(course):
    conditions = ("net.accuracy > 0.5 and net.accuracy < 0.52", "net.images > 10", "net.accuracy > 2")
    answer = "".join(f"{{% claim {one} %}}Yes.{{% otherwise %}}No.{{% endclaim %}}\n\n" for one in conditions)
    report = shake(course, answer)
    assert [report.arms[key].words for key in report.elsewhere & report.reached] == ["net.images > 10"]
    assert [arm.words for arm in report.never] == ["net.accuracy > 2"]
    lines = list(report.lines())
    assert any(line.startswith("never reached: 1-a/q01.md, line 5: net.accuracy > 2") for line in lines)
    assert any(line.startswith("reached with other settings: 1-a/q01.md, line 3: net.images > 10") for line in lines)


def test_a_fault_with_other_settings_is_reported_and_does_not_count(course):
    report = shake(course, "{% if net.images == 1 %}{{ net.images }} images{% endif %}\n")
    assert report.faults == []
    assert [one.finding.words for one in report.found.values()] == ["1 images"]
    assert any(line.startswith("with other settings, 1-a/q01: one with a plural") for line in report.lines())


def test_an_answer_that_cannot_be_written_is_found(course):
    report = shake(course, "{{ (1 / net.right) | decimal }}\n")
    assert any("division by zero" in words for words in report.mistakes)


def test_a_comparison_that_fails_on_other_results_is_found(course):
    jobs = [*JOBS[:3], kept(3, "compare", "1-a/q01/pair", derived=True, first=0, second=2), *JOBS[4:]]
    shaking = shaking_of(course, "{{ pair.difference }}\n")
    shaking.jobs = jobs
    report = shaking.run("seed", EFFORT)
    assert any(words.startswith("compare: ") for words in report.failures)


def test_results_that_the_course_has_and_the_kept_ones_lack_are_named(course):
    shaking = shaking_of(course, "Nothing.\n")
    assert shaking.missing() == []
    shaking.course.bindings.by_address["1-a/q03/new"] = shaking.course.bindings.by_address["1-a/q01/net"]
    assert shaking.missing() == ["1-a/q03/new"]


def test_moods_differ_in_reach(course):
    def losses(mood):
        draws = [
            Draw(JOBS, f"{mood.name}{n}", mood, recipes={}, most={}, exact=is_setting).result(0) for n in range(30)
        ]
        return {draw.metrics["accuracy"] for draw in draws}

    near, far, tied = (losses(MOODS[place]) for place in (0, 4, 5))
    assert max(near) - min(near) < max(far) - min(far)
    assert len(tied) <= 11 < len(far)


def test_ends_go_with_what_lies_between_them(course):
    for number in range(40):
        mood = MOODS[number % len(MOODS)]
        found = Draw(JOBS, str(number), mood, recipes={}, most={}, exact=is_setting).result(0).metrics
        assert 0 <= found["accuracy_low"] <= found["accuracy"] <= found["accuracy_high"] <= 1
        assert found["images"] == 10
        assert 0 <= found["p"] <= 1
        assert found["right"] >= 0


def test_forks_are_found_where_they_are():
    text = "{% claim a.b > 1 %}\nx{% or claim a.b > 0 %}{{ 'c' if a.d else 'e' }}{% otherwise %}z{% endclaim %}\n"
    text += '{% for row in rows("a.t") %}{% if row.x %}y{% endif %}{% endfor %}{{ rows("a.t") | names("x") or "none" }}'
    words = [[arm.words for arm in fork.arms] for fork in forks_of(text, A1)]
    assert words == [
        ["a.b > 1", "a.b > 0", "otherwise"],
        ["a.d", "otherwise"],
        ["rows to loop over"],
        ["row.x", "otherwise"],
        ["rows('a.t') | names('x')", "otherwise"],
    ]


def test_parts_and_wholes_are_read_from_the_text():
    text = "{{ a.x | integer }} of the {{ a.y }}, {{ a(b=1).x }} of {{ a(b=1).z }}, {{ a.x }} of {{ c.y }}"
    assert list(parts_of(text)) == [("a", "x", "y"), ("a(b=1)", "x", "z")]


@pytest.mark.parametrize("old", [True, 3, 0.4, 40.0, "word", None])
def test_telling_values_are_of_the_kind_of_the_old(old):
    found = [telling(random.Random(n), old, (0.05, 3, "other")) for n in range(50)]
    assert len(set(found)) > 1
    assert old is None or {type(one) for one in found} <= {type(old), str}


def test_a_value_of_no_known_kind_stays(course):
    assert shaken(None, "name", None) is None
