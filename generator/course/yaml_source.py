"""Read YAML as plain data with the line of every value, so that a message can say where a mistake stands.

Plain words mean what they say: only ``true``, ``false``, ``null`` and decimal numbers are not text (YAML 1.2's core, so
that ``title: No`` and ``year: 2026-01-01`` are texts). There are no aliases, tags or further documents.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from generator.course.yaml_kept import KEPT_YAML
from generator.errors import Mistake
from generator.store.files import digest

#: Events are read, not nodes: composing nodes of a deeply nested file overflows the stack of the C library.
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
INTEGER = re.compile(r"[-+]?[0-9]+")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
LONGEST_INTEGER = 18  # digits
LARGEST_FILE = 1_000_000  # bytes
DEEPEST = 20

Where = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """Where a piece of specification stands, for messages."""

    path: Path
    line: int


@dataclass
class Source:
    """A file's data, the line of each value by its path inside the file, and the mistakes met in reading it.

    ``texts`` holds what the file itself says of a text that runs over several lines, and its first line: there, lines
    can be counted, while folding joins them in the data. ``numerals`` are the numbers as they are written: 0.880 has
    three digits. ``digest`` is that of the bytes that were read. ``translated`` are the places of texts that a
    translation has put in; None where the file is read in its own language.
    """

    path: Path
    data: Any = None
    lines: dict[Where, int] = field(default_factory=dict)
    texts: dict[Where, tuple[str, int]] = field(default_factory=dict)
    numerals: dict[Where, str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    digest: str = ""
    translated: set[Where] | None = None

    def line(self, where: Where) -> int | None:
        """The line of a value, or of the nearest thing around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where)

    def text(self, where: Where, value: str) -> tuple[str, int]:
        """A text as it stands in the file, and the line on which it begins; ``value`` where it fits on one line."""
        return self.texts.get(where, (value, self.line(where) or 1))

    def mistake(self, message: str, where: Where, *, expected: str = "", got: str = "", hint: str = "") -> Mistake:
        """A mistake at a place of this file; it is returned, not filed."""
        return Mistake(message, self.path, self.line(where), dotted(where), expected, got, hint)


def dotted(where: Where) -> str:
    """A path inside a file as people write it: ``figures.maps.panels[0].alt``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).removeprefix(".")


def read_yaml(path: Path, without: Collection[str] = ()) -> Source:
    """Read one file; whatever is wrong with it is in the source's mistakes, never raised.

    The values under the keys in ``without`` are passed over: no part of what comes back holds them. A key inside
    others is written with theirs ("figures.*.finding"), where ``*`` stands for any one key or place of a list.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Source(path, mistakes=[Mistake("the file is missing", path, expected="a YAML file")])
    except OSError as error:
        return Source(path, mistakes=[Mistake(f"cannot be read: {error.strerror}", path, expected="a YAML file")])
    return read_yaml_text(path, raw, without)


def read_yaml_text(path: Path, raw: bytes, without: Collection[str] = ()) -> Source:
    """The same for the content of a file that was read already."""
    source = Source(path, digest=digest(raw))
    if len(raw) > LARGEST_FILE:
        expected = f"at most {LARGEST_FILE} bytes"
        source.mistakes.append(Mistake("the file is too large", path, expected=expected, got=str(len(raw))))
        return source
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        source.mistakes.append(Mistake("is not text in UTF-8", path, line, got=f"byte 0x{raw[error.start]:02x}"))
        return source
    if KEPT_YAML.put_into(source, without):
        return source
    _read_text(source, text, without)
    KEPT_YAML.note(source, without)
    if source.data is None and not source.mistakes:
        source.mistakes.append(Mistake("the file is empty", path, 1, expected="keys with values"))
    return source


def is_among(where: Where, paths: Iterable[tuple[str, ...]]) -> bool:
    """Whether a place is one of those that the paths name, where ``*`` stands for any one key or place of a list."""
    return any(
        len(path) == len(where) and all(part in ("*", str(own)) for part, own in zip(path, where, strict=True))
        for path in paths
    )


def parse_value(text: str) -> Any:
    """A value given on the command line, read as YAML would read it in a file; text where it is nothing else."""
    source = Source(Path("--set"))
    try:
        _read_text(source, text)
    except UnicodeEncodeError:  # bytes of the command line that are no text
        return text
    return text if source.mistakes or not text.strip() else source.data


