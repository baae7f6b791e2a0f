"""Which figures a report will ask for, said beforehand, so that several can be drawn at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress

from generator.course.spec import QuestionSpec
from generator.render.content.document import Report
from generator.render.content.exhibits import laid_out
from generator.render.content.values import Results
from generator.render.text.words import said_inside
from generator.results import Figure


def drawing_ahead(report: Report, results: Results, questions: Iterable[QuestionSpec]) -> AbstractContextManager[None]:
    """Within this, the figures of these questions may be drawn by others before they are asked for."""
    return report.ahead(_wanted(report, results, questions))


def _wanted(report: Report, results: Results, questions: Iterable[QuestionSpec]) -> Iterator[tuple[Figure, float]]:
    """The figures with their widths, as they will be asked for; whatever is wrong with one is found then."""
    said: set[tuple[str, str, float]] = set()
    for question in questions:
        for spec in question.figures.values():
            if report.is_framed(spec):
                continue
            with suppress(Exception):
                sources, _, width = laid_out(spec, question, results)
                for panel, ref in sources:
                    outcome = results.outcome(ref)
                    key = (outcome.fingerprint if outcome else str(ref), panel.figure, width)
                    if key not in said and not results.is_drawn(ref, panel.figure, width):
                        said.add(key)
                        yield said_inside(results.figure(ref, panel.figure)), width
