"""Look over many submissions at once: each built in a process with limits, none able to stop the others."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from contextlib import suppress
from pathlib import Path

from generator.answers.addresses import lab_of
from generator.commands.audit import DISTRUST, Trust, brought_results, settle_trust
from generator.commands.build import Drawings, render_computed
from generator.commands.check_filled import Handed, lay_out, read_handed
from generator.commands.check_found import Looked, answer_digest, compared
from generator.commands.check_kept import KeptChecks, kept_labs
from generator.commands.check_limits import limits, reason
from generator.commands.check_numbers import differing, unsupported
from generator.commands.computing import Listener
from generator.commands.session import OutputSettings, Session, Settings, open_session
from generator.commands.unshown import unshown_texts
from generator.course.editions import Edition
from generator.course.filled import is_filled
from generator.course.folder import labs_folder, read_course_folder
from generator.course.project import is_project, read_project
from generator.course.spec import CourseSpec
from generator.course.untrusted_files import UntrustedFileError, read_untrusted
from generator.errors import InputError, Mistake
from generator.languages import speaking
from generator.planning.plan import Standing
from generator.render.outputs.written import Rendering
from generator.render.text.untrusted_words import visible
from generator.running.executors.choose import usable_cores
from generator.running.executors.processes import ProcessExecutor
from generator.store.memo import Memo

#: Below the output, apart from the summary: a submission may have any name.
REPORTS = "reports"
_LARGEST_METRICS = 20_000_000  # bytes of a results file that was handed in
_MOST_LINES = 50  # of each kind in the summary
_LONGEST_LINE = 300  # characters
_LONGEST_FAULT = 1000  # with what was expected, and a hint
_LONGEST_PROBLEM = 3000
_LONGEST_NAME = 100

#: In a worker: figures are drawn once for all submissions that come by.
_drawings: Drawings = {}


def look_over(
    folders: Iterable[Path],
    settings: Settings,
    output: Path,
    done: Callable[[Looked, int, int], None],
    listen: Listener = lambda event: None,
    profile: str | None = None,
    trust: Trust = DISTRUST,
) -> list[Looked]:
    """Build every submission's report below ``output`` and return what was found, in the order of the names.

    ``settings`` say where cache and data lie, how many processes to use, and under which profile results that are
    missing are computed first, once, for the labs that some submission shows. Each is built under its own profile, or
    all under the given one; of a profile that the teacher did not choose, there is what happens to be in the cache.
    ``done`` hears of each submission that is finished, of how many are, and of how many there are. ``trust`` says what
    is done with results that were brought from elsewhere. Raises InputError before anything is computed or written when
    a folder holds no submission, the course is wrong, or it would rest on such results without a word from the user.
    """
    places = _named(_submissions(folders))
    first = read_course_folder(settings.folders.course).profiles[0]
    chosen = dataclasses.replace(settings, profile=profile or settings.profile or first)
    slots = min(settings.workers.jobs or usable_cores(), max(1, len(places)))
    workers = ProcessExecutor([_environment() for _ in range(slots)], on_note=lambda note: None)
    found: list[Looked] = []
    try:
        labs = _labs(places.values(), None if profile else chosen.profile)
        wanted = labs if labs is None else labs | _labs_of_filled(workers, places.values(), chosen)
        settle_trust(chosen, wanted, trust, listen)
        kept = KeptChecks(chosen, profile, trusting=trust.trusting)
        keys = {name: kept.key(name, place, output / REPORTS / name) for name, place in places.items()}
        for name in places:
            if (known := kept.find(keys[name], output / REPORTS / name)) is not None:
                found.append(known)
                done(known, len(found), len(places))
        names = {*places} - {looked.name for looked in found}
        calls = {
            workers.submit(look_at, name, place, chosen, output / REPORTS / name, profile, trust.trusting): name
            for name, place in places.items()
            if name in names
        }
        for call in as_completed(calls):
            name = calls[call]
            found.append(_result(call, name))
            if call.exception() is None or isinstance(call.exception(), InputError):
                kept.note(keys[name], places[name], output / REPORTS / name, found[-1])
            done(found[-1], len(found), len(places))
        kept.keep()
    finally:
        workers.terminate()
    return compared(sorted(found, key=lambda looked: looked.name))


def _result(call: Future[Looked], name: str) -> Looked:
    try:
        return call.result()
    except Exception as error:
        return Looked(name, problem=visible(reason(error), _LONGEST_PROBLEM))


def _submissions(folders: Iterable[Path]) -> list[Path]:
    """The places, each of which must be a submission or hold one: a slip must not replace the summary of a class."""
    given = list(folders)
    hint = "name a folder made by `genreport init`, a filled worksheet (PDF), or a folder that is full of them"
    empty = [folder for folder in given if not any(is_project(one) or is_filled(one) for one in _projects(folder))]
    if empty:
        raise InputError([Mistake("there is no submission here", folder, hint=hint) for folder in empty])
    return given


def _labs(places: Iterable[Path], profile: str | None) -> frozenset[str] | None:
    """The labs that submissions show under this profile, or under any; None for all labs."""
    wanted: set[str] = set()
    for place in filter(is_project, places):
        try:
            form = read_project(place).form
        except InputError:
            continue  # said when it is looked at
        if profile in (None, form.profile) or not form.profile:
            chosen = form.labs or [*map(lab_of, form.questions)]
            if not chosen:
                return None
            wanted.update(chosen)
    return frozenset(wanted)


def _labs_of_filled(workers: ProcessExecutor, places: Iterable[Path], settings: Settings) -> frozenset[str]:
    """The labs of all filled worksheets; they are read where whatever is wrong with one ends a worker at most."""
    course, labs = settings.folders.course, set[str]()
    filled = [place for place in places if is_filled(place)]
    memo = Memo(settings.folders.cache / "memo.json") if filled else Memo(None)
    calls = {}
    for place in filled:
        if (known := kept_labs(memo, place, course)) is None:
            calls[place] = workers.submit(labs_of_filled, place, labs_folder(course))
        labs.update(known or ())
    for place, call in calls.items():
        with suppress(Exception):  # said when it is looked at
            labs.update(kept_labs(memo, place, course, call.result) or ())
    memo.save()
    return frozenset(labs)


def labs_of_filled(place: Path, questions: Path) -> tuple[str, ...]:
    """In a worker process: the labs whose questions a filled worksheet has; none where it cannot be shown."""
    with limits(), suppress(InputError):
        return read_handed(place, questions).labs
    return ()


def _environment() -> dict[str, str]:
    return {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _named(folders: Iterable[Path]) -> dict[str, Path]:
    """Each submission under a name that is a plain file name of its own; a folder of projects stands for all in it."""
    every = [place for folder in folders for place in _projects(folder)]
    names: dict[str, Path] = {}
    for place in dict.fromkeys(every):
        stem = re.sub(r"[^\w.-]+", "-", place.resolve().name)[:_LONGEST_NAME].strip("-.") or "submission"
        name, number = stem, 1
        while name in names:
            number += 1
            name = f"{stem}-{number}"
        names[name] = place
    return names


def _projects(folder: Path) -> Iterator[Path]:
    inside = [] if is_project(folder) or not folder.is_dir() else sorted(folder.iterdir())
    found = [place for place in inside if place.is_dir() and not place.is_symlink() and not place.name.startswith(".")]
    found = found if any(map(is_project, found)) else []
    filled = [place for place in inside if is_filled(place)]
    yield from [*found, *filled] or [folder]


def look_at(
    name: str, folder: Path, settings: Settings, output: Path, profile: str | None, trusting: bool = False
) -> Looked:
    """In a worker process: build one submission's report and look at its answers. Raises what is wrong with it.

    ``settings`` hold the profile that was computed, ``profile`` is the one to build all under, if there is one. Results
    that were brought from elsewhere are shown if it is ``trusting``.
    """
    with limits(), tempfile.TemporaryDirectory() as beside:
        handed = None
        if not folder.is_dir():
            handed = read_handed(folder, labs_folder(settings.folders.course))
            folder = Path(beside)
            lay_out(handed, folder, settings.profile)
        project = read_project(folder)
        computed = settings.profile
        settings = dataclasses.replace(
            settings,
            project=project,
            edition=Edition.STUDENT,
            profile=profile or project.form.profile or computed,
            output=OutputSettings(output, frozenset({"html"})),
        )
        session = open_session(settings)
        output.mkdir(parents=True, exist_ok=True)
        left_out = [*_left_out(session, computed, trusting), *unshown_texts(session)]
        looked = _looked(name, folder, session, render_computed(session, _drawings, trusting), left_out)
        return looked if handed is None else _of_worksheet(looked, handed, session.course)


def _of_worksheet(looked: Looked, handed: Handed, course: CourseSpec) -> Looked:
    """The same for a worksheet, which asks some of the questions, and is signed at its head."""
    return dataclasses.replace(
        looked,
        authors=visible(handed.signed, _LONGEST_LINE),
        questions=len([address for address in handed.questions if address not in course.left_out]),
        gaps=tuple(address for address in looked.gaps if address in handed.questions),
        faults=_lines([*handed.remarks(course), *looked.faults]),
    )


def _left_out(session: Session, computed: str, trusting: bool) -> Iterator[str]:
    """Say so when results are missing because the student chose a profile that the teacher did not compute."""
    own = session.settings.profile
    if own == computed:
        return
    plan = session.plan()
    needed = plan.needed(session.questions(()))
    missing = sum(planned.standing is not Standing.HIT for planned in needed)
    missing += 0 if trusting else len(brought_results(session, plan, None))
    if missing:
        yield f"{missing} results of its profile {own} were not computed; `genreport check --profile {own}` does it"


def _looked(name: str, folder: Path, session: Session, rendering: Rendering, left_out: list[str]) -> Looked:
    output = session.settings.output.folder
    ours = json.loads((output / "results" / "metrics.json").read_text(encoding="utf-8"))
    texts = {question.address: question.answer.text for question in session.shown.present()}
    authors = ", ".join(" ".join(filter(None, author)) for author in session.shown.authors)
    return Looked(
        name=name,
        authors=visible(authors, _LONGEST_LINE),
        questions=len(texts),
        gaps=rendering.gaps,
        contradicted=_lines(_relative(warning, folder) for warning in rendering.warnings),
        unsupported=_lines(_unsupported(session, ours)),
        own=_lines(f"{one.address}: {name}" for one in session.shown.questions() for name in one.answer.own),
        differing=_lines(_differing(folder, ours)),
        faults=_lines([*left_out, *(_relative(problem, folder) for problem in rendering.problems)], _LONGEST_FAULT),
        page=f"{REPORTS}/{name}/report.html",
        digests={address: digest for address, text in texts.items() if (digest := answer_digest(text))},
    )


def _lines(found: Iterable[str], longest: int = _LONGEST_LINE) -> tuple[str, ...]:
    """What was found, each in a line or a few, and no more than anyone reads."""
    lines = [visible(line, longest) for line in itertools.islice(found, _MOST_LINES + 1)]
    return (*lines[:_MOST_LINES], "and more") if len(lines) > _MOST_LINES else tuple(lines)


def _unsupported(session: Session, ours: Mapping[str, object]) -> Iterator[str]:
    for question in session.shown.present():
        with speaking(session.shown.language):
            found = unsupported(question.answer.text, ours.values(), question.statement)
        for number in found:
            yield f"{question.address}, line {number.line}: {number.text}"


def _differing(folder: Path, ours: Mapping[str, object]) -> list[str]:
    """Where the results that were handed in with the project differ from ours; none were handed in, none differ."""
    try:
        return differing(read_untrusted(folder, "build/results/metrics.json", _LARGEST_METRICS), ours)
    except UntrustedFileError as error:
        return [] if error.absent else [f"build/results/metrics.json: {error}"]
    except ValueError as error:
        return [f"build/results/metrics.json: {error}"]


def _relative(message: str, folder: Path) -> str:
    return message.replace(f"{folder}{os.sep}", "")
