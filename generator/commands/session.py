"""A build's settings, and the course as they open it: loaded, checked, bound and planned."""

from __future__ import annotations

import dataclasses
import functools
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from generator.answers.syntax import READINGS
from generator.checks.course import check_course
from generator.commands.checked import Checked, content_key, modules_of, stated_key
from generator.commands.course_again import Stated, read_course_again
from generator.commands.program import program_digest, rendering_templates
from generator.commands.remembered import Remembered, as_they_are
from generator.course import yaml_kept, yaml_source
from generator.course.editions import Edition
from generator.course.faulty import set_apart
from generator.course.folder import CourseFolder, read_course_folder
from generator.course.left_out import Details, has_questions, needed_of_left_out, selected
from generator.course.project import Project
from generator.course.spec import CourseSpec, ProfileSpec, RoleSpec
from generator.course.yaml_kept import KEPT_YAML
from generator.errors import InputError, Mistake
from generator.folders import default_cache, default_data, questions_folder
from generator.jobs import one_by_one
from generator.planning.binding import Bindings
from generator.planning.catalogue import Catalogue, read_catalogue
from generator.planning.data import DataLock
from generator.planning.fingerprint import CodeReader
from generator.planning.history import History
from generator.planning.parameters import Kind
from generator.planning.plan import Plan, Planner
from generator.render.outputs.table import DOCUMENTS
from generator.running.executors.choose import ExecutorSpec
from generator.store.cache import Cache
from generator.store.memo import Memo
from generator.store.parts import PartStore
from generator.store.plain import digest_of


@dataclass(frozen=True)
class Folders:
    """Where things are read, and where results are kept; ``course`` is the folder with course.yaml."""

    data: Path = field(default_factory=default_data)
    cache: Path = field(default_factory=default_cache)
    course: Path = field(default_factory=questions_folder)


@dataclass(frozen=True)
class OutputSettings:
    """Which documents are written, and where.

    A worksheet may have empty ``frames`` in place of exhibits, and ``fields`` to write in in its PDF.
    """

    folder: Path = Path("build")
    formats: frozenset[str] = frozenset(DOCUMENTS)
    frames: bool = False
    fields: bool = False


@dataclass(frozen=True)
class Settings:
    """What the command line decides. ``overrides`` maps a role to the value that takes its place.

    A student's report needs a ``project``; the other editions take its title page and its choice of labs, if given.
    Without a ``language`` it is in the project's, or else the course's; without a ``profile``, under the first. With
    ``hidden``, questions that are hidden are shown. ``places`` are folders and addresses to copy results from, before
    those that the course names.
    """

    profile: str = ""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    edition: Edition = Edition.REFERENCE
    project: Project | None = None
    folders: Folders = field(default_factory=Folders)
    workers: ExecutorSpec = field(default_factory=ExecutorSpec)
    output: OutputSettings = field(default_factory=OutputSettings)
    language: str = ""
    places: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def spoken(self) -> str:
        """The language that is asked for, by an option or a project; empty where it is the course's."""
        return self.language or (self.project.form.language if self.project else "")


@dataclass
class Kept:
    """What can be made again is kept in a ``store``, under names that hold the digest of the program."""

    store: PartStore
    memo: Memo

    @cached_property
    def program(self) -> str:
        """The digest of the program, which a build with nothing to do need not know."""
        return program_digest(self.memo)

    def name(self, *what: Any) -> str:
        """The name under which something is kept."""
        return digest_of([self.program, *what])


