"""Check one question's exhibits, captions, answer and expected values, under every profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from generator.answers.addresses import Address, AddressError, parse_address
from generator.answers.syntax import Named, parse_answer
from generator.checks.expected import check_expected
from generator.checks.text import CourseNames, TextChecker, wanted
from generator.course.editions import Edition
from generator.course.exhibits import EmptyRows, FigureSpec, TableSpec
from generator.course.spec import QuestionSpec
from generator.course.yaml_source import Where
from generator.errors import Mistake
from generator.planning.catalogue import Signature
from generator.registry import matches

Shown = dict[str, list[Address]]  # by profile, the results (one for each grid point) that an exhibit shows


class QuestionChecker:
    """Checks one question's exhibits, captions, answer and expected values."""

    def __init__(self, names: CourseNames, question: QuestionSpec) -> None:
        self.names = names
        self.question = question
        self.source = question.source
        self.yaml = TextChecker(names, question.source.path, question)
        self.mistakes = self.yaml.mistakes

    def check(self) -> list[Mistake]:
        """All mistakes of the question."""
        for table in self.question.tables.values():
            self._table(table)
        for figure in self.question.figures.values():
            self._figure(figure)
        check_expected(self.names, self.question, self.yaml)
        student = self.names.course.edition is Edition.STUDENT
        answer = TextChecker(self.names, self.question.answer.path, self.question, student=student)
        syntax = self.names.answers[self.question.address]
        self._placements(syntax.exhibits, answer)
        answer.text(syntax)
        return [*self.mistakes, *answer.mistakes]

    def _wrong(self, message: str, where: Where, **details: str) -> None:
        self.mistakes.append(self.source.mistake(message, where, **details))

    def _shown(self, text: str, where: Where) -> Shown:
        """What an exhibit's ``from`` names under each profile; it is a mistake if that is nothing."""
        try:
            address = parse_address(text, self.question.address, named=False)
        except AddressError as error:
            self._wrong(error.message, where, **error.details)
            return {}
        if not self.names.exists(address):
            if not self.names.unread.holds(address.question):
                self._wrong("there is no such result", where, **wanted(text, self.question.results))
            return {}
        found: Shown = {}
        for profile, refs in self.names.refs(address).items():
            found[profile] = [*address.among(refs)]
            if not found[profile]:
                got = f"{text!r} in profile {profile!r}"
                self._wrong("no point of the grid fits", where, expected=", ".join(map(str, refs)), got=got)
                break
        return found

    def _signature(self, found: Shown) -> Signature | None:
        """The computation of the results that an exhibit shows."""
        return next((self.names.signature(address) for shown in found.values() for address in shown), None)

    def _name(self, name: str, declared: Iterable[str], what: str, where: Where) -> None:
        if not matches(name, tuple(declared)):
            self._wrong(f"there is no such {what}", where, **wanted(name, declared))

    def _table(self, table: TableSpec) -> None:
        where: Where = ("tables", table.name)
        columns = [(column.source, (*where, "columns", column.source)) for column in table.columns]
        for column in table.columns:
            columns += [(name, (*where, "columns", column.source, "interval")) for name in column.interval or ()]
        every: Shown = {}
        if table.source:
            every = self._shown(table.source, (*where, "from"))
            self._columns_of_table(table.table, columns, self._signature(every), where)
            self._empty_rows(table.empty_rows, every, (*where, "empty_rows"))
        listed = isinstance(self.source.data["tables"][table.name].get("rows"), list)
        for number, row in enumerate(table.rows):
            found = self._shown(row.result, (*where, "rows", number) if listed else (*where, "rows"))
            signature = self._signature(found)
            if signature is not None:
                axes = self.names.axes(next(iter(found.values()))[0])
                for name, place in columns:
                    self._name(name, (*signature.metrics, *sorted(axes)), "metric", place)
            every = _joined(every, found)
        self._caption(table.caption, (*where, "caption"), every)
        self._caption(table.finding, (*where, "finding"), every)

    def _empty_rows(self, given: EmptyRows | None, shown: Shown, where: Where) -> None:
        """The list that says how many rows there are is a parameter of the table's own result, or of another."""
        target, _, name = given.source.rpartition(".") if given else ("", "", "")
        signature = self._signature(self._shown(target, where) if target else shown)
        if name and signature is not None:
            self._name(name, signature.parameters, "parameter", where)

    def _columns_of_table(
        self, name: str, columns: list[tuple[str, Where]], signature: Signature | None, where: Where
    ) -> None:
        if signature is None:
            return
        self._name(name, signature.tables, "table", (*where, "table"))
        family = next((known for known in signature.tables if matches(name, (known,))), None)
        for column, place in columns if family is not None else ():
            self._name(column, signature.tables[family or ""], "column", place)

    def _figure(self, figure: FigureSpec) -> None:
        where: Where = ("figures", figure.name)
        listed = bool(self.source.data["figures"][figure.name].get("panels"))
        places: list[Where] = [(*where, "panels", number) if listed else where for number in range(len(figure.panels))]
        found: list[Shown] = []
        every: Shown = {}
        for panel, place in zip(figure.panels, places, strict=True):
            found.append(self._shown(panel.source, (*place, "from")))
            every = _joined(every, found[-1])
        several = any(len(shown) > 1 for shown in every.values())
        for panel, place, shown in zip(figure.panels, places, found, strict=True):
            signature = self._signature(shown)
            if signature is not None:
                self._name(panel.figure, signature.figures, "figure", (*place, "figure"))
            if several and not (panel.caption or panel.alt):
                expected = "caption or alt" if listed else "panel_caption"
                self._wrong("one of several sub-figures has no words of its own", place, expected=expected)
            one = {profile: refs[:1] for profile, refs in shown.items()}  # each point of a grid has a panel of its own
            self._caption(panel.caption, (*place, "caption" if listed else "panel_caption"), one)
            self._caption(panel.finding, (*place, "finding" if listed else "panel_finding"), one)
            self._caption(panel.alt, (*place, "alt"), one)
        self._caption(figure.caption, (*where, "caption"), every)
        self._caption(figure.finding, (*where, "finding"), every)
        self._caption(figure.alt, (*where, "alt"), every)

    def _caption(self, text: str, where: Where, shown: Shown) -> None:
        """A caption, finding or alternative text: what it reads must exist; `this` is the only result that is shown."""
        this = max(shown.values(), key=lambda refs: len(set(refs)), default=[])
        written, line = self.source.text(where, text)
        syntax = parse_answer(written, self.source.path, first_line=line, caption=True)
        self.yaml.text(syntax, this)
        if where[-1] not in ("finding", "panel_finding"):
            self.yaml.common(syntax)

    def _placements(self, exhibits: Iterable[Named], answer: TextChecker) -> None:
        """Every exhibit that the answer places must exist, outside the appendix, and be placed once."""
        declared: dict[str, Mapping[str, TableSpec | FigureSpec]] = {
            "table": self.question.tables,
            "figure": self.question.figures,
        }
        placed: dict[tuple[str, str], int] = {}
        for exhibit in exhibits:
            known = declared[exhibit.kind]
            what = f"{exhibit.kind} {exhibit.name!r}"
            if exhibit.name not in known:
                answer.unknown(exhibit, exhibit.kind, known)
            elif known[exhibit.name].appendix:
                message = f"{what} is in the appendix and cannot be placed here"
                answer.mistakes.append(Mistake(message, answer.path, exhibit.line, hint="refer to it with ref()"))
            elif (exhibit.kind, exhibit.name) in placed:
                got = f"first in line {placed[exhibit.kind, exhibit.name]}"
                answer.mistakes.append(Mistake(f"{what} is placed twice", answer.path, exhibit.line, got=got))
            placed.setdefault((exhibit.kind, exhibit.name), exhibit.line)


def _joined(first: Shown, second: Shown) -> Shown:
    return {name: [*first.get(name, ()), *second.get(name, ())] for name in {**first, **second}}
