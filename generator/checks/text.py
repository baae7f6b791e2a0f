"""Check what a text names under every profile: results, metrics, tables, exhibits, roles and citations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from generator.answers.addresses import Address, split_target
from generator.answers.conditions import Cell, Read
from generator.answers.syntax import AnswerSyntax, Named, ResultRead
from generator.checks.margins import Scope, bare_comparisons
from generator.course.parsing import nearest
from generator.course.references import Unread
from generator.course.solutions import solutions_of
from generator.course.spec import CourseSpec, QuestionSpec
from generator.errors import Mistake
from generator.planning.binding import Bindings
from generator.planning.catalogue import Catalogue, Signature
from generator.registry import matches

THIS = Address("", "this")  # in a caption, the only result that its exhibit shows


@dataclass(frozen=True)
class CourseNames:
    """Everything that texts may name: results under each profile, computations, answers, bibliography keys if known.

    A student's texts are for the student's ``own_profile``, if there is one; the course's hold under each.
    """

    course: CourseSpec
    catalogue: Catalogue
    bindings: Mapping[str, Bindings]
    answers: Mapping[str, AnswerSyntax]
    keys: frozenset[str] | None
    margins: Scope = Scope.NONE
    own_profile: str = ""

    @cached_property
    def unread(self) -> Unread:
        """Questions that could not be read: what names them cannot be judged."""
        return Unread.of(self.course)

    @cached_property
    def equations(self) -> frozenset[str] | None:
        """The labels of all equations; None when an answer could not be read."""
        if self.unread.names or any(answer.mistakes for answer in self.answers.values()):
            return None
        return frozenset(f"eq:{label.name}" for answer in self.answers.values() for label in answer.equations)

    @cached_property
    def solutions(self) -> frozenset[tuple[str, str]]:
        """The exhibits that a report may lack, as they answer their own question."""
        return solutions_of(self.questions.values())

    @cached_property
    def questions(self) -> Mapping[str, QuestionSpec]:
        """Every question by its address."""
        return {question.address: question for question in self.course.questions()}

    @cached_property
    def read_by_all(self) -> tuple[Any, ...]:
        """What the check of each question reads of the answers of others, and of the bibliography."""
        found = self.equations, self.keys, self.margins, self.unread, tuple(self.questions)
        return *found, tuple(sorted(self.solutions))

    def refs(self, address: Address) -> dict[str, tuple[Address, ...]]:
        """The grid of a result under each profile in which it has one; none for a result that does not exist."""
        whole = str(address.whole)
        return {name: found.refs[whole] for name, found in self.bindings.items() if found.refs.get(whole)}

    def exists(self, address: Address) -> bool:
        """Whether there is a result of this address, its grid in order or not."""
        return any(str(address.whole) in found.refs for found in self.bindings.values())

    def signature(self, address: Address) -> Signature | None:
        """The computation behind a result, or None when either is unknown (which is said elsewhere)."""
        try:
            return self.catalogue[self.questions[address.question].results[address.result].computation]
        except KeyError:
            return None

    def axes(self, address: Address) -> set[str]:
        """The parameters that a result's grid goes over; tables and texts may show them like metrics."""
        return {name for refs in self.refs(address).values() for ref in refs for name, _ in ref.point}


def wanted(got: str, known: Iterable[str]) -> dict[str, str]:
    """Expected, got and the nearest known name, for a mistake's details."""
    names = sorted(known)
    expected = "one of " + ", ".join(names) if names else "none is declared"
    return {"expected": expected, "got": repr(got), "hint": nearest(got, names)}


def not_one(results: Sequence[Address]) -> str:
    """What is wrong where one result must be meant."""
    return "" if len(results) == 1 else f"names {len(results)} results"


