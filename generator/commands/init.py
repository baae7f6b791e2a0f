"""Lay out a student's project: report.yaml, and for each question a file that says what its answer can use."""

from __future__ import annotations

import dataclasses
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from generator.answers.addresses import Address
from generator.commands.schema import schema_text
from generator.commands.session import Settings, open_session
from generator.course.editions import Edition
from generator.course.exhibits import FigureSpec, TableSpec
from generator.course.finding import name_for
from generator.course.left_out import has_questions
from generator.course.project import FILE, IMAGES, is_project, read_project
from generator.course.schemas import ENDING, project_schema, schema_line
from generator.course.spec import CourseSpec, Mark, QuestionSpec, ResultSpec
from generator.errors import InputError, Mistake
from generator.formats import FORMATS
from generator.languages import gettext, languages, marked, speaking, typeset
from generator.planning.catalogue import Catalogue

SCHEMA = f"report{ENDING}"  # of report.yaml, beside it, for editors
_WIDTH = 110
_WORDS = ("label", "network", "name", "layer", "architecture", "dataset", "precision")  # metrics that are no numbers
_NUMBERS = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_TAGS = re.compile(r"\{%.*?%\}", re.DOTALL)

_REPORT = marked("""\
# What stands on the cover of your report. Lines that you leave out are the course's own.
title: {title}
authors:
  - {{name: Your name, number: "12345678"}}
institution: {institution}
programme: {programme}
course: {course}
year: {year}
language: {language}     # of the report: {languages}
theme: {theme}   # chapters (a cover, Figure 2.1) or sections (a title above the contents, Figure 7)
labs: [{labs}]   # those of your report, in its order
# questions: [{some}]   # only these labs and questions, which keep their numbers
profile: {profile}   # {profiles}: which data and networks
""")
_FROM = marked("from: {course}   # the course that this is a report of: a folder, or the name of an installed course\n")

_OWN = marked("""\
{{#
{what}, in your own words. It may print numbers by their full names,
{{{{ metric("{example}") }}}}, and make claims. Leave it empty to have none.
#}}
""")
_TEXTS = {
    "introduction": marked("The introduction of the report"),
    "conclusion": marked("The conclusion of the report"),
}
_APPENDED = {"table": marked("{name}, a table in the appendix"), "figure": marked("{name}, a figure in the appendix")}
_MARKS = {Mark.STARRED: marked("starred"), Mark.BONUS: marked("bonus")}


def begin_project(folder: Path, settings: Settings) -> list[Path]:
    """Lay out a student's project, or add what is new to one; no file is replaced. Raises InputError."""
    project = read_project(folder) if is_project(folder) else None
    session = open_session(dataclasses.replace(settings, edition=Edition.WORKSHEET, project=project))  # reads no answer
    with speaking(session.course.language):
        name = name_for(session.place.folder, folder)
        profile = session.settings.profile
        written = write_project(folder, session.shown, session.catalogue, session.bindings.refs, profile, name)
    session.save()
    return written


def write_project(
    folder: Path, course: CourseSpec, catalogue: Catalogue, refs: Mapping[str, Sequence[Address]], profile: str,
    name: str = "",
) -> list[Path]:  # fmt: skip
    """Write what is missing of a project into ``folder`` and return what was written; no file is ever replaced.

    ``refs`` maps a result's address to its grid under the profile. ``name`` is what the project calls the course, if it
    is not the program's own. Raises InputError when the folder cannot be one.
    """
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / FILE).is_file())):
        hint = "name a new folder, or an empty one"
        raise InputError([Mistake("this is no place for a project: it holds other things", folder, hint=hint)])
    written = []
    for file, text in _files(course, catalogue, refs, profile, name):
        path = folder / file
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    (folder / IMAGES).mkdir(exist_ok=True)
    return written


