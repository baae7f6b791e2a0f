"""Results as the names that answers use: attributes are metrics, calls choose a grid point."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from generator.answers.syntax import Point, parse_result_address
from generator.course.spec import ResultRef
from generator.jobs import Outcome, State
from generator.render.figures import Drawing, draw_figure
from generator.results import Result, Table

_MOST_ROWS_READ = 100_000
LONGEST_TIME = 5.0  # seconds that one answer may take


class AnswerError(Exception):
    """An answer asks for something that is not there; the message is for its author."""


class ResultUnavailableError(Exception):
    """A result that is needed has failed or was not computed."""

    def __init__(self, ref: ResultRef, outcome: Outcome | None) -> None:
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

    ``refs`` maps "2-a/q01/networks" to its results in grid order; ``outcomes`` maps ``str(ResultRef)`` to its outcome.
    ``drawings`` keeps what was drawn, by the job's fingerprint, the figure's name and its width: reports that are
    rendered one after the other may share it.
    """

    refs: Mapping[str, tuple[ResultRef, ...]]
    outcomes: Mapping[str, Outcome]
    drawings: MutableMapping[tuple[str, str, float], Drawing] = field(default_factory=dict)
    _loaded: dict[str, Result] = field(default_factory=dict)

    def select(self, question: str, result: str, point: Point = ()) -> tuple[ResultRef, ...]:
        """The results of this name whose grid point agrees with ``point``; AnswerError if there is none."""
        refs = self.refs.get(f"{question}/{result}")
        if refs is None:
            raise AnswerError(f"{question} has no result called {result}")
        chosen = tuple(ref for ref in refs if set(point) <= {(name, str(value)) for name, value in ref.point})
        if not chosen:
            shown = ", ".join(f"{name}={value}" for name, value in point)
            known = "; ".join(", ".join(f"{name}={value}" for name, value in ref.point) for ref in refs)
            raise AnswerError(f"{result} has no grid point with {shown}; it has {known or 'no grid'}")
        return chosen

    def one(self, question: str, result: str, point: Point = ()) -> ResultRef:
        """The same where exactly one must be meant."""
        chosen = self.select(question, result, point)
        if len(chosen) > 1:
            raise AnswerError(f"{result} has {len(chosen)} grid points; say which: {result}(parameter=value)")
        return chosen[0]

    def at(self, question: str, source: str) -> tuple[ResultRef, ...]:
        """The results that a specification means by "vgg16" or "vgg16[architecture=alexnet]"."""
        parsed = parse_result_address(source)
        if parsed is None:
            raise AnswerError(f"{source!r} does not name a result")
        other, result, point, _ = parsed
        return self.select(other or question, result, point)

    def outcome(self, ref: ResultRef) -> Outcome | None:
        """How this result's job ended."""
        return self.outcomes.get(str(ref))

    def load(self, ref: ResultRef) -> Result:
        """The result itself; ResultUnavailableError if it failed or was not computed."""
        key = str(ref)
        if key not in self._loaded:
            outcome = self.outcome(ref)
            if outcome is None or not outcome.has_result:
                raise ResultUnavailableError(ref, outcome)
            # Arrays feed other jobs; a report never shows them, and they are the large part of a result.
            self._loaded[key] = replace(outcome.load(), arrays={})
        return self._loaded[key]

    def metric(self, ref: ResultRef, name: str) -> Any:
        """One metric, or one parameter of the grid point."""
        metrics = self.load(ref).metrics
        if name in metrics:
            return metrics[name]
        if name in dict(ref.point):
            return dict(ref.point)[name]
        raise AnswerError(f"{ref} has no metric {name}; it has {', '.join(sorted(metrics))}")

    def drawing(self, ref: ResultRef, name: str, width: float) -> Drawing:
        """One figure of a result, drawn ``width`` inches wide."""
        figures = self.load(ref).figures
        if name not in figures:
            raise AnswerError(f"{ref} has no figure {name}; it has {', '.join(sorted(figures)) or 'none'}")
        key = (self.outcomes[str(ref)].fingerprint, name, width)
        if key not in self.drawings:
            self.drawings[key] = draw_figure(figures[name], width)
        return self.drawings[key]

    def table(self, ref: ResultRef, name: str) -> Table:
        """One table of a result."""
        tables = self.load(ref).tables
        if name not in tables:
            raise AnswerError(f"{ref} has no table {name}; it has {', '.join(sorted(tables)) or 'none'}")
        return tables[name]


class ResultName:
    """A result's name inside an answer: ``vgg16.parameters``, ``networks(architecture="alexnet").parameters``."""

    callable_from_answers: ClassVar[bool] = True
    jinja_pass_arg: ClassVar[None] = None  # Jinja asks every callable for it; __getattr__ would call it a metric
    __slots__ = ("_point", "_question", "_result", "_results")

    def __init__(self, results: Results, question: str, result: str, point: Point = ()) -> None:
        self._results = results
        self._question = question
        self._result = result
        self._point = point

    def __call__(self, **point: Any) -> ResultName:
        """The same result at one point of its grid."""
        chosen = tuple((name, str(value)) for name, value in point.items())
        return ResultName(self._results, self._question, self._result, chosen)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._results.metric(self._results.one(self._question, self._result, self._point), name)

    def __getitem__(self, name: str) -> Any:
        return self.__getattr__(name)


class Row:
    """One row of a table inside a loop: columns are attributes."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(name)
        return self._values[name]


class Budget:
    """How many rows the loops of one answer may read in all, and for how long, in seconds."""

    def __init__(self, rows: int = _MOST_ROWS_READ, seconds: float = LONGEST_TIME) -> None:
        self.left = rows
        self.end = time.monotonic() + seconds

    def spend(self) -> None:
        """Count one row; AnswerError when none is left, or no time: a loop that prints nothing is stopped here only."""
        self.left -= 1
        if self.left < 0:
            raise AnswerError(f"the loops of this answer read more than {_MOST_ROWS_READ} rows")
        if time.monotonic() > self.end:
            raise AnswerError(f"it takes longer than {LONGEST_TIME:.0f} s")


class Rows:
    """A table to loop over, as often as the budget allows."""

    def __init__(self, table: Table, spend: Callable[[], None]) -> None:
        self._table = table
        self._spend = spend

    def __len__(self) -> int:
        return len(self._table.rows)

    def __iter__(self) -> Iterator[Row]:
        for record in self._table.records():
            self._spend()
            yield Row(record)
