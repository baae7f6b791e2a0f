"""What is like another differs from it in what it says, and in nothing else. Covers course/given.py too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from generator.course.variants import write_out
from generator.course.yaml_source import read_yaml
from generator.folders import questions_folder
from generator.planning.binding import Binding, bind_course
from tests.course_for_tests import Q1, Q2, Course

LAB_ROLES = "questions/1-a/profiles.yaml"
TABLES = "tables:\n"


def bound(course: Course, profile: str = "quick") -> Mapping[str, Binding]:
    spec = course.read()
    return bind_course(spec, spec.profiles[profile], course.catalogue()).by_address


def add(course: Course, results: str) -> None:
    """Add results to the first question."""
    course.edit(Q1, TABLES, results + TABLES)


def test_a_result_takes_computation_and_parameters_and_states_what_differs(course: Course) -> None:
    add(course, "  wide:\n    like: net\n    params: {width: 9}\n")
    jobs = bound(course)
    wide, net = jobs["1-a/q01/wide"], jobs["1-a/q01/net"]
    assert wide.signature == net.signature
    assert wide.parameters == {**net.parameters, "width": 9}
    assert net.parameters["rate"] == 0.25


def test_a_result_that_differs_in_nothing_is_the_same_job(course: Course) -> None:
    course.edit(Q2, "results:\n", 'results:\n  again: {like: "1-a/q01/net"}\n')
    jobs = bound(course)
    again, net = jobs["1-a/q02/again"], jobs["1-a/q01/net"]
    assert (again.signature, again.parameters, again.inputs) == (net.signature, net.parameters, net.inputs)


def test_a_question_with_nothing_that_is_like_another_is_left_as_it_is(course: Course) -> None:
    add(course, "  wide:\n    like: net\n    params: {width: 9}\n")
    spec = course.read()
    first, *others = spec.questions()
    again, *same = write_out(spec, []).questions()
    assert again == first
    assert again is not first
    assert others
    assert all(one is other for one, other in zip(same, others, strict=True))


def test_a_chain_is_followed_whatever_its_order_and_length(course: Course) -> None:
    chain = "".join(f"  n{number}:\n    like: n{number + 1}\n" for number in range(1500))
    add(course, f"{chain}  n1500:\n    like: net\n    params: {{seed: 7}}\n")
    assert bound(course)["1-a/q01/n0"].parameters == {"width": 4, "rate": 0.25, "seed": 7}


def test_a_grid_is_not_taken_and_stands_above_what_is(course: Course) -> None:
    add(course, "  swept:\n    like: net\n    grid: {width: [5, 6]}\n  one:\n    like: nets\n    params: {width: 3}\n")
    jobs = bound(course)
    assert [jobs[f"1-a/q01/swept[width={width}]"].parameters["width"] for width in (5, 6)] == [5, 6]
    assert jobs["1-a/q01/one"].parameters == {"width": 3, "rate": 0.1, "seed": 1}


def test_inputs_are_those_of_the_other_question_but_for_what_differs(course: Course) -> None:
    course.edit(Q2, "results:\n", 'results:\n  net: {like: "1-a/q01/net"}\n  pair: {like: "1-a/q01/pair"}\n'
                "  mine:\n    like: pair\n    inputs: {first: net}\n")  # fmt: skip
    jobs = bound(course)
    assert jobs["1-a/q02/pair"].inputs == jobs["1-a/q01/pair"].inputs
    assert jobs["1-a/q02/mine"].inputs == {"first": "1-a/q02/net", "second": "1-a/q01/nets[width=2]"}


def test_an_input_takes_the_place_of_a_parameter_and_the_other_way_round(course: Course) -> None:
    add(course, "  first:\n    computation: compare\n    params: {first: {role: job}, second: {role: job}}\n"
        "  other:\n    like: first\n    inputs: {second: net}\n"
        "  back:\n    like: other\n    params: {second: {role: job}}\n")  # fmt: skip
    course.write(LAB_ROLES, "all:\n  job: {computation: train, params: {width: 2}}\n")
    jobs = bound(course)
    assert jobs["1-a/q01/other"].inputs == {"first": "roles/job", "second": "1-a/q01/net"}
    assert jobs["1-a/q01/back"].inputs == jobs["1-a/q01/first"].inputs


def test_a_job_of_a_profile_is_like_another_job_or_like_a_result(course: Course) -> None:
    roles = "{name: tiny, like: large, params: {seed: 3}}, {name: same, like: tiny}, {name: shown, like: 1-a/q01/net}"
    course.write(LAB_ROLES, f"quick:\n  more: [{roles}]\nlight: {{more: [squeezenet1_1]}}\n")
    course.edit(Q2, "  own:", "  every:\n    like: scores\n    grid: {network: {role: more}}\n  own:")
    jobs = bound(course)
    assert jobs["roles/tiny"].parameters == jobs["roles/same"].parameters == {"width": 80, "rate": 0.1, "seed": 3}
    assert jobs["roles/shown"].parameters == jobs["1-a/q01/net"].parameters


def test_a_job_that_is_like_another_is_the_job_written_out(course: Course) -> None:
    course.write(LAB_ROLES, "quick:\n  again: {name: large, like: small, params: {width: 80}}\n")
    assert course.mistakes() == []  # otherwise "two different jobs are called the same"


def test_what_is_wrong_with_a_parameter_is_said_once_where_it_stands(course: Course) -> None:
    course.edit(Q1, "{width: 4, rate", "{width: x, rate")
    add(course, "  wide:\n    like: net\n  wider:\n    like: wide\n")
    course.write(LAB_ROLES, 'quick:\n  job: {like: "1-a/q01/net"}\n')
    (mistake,) = course.mistakes()
    assert (mistake.path, mistake.line) == (course.path(Q1), course.line(Q1, "width: x"))


def test_an_unknown_computation_is_said_once(course: Course) -> None:
    course.edit(Q1, "computation: train", "computation: trian")
    add(course, "  wide:\n    like: net\n")
    (mistake,) = course.mistakes()
    assert "no such computation" in str(mistake)


def test_what_is_like_a_result_of_an_unread_question_is_not_judged(course: Course) -> None:
    course.edit(Q2, "results:\n", 'results:\n  again: {like: "1-a/q01/net"}\n')
    course.edit(Q1, "title: Training", "titel: Training")
    assert {mistake.path for mistake in course.mistakes()} == {course.path(Q1)}


@pytest.mark.parametrize(("results", "line", "words"), [
    ("  a: {like: nett}\n", 1, ("results.a.like", "no such result", "'nett'", "did you mean 'net'?")),
    ("  a: {like: 1-a/q01/nett}\n", 1, ("no such result", "did you mean '1-a/q01/net'?")),
    ("  a: {like: 'nets[width=1]'}\n", 1, ("no such result", "without a point of its grid", "did you mean 'nets'?")),
    ("  a: {like: network}\n", 1, ("no such result", "'network'")),  # a role, which may be another in each profile
    ("  a: {like: roles/network}\n", 1, ("no such result",)),
    ("  a: {like: a}\n", 1, ("in a circle", "1-a/q01/a → 1-a/q01/a")),
    ("  a: {like: b}\n  b: {like: c}\n  c: {like: b}\n", 3, ("in a circle", "1-a/q01/c → 1-a/q01/b → 1-a/q01/c")),
    ("  a: {like: net, computation: train}\n", 1, ("results.a", "says not what to compute", "either computation:")),
    ("  a: {params: {width: 1}}\n", 1, ("results.a", "says not what to compute", "or like:")),
    ("  a: {like: 3}\n", 1, ("results.a.like", "text", "got: 3")),
    ("  a: {like: nets}\n", 1, ("train needs 'width'",)),  # its grid gave that
    ("  a: {like: pair, inputs: {frst: net}}\n", 1, ("no such parameter", "did you mean 'first'?")),
])  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(course: Course, results: str, line: int, words: tuple[str, ...]) -> None:
    before = course.line(Q1, TABLES.strip())
    add(course, results)
    (mistake, *others) = course.mistakes()
    assert others == []
    assert (mistake.path, mistake.line) == (course.path(Q1), before + line - 1)
    for word in words:
        assert word in str(mistake)


@pytest.mark.parametrize(("text", "line", "words"), [
    ("quick:\n  a: {like: smal}\n", 2, ("quick.a.like", "no such job or result", "did you mean 'small'?")),
    ("all:\n  a: {like: zzz}\n", 2, ("all.a.like", "no such job or result")),
    ("quick:\n  a: {like: b}\n  b: {like: a}\n", 2, ("in a circle", "a → b → a")),
    ("quick:\n  a: {name: x, like: y}\n  b: [{name: y, like: x}]\n", 2, ("in a circle", "x → y → x")),
    ("quick:\n  a: {like: small, computation: train}\n", 2, ("says not what to compute", "either computation:")),
    ("quick:\n  a: {like: 1-a/q01/pair}\n", 2, ("a job behind a role cannot", "params: for first and second")),
    ("quick:\n  a: {like: [small]}\n", 2, ("quick.a.like", "text")),
    ("quick:\n  a: {lke: small, params: {}}\n", 2, ("has the wrong form", "computation or like")),
])  # fmt: skip
def test_what_is_wrong_in_a_profile_is_named_once(course: Course, text: str, line: int, words: tuple[str, ...]) -> None:
    course.write(LAB_ROLES, text)
    (mistake, *others) = course.mistakes()
    assert others == []
    assert (mistake.path, mistake.line) == (course.path(LAB_ROLES), line)
    for word in words:
        assert word in str(mistake)


def _forms(value: Any) -> Iterator[Mapping[str, Any]]:
    """All results and jobs in a piece of YAML, as they are written."""
    items = value if isinstance(value, list) else [*value.values()] if isinstance(value, dict) else []
    if isinstance(value, dict) and {"computation", "like"} & set(value):
        yield value
    else:
        for item in items:
            yield from _forms(item)


@pytest.mark.parametrize("lab", sorted(path.parent.name for path in questions_folder().glob("*/lab.yaml")))
def test_no_two_results_of_a_lab_spell_out_the_same_two_parameters(lab: str) -> None:
    """Then one of them is like the other; what both say would be typed, and changed, twice."""
    spelt: list[tuple[str, set[tuple[str, str]]]] = []
    for path in sorted((questions_folder() / lab).glob("*.yaml")):
        for form in _forms({} if path.stem == "lab" else read_yaml(path).data):
            params = {(name, repr(value)) for name, value in form.get("params", {}).items()}
            kind = form.get("computation") or form["like"]
            alike = [other & params for known, other in spelt if known == kind and len(other & params) > 1]
            assert alike == [], f"{path.name}: {form} repeats {alike}"
            spelt.append((kind, params))
    assert spelt
