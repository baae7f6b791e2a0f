"""Translations of a course: for each of its files one that holds nothing but texts, under the keys of the original.

The texts of ``questions/2-a/q01.yaml`` in French stand in ``questions/fr/2-a/q01.yaml``. They take the place of the
original's while it is read; results, exhibits and numbers are the original's own, so that no version can lag behind.
A text that prints other numbers than the original, or has other formulas or citations, is a mistake.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from generator.answers.syntax import parse_answer
from generator.course.parsing import nearest
from generator.course.yaml_source import Source, Where, read_yaml
from generator.errors import Mistake
from generator.languages import ENGLISH, first_part, languages

#: The file with words of results, in figures and tables: what computations call things, and what readers shall see.
WORDS = "words.yaml"
#: What may be translated, by the kind of file: keys of the file joined by dots.
TEXTS = {
    "course.yaml": (
        "title", "subtitle", "course", "institution", "programme", "introduction", "conclusion",
        "profiles.*.title", "profiles.*.description", "profiles.*.note", "profiles.*.roles.*.label",
    ),
    "lab.yaml": ("title", "introduction", "conclusion", "sections.*.title", "sections.*.introduction"),
    "profiles.yaml": ("*.label",),
    "": (
        "title", "statement", "marking", "tables.*.caption", "tables.*.finding", "tables.*.row_title",
        "tables.*.rows.*.label", "tables.*.columns.*", "figures.*.caption", "figures.*.finding", "figures.*.alt",
        "figures.*.panel_caption", "figures.*.panel_finding", "figures.*.panels.*.caption",
        "figures.*.panels.*.finding", "figures.*.panels.*.alt",
    ),
}  # fmt: skip
#: What of a column is its own and no text.
_SETTINGS = ("*.columns.*.format", "*.columns.*.digits", "*.columns.*.best", "*.columns.*.interval*")
_FORMULA = re.compile(r"\$\$.{1,4000}?\$\$|\$[^$\n]{1,2000}\$|\\begin\{.{1,4000}?\\end\{[a-z]+\*?\}", re.DOTALL)
_WORDS_INSIDE = re.compile(r"\\(text|mathrm|operatorname)\{[^{}]*\}")
_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


@dataclass(frozen=True)
class Translations:
    """The translations of a course's files below ``folder``; of a course in its own language there are none."""

    folder: Path | None = None

    @classmethod
    def of(cls, questions: Path, language: str, written: str) -> Translations:
        """Those into a language of a course that is written in another."""
        return cls(None if first_part(language) == first_part(written) else questions / first_part(language))

    def apply(self, source: Source, name: str, without: Collection[str] = ()) -> Source | None:
        """Put the translation of a file, by its name below the course, into it; the translation's own file, if any.

        Whatever is wrong with it is added to the source's mistakes.
        """
        if self.folder is None:
            return None
        source.translated = set()
        path = self.folder / name
        if source.mistakes or not path.exists():
            return None
        translation = read_yaml(path, without)
        texts = TEXTS.get(Path(name).name, TEXTS[""])
        merge = _Merge(source, translation, texts)
        if not translation.mistakes:
            merge.into(source.data, translation.data, ())
        source.mistakes += translation.mistakes
        return translation

    def words(self) -> Source | None:
        """The file with words of results, if there is one; whatever is no text is one of its mistakes."""
        path = self.folder / WORDS if self.folder else None
        if path is None or not path.exists():
            return None
        source = read_yaml(path)
        pairs = source.data.items() if isinstance(source.data, Mapping) else ()
        wrong: list[Where] = [(key,) for key, value in pairs if not isinstance(value, str)]
        if not source.mistakes and (wrong or not pairs):
            place = wrong[0] if wrong else ()
            source.mistakes.append(source.mistake("has the wrong form", place, expected="word: word"))
        elif not source.mistakes:
            source.mistakes += [
                source.mistake("fills other places than the original", (key,), expected=str(key.count("{}")))
                for key, value in pairs
                if key.count("{}") != value.count("{}")
            ]
        return source


