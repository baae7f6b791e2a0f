"""Look over what a course says of results: their kinds, conclusions from chance, captions that give away what comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator.answers.addresses import lab_of
from generator.checks.captions import MEND, check_captions
from generator.checks.course import check_course
from generator.checks.margins import WAYS_OUT, Scope
from generator.commands.doctor import Check, Health
from generator.commands.session import Session, Settings, open_session
from generator.course.spec import CourseSpec
from generator.planning.code.declarations import KINDS_FORM

_REST = "the course"  # what belongs to no lab


def diagnose_course(settings: Settings) -> list[Check]:
    """Check the texts of every lab, in order; the mistakes that keep a report from being built are raised as ever."""
    session = open_session(settings)
    checks = [*_kinds(session), *_margins(session), *_captions(session)]
    session.save()
    return checks


def _kinds(session: Session) -> Iterator[Check]:
    """Which computations do not say how their metrics are known: these are checked as if they were measured."""
    for lab in session.course.labs:
        used = {
            result.computation
            for question in session.course.questions()
            for result in question.results.values()
            if lab_of(question.address) == lab.id
        }
        signatures = [session.catalogue[name] for name in sorted(used)]
        silent = [found.name for found in signatures if not all(map(found.kind, found.metrics))]
        name = f"{lab.id}, kinds of metrics"
        if silent:
            found = f"{len(silent)} of {len(used)} computations do not state all: {', '.join(silent)}"
            yield Check(name, Health.WARN, found, KINDS_FORM)
        else:
            yield Check(name, Health.OK, f"stated by all {len(used)} computations")


def _margins(session: Session) -> Iterator[Check]:
    """The conditions that call one noisy metric larger than another, and say nothing of chance; results typed in."""
    labs = _labs(session.course)
    mistakes = check_course(session.course, session.catalogue, Scope.ALL)
    for lab in dict.fromkeys(labs.values()):
        name = f"{lab}, conclusions"
        found = [mistake for mistake in mistakes if labs.get(mistake.path or Path(), _REST) == lab]
        for mistake in found:
            got = f", got {mistake.got}" if mistake.got else ""
            yield Check(name, Health.FAIL, f"{mistake.path}:{mistake.line}: {mistake.message}{got}")
        if found:
            yield Check(name, Health.FAIL, f"{len(found)} to mend", WAYS_OUT)
        else:
            yield Check(name, Health.OK, "each has a margin, states one or is marked as seen; no result is typed")


def _captions(session: Session) -> Iterator[Check]:
    """The captions and alternative texts that say what comes out; a matter of taste where no sheet is handed out."""
    labs = _labs(session.course)
    mistakes = check_captions(session.course, session.catalogue)
    for lab in session.course.labs:
        name = f"{lab.id}, captions"
        found = [mistake for mistake in mistakes if labs.get(mistake.path or Path()) == lab.id]
        for mistake in found:
            place = f"{mistake.path}:{mistake.line}: {mistake.place}"
            got = f", {mistake.got}" if mistake.got else ""
            yield Check(name, Health.WARN, f"{place} {mistake.message}{got}")
        if found:
            yield Check(name, Health.WARN, f"{len(found)} to mend", MEND)
        else:
            yield Check(name, Health.OK, "each says what is drawn or listed, and leaves what comes out to its finding")


def _labs(course: CourseSpec) -> dict[Path, str]:
    """The lab that each file belongs to."""
    found = {course.source.path: _REST}
    found |= {lab.source.path: lab.id for lab in course.labs}
    for question in course.questions():
        found |= dict.fromkeys((question.source.path, question.answer.path), lab_of(question.address))
    return found
