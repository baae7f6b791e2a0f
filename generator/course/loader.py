"""Read all questions of the course into one specification; every mistake of every file is found before any is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from generator.course.answer_files import AnswerFiles
from generator.course.cover import read_cover
from generator.course.editions import Edition, Theme
from generator.course.folder import FILE, ONLY_PROFILE, labs_folder
from generator.course.forms import CourseFile, LabFile, ProfileEntry, is_file_name
from generator.course.held_back import is_hidden, is_place, read_place
from generator.course.left_out import Details, with_only, without_hidden
from generator.course.own_data import own_data
from generator.course.parsing import nearest, parse
from generator.course.profiles import LAB_PROFILES, read_profiles
from generator.course.question_files import place_spec, question_spec
from generator.course.references import Unread
from generator.course.solutions import without_unnamed_solutions
from generator.course.spec import Answer, CourseSpec, LabSpec, QuestionSpec, SectionSpec
from generator.course.style import read_style
from generator.course.translations import Translations, spoken_and_written
from generator.course.variants import write_out
from generator.course.yaml_source import Place, Source, Where, read_yaml
from generator.errors import Mistake
from generator.store.files import digest


def read_course(
    folder: Path, answers: Path, edition: Edition = Edition.REFERENCE, language: str = "", *, hidden: bool = False
) -> tuple[CourseSpec | None, list[Mistake]]:
    """The course in a folder with those of its questions that can be read, and the mistakes in the form of all files.

    What they name is checked elsewhere, in ``generator.checks``.
    There is no course when course.yaml itself is wrong or a lab's profiles cannot be read: half of what follows would
    be wrong as well, for each profile. What the edition must not show is not read: ``answers`` is the student's own
    folder for a student's report, and is never opened for a worksheet. Texts are those in ``language``, where there are
    any; without one, in the language that course.yaml names. Questions that are hidden, or that course.yaml does not
    choose, are left out; ``hidden`` shows the former.
    """
    loader = _Loader(folder, AnswerFiles(edition, answers, language), hidden=hidden)
    return loader.course(), loader.mistakes


class _Loader:
    """Walks from the course to its labs and questions and gathers what is wrong on the way."""

    def __init__(self, folder: Path, answers: AnswerFiles, *, hidden: bool) -> None:
        self.folder = folder
        self.hidden = hidden
        self.questions_folder = labs_folder(folder)
        self.last_profile = ONLY_PROFILE
        self.answers = answers
        self.edition = answers.edition
        self.translations = Translations()
        self.own_texts: dict[str, Path] = {}
        self.own_faults: dict[str, tuple[Mistake, ...]] = {}
        self.mistakes: list[Mistake] = []
        self.listed: set[str] = set()  # the addresses of questions, those included that cannot be read
        self.files: dict[Path, str] = {}

    def read(self, path: Path, without: frozenset[str] = frozenset()) -> Source:
        source = read_yaml(path, without)
        self.files[path] = source.digest
        if self.translations.folder is not None and path.name != FILE:
            self.translate(source, path.relative_to(self.questions_folder).as_posix(), without)
        return source

    def translate(self, source: Source, name: str, without: frozenset[str]) -> None:
        if translation := self.translations.apply(source, name, without):
            self.files[translation.path] = translation.digest

    def begin(self) -> Source:
        """Read course.yaml, and see into which language all is to be translated."""
        without = self.edition.withheld_from_course
        source = self.read(self.folder / FILE, without)
        own = source.data.get("language") if isinstance(source.data, Mapping) else None
        language, written, mistake = spoken_and_written(self.questions_folder, self.answers.language, own)
        self.mistakes += [source.mistake(mistake, ("language",), got=repr(language))] if mistake else []
        self.answers = replace(self.answers, language=language, written=written)
        self.translations = Translations.of(self.questions_folder, language, written)
        self.translate(source, FILE, without)
        return source

    def course(self) -> CourseSpec | None:
        source = self.begin()
        form = parse(source, CourseFile)
        own = own_data({"datasets": form.datasets, "networks": form.networks}, source) if form else {}
        self.mistakes += source.mistakes
        profiles = (form and form.profiles) or {ONLY_PROFILE: ProfileEntry(title="", description="")}
        *_, self.last_profile = profiles
        data = source.data if isinstance(source.data, Mapping) else {}  # a list has no labs, only mistakes
        names = _names(form.labs if form else data, "labs")
        labs = [lab for number, name in names if (lab := self.lab(name, source, number)) is not None]
        if form is None:
            return None
        self.duplicates(form.labs, source, ("labs",))
        unread = {name for _, name in names} - {lab.id for lab in labs}
        self.mistakes += self.answers.strays(self.listed, unread)
        lab_profiles = self.lab_profiles(labs)
        if unreadable := [mistake for source in lab_profiles for mistake in source.mistakes]:
            self.mistakes += unreadable
            return None
        course = CourseSpec(
            title=form.title,
            subtitle=form.subtitle,
            course=form.course,
            institution=form.institution,
            programme=form.programme,
            year=str(form.year),
            authors=tuple((author.name, author.number) for author in form.authors),
            labs=tuple(labs),
            profiles=read_profiles(profiles, source, lab_profiles, self.mistakes),
            bibliography=self.bibliography(form, source),
            root=self.folder,
            introduction=self.own_text("introduction", form.introduction),
            conclusion=self.own_text("conclusion", form.conclusion),
            language=self.answers.language,
            written=self.answers.written,
            words=self.words(),
            own_data=own,
            style=read_style(self.folder, self.mistakes, self.files),
            cover=read_cover(self.folder, self.mistakes, self.files),
            places=tuple(form.read_cache),
            theme=Theme(form.theme),
            edition=self.edition,
            own_texts=self.own_texts,
            own_faults=self.own_faults,
            own_bibliography=self.own_bibliography(),
            source=source,
            files=self.files,
        )
        course = self.left_out(write_out(course, self.mistakes), form.questions)
        return without_unnamed_solutions(course) if self.edition is Edition.STUDENT else course

    def left_out(self, course: CourseSpec, chosen: list[str]) -> CourseSpec:
        """The course without what is hidden, and with what its file chooses."""
        unread = Unread.of(course)

        def wrong(number: int, message: str, details: Details) -> None:
            if not unread.holds(chosen[number]):
                self.mistakes.append(course.source.mistake(message, ("questions", number), **details))

        return with_only(without_hidden(course, shown=self.hidden), chosen, wrong)

    def bibliography(self, form: CourseFile, source: Source) -> Path | None:
        """The file of the sources; None where a course has none and names none."""
        path = self.folder / form.bibliography
        try:
            self.files[path] = digest(path.read_bytes())
        except OSError:
            if "bibliography" not in form.model_fields_set and not path.exists():
                return None
            wrong = source.mistake("the bibliography is missing", ("bibliography",), got=form.bibliography)
            self.mistakes.append(wrong)
        return path

    def own_bibliography(self) -> Path | None:
        """A student's own sources, if there are any."""
        found = self.answers.bibliography()
        if isinstance(found, Mistake):
            self.mistakes.append(found)
        elif found is not None:
            self.files[found.path] = found.digest
            return found.path
        return None

    def words(self) -> Mapping[str, str]:
        source = self.translations.words()
        if source is None:
            return {}
        self.files[source.path] = source.digest
        self.mistakes += source.mistakes
        return {} if source.mistakes else source.data

    def duplicates(self, names: list[str], source: Source, where: Where) -> None:
        for number, name in enumerate(names):
            if name in names[:number]:
                self.mistakes.append(source.mistake(f"{name!r} stands twice", (*where, number), got=name))

    def lab_profiles(self, labs: Iterable[LabSpec]) -> list[Source]:
        """The files of those labs that have roles of their own."""
        paths = (self.questions_folder / lab.id / LAB_PROFILES for lab in labs)
        return [self.read(path) for path in paths if path.exists()]

    def lab(self, name: str, course: Source, number: int) -> LabSpec | None:
        folder = self.questions_folder / name
        if not folder.is_dir():
            there = [path.parent.name for path in sorted(self.questions_folder.glob("*/lab.yaml"))]
            details = {"expected": f"a folder {name}/ with lab.yaml in {self.questions_folder.name}/", "got": name}
            wrong = course.mistake("there is no such lab", ("labs", number), **details, hint=nearest(name, there))
            self.mistakes.append(wrong)
            return None
        source = self.read(folder / "lab.yaml", self.edition.withheld_from_labs)
        form = parse(source, LabFile)
        self.mistakes += source.mistakes
        sections = []
        listed: list[str] = []
        for position, (title, introduction, names) in enumerate(_sections(form, source)):
            where: Where = ("sections", position, "questions")
            for index, question in names:
                if question in listed:
                    self.mistakes.append(source.mistake(f"question {question!r} stands twice", (*where, index)))
                listed.append(question)
                self.listed.add(f"{name}/{question}")
            found = [self.question(name, question) for _, question in names]
            sections.append(SectionSpec(title, introduction, tuple(q for q in found if q is not None)))
        if form is None:
            return None
        self.strays(folder, listed)
        conclusion = self.own_text(f"{name}/conclusion", form.conclusion)
        return LabSpec(name, form.title, form.introduction, conclusion, tuple(sections), Place(source.path, 1), source)

    def strays(self, folder: Path, listed: list[str]) -> None:
        """Files that look like questions of the lab and are in none of its sections."""
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            if path.suffix == ".yml":
                self.mistakes.append(Mistake("the file would not be read", path, hint="its name must end in .yaml"))
            elif path.stem not in {"lab", Path(LAB_PROFILES).stem, *listed}:
                hint = f"add {path.stem} to a section of lab.yaml, or give the file another ending"
                self.mistakes.append(Mistake("the question is in no section", path, hint=hint))

    def question(self, lab: str, name: str) -> QuestionSpec | None:
        path = self.questions_folder / lab / f"{name}.yaml"
        if self.edition is not Edition.REFERENCE and not self.hidden and is_hidden(path):
            source = read_place(path)
            self.files[path] = source.digest
        else:
            source = self.read(path, self.edition.withheld_from_questions)
        address = f"{lab}/{name}"
        if is_place(source):
            spec = place_spec(address, source, self.answers.folder)
            self.mistakes += source.mistakes
            return spec
        answer = self.answer(address)
        spec = question_spec(address, source, answer or Answer("", path), self.last_profile)
        self.mistakes += source.mistakes
        return spec if answer else None

    def answer(self, name: str) -> Answer | None:
        found = self.answers.read(name)
        if isinstance(found, Mistake) and self.edition is Edition.STUDENT:
            path = self.answers.folder / f"{name}.md"
            self.files[path] = str(found)
            return Answer("", path, faults=(found,))
        if isinstance(found, Mistake):
            self.mistakes.append(found)
            return None
        if found.text or self.edition is Edition.REFERENCE:
            self.files[found.path] = found.digest
        self.files |= {source.path: source.digest for source in found.own.values()}
        return found

    def own_text(self, name: str, of_the_course: str) -> str:
        """An introduction or conclusion: the course's, or a student's own."""
        if self.edition is not Edition.STUDENT:
            return of_the_course
        answer = self.answer(name)
        if answer is None or not (answer.text.strip() or answer.faults):
            return ""
        if answer.faults:
            self.own_faults[name] = answer.faults
        self.own_texts[name] = answer.path
        return answer.text


def _names(listed: Any, key: str = "") -> list[tuple[int, str]]:
    """The names in a list with their places; of data that does not fit its model, those that do."""
    if isinstance(listed, Mapping):
        listed = listed.get(key)
    items = enumerate(listed) if isinstance(listed, list) else ()
    return [(number, name) for number, name in items if isinstance(name, str) and is_file_name(name)]


def _sections(form: LabFile | None, source: Source) -> list[tuple[str, str, list[tuple[int, str]]]]:
    """Title, introduction and questions of each section, as far as they can be read: a faulty lab has questions too."""
    if form is not None:
        return [(section.title, section.introduction, _names(section.questions)) for section in form.sections]
    sections = source.data.get("sections") if isinstance(source.data, Mapping) else None
    return [("", "", _names(section, "questions")) for section in sections] if isinstance(sections, list) else []
