"""Results as the names that answers use: attributes are metrics, calls choose a grid point."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar

from generator.answers.addresses import Address, AddressError, parse_address
from generator.answers.reads import Read
from generator.jobs import Outcome, State
from generator.languages import ENGLISH, ngettext, spoken
from generator.render.figures import Drawing, draw_figure
from generator.render.text.words import of_result, said_inside
from generator.results import Figure, Result, Table

_MOST_ROWS_READ = 100_000
LONGEST_TIME = 5.0  # seconds that one answer may take


class AnswerError(Exception):
    """An answer asks for something that is not there; the message is for its author."""


class ResultUnavailableError(Exception):
    """A result that is needed has failed or was not computed."""

    def __init__(self, ref: Address, outcome: Outcome | None) -> None:
        super().__init__(str(ref))
        self.ref = ref
        self.outcome = outcome

    @property
    def pending(self) -> bool:
        """Whether the result was simply not asked for, rather than failed."""
        return self.outcome is None or self.outcome.state is State.PENDING


@dataclass
class Results:
    """Every result of the report, read from the cache once and only when something asks for it.

    ``refs`` maps "2-a/q01/networks" to its results in grid order; ``outcomes`` maps ``str(Address)`` to its outcome.
    ``draw`` draws a figure so many inches wide; ``drawings`` keeps what was drawn, by the job's fingerprint, the
    figure's name and its width: reports that are rendered one after the other may share it. ``drawn`` finds what was
    drawn of such a figure in an earlier run, or has it drawn now. ``asked`` are the questions whose results something
    has asked for; ``noted`` gets all that is read, while there is one.
    """

    refs: Mapping[str, tuple[Address, ...]]
    outcomes: Mapping[str, Outcome]
    drawings: MutableMapping[tuple[str, str, float], Drawing] = field(default_factory=dict)
    draw: Callable[[Figure, float], Drawing] = draw_figure
    drawn: Callable[[Outcome, str, float, Callable[[], Drawing]], Drawing] = lambda outcome, name, width, make: make()
    asked: set[str] = field(default_factory=set)
    noted: list[Read] | None = None
    _loaded: dict[str, Result] = field(default_factory=dict)
    _facts: dict[str, Result] = field(default_factory=dict)

    def select(self, address: Address) -> tuple[Address, ...]:
        """The results that an address means, one for each point of the grid that fits; AnswerError if there is none."""
        self.asked.add(address.question)
        points = self.refs.get(str(address.whole))
        if points is None:
            raise AnswerError(f"{address.question} has no result called {address.result}")
        chosen = address.among(points)
        if not chosen:
            shown, *known = (", ".join(f"{name}={value}" for name, value in one.point) for one in (address, *points))
            grid = "; ".join(known) or "no grid"
            raise AnswerError(f"{address.result} has no grid point with {shown}; it has {grid}")
        return chosen

    def one(self, address: Address) -> Address:
        """The same where exactly one must be meant."""
        chosen = self.select(address)
        if len(chosen) > 1:
            name = address.result
            raise AnswerError(f"{name} has {len(chosen)} grid points; say which: {name}(parameter=value)")
        return chosen[0]

    def at(self, question: str, source: str) -> tuple[Address, ...]:
        """The results that a specification means by "vgg16" or "vgg16[architecture=alexnet]"."""
        try:
            return self.select(parse_address(source, question, named=False))
        except AddressError as error:
            raise AnswerError(str(error)) from error

    def outcome(self, ref: Address) -> Outcome | None:
        """How this result's job ended."""
        self.asked.add(ref.question)
        return self.outcomes.get(str(ref))

    def load(self, ref: Address) -> Result:
        """The result itself; ResultUnavailableError if it failed or was not computed."""
        key = str(ref)
        if key not in self._loaded:
            outcome = self.outcome(ref)
            if outcome is None or not outcome.has_result:
                raise ResultUnavailableError(ref, outcome)
            # Arrays feed other jobs; a report never shows them, and they are the large part of a result.
            self._loaded[key] = replace(outcome.load(), arrays={})
        return self._loaded[key]

    def facts(self, ref: Address) -> Result:
        """The same with no more than its metrics and tables."""
        key = str(ref)
        if key in self._loaded or (outcome := self.outcome(ref)) is None or outcome.facts is None:
            return self.load(ref)
        if key not in self._facts:
            self._facts[key] = outcome.facts()
        return self._facts[key]

    def metric(self, ref: Address, name: str) -> Any:
        """One metric, or one parameter of the grid point."""
        metrics = self.facts(ref).metrics
        found = {**dict(ref.point), **metrics}
        if name in found:
            self.note(ref, name, found[name])
            return found[name]
        raise AnswerError(f"{ref} has no metric {name}; it has {', '.join(sorted(metrics))}")

    def note(self, ref: Address, name: str, value: Any = None) -> None:
        """Something of a result was read."""
        if self.noted is not None:
            self.noted.append(Read(str(ref), name, value))

    def drawing(self, ref: Address, name: str, width: float) -> Drawing:
        """One figure of a result, drawn ``width`` inches wide."""
        figure = partial(self.figure, ref, name)
        return self._found(ref, name, width, lambda: self.draw(said_inside(figure()), width))

    def is_drawn(self, ref: Address, name: str, width: float) -> bool:
        """Whether a drawing of the figure is at hand, from this run or an earlier one."""

        def missing() -> Drawing:
            raise LookupError(name)

        try:
            self._found(ref, name, width, missing)
        except LookupError:
            return False
        return True

    def figure(self, ref: Address, name: str) -> Figure:
        """One figure of a result."""
        figures = self.load(ref).figures
        if name not in figures:
            raise AnswerError(f"{ref} has no figure {name}; it has {', '.join(sorted(figures)) or 'none'}")
        return figures[name]

    def _found(self, ref: Address, name: str, width: float, make: Callable[[], Drawing]) -> Drawing:
        """The drawing of a figure as it was found before, or what ``make`` draws."""
        outcome = self.outcome(ref)
        if outcome is None or not outcome.has_result:
            raise ResultUnavailableError(ref, outcome)
        language = spoken()
        apart = name if language == ENGLISH else f"{name} ({language})"
        key = (outcome.fingerprint, apart, width)
        if key not in self.drawings:
            self.drawings[key] = self.drawn(outcome, name, width, make)
        return self.drawings[key]

    def table(self, ref: Address, name: str) -> Table:
        """One table of a result."""
        tables = self.facts(ref).tables
        if name not in tables:
            raise AnswerError(f"{ref} has no table {name}; it has {', '.join(sorted(tables)) or 'none'}")
        return tables[name]


