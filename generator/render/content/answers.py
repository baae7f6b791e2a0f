"""Runs the template of an answer or a caption: sandboxed, limited in length and time, with every claim recorded."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast

from jinja2 import Template, TemplateError

from generator.answers.addresses import Address, parse_address
from generator.answers.claims import RECORD, Claim, Record
from generator.answers.language import AnswerEnvironment, AnswerFunction
from generator.answers.reads import Print
from generator.answers.syntax import parse_answer
from generator.course.spec import ProfileSpec, QuestionSpec
from generator.errors import InputError, Mistake
from generator.formats import FILTERS, Markdown, escape_markdown, is_number, plain
from generator.languages import ENGLISH, first_part, gettext, spoken
from generator.render.content.own_numbers import own_table, own_values, with_note
from generator.render.content.sentences import TextPlace, mark_claims, mark_numbers, printed_words
from generator.render.content.values import LONGEST_TIME, AnswerError, Budget, ResultName, Results, Rows
from generator.render.text.foreign_words import mark
from generator.render.text.markdown import ANCHOR_OPEN, placeholder
from generator.render.text.number_marks import OPEN as NUMBER_OPEN
from generator.render.text.numbering import Numbering, names_within
from generator.render.text.words import Word, is_foreign, of_result, said

_MARKER = r"(?:[-*+>]|#{1,6}|\d{1,9}[.)])[ \t]+"  # of a heading, or of an item of a list
#: Where a sentence begins: a paragraph, an item, or after another sentence.
_BEGINNING = rf"(?:(?:\A|\n[ \t]*\n|\n(?=[ \t]*{_MARKER}))\s*(?:{_MARKER})?|(?<!\b[Cc]f)(?<!\bex)[.!?][”»)*_]*\s+)"
_LONGEST_OUTPUT = 1_000_000  # characters

_EXPECTED_ERRORS = (
    TemplateError,
    AnswerError,
    AttributeError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    RecursionError,
)


@dataclass(frozen=True)
class AnswerWriter:
    """Writes the templates of one report, and keeps the ledger of their claims by the name of their place.

    ``prints`` are what they print of results, by the id of their place.
    ``absent`` are the anchors of what this report leaves out: references to them are words without a link, which say so
    unless the whole report has it. Texts that are not translated speak the language that the course is ``written`` in.
    """

    results: Results
    numbering: Numbering
    profile: ProfileSpec
    absent: frozenset[str] = frozenset()
    claims: dict[str, list[Claim]] = field(default_factory=dict)
    prints: dict[str, tuple[Print, ...]] = field(default_factory=dict)
    written: str = ENGLISH

    def write(
        self,
        text: str,
        path: Path,
        question: QuestionSpec | None = None,
        *,
        place: TextPlace | None = None,
        first_line: int = 1,
        caption: bool = False,
        this: Address | None = None,
    ) -> str:
        """Run one template; what comes out is Markdown.

        ``question`` gives the names that it may use; introductions have none and spell out "2-a/q01/result.metric".
        ``place`` is the question's own unless it is given.
        Raises InputError with file and line, or ResultUnavailableError when a result that it needs is missing.
        """
        syntax = parse_answer(text, path, first_line=first_line, caption=caption)
        if syntax.mistakes:
            raise InputError(syntax.mistakes)
        environment = AnswerEnvironment(finalize=self._printed)
        environment.filters.update(FILTERS)
        record = Record()
        context = {**self._names(question), RECORD: record}
        if this is not None:
            context["this"] = ResultName(self.results, this)
        self.results.noted = record.noted
        try:
            markdown = _run(environment, text, path, context, record)
        except _EXPECTED_ERRORS as error:
            line = _line_of(error, path)
            message = str(error) or type(error).__name__
            raise InputError([Mistake(message, path, line and first_line + line - 1)]) from error
        finally:
            self.results.noted = None
        if question is not None:
            markdown = with_note(markdown, question.answer.own)
        if place is None:
            found = self.numbering.questions.get(question.address) if question else None
            place = TextPlace(question.address if question else "", found.anchor if found else "")
        return self._file(_begun(markdown), record, place, path, first_line)

    def _file(self, markdown: str, record: Record, place: TextPlace, path: Path, first_line: int) -> str:
        """Put the verdicts into the ledger; the Markdown comes back with marks of numbers, and where its links lead."""
        judged = record.judged
        marked, anchors = mark_claims(markdown, judged, place)
        claims = [
            Claim(
                verdict.tag.expression,
                path,
                first_line + verdict.tag.line - 1,
                verdict.holds,
                verdict.values,
                verdict.tag.after,
                verdict.tag.one_sided,
                printed_words(markdown, verdict, place),
                anchor,
                verdict.tag.as_seen,
                spoken(),
                verdict.reads,
            )
            for verdict, anchor in zip(judged, anchors, strict=True)
        ]
        if claims:
            self.claims.setdefault(place.name, []).extend(claims)
        marked, prints = mark_numbers(markdown, marked, record.printed, place)
        if prints:
            self.prints[place.anchor] = prints
        return marked

    def _printed(self, value: Any) -> Markdown:
        """What an answer prints without a filter; words of results are in the report's language, or say in which."""
        if not isinstance(value, str) or isinstance(value, Markdown):
            return plain(value)
        apart = isinstance(value, Word) and is_foreign(value) and first_part(spoken()) != first_part(self.written)
        return mark(plain(said(value)), self.written) if apart else plain(said(value))

    def _names(self, question: QuestionSpec | None) -> dict[str, Any]:
        address = question.address if question else ""
        functions = {
            "table": placeholder,
            "figure": placeholder,
            "ref": lambda target: self._ref(address, target),
            "metric": lambda target: self._metric(address, target),
            "rows": self._rows_reader(address),
            "role": self._role,
            "my_data": partial(own_values, question.answer.own if question else {}),
            "my_table": partial(own_table, question.answer.own if question else {}),
        }
        names: dict[str, Any] = {name: AnswerFunction(function) for name, function in functions.items()}
        for name in question.results if question else ():
            names[name] = ResultName(self.results, Address(address, name))
        return names

    def _ref(self, address: str, target: str) -> Markdown:
        numbered = self.numbering.find(address, target)
        if numbered is None:
            raise AnswerError(f"nothing is called {target} here")
        label = numbered.within.replace(" ", "\u00a0")
        if numbered.anchor in self.numbering.nowhere:
            return Markdown(gettext("%s (not in this report)") % label)
        return Markdown(label if numbered.anchor in self.absent else f"[{label}](#{numbered.anchor})")

    def _metric(self, address: str, target: str) -> Any:
        ref, name = self._find(address, target)
        return of_result(self.results.metric(ref, name))

    def _find(self, address: str, target: str) -> tuple[Address, str]:
        read = parse_address(target, address, named=True)
        return self.results.one(read), read.name

    def _rows_reader(self, address: str) -> Any:
        budget = Budget()

        def rows(target: str) -> Rows:
            ref, name = self._find(address, target)
            self.results.note(ref, name)
            return Rows(self.results.table(ref, name), budget.spend, partial(self._note_column, ref, name))

        return rows

    def _note_column(self, ref: Address, table: str, column: str, value: Any) -> None:
        self.results.note(ref, f"{table}.{column}", value)

    def _role(self, name: str) -> Markdown | float:
        """What the profile calls the role's value; a number without another name stays one, to be formatted."""
        role = self.profile.roles.get(name)
        if role is None:
            raise AnswerError(f"the profile {self.profile.name} has no role {name}")
        if is_number(role.value) and role.label == str(role.value):
            return cast(float, role.value)
        return Markdown(escape_markdown(role.label))


