"""Check all that questions and answers name, before anything is computed: results, metrics, exhibits, citations."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from generator.answer_syntax import AnswerSyntax, Named, ResultRead, parse_answer, parse_result_address
from generator.binding import Bindings, bind_course, parse_reference, select
from generator.catalogue import Catalogue, Signature, matches
from generator.datasets.sources import SOURCES
from generator.errors import Mistake
from generator.networks.weights import WEIGHTS
from generator.parameters import Kind
from generator.spec import CourseSpec, FigureSpec, QuestionSpec, TableSpec
from generator.yaml_source import Source, Where

ENTRY = re.compile(r"^\s*@\w+\s*\{\s*([^,\s]+)\s*,", re.MULTILINE)
CITATION = re.compile(r"\[@[\w:.+/-]+(?:\s*;\s*@[\w:.+/-]+)*\]")


def check_course(course: CourseSpec, catalogue: Catalogue) -> list[Mistake]:
    """All mistakes of all files, in the order of the questions; an empty list when there are none."""
    bindings = {name: bind_course(course, profile, catalogue) for name, profile in course.profiles.items()}
    mistakes: list[Mistake] = []
    for found in bindings.values():
        mistakes += found.mistakes
        mistakes += _check_files(course, found)
    answers = {q.address: parse_answer(q.answer.text, q.answer.path) for q in course.questions()}
    keys = _bibliography_keys(course.bibliography)
    for question in course.questions():
        mistakes += _QuestionChecker(course, question, catalogue, bindings, answers, keys).check()
    for source, where, text in _prose(course):
        for key in _cited(text):
            if key not in keys:
                mistakes.append(source.mistake("is not in the bibliography", where, **_wanted(key, keys)))
    return list(dict.fromkeys(mistakes))  # the profiles share most mistakes


def _bibliography_keys(path: Path) -> frozenset[str]:
    try:
        return frozenset(ENTRY.findall(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        return frozenset()


def _cited(text: str) -> list[str]:
    return [key.strip()[1:] for group in CITATION.findall(text) for key in group[1:-1].split(";")]


def _prose(course: CourseSpec) -> Iterator[tuple[Source, Where, str]]:
    """Every text that is Markdown only: introductions, conclusions and statements."""
    for name in ("introduction", "conclusion"):
        yield course.source, (name,), getattr(course, name)
    for lab in course.labs:
        for name in ("introduction", "conclusion"):
            yield lab.source, (name,), getattr(lab, name)
        for number, section in enumerate(lab.sections):
            yield lab.source, ("sections", number, "introduction"), section.introduction
    for question in course.questions():
        yield question.source, ("statement",), question.statement


def _check_files(course: CourseSpec, bindings: Bindings) -> Iterator[Mistake]:
    """Data sets and networks that nothing can load."""
    known: dict[Kind, Iterable[str]] = {Kind.DATASET: list(SOURCES), Kind.NETWORK: list(WEIGHTS)}
    for address, binding in bindings.by_address.items():
        for kind, name in binding.files:
            if name not in known[kind]:
                question, _, result = address.rpartition("/")
                source = course.source if question == "roles" else course.question(question).source
                where: Where = ("results", result.partition("[")[0])
                wanted = _wanted(name, known[kind])
                yield source.mistake(f"there is no {kind.value} of this name", where, **wanted)


def _wanted(got: str, known: Iterable[str]) -> dict[str, str]:
    """Expected, got and the nearest known name, for a mistake's details."""
    names = sorted(known)
    close = difflib.get_close_matches(got, names, n=1)
    expected = "one of " + ", ".join(names) if names else "none is declared"
    return {"expected": expected, "got": repr(got), "hint": f"did you mean {close[0]!r}?" if close else ""}


