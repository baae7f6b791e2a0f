"""What was drawn of SVGs in an earlier PDF is put on its page again, as bytes, and the lines of PNGs as they are.

Run by the process that writes the PDF, which imports nothing of the package; so does this. WeasyPrint has no public way
to do this, hence its private streams. What draws text, pictures, patterns or groups, which a document has elsewhere,
is drawn anew each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

#: An SVG on a page: its lines, and the states of transparency that they use, each with its value.
Drawn = Mapping[str, Any]
_ALPHA = {"A": "CA", "a": "ca"}  # of strokes and of areas, as PDF calls it
_TEXT = b"BT"
_IN_PDF = {"RGB": 2, "L": 0}  # the modes of pictures whose PNG holds just what a PDF does, with their colour types


class Drawings:
    """What was drawn of SVGs, by what they were drawn from: ``known`` in an earlier run, ``drawn`` in this one."""

    def __init__(self, known: Mapping[str, Drawn], folder: Path, root: str, program: str) -> None:
        self.known = known
        self.drawn: dict[str, Drawn] = {}
        self._folder, self._root, self._program = folder, root, program
        self._sources: dict[str, str] = {}

    def remember(self) -> None:
        """Have WeasyPrint draw what is not known, and put on the page what is."""
        from weasyprint.svg import SVG

        draw = SVG.draw

        def drawn(svg: Any, stream: Any, width: float, height: float, url: str, context: Any) -> None:
            name = self._name(stream, width, height, url)
            self._draw(stream, name, lambda: draw(svg, stream, width, height, url, context))

        SVG.draw = drawn

    def _draw(self, stream: Any, name: str, draw: Callable[[], None]) -> None:
        if (found := self.known.get(name) or self.drawn.get(name)) is not None:
            _put(stream, found)
            self.drawn[name] = found
            return
        before, things = len(stream.stream), _things(stream)
        draw()
        lines = stream.stream[before:]
        if _things(stream) == things and all(isinstance(line, bytes) and line != _TEXT for line in lines):
            used = dict.fromkeys(line[1:-3].decode() for line in lines if line.endswith(b" gs"))
            states = {key: stream._resources["ExtGState"][key].get(_ALPHA.get(key[0], "")) for key in used}
            if None not in states.values():
                self.drawn[name] = {"lines": b"\n".join(lines).decode("latin-1"), "states": states}

    def _name(self, stream: Any, width: float, height: float, url: str) -> str:
        """A digest of the SVG, its size, and what the page has set before: where it lies, colours, transparency."""
        before = [
            stream._current_color, stream._current_color_stroke, stream._current_alpha, stream._current_alpha_stroke,
        ]  # fmt: skip
        read = [self._program, self._source(url), width, height, stream.ctm.values, before]
        return hashlib.sha256(repr(read).encode()).hexdigest()

    def _source(self, url: str) -> str:
        if url not in self._sources:
            content = url.encode()
            if urlsplit(url).scheme == "file":
                content = (self._folder / unquote(urlsplit(url).path).removeprefix(self._root)).read_bytes()
            self._sources[url] = hashlib.sha256(content).hexdigest()
        return self._sources[url]


def keep_pictures() -> None:
    """Have WeasyPrint take the compressed lines of a PNG as they are, where it would compress the same ones anew."""
    from weasyprint.images import RasterImage

    compress = RasterImage._get_png_data

    def data(picture: Any) -> bytes:
        return _lines(picture) or compress(picture)

    RasterImage._get_png_data = staticmethod(data)


def _lines(picture: Any) -> bytes:
    """The compressed lines of a PNG that was just opened; none where a PDF could not show them."""
    if picture.format != "PNG" or picture.mode not in _IN_PDF or picture.fp is None:
        return b""
    picture.fp.seek(0)
    chunks = list(_chunks(picture.fp.read()))
    header = next(content for kind, content in chunks if kind == b"IHDR")
    depth, colours, *_, interlaced = header[8:13]
    if (depth, colours, interlaced) != (8, _IN_PDF[picture.mode], 0) or any(kind == b"tRNS" for kind, _ in chunks):
        return b""
    return b"".join(content for kind, content in chunks if kind == b"IDAT")


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place < len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += length + 12


def _things(stream: Any) -> list[int]:
    """How many things a document has that a drawing may add to, other than states of transparency."""
    resources = stream._resources
    states = sum(key[0] not in _ALPHA for key in resources["ExtGState"])
    return [len(resources[kind]) for kind in ("XObject", "Pattern", "Shading")] + [states, len(stream._images)]


def _put(stream: Any, found: Drawn) -> None:
    """Do to a page what drawing would do to it."""
    import pydyf

    for key, value in found["states"].items():
        if key not in stream._resources["ExtGState"]:
            stream._resources["ExtGState"][key] = pydyf.Dictionary({_ALPHA[key[0]]: value})
    stream.stream.extend(found["lines"].encode("latin-1").split(b"\n"))
    # As after the end of any state that was saved.
    stream._current_color = stream._current_color_stroke = None
    stream._current_alpha = stream._current_alpha_stroke = None
    stream._current_font = None
