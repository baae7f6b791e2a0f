"""Hand out a course: its questions and computations without what is for teachers alone, in a folder of its own."""

from __future__ import annotations

import dataclasses
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.checks.course import check_course
from generator.commands.release_code import modules_held_back
from generator.commands.release_folder import check_target, put_in_place
from generator.commands.release_hidden import Hidden
from generator.commands.session import Session, Settings, open_session
from generator.course.editions import Edition
from generator.course.folder import ANSWERS, FILE, labs_folder
from generator.course.loader import read_course
from generator.course.profiles import LAB_PROFILES
from generator.course.rewriting import rewrite
from generator.course.solutions import solutions_of
from generator.course.translations import WORDS
from generator.course.untrusted_files import UntrustedFileError, read_untrusted
from generator.course.yaml_source import LARGEST_FILE
from generator.errors import InputError, Mistake
from generator.languages import first_part, languages
from generator.planning.binding import bind_course
from generator.planning.catalogue import is_test, modules
from generator.planning.fingerprint import CodeReader
from generator.planning.plan import Plan
from generator.render.outputs.written import NAME as REPORT
from generator.render.text.bibliography import as_printed, read_bibliography
from generator.store.files import disk_errors

_BELOW = "questions"  # where the labs lie in a course that is handed out
_LARGEST_BESIDE = 50_000_000  # bytes; what is larger belongs into the data folder
#: What is left out is counted under these words, by the last key of its place.
_CALLED = {
    "marking": "marking note",
    "expected": "published number",
    "finding": "finding",
    "panel_finding": "finding",
    "introduction": "introduction or conclusion",
    "conclusion": "introduction or conclusion",
}


@dataclass
class Released:
    """A course that was handed out: its files, and how much of what was left out, by what it is.

    ``solutions`` are those exhibits that answer their own question; of ``hidden`` questions the place alone is handed
    out, and not the modules that they alone use, ``held_back``; ``unused`` lie in the course's folder and are no part
    of it.
    """

    folder: Path
    files: dict[str, bytes] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(("answer", *_CALLED.values()), 0)))
    labs: int = 0
    questions: int = 0
    languages: tuple[str, ...] = ()
    solutions: int = 0
    hidden: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def release(settings: Settings, target: Path) -> Released:
    """Write the course as students get it into ``target``, a new folder, an empty one, or one released before.

    Before it is put in place it is read as any course: under every profile, its results have the same fingerprints.
    Raises InputError where the course has mistakes, or could not be handed out without what is for teachers.
    """
    settings = dataclasses.replace(settings, edition=Edition.WORKSHEET, project=None, profile="", language="")
    session = open_session(settings)
    place = session.place
    check_target(target, [place.folder, *place.code, *([place.answers] if place.answers else [])])
    spoken = [language for language in languages() if (labs_folder(place.folder) / language).is_dir()]
    _check_languages(session, spoken)
    done = _Release(session, spoken, target).done()
    hidden = Hidden.of(session.course)
    wanted = {name: hidden.of_others(plan) for name, plan in _plans(session).items()}
    session.memo.save()
    above = target.absolute().parent
    with disk_errors(above):
        above.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=above) as work:
            staged = Path(work) / "course"
            for name, content in done.files.items():
                (staged / name).parent.mkdir(parents=True, exist_ok=True)
                (staged / name).write_bytes(content)
            _check_staged(settings, staged, spoken, wanted, session)
            put_in_place(staged, target, done.files)
    return done