@dataclass
class Session:
    """The course under one profile, with what has been remembered of earlier builds.

    ``shown`` is the course as the report shows it: with the labs and questions that a project chose, under its title.
    """

    settings: Settings
    place: CourseFolder
    course: CourseSpec
    shown: CourseSpec
    profile: ProfileSpec
    catalogue: Catalogue
    bindings: Bindings
    cache: Cache
    history: History
    memo: Memo
    kept: Kept
    code: CodeReader

    def plan(self, forced: frozenset[str] = frozenset(), lock: DataLock | None = None) -> Plan:
        """Every job of the course; ``forced`` are questions whose jobs are computed again.

        ``lock`` takes the place of what the cache folder says of data that is elsewhere.
        """
        plan = self.planner(lock).plan(self.bindings, self.profile.name, forced)
        plan.also = needed_of_left_out(self.shown)
        return plan

    def planner(self, lock: DataLock | None = None) -> Planner:
        """What plans this course, with the data as it is now."""
        data, own = self.settings.folders.data, self.course.own_data
        return Planner(self.cache, self.history, self.memo, data, self.code, lock, own)

    @property
    def answers(self) -> Path | None:
        """The folder of the answers that the report shows, if there is any."""
        return _answers(self.settings, self.place)

    def questions(self, selection: Iterable[str]) -> tuple[str, ...]:
        """The addresses of the questions of the report that a selection names ("2-a", "2-a/q03"); all for an empty one.

        Raises InputError for names that do not exist or are left out, and where no question is left.
        """
        mistakes = []

        def wrong(number: int, message: str, details: Details) -> None:
            mistakes.append(Mistake(message, **details))

        chosen = selected(self.shown, names := [*selection], wrong)
        if mistakes:
            raise InputError(mistakes)
        every = tuple(question.address for question in self.shown.present())
        if not every:
            hint = "they are hidden, or `questions:` chooses others; with --hidden, teachers see what is hidden"
            raise InputError([Mistake("no question is in this report", self.place.folder, hint=hint)])
        return tuple(address for address in every if address in chosen or not names)

    def questions_of(self, labs: Collection[str] | None) -> tuple[str, ...]:
        """The addresses of the questions of some labs, or of all; names that no lab has are passed over."""
        shown = self.shown
        wanted = [lab.id for lab in shown.labs if (labs is None or lab.id in labs) and has_questions(shown, lab)]
        return self.questions(wanted) if wanted else ()

    def needs(self) -> tuple[frozenset[str], frozenset[str]]:
        """The data sets and the pre-trained networks that the jobs of the report's questions read."""
        bound, also = self.bindings.by_address, needed_of_left_out(self.shown).values()
        wanted = {*(question.address for question in self.shown.present()), *(one for many in also for one in many)}
        needed: set[str] = set()
        open_ = [key for key, one in bound.items() if {one.address.question, str(one.address.whole)} & wanted]
        while open_:
            if (key := open_.pop()) not in needed:
                needed.add(key)
                open_ += one_by_one(bound[key].inputs).values()
        files = {file for key in needed for file in bound[key].files}
        names = {kind: frozenset(n for k, n in files if k is kind) for kind in (Kind.DATASET, Kind.NETWORK)}
        return names[Kind.DATASET], names[Kind.NETWORK]

    def save(self) -> None:
        """Keep what was remembered for the next build."""
        READINGS.keep(self.kept.store, lambda: _texts(self.kept, self.place, self.settings))
        KEPT_YAML.keep(self.kept.store, lambda: _yaml(self.kept, self.place, self.settings))
        self.memo.save()
        self.history.save()


