"""Runs in a process of its own and turns one HTML file into a PDF: a layout that hangs is then a process to end.

Usage: python -P pdf_process.py PAGE.html REPORT.pdf SECONDS [fields] [PARTS.json]; prints one JSON object with
"pages" and "faults", and before it lines on how far it is. PARTS.json has what became of the chapters, lines and SVGs
of an earlier run, and then of this one. With chapters=NAME,… it settles these chapters alone, for another process.
After SECONDS of the processor's time the system ends the process; it ends of itself when its standard input does.
Imports nothing of the package, so that it starts at once.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import runpy
import sys
import threading
import traceback
from collections.abc import Collection, Mapping
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

#: The exit code that says that WeasyPrint could not load the libraries that it needs from the system.
LIBRARIES_MISSING = 3
#: Where the page seems to lie: its addresses reach the PDF, which must not depend on the folder that it is made in.
_ROOT = "/report/"

# How often figures are made smaller or moved, each time after a layout: all for which so much of a page is empty, and
# then, more carefully, those that are to blame for the worst.
_ROUNDS, _LARGEST_GAP = 3, 0.15
_FURTHER_ROUNDS, _WORST_GAP = 3, 0.3

_SECONDS = 600  # of the processor, unless they are given


def _beside(name: str) -> SimpleNamespace:
    """A module beside this one, without the package around it."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name(f"{name}.py"))))