class _Release:
    """Gathers the files of a course that is handed out."""

    def __init__(self, session: Session, spoken: Iterable[str], target: Path) -> None:
        self.course = session.course
        self.place = session.place
        self.base = labs_folder(self.place.folder)
        self.spoken = [*spoken]
        self.hidden = Hidden.of(self.course)
        self.held_back = modules_held_back(self.hidden, session)
        self.code = CodeReader(session.memo, courses=self.place.code)
        written = first_part(session.course.written)
        self.result = Released(
            folder=target,
            labs=len(self.course.labs),
            questions=len([*self.course.questions()]),
            languages=tuple(dict.fromkeys([written, *self.spoken])),
            solutions=len(solutions_of(one for one in self.course.questions() if not one.hidden)),
            hidden=tuple(self.hidden.questions),
            held_back=tuple(sorted(path.relative_to(self.place.folder).as_posix() for path in self.held_back)),
        )

    def done(self) -> Released:
        """Everything that is handed out."""
        if answers := self.place.answers:
            self.result.left_out["answer"] = sum(
                (answers / f"{q.address}.md").is_file() for q in self.course.questions()
            )
        self._texts()
        self._bibliography()
        self._code()
        self.result.unused = tuple(self._unused())
        return self.result

    def _unused(self) -> Iterator[str]:
        """What lies in the course's folder and was neither handed out nor held back."""
        used = {name.split("/")[0] for name in self.result.files} | {_BELOW, *self.spoken}
        used |= {lab.id for lab in self.course.labs} | {folder.name for folder in self.place.code}
        for path in sorted(self.place.folder.iterdir()):
            hidden = path.name.startswith((".", "__pycache__")) or path == self.place.answers
            if path.name not in used and not hidden:
                yield path.name

    def _texts(self) -> None:
        """All YAML files, and their translations."""
        edition = self.course.edition
        above = edition.withheld_from_course
        below = self.base.relative_to(self.place.folder).as_posix()
        start = "" if below == "." else f"{below}/"
        named = dict(self._named(edition))
        self.result.left_out.update(self._rewritten(FILE, FILE, above | {ANSWERS}))
        for address in self.hidden.questions:
            raw = _read(self.place.folder, f"{start}{address}.yaml", LARGEST_FILE)
            path = self.base / f"{address}.yaml"
            self.result.files[f"{_BELOW}/{address}.yaml"] = self.hidden.place(address, path, raw)
        for name, without in named.items():
            self.result.left_out.update(self._rewritten(start + name, f"{_BELOW}/{name}", without))
        for language in self.spoken:
            for name, without in {FILE: above, WORDS: frozenset[str](), **named}.items():
                if (self.base / language / name).exists():
                    self._rewritten(f"{start}{language}/{name}", f"{_BELOW}/{language}/{name}", without)

    def _named(self, edition: Edition) -> Iterator[tuple[str, frozenset[str]]]:
        """The files of all labs but those of hidden questions, with what is withheld from each."""
        for lab in self.course.labs:
            yield f"{lab.id}/lab.yaml", edition.withheld_from_labs
            if (self.base / lab.id / LAB_PROFILES).exists():
                yield f"{lab.id}/{LAB_PROFILES}", frozenset()
            shown = (one for one in lab.questions() if not one.hidden)
            yield from ((f"{one.address}.yaml", edition.withheld_from_questions) for one in shown)

    def _rewritten(self, name: str, to: str, without: frozenset[str]) -> Counter[str]:
        """Add a YAML file, and count what is left out of it."""
        raw = _read(self.place.folder, name, LARGEST_FILE)
        written = rewrite(self.place.folder / name, raw, without)
        self.result.files[to] = written.content
        found = Counter[str]()
        for where, entries in written.left_out:
            if (word := _CALLED.get(str(where[-1]))) is not None:
                found[word] += entries
        return found

    def _bibliography(self) -> None:
        if (path := self.course.bibliography) is not None:
            _read(self.place.folder, path.name, _LARGEST_BESIDE)
            self.result.files[path.name] = as_printed(path).encode()

    def _code(self) -> None:
        """The computations as they are, without their tests, and the files that they read."""
        for package in self.place.code:
            every = [*package.rglob("*.py")]
            tests = {path for path in every if is_test(path) or "tests" in path.relative_to(package).parts}
            self.result.left_out["test"] += len(tests)
            for path, module in modules(package):
                if path not in tests and path not in self.held_back:
                    self._copied(path.relative_to(self.place.folder).as_posix())
                    for beside in self.code.read_beside(module):
                        self._beside(beside, path)

    def _beside(self, path: Path, reader: Path) -> None:
        """A file that a module reads: none of those that are not handed out, or not as they are."""
        folder = self.place.folder.resolve()
        if not path.is_relative_to(folder):
            return  # of the program
        kept_back = [
            self.place.answers,
            *(self.base / name for name in [*self.spoken, *(o.id for o in self.course.labs)]),
        ]
        report = any((above / REPORT).exists() for above in path.parents if above.is_relative_to(folder))
        name = path.relative_to(folder).as_posix()
        if report or name in self.result.files or any(one and path.is_relative_to(one.resolve()) for one in kept_back):
            message = "reads a file that is not handed out as it is"
            hint = "name the files that the code needs by literals, and keep them apart from questions and answers"
            raise InputError([Mistake(message, reader, got=name, hint=hint)])
        self._copied(name)

    def _copied(self, name: str) -> None:
        self.result.files[name] = _read(self.place.folder, name, _LARGEST_BESIDE)


def _read(folder: Path, name: str, largest: int) -> bytes:
    """The content of a file of the course, none of which may be a link: it could lead to anything."""
    try:
        return read_untrusted(folder, name, largest)
    except UntrustedFileError as error:
        hint = "a course that is handed out has plain files only"
        raise InputError([Mistake(str(error), folder / name, hint=hint)]) from None


def _plans(session: Session) -> dict[str, Plan]:
    """What is planned under each profile."""
    found: dict[str, Plan] = {}
    for name, profile in session.course.profiles.items():
        bindings = bind_course(session.course, profile, session.catalogue)
        if bindings.mistakes:
            raise InputError(bindings.mistakes)
        found[name] = dataclasses.replace(session, profile=profile, bindings=bindings).plan()
    return found


def _check_languages(session: Session, spoken: Iterable[str]) -> None:
    """Read the course in each language that it is translated into. Raises InputError."""
    mistakes: list[Mistake] = []
    folder = session.place.folder
    for language in spoken:
        course, found = read_course(folder, folder / ANSWERS, Edition.WORKSHEET, language)
        mistakes += found or (check_course(course, session.catalogue) if course else [])
    if mistakes:
        raise InputError(dict.fromkeys(mistakes))


def _check_staged(
    settings: Settings, staged: Path, spoken: Iterable[str], wanted: Mapping[str, Mapping[str, str]], source: Session
) -> None:
    """See that what is about to be handed out is the same course. Raises InputError."""
    own = dataclasses.replace(settings, folders=dataclasses.replace(settings.folders, course=staged))
    session = open_session(own)
    _check_languages(session, spoken)
    path = source.course.bibliography
    if path and read_bibliography(path) != read_bibliography(session.course.bibliography):
        raise InputError([Mistake("the bibliography cannot be written anew without a change", path)])
    got = _plans(session)
    other = [
        f"{address} ({name})"
        for name, known in wanted.items()
        for address, fingerprint in known.items()
        if got[name].by_address.get(address) != fingerprint
    ]
    if other:
        message = "results of the course that is handed out would not be those of the course"
        hint = "code may read files that the course does not hold, or stand among its tests"
        raise InputError([Mistake(message, source.place.folder, got=", ".join(other), hint=hint)])