def _begun(markdown: str) -> str:
    """The Markdown with a capital where a sentence begins with a reference, which some languages write small inside."""
    names = {name.partition(" ")[0] for name in names_within().values()}
    if all(name[:1].isupper() for name in names):
        return markdown
    reference = re.compile(rf"({_BEGINNING}[*_]*\[?)({'|'.join(sorted(names))})(?=\u00a0)")
    return reference.sub(lambda found: found[1] + found[2][:1].upper() + found[2][1:], markdown)


def _run(environment: AnswerEnvironment, text: str, path: Path, context: Mapping[str, Any], record: Record) -> str:
    """Run a template piece by piece, so that one that writes too much or too long is stopped."""
    code = environment.compile(text, filename=str(path))
    template = Template.from_code(environment, code, {})
    parts: list[str] = []
    length = 0
    end = time.thread_time() + LONGEST_TIME
    for part in template.generate(context):
        parts.append(part.replace(ANCHOR_OPEN, "").replace(NUMBER_OPEN, ""))  # no answer can forge a mark
        length += len(parts[-1])
        record.position = length
        if length > _LONGEST_OUTPUT:
            raise AnswerError(f"it writes more than {_LONGEST_OUTPUT} characters")
        if time.thread_time() > end:
            raise AnswerError(f"it takes longer than {LONGEST_TIME:.0f} s")
    return "".join(parts)


def _line_of(error: BaseException, path: Path) -> int | None:
    """The template's line in a traceback, which Jinja rewrites to point into the template."""
    line = getattr(error, "lineno", None)
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == str(path):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