class TextChecker:
    """Checks the texts of one file: answers, captions and introductions, which belong to ``question`` or to none.

    A ``student`` may make claims without a second branch, and is told by the results what they do not support.
    """

    def __init__(
        self, names: CourseNames, path: Path, question: QuestionSpec | None = None, *, student: bool = False
    ) -> None:
        self.names = names
        self.path = path
        self.question = question
        self.student = student
        self.mistakes: list[Mistake] = []

    def text(self, syntax: AnswerSyntax, this: Iterable[Address] = ()) -> None:
        """All that a text names; ``this`` are the addresses of the results that the exhibit above a caption shows."""
        self.mistakes += syntax.mistakes
        shown = set(this)
        if not self.student:
            self._conditions(syntax, shown)
        for reads, what in ((syntax.metrics, "metric"), (syntax.tables, "table")):
            for read in reads:
                if read.address.whole == THIS:
                    self._this(read, shown, what)
                else:
                    self.read(read, what)
        if self.question is None:
            for exhibit in syntax.exhibits:
                message = f"{exhibit.kind} {exhibit.name!r} stands outside an answer"
                self.mistakes.append(Mistake(message, self.path, exhibit.line, hint="refer to it with ref()"))
        for reference in syntax.refs:
            self._reference(reference)
        for role in syntax.roles:
            profiles = self.names.course.profiles.values()
            lacking = [p for p in profiles if self._concerns(p.name) and role.name not in p.roles]
            if lacking:
                where = " and ".join(repr(profile.name) for profile in lacking)
                self.unknown(role, f"role in profile {where}", lacking[0].roles)
        self.citations(syntax)
        self._own(syntax)

    def _own(self, syntax: AnswerSyntax) -> None:
        """A student's own numbers stand in answers of a student's project alone."""
        for own in syntax.own if not self.student or self.question is None else ():
            hint = "only an answer of a student's project has own data"
            self.mistakes.append(Mistake(f"{own.kind}() has no place here", self.path, own.line, hint=hint))

    def common(self, syntax: AnswerSyntax) -> None:
        """What students read too may not lead to what their reports may lack."""
        home = self.question.address if self.question else ""
        hint = "say it in `finding:`, which the reference edition alone shows"
        for reference in syntax.refs:
            if split_target(reference.name, home) in self.names.solutions:
                message = "refers to a solution, which a student’s report may not show"
                self.mistakes.append(Mistake(message, self.path, reference.line, got=repr(reference.name), hint=hint))

    def citations(self, syntax: AnswerSyntax) -> None:
        """Every citation needs an entry of the bibliography."""
        for citation in syntax.citations:
            if self.names.keys is not None and citation.name not in self.names.keys:
                self.unknown(citation, "entry of the bibliography", self.names.keys)

    def _concerns(self, profile: str) -> bool:
        """Whether what these texts say has to be right under a profile."""
        return not self.student or self.names.own_profile in ("", profile)

    def unknown(self, named: Named, what: str, known: Iterable[str]) -> None:
        """File the mistake that a text names something that does not exist."""
        self.mistakes.append(Mistake(f"there is no such {what}", self.path, named.line, **wanted(named.name, known)))

    def _kind(self, read: Read, shown: set[Address]) -> str | None:
        """How a metric or a column is known; the parameters of a grid are settings."""
        address = read.table if isinstance(read, Cell) else read
        whole = next(iter(shown), None) if address.whole == THIS else address
        home = whole.at_home(self.question.address if self.question else "") if whole else None
        signature = self.names.signature(home) if home else None
        if home is None or signature is None:
            return None
        if isinstance(read, Cell):
            return signature.column_kind(read.column)
        return "exact" if address.name in self.names.axes(home) else signature.kind(address.name)

    def _conditions(self, syntax: AnswerSyntax, shown: set[Address]) -> None:
        """A claim says what holds either way, and calls nothing larger that may be so by chance; no result is typed."""
        hint = "say after {% otherwise %} what holds when the numbers fall the other way"
        message = "this claim has no {% otherwise %} branch"
        self.mistakes += [Mistake(message, self.path, line, hint=hint) for line in syntax.one_sided]
        if self.names.margins is not Scope.NONE:
            hint = "print the metric that it is; cite the source of another’s; a constant may stand in a formula"
            message = "a number that looks measured is typed into the text"
            self.mistakes += [Mistake(message, self.path, n.line, got=n.name, hint=hint) for n in syntax.typed]
        kind_of = partial(self._kind, shown=shown)
        self.mistakes += bare_comparisons(syntax.conditions, kind_of, self.path, self.names.margins)

    def _this(self, read: ResultRead, shown: set[Address], what: str) -> None:
        """`this` in a caption: the only result that its exhibit shows."""
        if len(shown) > 1:
            hint = "name the result that is meant"
            got = ", ".join(sorted(map(str, shown)))
            self.mistakes.append(
                Mistake("`this` could be several results here", self.path, read.line, got=got, hint=hint)
            )
        for address in shown:
            self._declared(read, address, what)

    def read(
        self,
        read: ResultRead,
        what: str,
        profiles: Iterable[str] | None = None,
        wrong: Callable[[Sequence[Address]], str] = not_one,
    ) -> None:
        """A metric or table read from a result: the result, one grid point and the name must exist in each profile.

        ``wrong`` says what is wrong with the results that are named in a profile, or nothing.
        """
        address = read.address.at_home(self.question.address if self.question else "")
        if self.names.unread.holds(address.question):
            return
        if not self.names.exists(address):
            own = self.question.results if self.question and not read.address.question else ()
            every = {key for found in self.names.bindings.values() for key in found.refs}
            details = wanted(str(read.address.whole), own or every)
            self.mistakes.append(Mistake("there is no such result", self.path, read.line, **details))
            return
        for profile, refs in self.names.refs(address).items():
            chosen = address.among(refs)
            if self._concerns(profile) and (profiles is None or profile in profiles) and (fault := wrong(chosen)):
                expected = "one of " + ", ".join(map(str, refs))
                message = f"{fault} in profile {profile!r}"
                self.mistakes.append(Mistake(message, self.path, read.line, address.result, expected=expected))
                return
        self._declared(read, address, what)

    def _declared(self, read: ResultRead, address: Address, what: str) -> None:
        signature = self.names.signature(address)
        if signature is None:
            return
        axes = self.names.axes(address) if what == "metric" else ()
        names = (*(signature.metrics if what == "metric" else signature.tables), *axes)
        if not matches(read.address.name, names):
            message, details = f"{signature.name} gives no such {what}", wanted(read.address.name, names)
            self.mistakes.append(Mistake(message, self.path, read.line, read.address.result, **details))

    def _reference(self, reference: Named) -> None:
        """ref("x"), ref("2-a/q01/x"), ref("2-a/q01") or ref("eq:label"): what it names must exist."""
        name = reference.name
        own = self.question.address if self.question else ""
        home, short = split_target(name, own)
        if short.startswith("eq:"):
            labels = self.names.equations
            if labels is not None and short not in labels:
                self.unknown(reference, "equation", labels)
        elif name not in self.names.questions and not any(map(self.names.unread.holds, (name, home))):
            spec = self.names.questions.get(home)
            known = {*spec.tables, *spec.figures} if spec else set()
            if short not in known:
                what = "table or figure" if spec else "question"
                named = Named(short if spec else home, reference.line)
                self.unknown(named, what, known if spec else self.names.questions)
