"""Chapters of a page: each begins a sheet of its own, so that nothing in one moves anything in another.

Run by the process that writes the PDF, which imports nothing of the package; so does this.
"""

from __future__ import annotations

import hashlib
import re
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import ParseError, fromstring, tostring

_SOURCE = re.compile(r'(?:src|href)="(?!data:|#|\w+:)([^"]+)"')


class Chapter(NamedTuple):
    """One chapter: its elements, and a name by which what became of it is found again."""

    name: str
    elements: list[Any]


def apart(root: Any, folder: Path, program: str) -> list[Chapter]:
    """The chapters of a whole report, each with a name for all that its layout depends on."""
    return [Chapter(digest(alone(root, one), folder, program), one) for one in chapters(root)]


def chapters(root: Any) -> list[list[Any]]:
    """The chapters of a whole report, each with what follows it before the next; none where they begin no page."""
    body = next(root.iter("body"))
    main = next(root.iter("main"), None)
    contents = any("contents" in child.get("class", "").split() for child in body)
    if main is None or not contents or "theme-chapters" not in body.get("class", "").split():
        return []
    found: list[list[Any]] = []
    for child in main:
        if "lab" in child.get("class", "").split() or child.get("id") == "appendix":
            found.append([])
        if found:
            found[-1].append(child)
    return found


def alone(root: Any, chapter: list[Any]) -> Any:
    """A copy of a page with nothing on it but one chapter, as if something stood before it."""
    body = next(root.iter("body"))
    kept, body[:] = list(body), []
    copy = deepcopy(root)
    body[:] = kept
    inner = next(copy.iter("body"))
    main = inner.makeelement("main", {})
    inner.append(main)
    main.append(inner.makeelement("div", {"style": "display:none"}))
    main.extend(deepcopy(chapter))
    return copy


def inside(root: Any) -> list[Any]:
    """The chapter on such a page."""
    return list(next(root.iter("main")))[1:]


def written(chapter: list[Any]) -> str:
    """A chapter as XML, which is read several times as fast as HTML."""
    return "<main>" + "".join(tostring(element, encoding="unicode") for element in chapter) + "</main>"


def read(text: str) -> list[Any]:
    """The chapter that was written so; nothing where XML cannot hold it, as some control characters."""
    try:
        return list(fromstring(text))  # noqa: S314 - written by this program, and kept with a checksum
    except ParseError:
        return []


def replace(root: Any, chapter: list[Any], settled: list[Any], mark: str) -> None:
    """Put what became of a chapter into its place, marked by that attribute."""
    main = next(root.iter("main"))
    place = list(main).index(chapter[0])
    for element in chapter:
        main.remove(element)
    for number, element in enumerate(settled):
        element.set(mark, "yes")
        main.insert(place + number, element)


def digest(page: Any, folder: Path, program: str) -> str:
    """A digest of all that the layout of a page depends on: the page, the files that it names, the styles, the code."""
    text = tostring(page, encoding="unicode", method="html")
    return _digest(f"{program}\n{text}", {folder / unquote(name) for name in _SOURCE.findall(text)}, folder)


def styles(page: Any, folder: Path, program: str) -> str:
    """A digest of all that the setting of a line depends on beside its own: styles, typefaces, the code."""
    inside = "".join(tostring(one, encoding="unicode") for one in page.iter("style"))
    return _digest(f"{program}\n{inside}", set(), folder)


def _digest(text: str, named: set[Path], folder: Path) -> str:
    found = hashlib.sha256(text.encode())
    sheets = {path for path in folder.rglob("*") if path.suffix in (".css", ".woff", ".woff2", ".ttf", ".otf")}
    for path in sorted(path for path in named | sheets if path.is_file()):
        found.update(f"\n{path.relative_to(folder).as_posix()}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