def _files(
    course: CourseSpec, catalogue: Catalogue, refs: Mapping[str, Sequence[Address]], profile: str, of: str
) -> Iterator[tuple[str, str]]:
    words = {name: _quoted(getattr(course, name)) for name in ("title", "institution", "programme", "course", "year")}
    labs = ", ".join(lab.id for lab in course.labs)
    some = next((question.address for question in course.present()), "")
    yield SCHEMA, schema_text(project_schema())
    yield (
        FILE,
        schema_line(SCHEMA) + gettext(_REPORT).format(
            **words, labs=labs, some=some, profile=profile, language=course.language, theme=course.theme.value,
            languages=", ".join(languages()), profiles=", ".join(course.profiles),
        ) + (gettext(_FROM).format(course=_quoted(of)) if of else ""),
    )  # fmt: skip
    shown = [result for question in course.present() for result in question.results.values()]
    example = str(_example(shown[0], catalogue, refs)) if shown else "lab/question/result.x"
    for name, what in _TEXTS.items():
        yield f"answers/{name}.md", gettext(_OWN).format(what=gettext(what), example=example)
    for lab in (lab for lab in course.labs if has_questions(course, lab)):
        what = gettext("The conclusion of “{lab}” of the report").format(lab=lab.title)
        yield f"answers/{lab.id}/conclusion.md", gettext(_OWN).format(what=what, example=example)
        for question in (one for one in lab.questions() if one.address not in course.left_out):
            yield f"answers/{question.address}.md", starter(question, catalogue, refs)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def starter(question: QuestionSpec, catalogue: Catalogue, refs: Mapping[str, Sequence[Address]]) -> str:
    """The answer file that a student begins with: nothing but a comment, so that it counts as empty."""
    mark = f" ({gettext(_MARKS[question.mark])})" if question.mark in _MARKS else ""
    place = gettext("{lab}, question {number}") if question.number else "{lab}"
    place = place.format(lab=question.lab, number=question.number)
    head = gettext("{place}: {title}").format(place=place + mark, title=question.title)
    lines = [typeset(head), "", question.statement.strip(), ""]
    lines += _exhibits(question)
    lines += _numbers(question, catalogue, refs)
    text = "\n".join(lines).replace("#}", "# }")
    return f"{{#\n{text.rstrip()}\n#}}\n\n"


def _exhibits(question: QuestionSpec) -> list[str]:
    """How to place and name each table and figure, with what it holds."""
    exhibits: list[TableSpec | FigureSpec] = [*question.tables.values(), *question.figures.values()]
    if not exhibits:
        return [gettext("This question has no table or figure."), ""]
    intro = gettext(
        "Tables and figures. Each line below, alone on its line in your answer, puts one there; those that you do not\n"
        "place follow at the end. In a sentence, refer to one with {reference}."
    )
    lines = [intro.format(reference=f'{{{{ ref("{exhibits[0].name}") }}}}'), ""]
    for exhibit in exhibits:
        kind = "table" if isinstance(exhibit, TableSpec) else "figure"
        place = f'{{{{ {kind}("{exhibit.name}") }}}}'
        if exhibit.appendix:
            place = gettext(_APPENDED[kind]).format(name=exhibit.name)
        hidden = gettext("an answer to the question, shown only if your text places or names it; ")
        lines += [f"  {place}", *_wrapped((hidden if exhibit.solution else "") + _contents(exhibit))]
    return [*lines, ""]


def _contents(exhibit: TableSpec | FigureSpec) -> str:
    """A table's columns; a figure's description, with an ellipsis for each number that it would print."""
    if isinstance(exhibit, TableSpec):
        return gettext("columns: ") + ", ".join(column.title for column in exhibit.columns)
    return " ".join(_NUMBERS.sub("…", _TAGS.sub("", exhibit.alt)).split())


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="      ", subsequent_indent="      ")


def _numbers(question: QuestionSpec, catalogue: Catalogue, refs: Mapping[str, Sequence[Address]]) -> list[str]:
    """The metrics of each result, spelt as an answer prints them, and what a claim looks like."""
    if not question.results:
        return []
    lines = [
        gettext("Numbers. Print one with {{ … }}, and a filter, some of which take a number of digits, | percent(2):"),
        "  " + ", ".join(f"| {name}" for name in FORMATS),
        "",
    ]
    for result in question.results.values():
        metrics = catalogue[result.computation].metrics
        name = gettext("NAME")
        listed = gettext("{place}: {title}").format(place=name, title=", ".join(metrics))
        lines += [f"  {_first(result.ref, refs).expression}.{name}", *_wrapped(listed)]
    read = _example(next(iter(question.results.values())), catalogue, refs).expression
    return [
        *lines,
        "",
        gettext(
            "A claim is a sentence that the results must support; where they do not, it is printed with a warning:"
        ),
        "",
        f"  {{% claim {read} > 0 %}}"
        + gettext("It is %s, more than nothing.") % f"{{{{ {read} }}}}"
        + "{% endclaim %}",
        "",
        gettext(
            "Say what holds otherwise, and there is no warning; the first branch whose condition holds is printed:"
        ),
        "",
        f"  {{% claim {read} > 0 %}}…{{% or claim {read} < 0 %}}…{{% otherwise %}}…{{% endclaim %}}",
    ]


def _first(ref: Address, refs: Mapping[str, Sequence[Address]]) -> Address:
    """A result; of a grid, its first point."""
    return (refs.get(str(ref)) or (ref,))[0]


def _example(result: ResultSpec, catalogue: Catalogue, refs: Mapping[str, Sequence[Address]]) -> Address:
    """A metric of the result that is likely to be a number: names of things come first in many results."""
    metrics = catalogue[result.computation].metrics
    name = next((name for name in metrics if not name.endswith(_WORDS) and "*" not in name), metrics[0])
    return dataclasses.replace(_first(result.ref, refs), name=name)