class _Paper:
    """A page on its way to sheets: laid out, changed where the layout is wanting, and laid out again.

    Chapters are settled one by one, as none moves another; ``known`` has what became of those of an earlier run, which
    need not be laid out again, by what they were made of.
    """

    def __init__(self, text: str, folder: Path, fields: bool, known: Mapping[str, str], progress: Any) -> None:
        self.folder = folder
        self.progress = progress
        self.options = {"pdf_variant": "pdf/ua-1", "pdf_tags": True, "pdf_forms": fields}
        self.images: dict[str, Any] = {}  # decoded once for all layouts
        parts = ("pdf_layout", "pdf_places", "pdf_widths", "pdf_chapters")
        self.layouts, self.places, self.widths, self.chapters = map(_beside, parts)
        styles = _beside("pdf_styles")
        styles.answer_at_once()
        self.fonts = styles.read_once()
        self.known = known
        self.here: dict[str, list[Any]] = {}  # chapters that were settled in this process
        self.html = self._read(text)
        self.places.keep_together(self.html.etree_element)
        self.program = _beside("pdf_program").program()
        self.apart = self.chapters.apart(self.html.etree_element, folder, self.program)

    def unknown(self) -> list[tuple[str, int]]:
        """The chapters that nobody has settled, by name, and how much there is of each."""
        return [
            (chapter.name, len(self.chapters.written(chapter.elements)))
            for chapter in self.apart
            if not self.chapters.read(self.known.get(chapter.name, ""))
        ]

    def settle(self, names: Collection[str]) -> dict[str, str]:
        """Settle the chapters of these names, each by itself, and return what became of them."""
        whole = self.html
        for chapter in self.apart:
            if chapter.name in names:
                self.html = self._made_of(self.chapters.alone(whole.etree_element, chapter.elements))
                self._settle()
                self.here[chapter.name] = self.chapters.inside(self.html.etree_element)
        self.html = whole
        return {name: self.chapters.written(elements) for name, elements in self.here.items()}

    def settled(self) -> tuple[Any, dict[str, str], list[str]]:
        """WeasyPrint's document when nothing is left to mend, the chapters on it, and what is to be said of it."""
        self.settle([name for name, _ in self.unknown() if name not in self.here])
        chapters = {}
        for chapter in self.apart:
            settled = self.here.get(chapter.name) or self.chapters.read(self.known[chapter.name])
            chapters[chapter.name] = self.chapters.written(settled)
            self.chapters.replace(self.html.etree_element, chapter.elements, settled, self.places.SETTLED)
        document, layout = self._settle()
        return document, chapters, list(self.widths.warnings(self.html.etree_element, layout))

    def _settle(self) -> tuple[Any, Any]:
        """Lay out what there is of the page until nothing is left to mend; the document and its layout."""
        document, layout = self._lay_out()
        for number in range(_ROUNDS + _FURTHER_ROUNDS):
            if not self._mended(layout, number):
                break
            document, layout = self._lay_out()
        while self.layouts.mend_lines(layout) or self.places.fill_rooms(self.html.etree_element, layout):
            document, layout = self._lay_out()
        if self.places.pull_back(self.html.etree_element, layout):
            document, layout = self._lay_out()
        return document, layout

    def _mended(self, layout: Any, number: int) -> bool:
        root = self.html.etree_element
        worst = number >= _ROUNDS
        mended = [
            self.widths.fit(root, layout, self._measure),
            self.layouts.mend_lines(layout),
            self.places.fill_gaps(root, layout, _WORST_GAP if worst else _LARGEST_GAP, one_by_one=worst),
        ]
        return any(mended)

    def _lay_out(self) -> tuple[Any, Any]:
        """Begin with the page as it is now, for WeasyPrint keeps with the old one what it was, and lay it out."""
        self.progress.layouts += 1
        self.html = self._made_of(self.html.etree_element)
        document = self.html.render(self.fonts, cache=self.images, **self.options)
        return document, self.layouts.Layout(document.pages)

    def _measure(self, tables: list[Any]) -> dict[Any, float]:
        """How far tables reach, each alone and with its words divided."""
        html = self._made_of(self.widths.without_other(self.html.etree_element, tables))
        found = self.layouts.Layout(html.render(self.fonts, cache=self.images, **self.options).pages).too_wide
        copies = html.etree_element.iter("table")
        return {table: found[copy].reached for table, copy in zip(tables, copies, strict=True) if copy in found}

    def _made_of(self, root: Any) -> Any:
        """A page of the same elements, which need not be written and read for that, in other objects."""
        html = self._read("")
        html.wrapper_element = type(html.wrapper_element).from_html_root(deepcopy(root), content_language=None)
        html.etree_element = html.wrapper_element.etree_element
        return html

    def _read(self, text: str) -> Any:
        import weasyprint
        from weasyprint.urls import URLFetcher

        folder = self.folder

        class Fetcher(URLFetcher):  # type: ignore[misc]
            """Reads files of the page's own folder and nothing else."""

            def fetch(self, url: str, headers: Any = None) -> Any:
                if urlsplit(url).scheme == "file":
                    wanted = folder / unquote(urlsplit(url).path).removeprefix(_ROOT)
                    if not wanted.resolve().is_relative_to(folder):
                        raise ValueError(f"{wanted.name} lies outside of the report's folder")
                    url = wanted.as_uri()
                return super().fetch(url, headers)

        fetcher = Fetcher(allowed_protocols={"file", "data"}, allow_redirects=False)
        return weasyprint.HTML(string=text, base_url=f"file://{_ROOT}", url_fetcher=fetcher)


