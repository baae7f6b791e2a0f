"""Read YAML as plain data with the line of every value, so that a message can say where a mistake stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from generator.errors import Mistake

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ALLOWED = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str")}
EXPONENT = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")  # YAML 1.1 reads 1e-3 as text; people mean a number
DEEPEST = 20

Where = tuple[str | int, ...]


@dataclass
class Source:
    """A file's data, the line of each value by its path inside the file, and the mistakes met in reading it."""

    path: Path
    data: Any = None
    lines: dict[Where, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def line(self, where: Where) -> int | None:
        """The line of a value, or of the nearest thing around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where)

    def mistake(self, message: str, where: Where, *, expected: str = "", got: str = "", hint: str = "") -> Mistake:
        """A mistake at a place of this file; it is returned, not filed."""
        return Mistake(message, self.path, self.line(where), dotted(where), expected, got, hint)


def dotted(where: Where) -> str:
    """A path inside a file as people write it: ``figures.maps.panels[0].alt``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).removeprefix(".")


def read_yaml(path: Path) -> Source:
    """Read one file; whatever is wrong with it is in the source's mistakes, never raised."""
    source = Source(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        source.mistakes.append(Mistake("the file is missing", path, expected="a YAML file"))
        return source
    except (OSError, UnicodeDecodeError) as error:
        source.mistakes.append(Mistake(f"cannot be read: {error}", path, expected="a UTF-8 text file"))
        return source
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = None if mark is None else mark.line + 1
        hint = "a colon or # inside a text needs quotes; indent with spaces, never with tabs"
        source.mistakes.append(Mistake(f"is not valid YAML: {problem}", path, line, hint=hint))
        return source
    source.data = _Builder(source).build(node, ()) if node is not None else {}
    return source


class _Builder:
    """Turns YAML's nodes into plain data; aliases, tags and repeated keys are mistakes."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.seen: set[int] = set()

    def wrong(self, message: str, where: Where, **details: str) -> None:
        self.source.mistakes.append(self.source.mistake(message, where, **details))

    def build(self, node: Any, where: Where) -> Any:
        self.source.lines[where] = node.start_mark.line + 1
        if id(node) in self.seen:
            self.wrong("aliases (*name) are not allowed", where, hint="write the value out")
            return None
        if len(where) > DEEPEST:
            self.wrong(f"is nested more than {DEEPEST} deep", where[:3])
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*where, number)) for number, item in enumerate(node.value)]
        return self.scalar(node, where)

    def mapping(self, node: Any, where: Where) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else str(key_node.tag)
            if key in data:
                first = self.source.line((*where, key))
                self.source.lines[(*where, key)] = key_node.start_mark.line + 1
                self.wrong(f"the key {key!r} stands twice", (*where, key), got=f"first in line {first}")
                continue
            data[key] = self.build(value_node, (*where, key))
            self.source.lines[(*where, key)] = key_node.start_mark.line + 1
        return data

    def scalar(self, node: Any, where: Where) -> Any:
        if node.tag not in ALLOWED:
            if node.tag.endswith((":timestamp", ":merge", ":value")):
                return node.value
            self.wrong("tags are not allowed", where, expected="plain data", got=node.tag)
            return None
        if node.tag.endswith(":str"):
            return float(node.value) if node.style is None and EXPONENT.fullmatch(node.value) else node.value
        constructor = yaml.SafeLoader("")
        try:
            return constructor.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            self.wrong(f"cannot be read: {error}", where, got=str(node.value))
            return None


def parse_value(text: str) -> Any:
    """A value given on the command line, read as YAML would read it in a file; text where it is nothing else."""
    source = Source(Path("--set"))
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError:
        return text
    value = text if node is None else _Builder(source).build(node, ())
    return text if source.mistakes else value


def from_mapping(path: Path, data: Mapping[str, Any]) -> Source:
    """A source made in memory, without lines (for tests and command-line options)."""
    return Source(path, dict(data))