class _QuestionChecker:
    """Checks one question's exhibits, captions, answer and expected values."""

    def __init__(
        self, course: CourseSpec, question: QuestionSpec, catalogue: Catalogue, bindings: Mapping[str, Bindings],
        answers: Mapping[str, AnswerSyntax], keys: frozenset[str],
    ) -> None:  # fmt: skip
        self.course = course
        self.question = question
        self.catalogue = catalogue
        self.bindings = bindings
        self.answers = answers
        self.keys = keys
        self.mistakes: list[Mistake] = []

    def check(self) -> list[Mistake]:
        """All mistakes of the question."""
        for table in self.question.tables.values():
            self.table(table)
        for figure in self.question.figures.values():
            self.figure(figure)
        for number, expected in enumerate(self.question.expected):
            self.expected(expected.metric, expected.profile, ("expected", number))
        self.answer(self.answers[self.question.address])
        return self.mistakes

    def signature(self, address: str) -> Signature | None:
        """The computation behind "2-a/q01/vgg16", or None when either is unknown (which is said elsewhere)."""
        question, _, name = address.rpartition("/")
        try:
            result = self.course.question(question).results[name]
            return self.catalogue[result.computation]
        except KeyError:
            return None

    def known(self, address: str) -> bool:
        return any(address in found.refs for found in self.bindings.values())

    def source_signature(self, text: str, where: Where) -> tuple[str, Signature] | None:
        """The address and computation that an exhibit's ``from`` names."""
        reference = parse_reference(text, self.question.address)
        if reference is None or not self.known(reference[0]):
            wanted = _wanted(text, self.question.results)
            self.mistakes.append(self.question.source.mistake("there is no such result", where, **wanted))
            return None
        for profile, found in self.bindings.items():
            if not select(found.refs[reference[0]], reference[1]):
                got = f"{text!r} in profile {profile!r}"
                points = ", ".join(map(str, found.refs[reference[0]]))
                self.mistakes.append(
                    self.question.source.mistake("no point of the grid fits", where, expected=points, got=got)
                )
                return None
        signature = self.signature(reference[0])
        return None if signature is None else (reference[0], signature)

    def name(self, name: str, declared: Iterable[str], what: str, where: Where) -> None:
        if not matches(name, tuple(declared)):
            wanted = _wanted(name, declared)
            self.mistakes.append(self.question.source.mistake(f"there is no such {what}", where, **wanted))

    def table(self, table: TableSpec) -> None:
        where: Where = ("tables", table.name)
        columns = [
            (column.source, name) for column in table.columns for name in (column.source, *(column.interval or ()))
        ]
        if table.source:
            found = self.source_signature(table.source, (*where, "from"))
            if found is not None:
                self.name(table.table, found[1].tables, "table", (*where, "table"))
                family = next((t for t in found[1].tables if matches(table.table, (t,))), None)
                for key, column in columns if family else ():
                    self.name(column, found[1].tables[family or ""], "column", (*where, "columns", key))
        for row in table.rows:
            found = self.source_signature(row.result, (*where, "rows"))
            if found is not None:
                axes = {name for b in self.bindings.values() for ref in b.refs[found[0]] for name, _ in ref.point}
                for key, column in columns:
                    self.name(column, (*found[1].metrics, *sorted(axes)), "metric", (*where, "columns", key))
        self.caption(table.caption, (*where, "caption"))

    def figure(self, figure: FigureSpec) -> None:
        where: Where = ("figures", figure.name)
        for number, panel in enumerate(figure.panels):
            inner: Where = where if len(figure.panels) == 1 else (*where, "panels", number)
            found = self.source_signature(panel.source, (*inner, "from"))
            if found is not None:
                self.name(panel.figure, found[1].figures, "figure", (*inner, "figure"))
            for key in ("caption", "alt"):
                self.caption(getattr(panel, key), (*inner, key), None if found is None else found[1])
        self.caption(figure.caption, (*where, "caption"))
        self.caption(figure.alt, (*where, "alt"))

    def caption(self, text: str, where: Where, this: Signature | None = None) -> None:
        """A caption or alternative text: what it reads must exist; ``this`` is its panel's computation."""
        source = self.question.source
        line = source.line(where) or 1
        syntax = parse_answer(text, source.path, first_line=line, caption=True)
        self.syntax(syntax, source.path, this)

    def expected(self, metric: str, profile: str, where: Where) -> None:
        source = self.question.source
        if profile not in self.course.profiles:
            wanted = _wanted(profile, self.course.profiles)
            self.mistakes.append(source.mistake("there is no such profile", (*where, "profile"), **wanted))
        parsed = parse_result_address(metric)
        if parsed is None or not parsed[3]:
            expected = "result.metric or result[parameter=value].metric"
            self.mistakes.append(source.mistake("names no metric", (*where, "metric"), expected=expected, got=metric))
            return
        self.read(ResultRead(*parsed, source.line((*where, "metric")) or 1), source.path, None, of="metric")

    def answer(self, syntax: AnswerSyntax) -> None:
        path = self.question.answer.path
        declared: dict[str, Mapping[str, TableSpec | FigureSpec]] = {
            "table": self.question.tables,
            "figure": self.question.figures,
        }
        placed: dict[str, int] = {}
        for exhibit in syntax.exhibits:
            exhibits = declared[exhibit.kind]
            if exhibit.name not in exhibits:
                self.unknown(exhibit, path, exhibit.kind, exhibits)
            elif exhibits[exhibit.name].appendix:
                message = f"{exhibit.kind} {exhibit.name!r} is in the appendix and cannot be placed here"
                self.mistakes.append(Mistake(message, path, exhibit.line, hint="refer to it with ref()"))
            elif f"{exhibit.kind}:{exhibit.name}" in placed:
                first = placed[f"{exhibit.kind}:{exhibit.name}"]
                message = f"{exhibit.kind} {exhibit.name!r} is placed twice"
                self.mistakes.append(Mistake(message, path, exhibit.line, got=f"first in line {first}"))
            placed.setdefault(f"{exhibit.kind}:{exhibit.name}", exhibit.line)
        self.syntax(syntax, path, None)

    def syntax(self, syntax: AnswerSyntax, path: Path, this: Signature | None) -> None:
        """What answers and captions have in common: results, tables, references, roles and citations."""
        self.mistakes += syntax.mistakes
        for read in syntax.metrics:
            self.read(read, path, this, of="metric")
        for read in syntax.tables:
            self.read(read, path, this, of="table")
        for reference in syntax.refs:
            self.reference(reference, path)
        for role in syntax.roles:
            for profile in self.course.profiles.values():
                if role.name not in profile.roles:
                    self.unknown(role, path, f"role in profile {profile.name!r}", profile.roles)
        for citation in syntax.citations:
            if citation.name not in self.keys:
                self.unknown(citation, path, "entry of the bibliography", self.keys)

    def unknown(self, named: Named, path: Path, what: str, known: Iterable[str]) -> None:
        self.mistakes.append(Mistake(f"there is no such {what}", path, named.line, **_wanted(named.name, known)))

    def read(self, read: ResultRead, path: Path, this: Signature | None, *, of: str) -> None:
        """A metric or table read from a result: the result, the grid point and the name must exist in each profile."""
        if read.result == "this" and not read.question:
            if this is not None:
                self.declared(read, path, this, of)
            return
        address = f"{read.question or self.question.address}/{read.result}"
        if not self.known(address):
            known = self.question.results if not read.question else next(iter(self.bindings.values())).refs
            wanted = _wanted(read.result if not read.question else address, known)
            self.mistakes.append(Mistake("there is no such result", path, read.line, **wanted))
            return
        for profile, found in self.bindings.items():
            point = {name: str(value) for name, value in read.point}
            chosen = select(found.refs[address], point)
            if len(chosen) != 1:
                expected = "one of " + ", ".join(map(str, found.refs[address]))
                message = f"names {len(chosen)} results in profile {profile!r}"
                self.mistakes.append(Mistake(message, path, read.line, read.result, expected=expected))
                return
        signature = self.signature(address)
        if signature is not None:
            self.declared(read, path, signature, of)

    def declared(self, read: ResultRead, path: Path, signature: Signature, of: str) -> None:
        names = signature.metrics if of == "metric" else tuple(signature.tables)
        if not matches(read.name, names):
            wanted = _wanted(read.name, names)
            message = f"{signature.name} gives no such {of}"
            self.mistakes.append(Mistake(message, path, read.line, read.result, **wanted))

    def reference(self, reference: Named, path: Path) -> None:
        """ref("x"), ref("2-a/q01/x") or ref("eq:label"): the exhibit or equation must exist."""
        if reference.name.startswith("eq:"):
            labels = {f"eq:{label.name}" for answer in self.answers.values() for label in answer.equations}
            if reference.name not in labels:
                self.unknown(reference, path, "equation", labels)
            return
        question, _, name = reference.name.rpartition("/")
        home = question or self.question.address
        known = {name for q in self.course.questions() if q.address == home for name in (*q.tables, *q.figures)}
        if name not in known:
            self.unknown(reference, path, "table or figure", known)