def open_session(settings: Settings, remembered: Remembered | None = None) -> Session:
    """Load, check and bind the course. Raises InputError with every mistake of every file.

    What is ``remembered`` of files that have not changed is not made again.
    """
    known = remembered or Remembered(forgetful=True)
    folders, project = settings.folders, settings.project
    place = read_course_folder(folders.course)
    settings = dataclasses.replace(settings, profile=settings.profile or place.profiles[0])
    answers = _answers(settings, place)
    if answers is None and settings.edition is not Edition.WORKSHEET:
        hint = "make a worksheet, --edition worksheet, or a student's report, `genreport init DIR`"
        raise InputError([*place.mistakes, Mistake("the course has no answers to show", place.folder, hint=hint)])
    memo = known.of("memo", lambda: folders.cache, lambda: Memo(folders.cache / "memo.json"))
    code = functools.cache(lambda: as_they_are(modules_of(place)))
    kept = known.of(
        "kept",
        lambda: (code(), as_they_are(rendering_templates())),
        lambda: Kept(PartStore(folders.cache / "kept"), memo),
    )
    names = functools.cache(lambda: _texts(kept, place, settings))
    known.of("texts", lambda: (kept.program, names()), lambda: READINGS.recall(kept.store, names))
    if known.forgetful:
        KEPT_YAML.recall(kept.store, lambda: _yaml(kept, place, settings))
    catalogue = known.of(
        "catalogue", lambda: (code(), place.with_ours),
        lambda: read_catalogue(memo, courses=place.code, ours=place.with_ours),
    )  # fmt: skip
    read, found = read_course_again(known, place, answers, settings.edition, settings.spoken, hidden=settings.hidden)
    mistakes = [*place.mistakes, *found]
    if read is None:
        raise InputError(dict.fromkeys(mistakes))
    own_profile = settings.profile if settings.edition is Edition.STUDENT else ""
    course, stated = read, Stated(known, read, lambda: (settings.hidden, own_profile, code()))
    if known.forgetful:
        what = (place, memo, own_profile, settings.hidden)
        stated.checked = Checked(kept.store, lambda: digest_of([names(), "checked"]), lambda: stated_key(read, *what))
    checked = "" if mistakes else known.of(
        "content", lambda: (read.files, read.edition, read.language, own_profile, settings.hidden, code()),
        lambda: content_key(read, place, memo, own_profile, hidden=settings.hidden, files=read.files),
    )  # fmt: skip
    if mistakes or not memo.holds("checked", checked):
        mistakes += check_course(course, catalogue, own_profile=own_profile, bind=stated.bind, once=stated.once)
        course, mistakes = set_apart(course, mistakes)
        if mistakes:
            raise InputError(dict.fromkeys(mistakes))
        if not any(True for _ in course.faults()):
            memo.keep("checked", checked)
            stated.keep()
    settings = dataclasses.replace(settings, places=tuple(dict.fromkeys((*settings.places, *course.places))))
    profile = _profile(course, settings)
    bindings = stated.bind(course, profile, catalogue)
    if bindings.mistakes:
        raise InputError(bindings.mistakes)
    history = known.of("history", lambda: place.key, lambda: History(folders.cache / "history.json", place.key))
    reader = known.of("code", code, lambda: CodeReader(memo, courses=place.code))
    shown = project.choose(project.cover(course)) if project else course
    cache = Cache(folders.cache)
    return Session(settings, place, course, shown, profile, catalogue, bindings, cache, history, memo, kept, reader)


def _texts(kept: Kept, place: CourseFolder, settings: Settings) -> str:
    """The name under which it is kept what all texts of a course say."""
    project = str(settings.project.folder) if settings.project else ""
    return kept.name("texts", str(place.folder), project, settings.edition.value, settings.spoken)


def _yaml(kept: Kept, place: CourseFolder, settings: Settings) -> str:
    """The name under which it is kept what all YAML files of a course say that this edition may read.

    It holds what reads YAML and nothing else of the program, which a build with nothing to do need not know.
    """
    readers = [kept.memo.digest(Path(str(module.__file__))) for module in (yaml_source, yaml_kept)]
    loader = [sys.version, yaml.__version__, yaml_source.LOADER.__name__]
    project = settings.project.folder if settings.project else None
    told = [place.folder, project, settings.edition, settings.spoken, settings.hidden]
    return digest_of(["yaml", readers, loader, told])


def _answers(settings: Settings, place: CourseFolder) -> Path | None:
    own = settings.project if settings.edition is Edition.STUDENT else None
    return own.answers if own else place.answers


def _profile(course: CourseSpec, settings: Settings) -> ProfileSpec:
    """The chosen profile with the overridden roles put in."""
    if settings.profile not in course.profiles:
        expected, got = "one of " + ", ".join(course.profiles), repr(settings.profile)
        message, project = "there is no such profile", settings.project
        if project is not None and project.form.profile == settings.profile:
            raise InputError([project.source.mistake(message, ("profile",), expected=expected, got=got)])
        raise InputError([Mistake(message, expected=expected, got=got)])
    profile = course.profiles[settings.profile]
    unknown = sorted(set(settings.overrides) - set(profile.roles))
    if unknown:
        listed = "one of " + ", ".join(sorted(profile.roles))
        expected = listed if profile.roles else f"no --set: the profile {profile.name} has no roles"
        raise InputError([Mistake("--set names no role", expected=expected, got=repr(name)) for name in unknown])
    roles = {name: RoleSpec(value, str(value)) for name, value in settings.overrides.items()}
    return dataclasses.replace(profile, roles={**profile.roles, **roles})
