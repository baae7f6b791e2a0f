"""The few kinds of error that genreport raises on purpose, each with what a person needs to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: Mistakes that are told one by one; whoever makes more begins with these.
MOST_SHOWN = 30
_LONGEST_DETAIL = 500  # characters: a list of all names that there are helps nobody
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_DETAIL else f"{text[:_LONGEST_DETAIL]}…"


@dataclass(frozen=True)
class Mistake:
    """One fault of the input: where it is, what was expected there and what was found.

    ``line`` counts from 1, as editors do; ``place`` is the path inside the file (``results.top.params.seed``).
    """

    message: str
    path: Path | None = None
    line: int | None = None
    place: str = ""
    expected: str = ""
    got: str = ""
    hint: str = ""

    @property
    def details(self) -> dict[str, str]:
        """What was expected and found, and a hint: as much of each as helps."""
        return {name: _cut(getattr(self, name)) for name in ("expected", "got", "hint")}

    def __str__(self) -> str:
        place = str(self.path).replace("\n", r"\n")  # a name that could draw on a terminal comes from somebody else
        where = "" if self.path is None else place + (f":{self.line}" if self.line else "")
        head = ": ".join(part for part in (where, self.place, self.message) if part)
        lines = [head, *(f"    {name}: {text}" for name, text in self.details.items() if text)]
        return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", "\n".join(lines))


class GenreportError(Exception):
    """Base of every error that is shown without a traceback; ``hint`` says what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n    hint: {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[type[GenreportError], tuple[str, str]]:
        return type(self), (self.message, self.hint)  # an error must survive the way back from a worker


class InputError(GenreportError):
    """The questions, answers or options are wrong: exit code 2, the mistakes of every file in one message.

    ``mistakes`` are all of them; the message sums up those that nobody would read.
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        lines = [str(mistake) for mistake in self.mistakes[:MOST_SHOWN]]
        if more := len(self.mistakes) - len(lines):
            lines.append(f"and {more} more, which may follow from these")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Mistake, ...]]]:  # type: ignore[override]
        return type(self), (self.mistakes,)


class DataMissingError(GenreportError):
    """A data set or weight file is not on disk (or damaged); the hint says how to fetch it."""


class DownloadError(GenreportError):
    """A file could not be fetched or did not have the expected digest."""


class CacheError(GenreportError):
    """The cache folder cannot be read or written (full disk, no permission)."""


class ExecutorError(GenreportError):
    """The place where jobs run could not be reached, or its workers keep dying."""


class RenderError(GenreportError):
    """HTML or PDF could not be produced (Pango missing, image missing, time limit)."""
