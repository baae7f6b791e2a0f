"""Where an edition's answers come from: the course's own, a student's project, or nowhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from generator.answers.addresses import lab_of
from generator.course.editions import Edition
from generator.course.own_sources import read_sources
from generator.course.spec import Answer
from generator.course.translations import compare_answers
from generator.course.untrusted_files import UntrustedFileError, plain_files, read_untrusted
from generator.errors import Mistake
from generator.languages import ENGLISH, first_part
from generator.store.files import digest

BIBLIOGRAPHY = "references.bib"
#: A student's texts that belong to no question: "introduction", "conclusion", and a conclusion for each lab.
OWN_TEXTS = ("introduction", "conclusion")


@dataclass(frozen=True)
class AnswerFiles:
    """The answers below a folder; no file is opened for a worksheet.

    A student's files are read with care and may be missing: their question then has an empty answer. A reference answer
    that is translated into the report's ``language`` lies in a folder of that name; the others are ``written`` in
    another language and are said to be so.
    """

    edition: Edition
    folder: Path
    language: str = ENGLISH
    written: str = ENGLISH

    def read(self, name: str) -> Answer | Mistake:
        """The text called ``name`` ("2-a/q01", "conclusion"), or what is wrong with its file."""
        path = self.folder / f"{name}.md"
        if self.edition is Edition.WORKSHEET:
            return Answer("", path)
        try:
            raw = self._read_own(name) if self.edition is Edition.STUDENT else path.read_bytes()
            answer = Answer(raw.decode("utf-8-sig"), path, digest(raw))
            if self.edition is Edition.STUDENT:
                own, faults = read_sources(answer.text, path, self.folder.parent)
                return replace(answer, own=own, faults=faults)
            foreign = self.edition is Edition.REFERENCE and first_part(self.language) != first_part(self.written)
            return self._translated(answer, name) if foreign else answer
        except UnicodeDecodeError as error:
            return Mistake("is not text in UTF-8", path, error.object[: error.start].count(b"\n") + 1)
        except FileNotFoundError:
            return Mistake(f"the answer of {name} is missing", path, expected="a Markdown file")
        except UntrustedFileError as error:
            return Answer("", path) if error.absent else Mistake(str(error), path)
        except OSError as error:
            return Mistake(f"cannot be read: {error.strerror}", path, expected="a Markdown file")

    def _translated(self, answer: Answer, name: str) -> Answer | Mistake:
        """The answer in the report's language; where there is none, the same, which then is foreign."""
        path = self.folder / first_part(self.language) / f"{name}.md"
        if not path.is_file():
            return replace(answer, foreign=True)
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
        wrong = compare_answers(answer.text, text, path)
        return wrong[0] if wrong else Answer(text, path, digest(raw))

    def _read_own(self, name: str) -> bytes:
        """From the project's folder on: the folder of answers could itself be a link to somebody else's."""
        return read_untrusted(self.folder.parent, f"{self.folder.name}/{name}.md")

    def bibliography(self) -> Answer | Mistake | None:
        """A student's own sources, or what is wrong with their file; None where there are none."""
        if self.edition is not Edition.STUDENT:
            return None
        path = self.folder.parent / BIBLIOGRAPHY
        try:
            raw = read_untrusted(path.parent, BIBLIOGRAPHY)
        except UntrustedFileError as error:
            return None if error.absent else Mistake(str(error), path)
        return Answer("", path, digest(raw))

    def strays(self, questions: Collection[str], unread: Collection[str] = ()) -> list[Mistake]:
        """A student's answers that no question would show: a file with a mistyped name is a lost answer.

        Of labs that are ``unread``, nobody knows the questions.
        """
        if self.edition is not Edition.STUDENT:
            return []
        labs = {lab_of(question) for question in questions}
        known = {*OWN_TEXTS, *questions, *(f"{lab}/conclusion" for lab in labs)}
        hint = "give it the name of its question, or another ending"
        try:
            texts = [path for path in plain_files(self.folder) if path.suffix == ".md"]
        except UntrustedFileError as error:
            return [Mistake(str(error), self.folder, hint="hand in the folder itself")]
        names = {path: path.relative_to(self.folder).as_posix()[:-3] for path in texts}
        strange = [path for path, name in names.items() if name not in known and lab_of(name) not in unread]
        return [Mistake("no question has this name", path, hint=hint) for path in strange]
