"""Frames say what is given of an exhibit and nothing that is measured; the built-in course's have their real size."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from generator.answers.syntax import parse_answer
from generator.course.editions import Edition
from generator.course.exhibits import EmptyRows, FigureSpec, RowsSpec, TableSpec
from generator.course.loader import read_course
from generator.course.spec import CourseSpec, QuestionSpec
from generator.errors import InputError
from generator.folders import questions_folder, templates_folder
from generator.jobs import Outcome, State
from generator.planning.binding import Bindings, bind_course
from generator.planning.catalogue import read_catalogue
from generator.render.content.answers import AnswerWriter
from generator.render.content.exhibits import Exhibit
from generator.render.content.frames import Bound, _Framer, frame, without_results
from generator.render.content.tables import table_content
from generator.render.content.values import Results
from generator.render.text.numbering import captions_of, exhibits_of, number_course
from generator.store.memo import Memo
from tests.render.sample_report import sample_report
from tests.shaken.snapshot import read_jobs

NAMES = frozenset({"net", "nets"})


@pytest.mark.parametrize(("text", "known"), [
    ("Of {{ net.loss | percent(2) }} and {{ nets(width=2).loss }}.", "Of … and …."),
    ("Of {{ this.width }} and {{ this.loss | decimal }}.", "Of {{ 3  }} and …."),
    ("{{ nets(seed=0).rate | decimal(3) }} of {{ net.label }}", '{{ 0.5 | decimal(3) }} of {{ "the small" }}'),
    ("With {{ role('network') }}, see {{ ref('net') }}.", "With {{ role('network') }}, see {{ ref('net') }}."),
    ('{{ metric("1-a/q01/net.loss") }}, {{ 2 * net.loss }}', "…, …"),
    ("A{% claim net.loss > 1 %} large{% or claim net.loss > 0 %} small{% otherwise %} no{% endclaim %}.", "A."),
    ("A{% for row in rows('net.epochs') %}{{ row.x }}{% endfor %}B{% if net.loss %}C{% endif %}D", "ABD"),
    ("Plain {words} 100 %.", "Plain {words} 100 %."),
])  # fmt: skip
def test_a_caption_without_results_says_what_is_known(text: str, known: str) -> None:
    settings = {("this", "", "width"): 3, ("nets", "seed=0", "rate"): 0.5, ("net", "", "label"): "the small"}
    found = without_results(text, NAMES, lambda *read: settings.get(read))
    assert " ".join(found.split()) == " ".join(known.split())


class Sample:
    """Frames of the sample course, none of whose results may be read."""

    def __init__(self, folder: Path) -> None:
        self.report = sample_report(folder)
        self.numbering = number_course(self.report.course)
        self.writer = AnswerWriter(Results(self.report.refs, {}), self.numbering, self.report.profile)

    def frame(self, question: str, name: str, bound: Bound | None = None, **changes: Any) -> Exhibit:
        spec = self.report.course.question(f"2-a/{question}")
        declared: Any = replace(exhibits_of(spec)[name], **changes)
        return frame(declared, spec, self.writer, self.numbering.exhibits[f"2-a/{question}", name], bound or {})


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return Sample(tmp_path)


def test_a_row_for_each_result_and_what_is_given_of_it(sample: Sample) -> None:
    made = sample.frame("q01", "comparison").frame
    assert made is not None
    assert [column.title for column in made.columns][:2] == ["Network", "Parameters"]
    assert made.columns[1].unit == "million"
    assert made.rows[1] == ("alexnet", "", "", "")
    assert len(made.rows) == 4


def test_the_parameter_of_a_grid_is_given_wherever_it_stands(sample: Sample) -> None:
    column = replace(sample.report.course.question("2-a/q01").tables["comparison"].columns[1], source="architecture")
    column = replace(column, format="text")
    columns = (sample.report.course.question("2-a/q01").tables["comparison"].columns[0], column)
    made = sample.frame("q01", "comparison", columns=columns, row_title="", rows=(RowsSpec("networks"),)).frame
    assert made is not None
    assert made.rows[2] == ("", "resnet50")
    made = sample.frame(
        "q01", "comparison", columns=(columns[0], replace(columns[0], format="text")), row_title=""
    ).frame
    assert made is not None
    assert made.rows[2] == ("", "")  # as one of the grid's four values is an identifier


@pytest.mark.parametrize(("given", "first"), [
    (None, ["", "", "", ""]),
    (EmptyRows(((),) * 7), [""] * 7),
    (EmptyRows((("conv1",), ("conv2", "3×3"))), ["conv1", "conv2"]),
    (EmptyRows((), "widths"), ["", ""]),
    (EmptyRows((), "widths", True), ["8", "16"]),
    (EmptyRows((), "networks[architecture=alexnet].widths", True), ["1"]),
    (EmptyRows((), "runs", True), ["vgg16", "alexnet"]),
    (EmptyRows((), "labels", True), ["as it is", "longer"]),
])  # fmt: skip
def test_rows_of_a_results_own_table_are_those_that_the_file_names(
    sample: Sample, given: EmptyRows | None, first: list[str]
) -> None:
    networks = "2-a/q01/networks[architecture={}]"
    bound = {
        "2-a/q01/vgg16": {
            "widths": [8, 16],
            "runs": (networks.format("vgg16"), networks.format("alexnet")),
            "labels": ["as it is, seed 0", "as it is, seed 1", "longer, seed 0"],
        },
        networks.format("vgg16"): {},
        networks.format("alexnet"): {"widths": [1]},
    }
    made = sample.frame("q01", "layers", bound, empty_rows=given).frame
    assert made is not None
    assert [row[0] for row in made.rows] == first
    assert {len(row) for row in made.rows} == {6}
    assert [cell for row in made.rows for cell in row[1:] if cell] == (["3×3"] if given and "3×3" in str(given) else [])


def test_rows_of_rows_may_be_given_names(sample: Sample) -> None:
    named = EmptyRows((("VGG16",), ("AlexNet",), ("ResNet50",), ("SqueezeNet",)))
    made = sample.frame("q01", "comparison", empty_rows=named).frame
    assert made is not None
    assert [row[0] for row in made.rows] == ["VGG16", "AlexNet", "ResNet50", "SqueezeNet"]
    with pytest.raises(InputError, match="has 1 rows, and the table 4"):
        sample.frame("q01", "comparison", empty_rows=EmptyRows((("VGG16",),)))


def test_what_is_no_list_is_said_with_its_place(sample: Sample) -> None:
    with pytest.raises(InputError, match="no list of 2-a/q01/vgg16"):
        sample.frame("q01", "layers", {"2-a/q01/vgg16": {"seed": 0}}, empty_rows=EmptyRows((), "seed"))


def test_a_place_for_each_sub_figure_under_what_is_known_of_its_caption(sample: Sample) -> None:
    caption = "{{ this.layer }} of {{ this.size }} pixels"
    spec = sample.report.course.question("2-a/q02").figures["maps"]
    exhibit = sample.frame("q02", "maps", panels=(replace(spec.panels[0], caption=caption),))
    assert exhibit.frame is not None
    assert [(one.letter, one.caption) for one in exhibit.frame.panels] == [
        ("a", "conv1\\_1 of … pixels"), ("b", "conv1\\_2 of … pixels"),
    ]  # fmt: skip
    assert (exhibit.columns, exhibit.caption) == (2, "Activation maps: edges first, then contrasts.")
    alone = sample.frame("q02", "curves").frame
    assert alone is not None
    assert [(one.letter, one.caption) for one in alone.panels] == [("", "")]


@cache
def built_in() -> tuple[CourseSpec, dict[str, Bindings]]:
    course, mistakes = read_course(questions_folder(), templates_folder() / "answers", Edition.WORKSHEET)
    assert course is not None
    assert mistakes == []
    catalogue = read_catalogue(Memo(None))
    return course, {name: bind_course(course, profile, catalogue) for name, profile in course.profiles.items()}


def framed(question: QuestionSpec, spec: TableSpec | FigureSpec, profile: str) -> Exhibit:
    course, bindings = built_in()
    bound = {str(one.address): {**one.parameters, **one.inputs} for one in bindings[profile].by_address.values()}
    numbering = number_course(course)
    writer = AnswerWriter(Results(bindings[profile].refs, {}), numbering, course.profiles[profile])
    return frame(spec, question, writer, numbering.exhibits[question.address, spec.name], bound)


def shown_exhibits() -> list[tuple[QuestionSpec, TableSpec | FigureSpec]]:
    every = [(question, one) for question in built_in()[0].questions() for one in exhibits_of(question).values()]
    return [(question, one) for question, one in every if not one.further]


def test_what_a_frame_prints_of_results_is_what_they_will_say() -> None:
    """Settings are known by the names of parameters: in each caption, as the results of a quick build have them."""
    jobs = {address: job.result for job in read_jobs() for address in job.addresses}
    course, bindings = built_in()
    bound = {str(one.address): {**one.parameters, **one.inputs} for one in bindings["quick"].by_address.values()}
    writer = AnswerWriter(Results(bindings["quick"].refs, {}), number_course(course), course.profiles["quick"])
    known = 0
    for question, spec in shown_exhibits():
        framer = _Framer(question, writer, bound)
        for text in captions_of(spec):
            for read in parse_answer(text, Path(), caption=True).metrics:
                address = read.address.at_home(question.address)
                if address.result == "this" or address.question != question.address:
                    continue
                point = ", ".join(f"{name}={value}" for name, value in address.point)
                value = framer._known(None, address.result, point, address.name)
                if value is not None:
                    (ref,) = address.among(bindings["quick"].refs[str(address.whole)])
                    measured = {**dict(ref.point), **jobs[str(ref)].metrics}[address.name]
                    assert value == measured, (str(ref), address.name)
                    known += 1
    assert known > 10  # others are named by their roles


@pytest.mark.parametrize("profile", ["quick", "light", "course"])
def test_every_exhibit_of_the_built_in_course_has_a_frame_with_words(profile: str) -> None:
    for question, spec in shown_exhibits():
        exhibit = framed(question, spec, profile)
        assert len(exhibit.caption) > 20, (question.address, spec.name)
        assert exhibit.frame is not None
        assert exhibit.frame.rows or exhibit.frame.panels


def test_each_table_of_the_built_in_course_has_as_many_rows_as_its_real_one_and_their_names() -> None:
    results = {address: job.result for job in read_jobs() for address in job.addresses}
    outcomes = {address: Outcome(State.HIT, address, load=partial(results.__getitem__, address)) for address in results}
    real = Results(built_in()[1]["quick"].refs, outcomes)
    named = 0
    for question, spec in shown_exhibits():
        if isinstance(spec, TableSpec):
            made, wanted = framed(question, spec, "quick").frame, table_content(spec, question, real)
            assert made is not None
            place = f"{question.address}, {spec.name}"
            assert len(made.rows) == len(wanted.rows), place
            assert [column.title for column in made.columns] == [column.title for column in wanted.columns], place
            for row, real_row in zip(made.rows, wanted.rows, strict=True):
                own_names = [(one, other.text) for one, other in zip(row, real_row, strict=True) if one]
                # Elsewhere, results name the rows of rows: by what only they know, such as a network's layers.
                known = spec.row_title or spec.source or any(rows.label for rows in spec.rows)
                assert not known or all(one == other for one, other in own_names), (place, own_names)
                named += bool(own_names)
    assert named > 80
