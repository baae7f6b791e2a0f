"""What would be computed, and why."""

from __future__ import annotations

from collections.abc import Iterable

from generator.commands.session import Session, Settings, open_session
from generator.planning.plan import Plan, PlannedJob


def make_plan(settings: Settings, selection: Iterable[str] = ()) -> tuple[Session, Plan, list[PlannedJob]]:
    """The plan of the course, and those of its jobs that the selection needs. Raises InputError."""
    session = open_session(settings)
    chosen = session.questions(selection)
    plan = session.plan()
    session.save()
    return session, plan, plan.needed(chosen)