class ResultName:
    """A result's name inside an answer: ``vgg16.parameters``, ``networks(architecture="alexnet").parameters``."""

    callable_from_answers: ClassVar[bool] = True
    jinja_pass_arg: ClassVar[None] = None  # Jinja asks every callable for it; __getattr__ would call it a metric
    __slots__ = ("_address", "_results")

    def __init__(self, results: Results, address: Address) -> None:
        self._results = results
        self._address = address

    def __call__(self, **point: Any) -> ResultName:
        """The same result at one point of its grid."""
        return ResultName(self._results, replace(self._address, point=tuple(point.items())))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return of_result(self._results.metric(self._results.one(self._address), name))

    def __getitem__(self, name: str) -> Any:
        return self.__getattr__(name)


class Row:
    """One row of a table inside a loop: columns are attributes."""

    __slots__ = ("_note", "_values")

    def __init__(self, values: Mapping[str, Any], note: Callable[[str, Any], None]) -> None:
        self._values = values
        self._note = note

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(name)
        self._note(name, self._values[name])
        return of_result(self._values[name])


class Budget:
    """How many rows the loops of one answer may read in all, and for how long, in seconds."""

    def __init__(self, rows: int = _MOST_ROWS_READ, seconds: float = LONGEST_TIME) -> None:
        self.left = rows
        self.end = time.thread_time() + seconds

    def spend(self) -> None:
        """Count one row; AnswerError when none is left, or no time: a loop that prints nothing is stopped here only."""
        self.left -= 1
        if self.left < 0:
            raise AnswerError(f"the loops of this answer read more than {_MOST_ROWS_READ} rows")
        if time.thread_time() > self.end:
            raise AnswerError(f"it takes longer than {LONGEST_TIME:.0f} s")


class Rows:
    """A table to loop over, as often as the budget allows; ``note`` hears of each value that is read."""

    def __init__(self, table: Table, spend: Callable[[], None], note: Callable[[str, Any], None]) -> None:
        self._table = table
        self._spend = spend
        self._note = note

    def __len__(self) -> int:
        return len(self._table.rows)

    def __str__(self) -> str:
        """As the ledger of claims prints what a condition rests on."""
        return ngettext("%(num)s row", "%(num)s rows", len(self)) % {"num": len(self)}

    def __iter__(self) -> Iterator[Row]:
        for record in self._table.records():
            self._spend()
            yield Row(record, self._note)
