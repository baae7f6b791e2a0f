"""A filled worksheet as a student's project: what was typed into its fields becomes the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.answers.addresses import lab_of
from generator.course.fields import version_of
from generator.course.filled import Filled, read_filled
from generator.course.project import FILE
from generator.course.spec import CourseSpec
from generator.course.untrusted_files import UntrustedFileError
from generator.errors import InputError, Mistake
from generator.formats import escape_markdown
from generator.render.text.untrusted_words import visible

_LONGEST_NAME = 200
_MOST_NAMES = 20
_MOST_NAMED = 3  # of the questions that a course does not have
_SEPARATORS = re.compile(r"\s*(?:[;,\n&]|\band\b|\bet\b)\s*")
#: What at the beginning of a line is a list, a heading or a definition.
_BEGINNING = re.compile(r"^(\d+)([.)])(?=\s|$)|^([=:])")


@dataclass(frozen=True)
class Handed:
    """A filled worksheet that this course can show: its fields, and the questions that the course has."""

    filled: Filled
    questions: tuple[str, ...]

    @property
    def labs(self) -> tuple[str, ...]:
        """The labs of its questions."""
        return tuple(dict.fromkeys(map(lab_of, self.questions)))

    @property
    def signed(self) -> str:
        """Who handed it in, as the fields at its head say."""
        group, date = self.filled.head.get("group", ""), self.filled.head.get("date", "")
        return "; ".join(part for part in (", ".join(self.names), group and f"group {group}", date) if part)

    @property
    def names(self) -> list[str]:
        """The names of the authors."""
        names = _SEPARATORS.split(visible(self.filled.head.get("names", ""), _LONGEST_NAME * _MOST_NAMES))
        return [_line(name) for name in names if name.strip()][:_MOST_NAMES]

    def remarks(self, course: CourseSpec) -> Iterator[str]:
        """What is odd about it: nobody's name, nothing filled in, other words of a question than the course has."""
        if not self.names:
            yield "nobody has written a name into it"
        if not any(text.strip() for text in self.filled.answers.values()):
            yield "nothing is filled in"
        versions = {question.address: version_of(question) for question in course.present()}
        missing = [one for one in self.filled.answers if one not in {*versions, *course.left_out}]
        asked = [one for one in self.questions if one not in course.left_out]  # answers to the others are told by name
        other = [one for one in asked if versions.get(one) != self.filled.versions[one]]
        if missing:
            yield f"the course has no question {', '.join(sorted(missing))}: it is a worksheet of another version"
        if other and len(other) == len(asked):
            yield "none of its questions has the words that the course has: it is of another version or another course"
        elif other:
            yield f"it is of another version, with other words for {', '.join(other)}"


def read_handed(path: Path, questions: Path) -> Handed:
    """The worksheet in a file, for the course in the folder ``questions``. InputError where it cannot be shown."""
    try:
        filled = read_filled(path)
    except UntrustedFileError as error:
        raise InputError([Mistake(str(error), path)]) from None
    known = [address for address in filled.answers if (questions / f"{address}.yaml").is_file()]
    if not known:
        asked = sorted(filled.answers)[:_MOST_NAMED]
        message = f"is a worksheet of another course: this one has no question {', '.join(asked)}"
        raise InputError([Mistake(message, path)])
    return Handed(filled, tuple(sorted(known)))


def lay_out(handed: Handed, folder: Path, profile: str) -> None:
    """Write the project that the worksheet stands for into an empty folder."""
    authors = [{"name": name} for name in handed.names] or [{"name": "–"}]
    form = {"authors": authors, "labs": [*handed.labs], "profile": profile, "language": handed.filled.language}
    (folder / FILE).write_text(json.dumps(form, ensure_ascii=False), encoding="utf-8")
    for address in handed.questions:
        path = folder / "answers" / f"{address}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_typed(handed.filled.answers[address]), encoding="utf-8", errors="replace")


def as_typed(text: str) -> str:
    """The Markdown that shows a text as it was typed, line for line, and holds no tag."""
    lines = [_literal(" ".join(visible(line.replace("\t", " ")).split())) for line in text.split("\n")]
    ends = ["  " if line and following else "" for line, following in zip(lines, [*lines[1:], ""], strict=True)]
    return "\n".join(line + end for line, end in zip(lines, ends, strict=True)).rstrip("\n")


def _literal(line: str) -> str:
    escaped = escape_markdown(line).replace("{%", "{\\%")
    return _BEGINNING.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", escaped)


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_NAME]
