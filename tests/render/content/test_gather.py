"""Whatever stands in a course's texts, a report comes of it: what cannot be shown is a box, named with its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.course.spec import ExpectedSpec, QuestionSpec
from generator.errors import Mistake
from generator.planning.binding import bind_course
from generator.render.content.document import Document, Report
from generator.render.content.gather import gather
from generator.render.outputs.html import Page
from tests.course_for_tests import Course
from tests.render.sample_report import sample_report, silent

Change = Callable[[Report, str], Report]


def questions(change: Callable[[QuestionSpec, str], QuestionSpec]) -> Change:
    """The same change to every question."""

    def changed(report: Report, text: str) -> Report:
        def sections(lab: Any) -> Any:
            return tuple(replace(s, questions=tuple(change(q, text) for q in s.questions)) for s in lab.sections)

        labs = tuple(replace(lab, sections=sections(lab)) for lab in report.course.labs)
        return replace(report, course=replace(report.course, labs=labs))

    return changed


def tables(question: QuestionSpec, text: str) -> QuestionSpec:
    def changed(table: Any) -> Any:
        heads = tuple(replace(column, title=text, unit=text) for column in table.columns)
        return replace(table, columns=heads, row_title=text if table.rows else "")

    return replace(question, tables={name: changed(table) for name, table in question.tables.items()})


def figures(field: str) -> Callable[[QuestionSpec, str], QuestionSpec]:
    def changed(question: QuestionSpec, text: str) -> QuestionSpec:
        found = question.figures.items()
        if field.startswith("panel "):
            name = field.removeprefix("panel ")
            given = {key: tuple(replace(panel, **{name: text}) for panel in f.panels) for key, f in found}
            return replace(question, figures={key: replace(f, panels=given[key]) for key, f in found})
        return replace(question, figures={key: replace(f, **{field: text}) for key, f in found})

    return changed


def labs(change: Callable[[Any, str], Any]) -> Change:
    return lambda report, text: replace(
        report, course=replace(report.course, labs=tuple(change(lab, text) for lab in report.course.labs))
    )


def expected(question: QuestionSpec, text: str) -> QuestionSpec:
    return replace(question, expected=(ExpectedSpec("vgg16.parameters", 1.0, text, incomparable=text),))


FIELDS: dict[str, Change] = {
    "title": questions(lambda question, text: replace(question, title=text)),
    "statement": questions(lambda question, text: replace(question, statement=text)),
    "marking": questions(lambda question, text: replace(question, marking=text)),
    "answer": questions(lambda question, text: replace(question, answer=replace(question.answer, text=text))),
    "heads of columns": questions(tables),
    "caption": questions(figures("caption")),
    "alt": questions(figures("alt")),
    "caption of a panel": questions(figures("panel caption")),
    "alt of a panel": questions(figures("panel alt")),
    "source of a published number": questions(expected),
    "lab": labs(lambda lab, text: replace(lab, title=text, introduction=text, conclusion=text)),
    "sections": labs(
        lambda lab, text: replace(
            lab, sections=tuple(replace(s, title=text, introduction=text) for s in lab.sections)
        )
    ),
    "course": lambda report, text: replace(
        report, course=replace(report.course, title=text, subtitle=text, introduction=text, conclusion=text)
    ),
    "profile": lambda report, text: replace(
        report, profile=replace(report.profile, title=text, description=text, note=text)
    ),
}  # fmt: skip
#: Shown as they are, or as plain words: no Markdown, no fault.
PLAIN = {"source of a published number"}
#: Alternative texts are words; TeX is as good as any.
WORDS = {"alt", "alt of a panel"}

TEXTS = [
    r"$\bogus{x}$", r"$\textcolor{red}{x}$", r"$\color{blue} x$", r"$x \text{}$", r"$\limits$", "$$x$$ (label)",
    "![x](y.png)", "![](images/y.png)", "![x](https://example.org/y.png)", "[x](file:///etc)", "\ue000maps\ue001",
    "\ue000", "\ue001x\ue000", "\ue002contradicted\ue003", "\x00", "\x01\x1b[2J", "\uffff", "[^1]\n\n[^1]: x",
    "::: note\nx", "|a|\n|-|", "[@missing]", "{{ nope }}", "{% claim 1 %}x", "<b>", "&#xD800;", "\\",
    "\u2028\u202e", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The sample, whose figures are drawn once for all tests."""
    report = sample_report(tmp_path_factory.mktemp("sample"))
    gather(report, silent)
    return report


