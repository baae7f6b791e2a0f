"""A course's own style.css: which files it loads, and what in it would load anything from elsewhere.

A report is whole by itself, and nothing is fetched while one is built: a style loads files of the course only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from generator.course.parsing import shown
from generator.course.plain_text import read_text
from generator.errors import Mistake

FILE = "style.css"
#: Functions whose texts are addresses, as that of url() is.
_LOADING = ("url", "src", "image", "image-set", "-webkit-image-set")
#: Of pictures and typefaces: nothing else may go along, no answer for instance.
_ENDINGS = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".woff", ".woff2", ".ttf", ".otf"}
_BESIDE = "a file in the course's folder, such as url(fonts/own.woff2)"


@dataclass(frozen=True)
class CourseStyle:
    """The style as it was read, and the files below the course's folder that it loads."""

    text: str
    files: tuple[str, ...] = ()


def read_style(folder: Path, mistakes: list[Mistake], files: dict[Path, str]) -> CourseStyle | None:
    """The style of the course in a folder, if it has one.

    What is wrong with it is added to ``mistakes``, its digest to ``files``.
    """
    path = folder / FILE
    if (text := read_text(path, mistakes, files)) is None:
        return None
    found: list[str] = []
    for address, line in _addresses(text, path, mistakes):
        if address.startswith(("#", "data:")):  # a place in the same document, or a file that stands in its address
            continue
        name = unquote(urlsplit(address).path)
        if wrong := _why_not(folder, address, name):
            mistakes.append(Mistake(wrong, path, line, expected=_BESIDE, got=shown(address)))
        found.append(name)
    return CourseStyle(text, tuple(dict.fromkeys(found)))


def _why_not(folder: Path, address: str, name: str) -> str:
    """Why an address leads to no file of the course's folder, if it does not."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return "would be loaded from elsewhere, and a report loads nothing but its own files"
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name:
        return "leads out of the course's folder"
    if path.suffix.lower() not in _ENDINGS:
        return "is neither a picture nor a typeface, and would go along with every report"
    return "" if (folder / name).is_file() else "there is no such file"


def _addresses(text: str, path: Path, mistakes: list[Mistake]) -> Iterator[tuple[str, int]]:
    """What the sheet would load, with the line; what cannot be read, and what is not allowed at all, are mistakes."""
    import tinycss2

    for node in _nodes(tinycss2.parse_stylesheet(text)):
        if node.type == "error":
            mistakes.append(Mistake(f"is not valid CSS: {node.message}", path, node.source_line))
        elif node.type == "at-rule" and node.lower_at_keyword == "import":
            hint = f"write what it holds into {FILE}"
            mistakes.append(Mistake("@import is not allowed: there is one sheet", path, node.source_line, hint=hint))
        elif node.type == "url":
            yield node.value, node.source_line
        elif node.type == "function" and node.lower_name in _LOADING:
            yield from ((one.value, one.source_line) for one in node.arguments if one.type == "string")


def _nodes(nodes: Any) -> Iterator[Any]:
    """Every node, whatever it stands in; not what an @import stands for, which is said once."""
    waiting = [*nodes][::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if node.type != "at-rule" or node.lower_at_keyword != "import":
            inner = [getattr(node, name, None) or [] for name in ("prelude", "arguments", "content")]
            waiting += [one for part in inner for one in part][::-1]
