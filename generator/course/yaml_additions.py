"""Add a word to a list in a YAML file, and leave every other letter of the file as its author wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from generator.course.yaml_source import LOADER, Source, Where, parse_value, read_yaml_text

_DASH = re.compile(r"[ ]*-[ ]+")


def with_item(source: Source, text: str, where: Where, item: str) -> tuple[str, int] | None:
    """The text of a file with ``item`` at the end of the list at ``where``, and the line on which it stands then.

    ``source`` is the file as it was read, without a mistake. None where the list is written in a way that cannot be
    added to without a doubt: what comes back has been read again, and says just what it said before and the item.
    """
    node = _node(yaml.compose(text, Loader=LOADER), where)
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        return None
    written = item if parse_value(item) == item else f'"{item}"'
    added = _added(text.split("\n"), node, written)
    if added is None:
        return None
    again = read_yaml_text(source.path, added[0].encode())
    return added if not again.mistakes and again.data == _expected(source.data, where, item) else None


def _node(node: Any, where: Where) -> Any:
    """What stands at a place of a file, as YAML composes it."""
    for part in where:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
    return node


def _added(lines: Sequence[str], node: yaml.SequenceNode, item: str) -> tuple[str, int] | None:
    """The lines with the item behind the last of a list in brackets, or on a line of its own below the last dash."""
    start, end = node.value[-1].start_mark, node.value[-1].end_mark
    last = lines[end.line]
    if node.flow_style:
        new = [*lines[: end.line], f"{last[: end.column]}, {item}{last[end.column :]}", *lines[end.line + 1 :]]
        return "\n".join(new), end.line + 1
    dash = lines[start.line][: start.column]
    if end.line != start.line or not _DASH.fullmatch(dash):
        return None
    ending = "\r" if last.endswith("\r") else ""
    return "\n".join([*lines[: end.line + 1], f"{dash}{item}{ending}", *lines[end.line + 1 :]]), end.line + 2


def _expected(data: Any, where: Where, item: str) -> Any:
    whole = found = deepcopy(data)
    for part in where:
        found = found[part]
    found.append(item)
    return whole


def read_text(path: Path) -> str:
    """A file's text with its own ends of lines."""
    return path.read_bytes().decode("utf-8")
