"""Everything that a computation declares is named by a question, an answer, another computation or a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from generator.answers.addresses import Address, parse_address
from generator.answers.syntax import parse_answer
from generator.course.exhibits import FigureSpec, TableSpec
from generator.course.loader import read_course
from generator.course.spec import CourseSpec, ExpectedSpec, QuestionSpec
from generator.folders import PACKAGE, questions_folder, templates_folder
from generator.planning.catalogue import read_catalogue
from generator.registry import matches
from generator.store.memo import Memo

CATALOGUE = read_catalogue(Memo(None))
LABS, LAB_TESTS = PACKAGE / "labs", Path(__file__).parent
#: Computation, "metric", "table", "figure" or the table that a column is of, and the name.
Output = tuple[str, str, str]


class NamedByCourse:
    """What the questions and answers of a course name."""

    def __init__(self, course: CourseSpec) -> None:
        self.questions = {question.address: question for question in course.questions()}
        self.found: set[Output] = set()
        for part in (course, *course.labs):
            for text in (part.introduction, part.conclusion):
                self.text(text)
        for lab in course.labs:
            for section in lab.sections:
                self.text(section.introduction)
        for home, question in self.questions.items():
            self.question(home, question)

    def computation(self, address: Address) -> str:
        """The computation behind a result."""
        return self.questions[address.question].results[address.result].computation

    def shown(self, home: str, *addresses: str) -> list[str]:
        """The computations behind results as the question at ``home`` spells them."""
        return [self.computation(parse_address(address, home)) for address in addresses if address]

    def text(self, text: str, home: str = "", shown: Iterable[str] = ()) -> None:
        """What a text reads; ``shown`` are the computations of the exhibit above a caption, which it calls `this`."""
        syntax = parse_answer(text, Path("text"), caption=True)
        columns = re.findall(r'\b\w+\.(\w+)|names\("(\w+)"|, (\w+)=', text)
        for read in syntax.metrics:
            self.found |= {(name, "metric", read.address.name) for name in self.read(read.address, home, shown)}
        for read in syntax.tables:
            table = read.address.name
            for name in self.read(read.address, home, shown):
                self.found |= {(name, "table", table)}
                self.found |= {(name, table, column) for found in columns for column in found}

    def read(self, address: Address, home: str, shown: Iterable[str]) -> Iterable[str]:
        """The computations that a text may read there."""
        this = address.result == "this" and not address.question
        return shown if this else [self.computation(address.at_home(home))]

    def question(self, home: str, question: QuestionSpec) -> None:
        self.text(question.answer.text, home)
        for table in question.tables.values():
            self.table(home, table)
        for figure in question.figures.values():
            self.figure(home, figure)
        for expected in question.expected:
            if not expected.incomparable:
                self.expected(home, expected)

    def table(self, home: str, table: TableSpec) -> None:
        columns = [name for column in table.columns for name in (column.source, *(column.interval or ()))]
        shown = self.shown(home, table.source, *(row.result for row in table.rows))
        if table.source:
            self.found.add((shown[0], "table", table.table))
        self.found |= {(name, table.table or "metric", column) for name in shown for column in columns}
        for text in (table.caption, table.finding):
            self.text(text, home, shown)

    def figure(self, home: str, figure: FigureSpec) -> None:
        shown = self.shown(home, *(panel.source for panel in figure.panels))
        for name, panel in zip(shown, figure.panels, strict=True):
            self.found.add((name, "figure", panel.figure))
            for text in (panel.caption, panel.finding, panel.alt):
                self.text(text, home, [name])
        for text in (figure.caption, figure.finding, figure.alt):
            self.text(text, home, shown)

    def expected(self, home: str, expected: ExpectedSpec) -> None:
        for text in filter(None, (expected.metric, expected.spread)):
            address = parse_address(text, home, named=True)
            name = self.computation(address)
            self.found.add((name, "table" if expected.column else "metric", address.name))
            columns = (expected.column, *(column for column, _ in expected.row)) if expected.column else ()
            beside = expected.interval or ()
            self.found |= {(name, address.name if expected.column else "metric", column) for column in beside}
            self.found |= {(name, address.name, column) for column in columns}
            self.found |= {(name, "metric", expected.unless)} if expected.unless else set()


@cache
def named_by_course() -> set[Output]:
    course, mistakes = read_course(questions_folder(), templates_folder() / "answers")
    assert not mistakes
    assert course is not None
    return NamedByCourse(course).found


def words_read(tree: ast.AST) -> Iterator[str]:
    """The strings of a module that could read an output: not those under which one is declared or put into a dict."""
    made: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            made |= {part for decorator in node.decorator_list for part in ast.walk(decorator)}
            made |= {key for part in ast.walk(node) if isinstance(part, ast.Dict) for key in part.keys if key}
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            made.add(node.slice)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in made:
            yield node.value


@cache
def named_in_code(room: str) -> set[str]:
    """What the computations of a lab, the networks that are loaded from results, and the lab's tests name."""
    files = [*(LABS / room).rglob("*.py"), PACKAGE / "networks/backbones.py", *(LAB_TESTS / room).rglob("*.py")]
    return {word for file in files for word in words_read(ast.parse(file.read_text(encoding="utf-8")))}


def room_of(name: str) -> str:
    return CATALOGUE[name].path.relative_to(LABS).parts[0]


def declared(name: str) -> Iterator[Output]:
    signature = CATALOGUE[name]
    yield from ((name, "metric", metric) for metric in signature.metrics)
    yield from ((name, "figure", figure) for figure in signature.figures)
    for table, columns in signature.tables.items():
        yield name, "table", table
        if table != "history":  # the record of a training, kept as a whole
            yield from ((name, table, column) for column in columns)


def is_named(output: Output) -> bool:
    """Whether something names it; tables of one name in one lab are the same table, made by the same function."""
    name, kind, known = output
    is_column = kind not in ("metric", "table", "figure")
    makers = [one for one in CATALOGUE if is_column and room_of(one) == room_of(name)] or [name]
    by_course = any(
        maker == one and matches(kind_named, (kind,)) and matches(named, (known,))
        for maker in makers
        for one, kind_named, named in named_by_course()
    )
    return by_course or known in named_in_code(room_of(name))


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_whatever_is_declared_is_named_somewhere(name: str) -> None:
    assert [output[1:] for output in declared(name) if not is_named(output)] == []


def test_what_is_only_declared_and_returned_is_not_named() -> None:
    code = '@computation(metrics=["made"])\ndef f(run):\n    return {"made": run.metrics["read"]}\n'
    assert set(words_read(ast.parse(code))) == {"read"}