def pages(document: Document) -> str:
    return Page(document).text() + Page(document, paged=True).text()


@pytest.mark.parametrize("name", FIELDS)
def test_any_text_anywhere_gives_both_pages(report: Report, name: str) -> None:
    every = ["  ".join(text for text in TEXTS if "\n" not in text and "{" not in text), "{{ nope }}", ""]
    for text in TEXTS if name == "title" else every:
        assert "<main" in pages(gather(FIELDS[name](report, text), silent))


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in PLAIN | WORDS])
def test_a_formula_that_cannot_be_drawn_is_a_box_in_both_pages_and_a_problem(report: Report, name: str) -> None:
    document = gather(FIELDS[name](report, r"words, $\bogus$, more"), silent)
    problems = [problem for problem in document.problems if r"\bogus" in problem.message]
    assert problems
    assert all(problem.path is not None and problem.line for problem in problems)
    for paged in (False, True):
        page = Page(document, paged).text()
        assert r'<span class="broken">cannot set $\bogus$' in page
        assert "words, <span" in page
        assert "What does the normalisation do" in page or name == "title"


@pytest.mark.parametrize("name", sorted(WORDS))
def test_a_picture_in_an_alternative_text_is_a_box_for_its_figure(report: Report, name: str) -> None:
    document = gather(FIELDS[name](report, "![x](y.png)"), silent)
    assert "y.png" in str(document.problems[0])
    assert "This figure could not be rendered" in pages(document)


def found(course: Course, **options: Any) -> list[Mistake]:
    spec = course.read()
    profile = spec.profiles["quick"]
    refs = bind_course(spec, profile, course.catalogue()).refs
    return list(gather(Report(spec, profile, "", "0", refs, {}, **options), silent).problems)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("questions/1-a/q01.yaml", "  As in", r"  As $\bogus$ in"),
        ("questions/1-a/q01.yaml", "title: Training", r"title: Training $\bogus$"),
        ("questions/1-a/q01.yaml", "title: Loss,", r"title: 'Loss $\bogus$',"),
        ("questions/1-a/q02.yaml", "statement: Measure it.", r"statement: Measure $\bogus$."),
        ("questions/1-a/lab.yaml", "title: Second", r"title: Second $\bogus$"),
        ("questions/course.yaml", "  What this is", "  What this is,\n\n  $\\bogus$"),
        ("answers/1-a/q02.md", '{{ ref("1-a/q01/losses") }}', '{{ ref("1-a/q01/losses") }} $\\bogus$'),
    ],
)
def test_what_cannot_be_shown_is_named_with_its_file_and_line(course: Course, file: str, old: str, new: str) -> None:
    course.edit(file, old, new)
    if file.startswith("answers"):  # an answer with results that are not there is not looked at
        course.write(file, 'One.\n\nTwo, $\\bogus$.\n\n{{ figure("bars") }}\n')
    (problem,) = found(course)
    assert problem.path == course.path(file)
    assert problem.line == course.line(file, r"\bogus")
    assert r"\bogus" in problem.message


def test_worksheets_with_frames_name_what_cannot_be_shown_in_the_heads_of_their_tables(course: Course) -> None:
    course.edit("questions/1-a/q01.yaml", "width: Width", r"width: $\bogus$")
    assert r"\bogus" in str(found(course, frames=True)[0])


def test_a_row_title_that_no_table_would_show_is_a_mistake(course: Course) -> None:
    course.edit("questions/1-a/q01.yaml", "    table: epochs\n", "    table: epochs\n    row_title: Epoch\n")
    (mistake,) = course.mistakes()
    assert "row_title" in str(mistake)
    assert mistake.path == Path(course.folder / "questions/1-a/q01.yaml")
