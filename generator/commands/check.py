"""Look over many students' projects at once: each built in a process with limits, none able to stop the others."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from generator.commands.build import Drawings, compute, render_computed
from generator.commands.check_numbers import differing, unsupported
from generator.commands.computing import Listener
from generator.commands.session import Session, Settings, open_session
from generator.commands.up_to_date import Rendering
from generator.course.editions import Edition
from generator.course.project import is_project, read_project
from generator.course.untrusted_files import OwnFileError, read_own
from generator.errors import GenreportError, InputError
from generator.running.executors.choose import usable_cores
from generator.running.executors.processes import ProcessExecutor, WorkerDiedError

SECONDS = 120  # that one submission may take; measured: half a second, and five for the first of each process
_MEMORY = 6_000_000_000  # bytes of addresses
_LARGEST_METRICS = 20_000_000  # bytes of a results file that was handed in
_SHORTEST_ALIKE = 40  # letters and digits; shorter answers may be alike by chance
_MOST_LINES = 50

#: In a worker: figures are drawn once for all submissions that come by.
_drawings: Drawings = {}


@dataclass(frozen=True)
class Looked:
    """What was found in one submission; ``problem`` says why there is no report, where there is none.

    ``digests`` has one entry for each answer that is long enough to be compared with those of others.
    """

    name: str
    authors: str = ""
    questions: int = 0
    gaps: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    problem: str = ""
    page: str = ""
    digests: Mapping[str, str] = dataclasses.field(default_factory=dict)
    alike: tuple[str, ...] = ()

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return self.questions - len(self.gaps)


def look_over(
    folders: Iterable[Path],
    settings: Settings,
    output: Path,
    done: Callable[[Looked, int, int], None],
    listen: Listener = lambda event: None,
    profile: str | None = None,
) -> list[Looked]:
    """Build every submission's report below ``output`` and return what was found, in the order of the names.

    ``settings`` say where cache and data lie and how many processes to use. Each is built under its own profile, or all
    under the given one; results that are missing are computed first, once. ``done`` hears of each submission that is
    finished, of how many are, and of how many there are.
    """
    places = _named(folders)
    for name in {profile} if profile else sorted({own for folder in places.values() if (own := _profile(folder))}):
        try:
            compute(dataclasses.replace(settings, profile=name), listen)
        except InputError:
            continue  # a profile that the course does not have: its submissions will say so
    slots = min(settings.jobs or usable_cores(), max(1, len(places)))
    workers = ProcessExecutor([_environment() for _ in range(slots)], on_note=lambda note: None)
    found: list[Looked] = []
    try:
        calls = {
            workers.submit(look_at, name, place, settings, output / name, profile): name
            for name, place in places.items()
        }
        for call in as_completed(calls):
            try:
                found.append(call.result())
            except Exception as error:
                found.append(Looked(calls[call], problem=_worded(error)))
            done(found[-1], len(found), len(places))
    finally:
        workers.terminate()
    return _compared(sorted(found, key=lambda looked: looked.name))


def _environment() -> dict[str, str]:
    return {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _named(folders: Iterable[Path]) -> dict[str, Path]:
    """Each submission under a name that is a plain file name of its own; a folder of projects stands for all in it."""
    every = [place for folder in folders for place in _projects(folder)]
    names: dict[str, Path] = {}
    for place in dict.fromkeys(every):
        stem = re.sub(r"[^\w.-]+", "-", place.resolve().name).strip("-.") or "submission"
        name, number = stem, 1
        while name in names:
            number += 1
            name = f"{stem}-{number}"
        names[name] = place
    return names


def _projects(folder: Path) -> Iterator[Path]:
    inside = [] if is_project(folder) or not folder.is_dir() else sorted(folder.iterdir())
    found = [place for place in inside if place.is_dir() and not place.is_symlink() and not place.name.startswith(".")]
    yield from found if any(map(is_project, found)) else [folder]


def _profile(folder: Path) -> str:
    try:
        return read_project(folder).form.profile
    except InputError:
        return ""  # said when it is looked at


def look_at(name: str, folder: Path, settings: Settings, output: Path, profile: str | None) -> Looked:
    """In a worker process: build one submission's report and look at its answers. Raises what is wrong with it."""
    with _limits():
        project = read_project(folder)
        settings = dataclasses.replace(
            settings, project=project, edition=Edition.STUDENT, profile=profile or project.form.profile,
            output=output,
            formats=frozenset({"html"}),
        )  # fmt: skip
        session = open_session(settings)
        output.mkdir(parents=True, exist_ok=True)
        return _looked(name, folder, session, render_computed(session, _drawings))