def _write_pdf(
    page: Path, target: Path, fields: bool, remembered: Path | None, seconds: int = _SECONDS
) -> dict[str, Any]:
    faults = _beside("pdf_heard").Faults()
    logging.getLogger("weasyprint").addHandler(faults)
    known = json.loads(remembered.read_bytes()) if remembered is not None else {}
    paper, lines = _begun(page, fields, known)
    arguments = [str(page), str(target), str(seconds), *(["fields"] if fields else []), str(remembered)]
    if theirs := _beside("pdf_second").share(paper.unknown()) if remembered is not None else ():
        _settle_with_another(paper, lines, arguments, theirs)
    document, chapters, warnings = paper.settled()
    drawn = _beside("pdf_drawings")
    drawings = drawn.Drawings(known.get("drawings", {}), paper.folder, _ROOT, paper.program)
    drawings.remember()
    drawn.keep_pictures()
    _beside("pdf_bytes").save()
    for sheet in document.pages:
        # WeasyPrint gives each box inside a link a link of its own, which PDF/UA wants to see tagged as one.
        sheet.links = [link for link in sheet.links if link[3].element_tag.split(":")[0] == "a"]
    tags = _beside("pdf_tags")
    tags.keep_languages()
    paper.progress.say(f"writing its {len(document.pages)} pages")
    document.write_pdf(str(target), finisher=tags.finish, **paper.options)
    if remembered is not None:
        kept = {"chapters": chapters, "drawings": drawings.drawn, "lines": lines.used}
        remembered.write_text(json.dumps(kept), "utf-8")
    return {"pages": len(document.pages), "faults": sorted(set(faults.messages)), "warnings": warnings}


def _begun(page: Path, fields: bool, known: Mapping[str, Any]) -> tuple[_Paper, Any]:
    """The page, and its lines of text, before anything is laid out."""
    # fontTools writes the time into every font that it unpacks; the same report must give the same bytes.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    progress = _beside("pdf_heard").Progress()
    logger = logging.getLogger("weasyprint.progress")
    logger.addHandler(progress)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    _beside("pdf_pango").begin()
    paper = _Paper(page.read_text("utf-8"), page.parent.resolve(), fields, known.get("chapters", {}), progress)
    styles = paper.chapters.styles(paper.html.etree_element, paper.folder, paper.program)
    lines = _beside("pdf_lines").Lines(known.get("lines", {}), styles)
    lines.remember()
    return paper, lines


def _settle_with_another(paper: _Paper, lines: Any, arguments: list[str], theirs: list[str]) -> None:
    """Settle the chapters that are not known, those of some names in another process at the same time."""
    try:
        second = _beside("pdf_second").Second(__file__, arguments, theirs)
    except OSError:  # there is no room for it
        return
    paper.settle([name for name, _ in paper.unknown() if name not in theirs])
    found = second.found()
    paper.known = {**paper.known, **found.get("chapters", {})}
    lines.known = {**lines.known, **found.get("lines", {})}


def _settle_for_another(page: Path, target: Path, fields: bool, remembered: Path, names: set[str]) -> None:
    """Be that other process: write what became of the chapters of these names, and of the lines on them."""
    paper, lines = _begun(page, fields, json.loads(remembered.read_bytes()))
    target.write_text(json.dumps({"chapters": paper.settle(names), "lines": lines.used}), "utf-8")


def _limit(seconds: int) -> None:
    """Have the system end this process after so much of the processor's time, however busy others keep the machine."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))


def _die_with_parent() -> None:
    """End this process when the one that wants the PDF is gone, however it ended."""
    while os.read(0, 1024):
        pass
    os._exit(1)


def main(arguments: list[str]) -> int:
    """Write the PDF and print what came of it."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    page, target = map(Path, arguments[:2])
    seconds = int(arguments[2])
    _limit(seconds)
    # A quarter of the time went into looking for garbage among boxes that are needed to the end, which comes soon.
    gc.disable()
    try:
        fields, names = "fields" in arguments[3:], _beside("pdf_second").asked(arguments[3:])
        remembered = next((Path(word) for word in arguments[3:] if word.endswith(".json")), None)
        if names and remembered is not None:
            _settle_for_another(page, target, fields, remembered, names)
            return 0
        outcome = _write_pdf(page, target, fields, remembered, seconds)
    except OSError as error:
        if "cannot load library" not in str(error):
            raise
        sys.stderr.write(str(error))
        return LIBRARIES_MISSING
    sys.stdout.write(json.dumps(outcome))
    return 0


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except Exception:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # Taking everything down costs time, and unloads libraries in which a thread of Pango may still sort typefaces: a
    # crash. The files that WeasyPrint would delete only now lie in a folder that goes with the page.
    os._exit(code)
