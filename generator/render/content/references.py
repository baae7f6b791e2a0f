"""The list of references of a report, which is made anew only where its bibliography or what it cites has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from generator.errors import InputError, Mistake
from generator.languages import spoken
from generator.render.content.document import Report
from generator.render.text.bibliography import Reference, format_bibliography
from generator.store.files import digest
from generator.store.plain import digest_of


def references(report: Report, citations: Mapping[str, int], problems: list[Mistake]) -> tuple[Reference, ...]:
    """The list of references; keys that the bibliography does not have are among the problems."""
    path = report.course.bibliography
    if not citations:
        return ()
    unread = False
    for own in dict.fromkeys((report.course.own_bibliography, None)):  # without it where it cannot be read
        make = partial(format_bibliography, path, citations, own)
        try:
            listed: tuple[Reference, ...] = of_bibliography(report, (Reference,), make, citations, own=own)
        except InputError as error:
            problems += [mistake for mistake in error.mistakes if mistake not in problems]
            unread = True
            continue
        missing = set() if unread else set(citations) - {reference.key for reference in listed}
        message = "[@{}] is cited, but this file has no such entry"
        problems += [Mistake(message.format(key), path) for key in sorted(missing)]
        return listed
    return ()


def of_bibliography(
    report: Report, kinds: tuple[type, ...], make: Callable[[], Any], *wanted: Any, own: Path | None = None
) -> Any:
    """What is made of bibliographies: kept while their files, the language and what is ``wanted`` stay the same."""
    path, kept = report.course.bibliography, report.kept
    if kept is None or path is None or not path.is_file():
        return make()
    content = [digest(one.read_bytes()) if one.is_file() else "" for one in (path, own) if one is not None]
    name = digest_of([kept.program, "bibliography", content, report.course.language, spoken(), *wanted])
    return kept.value(name, kinds, make)
