"""Empty frames in place of exhibits: what to draw or to list, as far as it is given and not measured."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from generator.answers.addresses import Address, parse_address
from generator.course.exhibits import EmptyRows, FigureSpec, TableSpec
from generator.course.spec import QuestionSpec
from generator.course.yaml_source import Where
from generator.errors import InputError, Mistake
from generator.formats import is_number
from generator.render.content.answers import AnswerWriter
from generator.render.content.exhibits import (
    Exhibit,
    Frame,
    FramedPanel,
    foreign_texts,
    is_alone,
    is_foreign,
    letter,
    written_text,
)
from generator.render.content.origins import Origins
from generator.render.content.tables import empty_columns, empty_records
from generator.render.content.values import AnswerError
from generator.render.text.numbering import Numbered
from generator.render.text.words import said

#: What the computation of each result gets, by ``str(Address)`` and parameter; inputs as the addresses of others.
Bound = Mapping[str, Mapping[str, Any]]

_USUAL_ROWS = 4  # where nothing says how many there would be
_MOST_ROWS = 2  # of panels that stay on one page
_MOST_PANELS = 8  # more are drawn in one frame, as what to draw is the same
_BLANK = "…"
_BLOCK = re.compile(r"\{%-?\s*(claim|for|if)\b(?:(?!\{%-?\s*end\1\b).)*\{%-?\s*end\1\b.*?%\}", re.DOTALL)
_PRINTED = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_READS = frozenset({"this", "metric", "rows"})
#: A number or word of a result, at a point of its grid if need be, with the filters that write it.
_READ = re.compile(r"\s*(\w+)(?:\(([^()]*)\))?\.(\w+)\s*(\|[^{}]*)?")
#: What results call the network that they are of: as the profile does.
_LABELS = frozenset({"label", "network"})
_SEED = re.compile(r",? seed \d+$")


def frame(
    spec: TableSpec | FigureSpec, question: QuestionSpec, writer: AnswerWriter, numbered: Numbered, bound: Bound
) -> Exhibit:
    """The frame of an exhibit under its caption; no result is read for it. Raises InputError for what is wrong."""
    maker = _Framer(question, writer, bound)
    try:
        made = maker.table(spec) if isinstance(spec, TableSpec) else maker.figure(spec)
        caption = maker.words(spec.caption, spec, ("caption",))
    except AnswerError as error:
        place = spec.place or question.place
        raise InputError([Mistake(str(error), place.path, place.line, spec.name)]) from error
    return Exhibit(
        name=spec.name,
        question=question.address,
        numbered=numbered,
        caption=caption,
        origins=Origins(),
        appendix=spec.appendix,
        further=spec.further,
        columns=1 if isinstance(spec, TableSpec) else min(spec.columns, len(made.panels)),
        tall=len(made.panels) > _MOST_ROWS * spec.columns if isinstance(spec, FigureSpec) else False,
        frame=made,
        foreign=foreign_texts(spec, question, "caption"),
    )


def without_results(text: str, names: frozenset[str], known: Callable[[str, str, str], Any]) -> str:
    """A template that reads no result: an ellipsis stands for each number, and no sentence that depends on any.

    ``names`` are the question's results; ``known`` gives what is known beforehand of one, or of "this", at a point of
    its grid ("seed=0"), by the name of a metric, and None for what is measured.
    """

    def printed(found: re.Match[str]) -> str:
        read = _READ.fullmatch(found[1])
        value = known(read[1], read[2] or "", read[3]) if read else None
        if read and value is not None:
            return f"{{{{ {json.dumps(value, ensure_ascii=False)} {read[4] or ''} }}}}"
        reads = (names | _READS).intersection(_NAME.findall(_QUOTED.sub("", found[1])))
        return _BLANK if reads else found[0]

    return _PRINTED.sub(printed, _BLOCK.sub("", text))


@dataclass(frozen=True)
class _Framer:
    """Makes the frames of one question."""

    question: QuestionSpec
    writer: AnswerWriter
    bound: Bound

    def words(self, text: str, spec: TableSpec | FigureSpec, where: Where, ref: Address | None = None) -> str:
        """The caption at a place of an exhibit, of what is known of it without results."""
        known = without_results(text, frozenset(self.question.results), partial(self._known, ref))
        written = " ".join(written_text(known, spec, self.question, self.writer, None, where).split())
        return written if re.search(r"\w", written) else ""  # where nothing but results was to be read

    def _known(self, this: Address | None, name: str, given: str, metric: str) -> Any:
        """A setting: the parameter of that name, where it is one number, or what the profile calls the network."""
        point = given.replace('"', "").replace("'", "")
        try:
            refs = [this] if name == "this" and this else self._at(f"{name}[{point}]" if point else name)
        except AnswerError:
            return None  # no result: said by the checks, and printed as it is
        ref = refs[0]
        if ref is None or len(refs) > 1:
            return None
        value = {**self.bound.get(str(ref), {}), **dict(ref.point)}.get(metric)
        if metric in dict(ref.point) or is_number(value):
            return value
        return self._network(ref) if metric in _LABELS else None

    def _network(self, ref: Address) -> str | None:
        result = self.question.results.get(ref.result) if ref.question == self.question.address else None
        given = result.params.get("network") if result else None
        role = given.value.get("role") if given and isinstance(given.value, dict) else None
        known = self.writer.profile.roles.get(role) if role else None
        return known.label if known else None

    def _at(self, source: str) -> Sequence[Address]:
        return self.writer.results.at(self.question.address, source)

    def table(self, spec: TableSpec) -> Frame:
        """The heads of a table, and its rows with what is given of them."""
        columns = empty_columns(spec, self.question)
        rows = empty_records(spec, self.question, self.writer.results) if spec.rows else self._rows(spec)
        if spec.rows and spec.empty_rows:
            named = self._rows(spec)
            if len(named) != len(rows):
                raise AnswerError(f"empty_rows has {len(named)} rows, and the table {len(rows)}")
            rows = [(*names, *row[len(names) :]) for names, row in zip(named, rows, strict=True)]
        filled = [(*row, *("",) * len(columns))[: len(columns)] for row in rows]
        return Frame(columns, tuple(filled))

    def _rows(self, spec: TableSpec) -> list[tuple[str, ...]]:
        given = spec.empty_rows or EmptyRows(((),) * _USUAL_ROWS)
        if not given.source:
            return [tuple(map(said, cells)) for cells in given.cells]
        target, _, name = given.source.rpartition(".")
        found = self._at(target or spec.source)
        listed = self.bound.get(str(found[0]), {}).get(name)
        if not isinstance(listed, list | tuple):
            raise AnswerError(f"empty_rows names {given.source}, which is no list of {found[0]}")
        # Runs that differ in their seed alone are one row.
        labels = dict.fromkeys(_SEED.sub("", self._label(one)) for one in listed) if given.labelled else {}
        return [(said(label),) for label in labels] or [()] * len(listed)

    def _label(self, one: Any) -> str:
        """What a value of a list is called; another job's result, by the point of its grid."""
        known = isinstance(one, str) and one in self.bound
        point = ", ".join(str(value) for _, value in parse_address(one, named=False).point) if known else ""
        return point or str(one)

    def figure(self, spec: FigureSpec) -> Frame:
        """A place for each sub-figure under its caption, or one for all, where there are many."""
        found = [(n, ref) for n, panel in enumerate(spec.panels) for ref in self._at(panel.source)]
        if len(found) > _MOST_PANELS or len(found) == 1:
            return Frame(panels=(FramedPanel(),))
        panels = []
        for place, (number, ref) in enumerate(found):
            alone = is_alone(spec, self.question)
            where: Where = ("panel_caption",) if alone else ("panels", number, "caption")
            caption = self.words(spec.panels[number].caption, spec, where, ref)
            panels.append(FramedPanel(letter(place), caption, is_foreign(spec, self.question, where)))
        return Frame(panels=tuple(panels))