@contextmanager
def _limits() -> Iterator[None]:
    """For so long, the system itself ends this process when it takes too much time, however busy it is, or memory."""
    if sys.platform == "win32":
        yield
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, most))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def _looked(name: str, folder: Path, session: Session, rendering: Rendering) -> Looked:
    output = session.settings.output
    ours = json.loads((output / "results" / "metrics.json").read_text(encoding="utf-8"))
    texts = {question.address: question.answer.text for question in session.shown.questions()}
    return Looked(
        name=name,
        authors=", ".join(" ".join(filter(None, author)) for author in session.shown.authors),
        questions=len(texts),
        gaps=rendering.gaps,
        contradicted=tuple(_relative(warning, folder) for warning in rendering.warnings)[:_MOST_LINES],
        unsupported=tuple(_unsupported(session, ours))[:_MOST_LINES],
        differing=tuple(_differing(folder, ours))[:_MOST_LINES],
        faults=tuple(_relative(problem, folder) for problem in rendering.problems)[:_MOST_LINES],
        page=f"{name}/report.html",
        digests={address: digest for address, text in texts.items() if (digest := _digest(text))},
    )


def _unsupported(session: Session, ours: Mapping[str, object]) -> Iterator[str]:
    for question in session.shown.questions():
        for number in unsupported(question.answer.text, ours.values(), question.statement):
            yield f"{question.address}, line {number.line}: {number.text}"


def _differing(folder: Path, ours: Mapping[str, object]) -> list[str]:
    """Where the results that were handed in with the project differ from ours; none were handed in, none differ."""
    try:
        return differing(read_own(folder, "build/results/metrics.json", _LARGEST_METRICS), ours)
    except OwnFileError as error:
        return [] if error.absent else [f"build/results/metrics.json: {error}"]
    except ValueError as error:
        return [f"build/results/metrics.json: {error}"]


def _digest(text: str) -> str:
    """What an answer says, whatever its comments, spaces, signs and capitals; empty when it says little."""
    words = re.sub(r"[\W_]+", "", re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)).casefold()
    return hashlib.sha256(words.encode()).hexdigest() if len(words) >= _SHORTEST_ALIKE else ""


def _compared(found: list[Looked]) -> list[Looked]:
    """Each submission with the names of the others that hold the same answer."""
    holders: dict[tuple[str, str], list[str]] = {}
    for looked in found:
        for key in looked.digests.items():
            holders.setdefault(key, []).append(looked.name)
    return [dataclasses.replace(looked, alike=tuple(_alike(looked, holders))) for looked in found]


def _alike(looked: Looked, holders: Mapping[tuple[str, str], list[str]]) -> Iterator[str]:
    for key in looked.digests.items():
        others = [name for name in holders[key] if name != looked.name]
        if others:
            yield f"{key[0]}: {', '.join(others)}"


def _relative(message: str, folder: Path) -> str:
    return message.replace(f"{folder}{os.sep}", "")


def _worded(error: Exception) -> str:
    """Why there is no report, for the teacher."""
    if isinstance(error, WorkerDiedError) and f"signal {int(signal.SIGALRM)} " in error.message:
        return f"it took longer than {SECONDS} s"
    words = str(error) if isinstance(error, GenreportError) else f"{type(error).__name__}: {error}"
    return "".join(sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in words)
