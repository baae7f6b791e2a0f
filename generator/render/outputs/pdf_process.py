"""Runs in a process of its own and turns one HTML file into a PDF: a layout that hangs is then a process to end.

Usage: python -P pdf_process.py PAGE.html REPORT.pdf SECONDS [fields] [PARTS.json]; prints one JSON object with
"pages" and "faults", and before it lines on how far it is. PARTS.json has what became of the chapters and SVGs of an
earlier run, and then of this one.
After SECONDS of the processor's time the system ends the process; it ends of itself when its standard input does.
Imports nothing of the package, so that it starts at once.
"""

from __future__ import annotations

import gc
import hashlib
import json
import logging
import os
import runpy
import sys
import threading
import time
from collections.abc import Mapping
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
_ROUNDS, _LARGEST_GAP = 2, 0.15
_FURTHER_ROUNDS, _WORST_GAP = 3, 0.3


#: Begins a line of the output that says how far this is.
PASSING = "\x1e"
_BETWEEN = 0.2  # seconds


class _Progress(logging.Handler):
    """Says which page is being laid out for which time, as WeasyPrint logs each, a few times a second."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.layouts = 0
        self.said = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, unless something was said just now."""
        what, _, page = record.getMessage().rpartition("Page ")
        if not what or time.monotonic() - self.said < _BETWEEN:
            return
        again = f", layout {self.layouts}" if self.layouts > 1 else ""
        self.say(f"page {page}{again}")

    def say(self, text: str) -> None:
        """Print one line of progress."""
        self.said = time.monotonic()
        sys.stdout.write(f"{PASSING}{text}\n")
        sys.stdout.flush()


class _Faults(logging.Handler):
    """Keeps what WeasyPrint only logs: an image, font or alternative text that is missing would pass in silence."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep errors, and warnings of things that could not be loaded; not those of CSS meant for screens."""
        message = record.getMessage()
        if record.levelno >= logging.ERROR or "load" in message:
            self.messages.append(message)


def _beside(name: str) -> SimpleNamespace:
    """A module beside this one, without the package around it."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name(f"{name}.py"))))


class _Paper:
    """A page on its way to sheets: laid out, changed where the layout is wanting, and laid out again.

    Chapters are settled one by one, as none moves another; ``known`` has what became of those of an earlier run, which
    need not be laid out again, by what they were made of.
    """

    def __init__(self, text: str, folder: Path, fields: bool, known: Mapping[str, str], progress: _Progress) -> None:
        self.folder = folder
        self.progress = progress
        self.options = {"pdf_variant": "pdf/ua-1", "pdf_tags": True, "pdf_forms": fields}
        self.images: dict[str, Any] = {}  # decoded once for all layouts
        parts = ("pdf_layout", "pdf_places", "pdf_widths", "pdf_chapters")
        self.layouts, self.places, self.widths, self.chapters = map(_beside, parts)
        self.fonts = _beside("pdf_styles").read_once()
        self.known = known
        self.settled_chapters: dict[str, str] = {}
        self.html = self._read(text)
        self.places.keep_together(self.html.etree_element)

    def settled(self) -> tuple[Any, list[str]]:
        """WeasyPrint's document of the page when nothing is left to mend, and what is to be said of it."""
        whole = self.html
        for chapter in self.chapters.chapters(whole.etree_element):
            alone = self.chapters.alone(whole.etree_element, chapter)
            name = self.chapters.digest(alone, self.folder, _program())
            settled = self.chapters.read(self.known.get(name, ""))
            if not settled:
                self.html = self._made_of(alone)
                self._settle()
                settled = self.chapters.inside(self.html.etree_element)
            self.settled_chapters[name] = self.chapters.written(settled)
            self.chapters.replace(whole.etree_element, chapter, settled)
        self.html = whole
        document, layout = self._settle()
        return document, list(self.widths.warnings(self.html.etree_element, layout))

    def _settle(self) -> tuple[Any, Any]:
        """Lay out what there is of the page until nothing is left to mend; the document and its layout."""
        document, layout = self._lay_out()
        for number in range(_ROUNDS + _FURTHER_ROUNDS):
            if not self._mended(layout, number):
                break
            document, layout = self._lay_out()
        while self.layouts.mend_lines(layout) or self.places.fill_rooms(self.html.etree_element, layout):
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


def _program() -> str:
    """What lays out: WeasyPrint, and the code beside this."""
    import weasyprint

    parts = sorted(Path(__file__).parent.glob("pdf_*.py"))
    code = hashlib.sha256(b"".join(path.read_bytes() for path in parts)).hexdigest()
    return f"WeasyPrint {weasyprint.__version__} {code}"


def _write_pdf(page: Path, target: Path, fields: bool, remembered: Path | None) -> dict[str, Any]:
    # fontTools writes the time into every font that it unpacks; the same report must give the same bytes.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    faults = _Faults()
    logging.getLogger("weasyprint").addHandler(faults)
    known = json.loads(remembered.read_bytes()) if remembered is not None else {}
    folder = page.parent.resolve()
    progress = _Progress()
    logger = logging.getLogger("weasyprint.progress")
    logger.addHandler(progress)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    paper = _Paper(page.read_text("utf-8"), folder, fields, known.get("chapters", {}), progress)
    document, warnings = paper.settled()
    drawn = _beside("pdf_drawings")
    drawings = drawn.Drawings(known.get("drawings", {}), folder, _ROOT, _program())
    drawings.remember()
    drawn.keep_pictures()
    for sheet in document.pages:
        # WeasyPrint gives each box inside a link a link of its own, which PDF/UA wants to see tagged as one.
        sheet.links = [link for link in sheet.links if link[3].element_tag.split(":")[0] == "a"]
    tags = _beside("pdf_tags")
    tags.keep_languages()
    progress.say(f"writing its {len(document.pages)} pages")
    document.write_pdf(str(target), finisher=tags.finish, **paper.options)
    if remembered is not None:
        kept = {"chapters": paper.settled_chapters, "drawings": drawings.drawn}
        remembered.write_text(json.dumps(kept), "utf-8")
    return {"pages": len(document.pages), "faults": sorted(set(faults.messages)), "warnings": warnings}


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
    _limit(int(arguments[2]))
    # A quarter of the time went into looking for garbage among boxes that are needed to the end, which comes soon.
    gc.disable()
    try:
        remembered = next((Path(word) for word in arguments[3:] if word != "fields"), None)
        outcome = _write_pdf(page, target, "fields" in arguments[3:], remembered)
    except OSError as error:
        if "cannot load library" not in str(error):
            raise
        sys.stderr.write(str(error))
        return LIBRARIES_MISSING
    sys.stdout.write(json.dumps(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
