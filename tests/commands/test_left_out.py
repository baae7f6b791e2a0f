"""Questions that are hidden or not chosen: shown nowhere, while all others keep their numbers and their results.

Covers course/left_out.py, course/held_back.py and commands/unshown.py, from course.yaml to the built page.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli.main import cli
from generator.commands.check_filled import Handed
from generator.commands.init import begin_project
from generator.commands.unshown import unshown_texts
from generator.course.editions import Edition
from generator.course.filled import Filled
from generator.errors import InputError
from tests.hidden_for_tests import HIDDEN, SECRET, HiddenCourse, numbers, with_secret, words, write_hidden

EXHIBITS = {
    "table-one-q01-sums": "Table 1.1",
    "table-one-q03-sums": "Table 1.4",
    "table-one-q03-products": "Table 1.5",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> HiddenCourse:
    """The course in four builds, of which the first computes what a report without hidden questions needs."""
    course = write_hidden(tmp_path_factory.mktemp("hidden") / "course")
    done = course.build()
    assert (done.computed, done.cached, done.failures) == (3, 0, ())
    course.build(Edition.WORKSHEET, output="sheet")
    course.build(output="french", language="fr")
    assert course.build(output="whole", hidden=True).computed == 1
    return course


@pytest.fixture
def course(tmp_path: Path) -> HiddenCourse:
    return write_hidden(tmp_path / "course")


def student(course: HiddenCourse, report: str = "authors: [{name: Ada}]\n", **answers: str) -> HiddenCourse:
    for name, text in {
        "report.yaml": report,
        **{f"answers/one/{name}.md": text for name, text in answers.items()},
    }.items():
        path = course.base / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return course


def test_what_is_hidden_is_nowhere_and_all_else_keeps_its_number(built: HiddenCourse) -> None:
    assert with_secret(built.base / "build") == []
    assert with_secret(built.base / "sheet") == []
    assert with_secret(built.base / "french") == []
    found, whole = numbers(built.page()), numbers(built.page("whole"))
    assert found.items() <= whole.items()
    assert {anchor: label for anchor, label in found.items() if anchor in EXHIBITS} == EXHIBITS
    assert found["one-q03"] == "Question 3 Another sum"
    assert found["eq-one-q03-last"] == "(1.3)"
    assert found["section-1.2"] == "1.2"
    assert {*whole} - {*found} == {
        "one-q02", "table-one-q02-products", "table-one-q02-secret_table", "eq-one-q02-hidden", "two-drawing",
    }  # fmt: skip
    sheet = numbers(built.page("sheet", "worksheet"))
    assert {anchor: label for anchor, label in sheet.items() if anchor in EXHIBITS} == EXHIBITS


def test_whoever_asks_sees_it_and_that_it_is_hidden(built: HiddenCourse) -> None:
    page = built.page("whole")
    assert "SECRET answer" in page
    assert numbers(page)["one-q02"] == "Question 2 ★ SECRET title hidden"
    assert "not in this report" not in page
    assert "Not all questions of the course" in built.page()
    assert "Not all questions of the course" not in page


def test_references_say_what_is_not_there(built: HiddenCourse) -> None:
    said = words(built.page())
    assert (
        "Question 2 (not in this report) is another; so is Table 1.2 (not in this report) with equation "
        "(1.2) (not in this report), unlike Table 1.4 and Question “drawing” (not in this report)." in said
    )
    assert "Table 1.1 Sums, as in Table 1.2 (not in this report)." in said
    assert "Before Table 1.2 (not in this report)." in said
    assert 'href="#table-one-q02-products"' not in built.page()
    assert 'href="#table-one-q03-sums"' in built.page()
    assert "Sums, as in Table 1.2 (not in this report)." in words(built.page("sheet", "worksheet"))
    french = words(built.page("french"))
    assert (
        "La question 2 (ne figure pas dans ce rapport) en est une autre ; le tableau 1.2 (ne figure pas dans ce "
        "rapport) aussi, avec (1.2) (ne figure pas dans ce rapport), mais pas le tableau 1.4 ni la question « drawing "
        "» (ne figure pas dans ce rapport)." in french.replace("\u202f", " ")
    )
    assert "Sommes, comme dans tableau 1.2 (ne figure pas dans ce rapport)." in french


def test_only_what_is_shown_is_exported_and_cited(built: HiddenCourse) -> None:
    metrics = (built.base / "build/results/metrics.json").read_text()
    assert '"one/q01/added.sum": 55' in metrics
    assert "one/q02" not in metrics
    plan = (built.base / "build/results/plan.json").read_text()
    assert "one/q02/multiplied" in plan  # which another question shows
    assert "secretly" not in plan
    assert '"one/q02/secretly.count": 10' in (built.base / "whole/results/metrics.json").read_text()
    assert "The product is 120." in words(built.page())
    assert "[1]" in words(built.page())
    assert "[2]" not in words(built.page())
    assert "[2]" in words(built.page("whole"))


def test_texts_that_print_what_is_left_out_are_left_out_and_named(built: HiddenCourse) -> None:
    assert "It was 120." in words(built.page("whole"))
    assert "It was" not in words(built.page())
    line = "the conclusion of one: not shown, as it prints results of questions that are not in this report"
    assert [*unshown_texts(built.session())] == [line]
    assert [*unshown_texts(built.session(hidden=True))] == []
    assert built.build().remarks == (line,)


def test_a_part_of_it_keeps_its_words_and_name(built: HiddenCourse) -> None:
    built.build(Edition.REFERENCE, "one", only=True)
    said = words(built.page(name="report-one"))
    assert "Table 1.2 (not in this report)" in said
    built.build(Edition.REFERENCE, "one/q01", only=True)
    assert "unlike Table 1.4 and" in words(built.page(name="report-one-q01"))  # which the whole report has
    built.build(Edition.REFERENCE, HIDDEN, only=True, hidden=True)
    assert "SECRET answer" in built.page(name="report-one-q02")
    for word in (HIDDEN, "two/drawing"):
        with pytest.raises(InputError, match=r"is hidden, and not in this report\n.*\n.*--hidden"):
            built.build(Edition.REFERENCE, word)


def test_no_text_of_it_is_read_for_sheets_and_students(course: HiddenCourse) -> None:
    for edition in (Edition.WORKSHEET, Edition.STUDENT):
        hidden = student(course).session(edition).course.question(HIDDEN)
        assert SECRET not in repr(hidden).replace(str(course.folder), "") + repr(hidden.source)
        assert [*hidden.tables] == ["products", *(["secret_table"] if edition is Edition.WORKSHEET else [])]
        assert [*hidden.results] == ["multiplied", "secretly"]
    assert student(course).session(Edition.WORKSHEET, hidden=True).course.question(HIDDEN).title == "SECRET title"


def test_other_results_stay_what_they_are(course: HiddenCourse) -> None:
    before = course.session().plan()
    course.edit("questions/one/q02.yaml", "hidden: true\n", "")
    after = course.session().plan()
    assert before.by_address == after.by_address
    needed = {job.job.address for job in before.needed(["one/q01", "one/q03", "two/q01"])}
    assert needed == {"one/q01/added", "one/q03/again", "one/q02/multiplied"}


def test_data_that_it_alone_reads_is_not_needed(course: HiddenCourse) -> None:
    course.edit("course.yaml", "labs:", "datasets: {rare: {title: R, files: [{path: r.csv}], obtain: Ask.}}\nlabs:")
    course.edit("questions/one/q02.yaml", "{last: 4}", "{last: 4, data: rare}")
    course.edit("computations/secretly.py", "import Result", "import Dataset, Result")
    course.edit("computations/secretly.py", "last: int", "last: int, data: Dataset")
    assert course.session().needs() == (frozenset(), frozenset())
    assert course.session(hidden=True).needs() == ({"rare"}, frozenset())
    course.edit("questions/one/q03.yaml", "caption: Sums.", "caption: '{{ metric(\"one/q02/secretly.count\") }} sums.'")
    assert course.session().needs() == ({"rare"}, frozenset())  # by a caption of another


def test_a_students_answer_to_it_is_no_fault_and_is_named(course: HiddenCourse) -> None:
    student(course, q01="{# nothing #}", q02="Mine, {{ nothing.at_all }}.", q03="Also mine.")
    session = course.session(Edition.STUDENT)
    assert [*unshown_texts(session)] == ["answers/one/q02.md: not shown, as one/q02 is hidden and not in this report"]
    student(course, q02="{# a comment alone #}\n")
    assert [*unshown_texts(course.session(Edition.STUDENT))] == []


def test_a_course_and_a_project_choose(course: HiddenCourse) -> None:
    course.edit("course.yaml", "labs:", "questions: [one, two/q01]\nlabs:")
    assert course.session().questions(()) == ("one/q01", "one/q03", "two/q01")
    student(
        course,
        "authors: [{name: Ada}]\nquestions: [one/q03]\n",
        q01="Mine.",
        q03='{{ ref("one/q01") }}, {{ ref("one/q02") }}',
    )
    session = course.session(Edition.STUDENT)
    assert session.questions(()) == session.questions(["one"]) == ("one/q03",)
    assert [*unshown_texts(session)] == [
        "answers/one/q01.md: not shown, as one/q01 is not chosen and not in this report"
    ]
    with pytest.raises(InputError, match="is not chosen, and not in this report"):
        session.questions(["two/q01"])
    course.edit("course.yaml", "questions: [one, two/q01]", "questions: [one/q01]")
    assert course.session().questions(()) == ("one/q01",)
    with pytest.raises(InputError, match=r"report\.yaml:2: questions\[0\]: is not chosen, and not in this report"):
        course.session(Edition.STUDENT)


def test_chosen_questions_keep_their_numbers(built: HiddenCourse) -> None:
    course = HiddenCourse(built.folder)
    student(course, "authors: [{name: Ada}]\nquestions: [one/q03]\n", q03='See {{ ref("one/q01/sums") }}.')
    course.build(Edition.STUDENT, output="mine/build")
    found = numbers(course.page("mine/build"))
    assert found["one-q03"] == "Question 3 Another sum"
    assert found["table-one-q03-sums"] == "Table 1.3"  # no solution of q02 is counted, as for every student
    assert "See Table 1.1 (not in this report)." in words(course.page("mine/build"))
    assert {*found} & {"one-q01", "two-q01", "lab-two", "section-1.1"} == set()


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("[one, three]", r"questions\[1\]: there is no such selection\n.*expected: a lab \(one, two\)"),
        ("[one/q04]", r"questions\[0\]: there is no such selection\n(.*\n)*.*'one/q04'"),
        ("[one/q02]", r"questions\[0\]: is hidden, and not in this report\n.*'one/q02'"),
        ("one", r"questions: .*\n.*expected: a list"),
        ("[3]", r"questions\[0\].*\n.*expected: text"),
    ],
)
def test_a_choice_that_cannot_be_is_said_with_its_line(course: HiddenCourse, chosen: str, said: str) -> None:
    course.write("course.yaml", f"title: Sums\nlabs: [one, two]\nquestions: {chosen}\n")
    with pytest.raises(InputError, match=rf"course\.yaml:3: {said}"):
        course.session()
    course.write("course.yaml", "title: Sums\nlabs: [one, two]\n")
    student(course, f"authors: [{{name: Ada}}]\nlabs: [one, two]\nquestions: {chosen}\n")
    with pytest.raises(InputError, match=rf"report\.yaml:3: {said}"):
        course.session(Edition.STUDENT)


def test_what_hidden_says_must_be_true_or_false(course: HiddenCourse) -> None:
    course.edit("questions/one/q02.yaml", "hidden: true", "hidden: yes")
    for edition in (Edition.REFERENCE, Edition.WORKSHEET):
        with pytest.raises(InputError, match=r"q02\.yaml:4: hidden: .*\n.*expected: true or false"):
            course.session(edition)


def test_a_report_without_any_question_is_refused(course: HiddenCourse) -> None:
    for name in ("one/q01", "one/q03", "two/q01"):
        course.write(
            f"questions/{name}.yaml", "hidden: true\n" + (course.folder / f"questions/{name}.yaml").read_text()
        )
    with pytest.raises(InputError, match=r"no question is in this report\n.*--hidden"):
        course.session().questions(())


def test_a_project_is_made_for_what_is_in_the_report(course: HiddenCourse) -> None:
    mine = course.base / "mine"
    begin_project(mine, course.settings(Edition.WORKSHEET))
    answers = sorted(path.relative_to(mine / "answers").as_posix() for path in mine.rglob("q*.md"))
    assert answers == ["one/q01.md", "one/q03.md", "two/q01.md"]
    assert with_secret(mine) == []
    assert "# questions: [one/q01]" in (mine / "report.yaml").read_text()
    for path in mine.rglob("*.md"):
        path.unlink()
    (mine / "report.yaml").write_text("authors: [{name: Ada}]\nquestions: [one/q03]\n")
    begin_project(mine, course.settings(Edition.WORKSHEET))
    assert sorted(path.name for path in (mine / "answers/one").iterdir()) == ["conclusion.md", "q03.md"]
    assert [*(mine / "answers/two").iterdir()] == []


def test_commands_follow_what_is_in_the_report(course: HiddenCourse, monkeypatch: pytest.MonkeyPatch) -> None:
    student(course, f"authors: [{{name: Ada}}]\nfrom: {course.folder}\nquestions: [one]\n")
    runner = CliRunner(env={"GENREPORT_CACHE": str(course.base / "cache"), "COLUMNS": "200"})

    def said(*arguments: str, code: int = 0) -> str:
        done = runner.invoke(cli, [*arguments, "--course", str(course.folder)])
        assert done.exit_code == code, done.output
        return done.output if code == 0 else str(done.exception)

    listed = said("list")
    assert "not in this report: one/q02, two/drawing (hidden)" in listed
    assert "two/q01" in listed
    assert SECRET not in listed
    assert "SECRET title    starred hidden" in said("list", "--hidden")
    assert "3 jobs: 0 stay, 3 to compute" in said("plan")
    assert "4 jobs" in said("plan", "--hidden")
    assert "is hidden, and not in this report" in said("why", HIDDEN, code=1)
    assert "is hidden, and not in this report" in said("plan", HIDDEN, code=1)
    monkeypatch.chdir(course.base / "mine")
    listed = said("list")
    assert "two/q01" not in listed.partition("not in this report")[0]
    assert "two/q01 (not chosen)" in listed
    assert "is not chosen, and not in this report" in said("why", "two/q01", code=1)
    assert "--hidden is not for a student's report" in said("build", "--hidden", code=1)


def test_a_sheet_that_asks_a_hidden_question_is_of_no_other_version(course: HiddenCourse) -> None:
    handed = Handed(Filled("en", {"names": "Ada"}, {HIDDEN: "Mine."}, {HIDDEN: "12345678"}), (HIDDEN,))
    assert [*handed.remarks(course.session(Edition.WORKSHEET).course)] == []
    (said,) = handed.remarks(course.session(Edition.WORKSHEET, hidden=True).course)
    assert said.startswith("none of its questions has the words that the course has")
