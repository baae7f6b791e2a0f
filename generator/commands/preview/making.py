"""Makes the page from the files as they are now; what has not changed since the last time is not made again."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateSyntaxError

from generator.commands.computing import blocked
from generator.commands.preview.board import ShownPage
from generator.commands.preview.parts import PartsInMemory
from generator.commands.preview.planned import PlanInMemory
from generator.commands.remembered import Remembered
from generator.commands.reporting import kept_parts, report_of
from generator.commands.session import Session, Settings, open_session
from generator.commands.up_to_date import Files
from generator.errors import InputError, Mistake
from generator.folders import PACKAGE, templates_folder
from generator.jobs import Outcome, State
from generator.planning.plan import Plan, Standing

if TYPE_CHECKING:
    from generator.render.figures import Drawing


@dataclass(frozen=True)
class Made:
    """A page, what is wrong in it, where its files lie, and how to ``keep`` what was learnt, which can wait."""

    page: ShownPage
    mistakes: tuple[Mistake, ...]
    folders: tuple[Path, ...]
    keep: Callable[[], None]


class PageMaker:
    """Makes the page of the same settings again and again; they are read anew each time, as a project's may change.

    ``failed`` are the outcomes of jobs that failed here, by fingerprint: the page says so, as a build's would.
    """

    def __init__(self, settings: Callable[[], Settings], selection: Iterable[str]) -> None:
        self._settings, self._selection = settings, tuple(selection)
        self._remembered = Remembered()
        self._drawings: dict[tuple[str, str, float], Drawing] = {}
        self._parts = PartsInMemory()
        self._plan = PlanInMemory()
        self.failed: dict[str, Outcome] = {}

    def make(self) -> Made:
        """The page as it is now. Raises InputError where the files are such that there is none."""
        from generator.render.content.gather import gather
        from generator.render.outputs.html import Page

        session = open_session(self._settings(), self._remembered)
        if faults := [*session.course.faults()]:
            raise InputError(faults)  # a tag that is half typed shall not put a box in the place of an answer
        chosen = session.questions(self._selection)
        plan, found = self._plan.of(session)
        ended = {name: end for name, end in self.failed.items() if name in found and found[name].state is State.PENDING}
        outcomes = {**found, **ended}
        report = report_of(session, plan, outcomes, chosen if self._selection else None)
        kept = self._parts.of(kept_parts(session, Files.of(session)))
        document = gather(dataclasses.replace(report, drawings=self._drawings, kept=kept), lambda text: None)
        page = Page(document)
        missing, without_data = _missing(session, plan, chosen)
        shown = ShownPage(
            name=f"{report.name}.html",
            text=page.text(),
            files=dict(page.files()),
            missing=missing,
            blocked=without_data,
            exports=partial(_export, document) if report.only is None else None,
        )
        return Made(shown, document.problems, tuple(folders_of(session)), session.save)


def folders_of(session: Session) -> Iterable[Path]:
    """Where all lies that the page is made from."""
    settings = session.settings
    yield session.place.folder
    yield from session.place.code
    if session.answers is not None:
        yield session.answers
    if settings.project is not None:
        yield settings.project.folder
    yield PACKAGE
    yield from (templates_folder() / "report", templates_folder() / "locale")


def in_template(error: Exception) -> tuple[Path | None, int | None]:
    """The file and line of a template where an error came about, if it did in one."""
    if isinstance(error, TemplateSyntaxError):
        return (Path(error.filename) if error.filename else None), error.lineno
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.endswith(".j2"):
            return Path(frame.filename), frame.lineno
    return None, None


def _missing(session: Session, plan: Plan, chosen: tuple[str, ...]) -> tuple[int, int]:
    """How many results of the selection could be computed, and how many cannot for want of data."""
    if session.settings.output.frames:
        return 0, 0
    absent = [p.job.fingerprint for p in plan.needed(chosen) if p.standing is not Standing.HIT]
    hopeless = len(blocked(plan).keys() & {*absent})
    return len(absent) - hopeless, hopeless


def _export(document: Any, folder: Path) -> None:
    from generator.render.outputs.exports import write
    from generator.render.outputs.table import OUTPUTS

    write(document, folder, OUTPUTS["results"])
