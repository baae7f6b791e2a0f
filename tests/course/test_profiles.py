"""A lab's own roles are added to those of the course, and what is wrong with them is named with file and line.

Covers course/roles.py too.
"""

from __future__ import annotations

import pytest

from generator.errors import MOST_SHOWN, InputError, Mistake
from tests.course_for_tests import COURSE_FILE, Q1, Course

LAB_ROLES = "questions/1-a/profiles.yaml"


def test_a_lab_adds_roles_to_each_profile(course: Course) -> None:
    course.write(LAB_ROLES, "quick:\n  width: {value: 3, label: three}\nlight:\n  width: 5\n")
    profiles = course.read().profiles
    assert (profiles["quick"].roles["width"].value, profiles["quick"].roles["width"].label) == (3, "three")
    assert profiles["light"].roles["width"].value == 5
    assert profiles["light"].roles["rate"].value == 1


def test_what_is_said_for_all_is_in_every_profile_and_uses_the_roles_of_each(course: Course) -> None:
    course.write(LAB_ROLES, "all:\n  twice: [{role: width}, {role: width}]\nquick: {width: 3}\nlight: {width: 5}\n")
    profiles = course.read().profiles
    assert [profiles[name].roles["twice"].value for name in ("quick", "light")] == [[3, 3], [5, 5]]


def test_no_profile_can_be_called_all(course: Course) -> None:
    text = course.path(COURSE_FILE).read_text()
    course.edit(COURSE_FILE, "  light:", "  all:")
    assert "  light:" in text
    assert any("cannot have the name that stands for all" in str(mistake) for mistake in course.mistakes())


def test_questions_use_the_roles_of_their_lab(course: Course) -> None:
    course.write(LAB_ROLES, "quick: {width: 3}\nlight: {width: 5}\n")
    course.edit(Q1, "{width: 4, rate", "{width: {role: width}, rate")
    assert course.mistakes() == []


def test_a_role_that_one_profile_lacks_is_named(course: Course) -> None:
    course.write(LAB_ROLES, "quick: {width: 3}\n")
    course.edit(Q1, "{width: 4, rate", "{width: {role: width}, rate")
    (mistake,) = course.mistakes()
    assert "profile 'light' gives no value to this role" in str(mistake)


def test_a_role_can_stand_for_another_wherever_that_is_defined(course: Course) -> None:
    course.write(
        LAB_ROLES, "quick:\n  mine: {value: {role: network}, label: my own}\n  both: [{role: mine}, {role: rate}]\n"
    )
    roles = course.read().profiles["quick"].roles
    assert roles["mine"].value == roles["network"].value
    assert roles["mine"].label == "my own"
    assert (roles["both"].value, roles["both"].label) == ([roles["network"].value, 0.25], "my own, 0.25")


def test_a_mistake_in_a_role_is_said_once_however_many_stand_for_it(course: Course) -> None:
    course.write(LAB_ROLES, "quick:\n  one: {role: two}\n  two: {file: x}\n  three: [{role: two}, {role: one}]\n")
    (mistake,) = course.mistakes()
    assert mistake.line == 3
    assert "has the wrong form" in str(mistake)


@pytest.mark.parametrize(("text", "line", "words"), [
    ("quick:\n  net: {role: netwrk}\n", 2, ("there is no such role", "did you mean 'network'?")),
    ("quick:\n  net: {role: [1]}\n", 2, ("there is no such role",)),
    ("quick:\n  a: {role: b}\n  b: [{role: a}]\n", 3, ("name each other in a circle", "a → b → a")),
    ("quik: {width: 3}\n", 1, ("there is no such profile", "'quik'", "did you mean 'quick'?")),
    ("quick:\n  width: 1\n  rate: 2\n", 3, ("already has such a role", "course.yaml, line", "choose another name")),
    ("all:\n  width: 1\n  rate: 2\n", 3, ("already has such a role", "course.yaml, line", "choose another name")),
    ("all:\n  width: 1\nlight:\n  width: 2\n", 4, ("already has such a role", "1-a/profiles.yaml, line 2")),
    ("all:\n  Width: 1\n", 2, ("not a name", "small letters", "'Width'")),
    ("all: [width]\n", 1, ("has the wrong form", "roles with values")),
    ("quick:\n  Width: 1\n", 2, ("not a name", "small letters", "'Width'")),
    ("quick: [width]\n", 1, ("has the wrong form", "roles with values")),
    ("- quick\n", 1, ("has the wrong form", "profiles with roles")),
    ("quick:\n  net: {computation: train, parms: {}}\n", 2, ("unknown key", "did you mean 'params'?")),
    ("quick:\n  net: {computation: trian}\n", 2, ("there is no such computation", "did you mean 'train'?")),
    ("quick:\n  net: {name: small, computation: train, params: {width: 9}}\n", 2, ("two different jobs",)),
    ("quick:\n  net: {computation: compare, params: {first: {role: net}, second: {role: net}}}\n", 2, ("in a circle",)),
    ("quick: {width: 3\n", None, ("profiles.yaml",)),
])  # fmt: skip
def test_what_is_wrong_in_a_labs_roles_is_named_with_its_line(
    course: Course, text: str, line: int | None, words: tuple[str, ...]
) -> None:
    course.write(LAB_ROLES, text)
    (mistake, *others) = course.mistakes()
    assert others == []
    assert mistake.path == course.path(LAB_ROLES)
    assert line is None or mistake.line == line
    for word in words:
        assert word in str(mistake)


def test_two_labs_cannot_share_a_role(course: Course) -> None:
    course.write(LAB_ROLES, "quick: {width: 3}\nlight: {width: 3}\n")
    course.edit(COURSE_FILE, "labs: [1-a]", "labs: [1-a, 1-b]")
    question = "title: T\nstatement: S\n"
    course.write("questions/1-b/lab.yaml", "title: B\nsections: [{title: S, questions: [q01]}]\n")
    course.write("questions/1-b/q01.yaml", question)
    course.write("answers/1-b/q01.md", "Nothing.\n")
    course.write("questions/1-b/profiles.yaml", "quick: {width: 4}\n")
    (mistake,) = course.mistakes()
    assert "first in 1-a/profiles.yaml, line 1" in str(mistake)


def test_a_file_of_roles_that_cannot_be_read_is_the_only_mistake(course: Course) -> None:
    course.write(LAB_ROLES, "quick: {width: 3\nlight: {width: 5}\n")
    course.edit(Q1, "{width: 4, rate", "{width: {role: width}, rate")
    (mistake,) = course.mistakes()
    assert mistake.path == course.path(LAB_ROLES)
    assert "not valid YAML" in mistake.message


def test_mistakes_without_end_are_summed_up(course: Course) -> None:
    course.write(LAB_ROLES, "".join(f"none{number}: x\n" for number in range(242)))
    with pytest.raises(InputError) as caught:
        course.read()
    assert len(caught.value.mistakes) == 242
    assert str(caught.value).endswith("and 212 more, which may follow from these")
    assert str(caught.value).count("there is no such profile") == MOST_SHOWN


def test_a_list_of_all_names_that_there_are_is_cut() -> None:
    assert len(str(Mistake("no such name", expected="one of " + "x" * 9000))) < 600
