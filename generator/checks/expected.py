"""Check a question's published numbers: where they come from, and what each is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.answers.addresses import Address, AddressError, parse_address
from generator.answers.syntax import ResultRead
from generator.checks.margins import NOISY
from generator.checks.text import CourseNames, TextChecker, wanted
from generator.course.spec import ANY_PROFILE, UNPUBLISHED, ExpectedSpec, QuestionSpec
from generator.course.yaml_source import Where
from generator.registry import matches


def check_expected(names: CourseNames, question: QuestionSpec, checker: TextChecker) -> None:
    """File the mistakes of all published numbers of a question with the checker of its file."""
    for number, expected in enumerate(question.expected):
        _Expected(names, question, checker, expected, ("expected", number)).check()


def _not_runs(results: Sequence[Address]) -> str:
    """What is wrong where one result must be meant, or several runs of it that differ in their seed alone."""
    if not results:
        return "names 0 results"
    others = {tuple((name, str(value)) for name, value in one.point if name != "seed") for one in results}
    return "" if len(others) == 1 else f"names {len(results)} results that differ in more than their seed"


def _not_several(results: Sequence[Address]) -> str:
    """What is wrong where several such runs must be meant."""
    return "names one result, which has no spread," if len(results) == 1 else _not_runs(results)


class _Expected:
    """One published number."""

    def __init__(
        self, names: CourseNames, question: QuestionSpec, checker: TextChecker, expected: ExpectedSpec, where: Where
    ) -> None:
        self.names = names
        self.question = question
        self.checker = checker
        self.expected = expected
        self.where = where

    def _wrong(self, message: str, where: Where, **details: str) -> None:
        self.checker.mistakes.append(self.question.source.mistake(message, where, **details))

    def check(self) -> None:
        """All of it."""
        self._source()
        expected = self.expected
        if expected.incomparable:
            return
        known = [*self.names.course.profiles, ANY_PROFILE]
        if expected.profile not in known:
            self._wrong("there is no such profile", (*self.where, "profile"), **wanted(expected.profile, known))
        compared = self._read(expected.metric, "table" if expected.column else "metric")
        if compared is not None:
            self._beside(compared)
            self._sure(compared.at_home(self.question.address))
        if expected.spread:
            self._read(expected.spread, "spread")

    def _source(self) -> None:
        """Whoever published a number is in the bibliography; what nobody did says so."""
        first, keys = self.expected.source.split(" ", 1)[0].rstrip(",;:"), self.names.keys
        if keys is not None and first not in keys and not self.expected.source.startswith(UNPUBLISHED):
            expected = "a key of the bibliography first, or " + " or ".join(map(repr, UNPUBLISHED))
            details = {**wanted(first, keys), "expected": expected}
            self._wrong("is no source that a reader can find", (*self.where, "source"), **details)

    def _read(self, text: str, key: str) -> Address | None:
        """What a key reads of a result, which must be there; its address where it is one."""
        try:
            address = parse_address(text, self.question.address, named=True)
        except AddressError as error:
            self._wrong(error.message, (*self.where, key), **error.details)
            return None
        what = "table" if self.expected.column else "metric"
        line = self.question.source.line((*self.where, key)) or 1
        profiles = None if self.expected.profile == ANY_PROFILE else [self.expected.profile]
        self.checker.read(ResultRead(address, line), what, profiles, _not_several if key == "spread" else _not_runs)
        return address

    def _beside(self, address: Address) -> None:
        """The columns by which a cell is found, the ends of the interval, and what says that a run was lost."""
        signature = self.names.signature(address)
        if signature is None:
            return
        expected = self.expected
        ends = [(name, (*self.where, "interval")) for name in expected.interval or ()]
        metrics = [(expected.unless, (*self.where, "unless"))] if expected.unless else []
        if expected.column:
            columns = [(name, (*self.where, "row", name)) for name, _ in expected.row]
            columns += [(expected.column, (*self.where, "column")), *ends]
            family = next((known for known in signature.tables if matches(address.name, (known,))), None)
            for name, where in columns if family is not None else ():
                self._declared(name, signature.tables[family or ""], "column", where)
        else:
            metrics += ends
        for name, where in metrics:
            self._declared(name, signature.metrics, "metric", where)

    def _sure(self, address: Address) -> None:
        """A number that a sample or a seed may change needs something that says by how much."""
        expected, signature = self.expected, self.names.signature(address)
        kind = signature.kind(address.name) if signature and not expected.column else ""
        chosen = [address.among(refs) for refs in self._refs(address)]
        several = bool(chosen) and all(len(runs) > 1 for runs in chosen)
        if kind in NOISY and not (several or expected.images or expected.interval or expected.spread):
            wanted = "images:, interval:, spread:, or several runs that differ in their seed"
            message = f"is {kind}, and says not by how much it may change"
            self._wrong(message, (*self.where, "metric"), expected=wanted, got=repr(expected.metric))

    def _refs(self, address: Address) -> Iterator[tuple[Address, ...]]:
        """The grid of a result under each profile in which the number holds."""
        for profile, refs in self.names.refs(address).items():
            if self.expected.profile in (profile, ANY_PROFILE):
                yield refs

    def _declared(self, name: str, declared: Sequence[str], what: str, where: Where) -> None:
        if not matches(name, tuple(declared)):
            self._wrong(f"there is no such {what}", where, **wanted(name, declared))