@dataclass(frozen=True)
class _Merge:
    """Puts the texts of one file into another."""

    source: Source
    translation: Source
    texts: tuple[str, ...]

    def wrong(self, message: str, where: Where, **details: str) -> None:
        self.translation.mistakes.append(self.translation.mistake(message, where, **details))

    def into(self, original: Any, translated: Any, where: Where) -> None:
        if translated is None and where:
            return  # an entry of a list that is left as it is
        if isinstance(original, dict) and isinstance(translated, dict):
            self._keys(original, translated, where)
        elif isinstance(original, dict) and isinstance(translated, str) and "title" in original:
            self._text(original, "title", translated, where, (*where, "title"))
        elif isinstance(original, list) and isinstance(translated, list):
            if len(original) != len(translated):
                self.wrong("has another length", where, expected=f"{len(original)}, as the original has")
                return
            for number in range(len(original)):
                self._value(original, number, translated[number], (*where, number))
        else:
            self.wrong("has another form than the original", where)

    def _keys(self, original: dict[str, Any], translated: dict[str, Any], where: Where) -> None:
        for key, value in translated.items():
            if key not in original:
                expected = "a key of the original: " + ", ".join(original)
                self.wrong(
                    "the original has no such text", (*where, key), expected=expected, hint=nearest(key, original)
                )
            else:
                self._value(original, key, value, (*where, key))

    def _value(self, holder: Any, key: Any, value: Any, where: Where) -> None:
        if isinstance(holder[key], str) and isinstance(value, str):
            self._text(holder, key, value, where, where)
        else:
            self.into(holder[key], value, where)

    def _text(self, holder: Any, key: Any, text: str, where: Where, place: Where) -> None:
        """Replace one text; ``where`` it stands in the translation, and ``place`` in the original."""
        name = ".".join(map(str, place))
        if not is_text(name, self.texts):
            self.wrong("is no text to translate", where, expected="one of " + ", ".join(self.texts))
            return
        for what, expected, got in differences(holder[key], text):
            self.wrong(f"has other {what} than the original", where, expected=expected, got=got)
        holder[key] = text
        self.source.translated = {*(self.source.translated or ()), place}


def is_text(name: str, texts: Iterable[str]) -> bool:
    """Whether what stands at a place of a file, "tables.sums.caption", is one of the ``texts`` to translate."""
    known = any(fnmatchcase(name, pattern) for pattern in texts)
    return known and not any(fnmatchcase(name, pattern) for pattern in _SETTINGS)


def differences(original: str, translated: str) -> Iterator[tuple[str, str, str]]:
    """What two versions of a text do not share of what both must have: of what kind, the original's, and the other's.

    Formulas and tags may differ in the words within them, not in conditions, filters or loops.
    """
    others = _shared(translated)
    told = False
    for what, found in _shared(original).items():
        other = others[what]
        if found != other and not (told and what == "tags"):  # of what a tag reads it is said already
            told = True
            lacking, strange = found - other, other - found
            yield what, ", ".join(sorted(lacking)) or "no more", ", ".join(sorted(strange)) or "nothing"


def _shared(text: str) -> dict[str, Counter[str]]:
    syntax = parse_answer(text, Path(), caption=True)
    formulas = _FORMULA.findall(_TAG.sub("", text))
    return {
        "numbers": Counter(str(read.address) for read in (*syntax.metrics, *syntax.tables)),
        "tables and figures": Counter(named.name for named in (*syntax.exhibits, *syntax.refs)),
        "roles": Counter(named.name for named in syntax.roles),
        "tags": Counter("".join(_QUOTED.sub('""', tag).split()) for tag in _TAG.findall(text)),
        "citations": Counter(named.name for named in syntax.citations),
        "formulas": Counter("".join(_WORDS_INSIDE.sub(r"\\\1{}", formula).split()) for formula in formulas),
    }


def compare_answers(original: str, translated: str, path: Path) -> list[Mistake]:
    """What is wrong with a translated answer: it reads the same results and places the same exhibits."""
    return [
        Mistake(f"has other {what} than the original", path, expected=expected, got=got)
        for what, expected, got in differences(original, translated)
    ]


def untranslated(source: Source, where: Where) -> bool:
    """Whether a text stands in the course's own language, and that is not the report's."""
    return source.translated is not None and where not in source.translated


def spoken_and_written(questions: Path, wanted: str, own: object) -> tuple[str, str, str]:
    """The language of a report, that in which the course is written, and what is wrong with the first, or nothing.

    A course is written in the ``own`` language that its file names, unless its texts are translated into that: then it
    is in English, and its reports are in the other.
    """
    stated = own if isinstance(own, str) and own else ENGLISH
    written = ENGLISH if (questions / first_part(stated)).is_dir() else stated
    language = wanted or stated
    known = languages()
    wrong = "" if first_part(language) in known else f"the program has words in {', '.join(known)} only"
    return language, written, wrong