def _read_text(source: Source, text: str, without: Collection[str] = ()) -> None:
    reader = _Reader(source, text, without)
    try:
        source.data = reader.document()
    except _TooDeepError as error:
        source.mistakes.append(Mistake(f"is nested more than {DEEPEST} deep", source.path, error.args[0]))
    except yaml.YAMLError as error:
        source.mistakes.append(_unreadable(error, source.path, text))


def _unreadable(error: yaml.YAMLError, path: Path, text: str) -> Mistake:
    """A syntax error in words, with the line at which the parser gave up and the one where it was led astray."""
    hint = "a colon or # inside a text needs quotes; indent with spaces, never with tabs"
    if isinstance(error, yaml.reader.ReaderError):
        at = text.encode()[: error.position].count(b"\n") + 1
        return Mistake("is not valid YAML: a control character", path, at, got=f"character {error.character!r}")
    last = text.rstrip("\n").count("\n") + 1
    mark: Any = getattr(error, "problem_mark", None)
    began: Any = getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    if context := getattr(error, "context", None):
        problem += f", {context}" + (f" that begins in line {began.line + 1}" if began is not None else "")
    line = None if mark is None else min(mark.line + 1, last)
    return Mistake(f"is not valid YAML: {problem}", path, line, hint=hint)


class _TooDeepError(Exception):
    """Nested beyond DEEPEST; holds the line."""


class _Reader:
    """Turns YAML's events into plain data; aliases, tags and repeated keys are mistakes."""

    def __init__(self, source: Source, text: str, without: Collection[str]) -> None:
        self.source = source
        self.without = [tuple(path.split(".")) for path in without]
        self.text = text.split("\n")
        self.events: Iterator[Any] = yaml.parse(text, Loader=LOADER)

    def wrong(self, message: str, event: Any, where: Where, **details: str) -> None:
        mistake = Mistake(message, self.source.path, event.start_mark.line + 1, dotted(where), **details)
        self.source.mistakes.append(mistake)

    def document(self) -> Any:
        """The data of the only document, or None when there is none."""
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        data = self.value(next(self.events), ())
        next(self.events)
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            self.wrong("holds more than one document", event, (), hint="--- may only stand at the top")
        return data

    def value(self, event: Any, where: Where) -> Any:
        self.source.lines[where] = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            self.wrong("aliases are not allowed", event, where, got=f"*{event.anchor}", hint="write the value out")
            return None
        if event.tag is not None:
            self.wrong("tags are not allowed", event, where, expected="plain data", got=event.tag)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, where)
        if len(where) >= DEEPEST:
            raise _TooDeepError(event.start_mark.line + 1)
        return self.mapping(where) if isinstance(event, yaml.MappingStartEvent) else self.sequence(where)

    def sequence(self, where: Where) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, (*where, len(items))))
        return items

    def mapping(self, where: Where) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.tag is not None:
                self.wrong("a key is not a plain word", event, where, expected="key: value")
                self.skip(event)
                self.skip(next(self.events))
                continue
            key, spot = event.value, (*where, event.value)
            if is_among(spot, self.without):
                self.skip(next(self.events))
                continue
            if key in data:
                got = f"first in line {self.source.line(spot)}"
                self.wrong(f"the key {key!r} stands twice", event, spot, got=got)
                self.skip(next(self.events))
                continue
            line = event.start_mark.line + 1 if event.start_mark else 1
            data[key] = self.value(next(self.events), spot)
            self.source.lines[spot] = line  # the key's, where people look, not the value's
        return data

    def skip(self, event: Any) -> None:
        """Pass over a value that has no place in the data."""
        depth = 0
        while True:
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise _TooDeepError(event.start_mark.line + 1)
            if depth <= 0:
                return
            event = next(self.events)

    def scalar(self, event: Any, where: Where) -> Any:
        block = event.style in ("|", ">")
        first, last = event.start_mark.line + block, event.end_mark.line + (not block)
        plain = not event.style
        if block or (plain and last - first > 1):
            self.source.texts[where] = ("\n".join(self.text[first:last]), first + 1)
        if not plain or not (event.value.lower() in WORDS or NUMBER.fullmatch(event.value)):
            return event.value
        if event.value.lower() in WORDS:
            return WORDS[event.value.lower()]
        number = float(event.value)
        self.source.numerals[where] = event.value
        if INTEGER.fullmatch(event.value) and len(event.value.lstrip("+-")) <= LONGEST_INTEGER:
            return int(event.value)
        if INTEGER.fullmatch(event.value) or not math.isfinite(number):
            self.wrong("the number is too large", event, where, got=event.value[:40], hint="quote what is no number")
            return None
        return number
