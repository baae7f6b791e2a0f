"""Runs in a process of its own and turns one HTML file into a PDF: a layout that hangs is then a process to end.

Usage: python -P pdf_process.py PAGE.html REPORT.pdf SECONDS [fields]; prints one JSON object with "pages" and "faults".
After SECONDS of the processor's time the system ends the process; it ends of itself when its standard input does.
Imports nothing of the package, so that it starts at once.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import re
import runpy
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import tostring

#: The exit code that says that WeasyPrint could not load the libraries that it needs from the system.
LIBRARIES_MISSING = 3
#: Where the page seems to lie: its addresses reach the PDF, which must not depend on the folder that it is made in.
_ROOT = "/report/"

_LARGEST_GAP = 0.15  # of a page's height, before a figure is made smaller or moved
_SLIGHTLY, _SMALLEST = 0.85, 0.78  # the share of their size to which pictures are shrunk at first, and at last
_WORTH = 0.5  # the share of a gap that text must fill to be drawn up
_MARGIN = 40.0  # CSS pixels above and below a figure, both of which must fit
_WIDTH = re.compile(r"width:([\d.]+)%")
_MOST_LAYOUTS = 2  # that may move something; each takes as long as the first
_HYPHENATED = frozenset({"p", "li"})
_SHORT = 0.4  # of the longest line of a paragraph: no line but its last is shorter, unless something went wrong
_TEXT = frozenset({"p", "ul", "ol", "dl", "pre", "blockquote", "div"})
_CLOSING = frozenset({"elsewhere", "marking"})  # what ends an answer: no figure of it comes after these


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


class _Layout:
    """Where everything lies after one layout. WeasyPrint has no public way to ask, hence its private page boxes."""

    def __init__(self, pages: list[Any]) -> None:
        self.boxes = [page._page_box for page in pages]
        self.heights: dict[Any, float] = {}
        self.first_pages: dict[Any, int] = {}
        for number, box in enumerate(self.boxes):
            self._measure(box.children[0], number)

    def _measure(self, box: Any, page: int) -> None:
        for child in getattr(box, "children", ()):
            # An anonymous box goes by the element of the box around it, and would count it twice.
            if child.element is not None and child.element is not box.element and hasattr(child, "border_height"):
                self.first_pages.setdefault(child.element, page)
                self.heights[child.element] = self.heights.get(child.element, 0.0) + _number(child.border_height())
            self._measure(child, page)

    def broken_lines(self) -> Iterator[Any]:
        """Paragraphs with a line that ends far too early: WeasyPrint 70 breaks some so where it could hyphenate."""
        for box in (inner for page in self.boxes for inner in page.descendants()):
            if box.element is not None and box.element.tag in _HYPHENATED and box.element.find(".//br") is None:
                lines = [len(_text(line)) for line in box.children if type(line).__name__ == "LineBox"]
                if any(line < _SHORT * max(lines) for line in lines[:-1]):
                    yield box.element

    def gaps(self) -> Iterator[tuple[int, float, Any]]:
        """Empty space at the foot of a page, in CSS pixels, with the figure that did not fit into it."""
        for number in range(len(self.boxes) - 1):
            box = self.boxes[number]
            empty = box.content_box_y() + box.height - _lowest(box.children[0])
            figure = self._opening_figure(number + 1)
            if figure is not None and empty > _LARGEST_GAP * box.height:
                yield number, empty, figure

    def _opening_figure(self, page: int) -> Any | None:
        """The figure with which a page begins, if it is not the rest of one from the page before."""
        box = self.boxes[page].children[0]
        while getattr(box, "children", None):
            if box.element is not None and box.element.tag == "figure" and self.first_pages.get(box.element) == page:
                return box.element
            box = box.children[0]
        return None


def _text(box: Any) -> str:
    return getattr(box, "text", "") or "".join(_text(child) for child in getattr(box, "children", ()))


def _number(length: Any) -> float:
    return float(length) if isinstance(length, int | float) else 0.0


def _lowest(box: Any) -> float:
    """The lower end of the lowest leaf inside a box."""
    if children := getattr(box, "children", ()):
        return max(_lowest(child) for child in children)
    return float(box.position_y) + (_number(box.height) if hasattr(box, "height") else 0.0)


def _mend_lines(layout: _Layout) -> bool:
    """Hyphenate no more where a line ends far too early; True if there is such a place."""
    found = [element for element in layout.broken_lines() if "hyphens" not in element.get("style", "")]
    for element in found:
        element.set("style", "hyphens: manual; " + element.get("style", ""))
    return bool(found)


def _fill_gaps(root: Any, layout: _Layout) -> bool:
    """Mend each gap: a figure becomes a little smaller, or text after it runs on in front of it; True if anything did.

    A figure never passes a heading or another figure, so that order and numbers stay, nor the marking notes after an
    answer; it may pass a table that fits.
    Where nothing follows that could stand in front of it, it becomes smaller still, or moves up before the text that
    begins on the page with the gap.
    """
    parents = {child: parent for parent in root.iter() for child in parent}
    moved = False
    for page, gap, figure in layout.gaps():
        parent = parents.get(figure)
        if parent is not None:
            moved |= (
                _shrink(figure, gap, layout, _SLIGHTLY)
                or _fill_from_below(figure, parent, gap, layout)
                or _shrink(figure, gap, layout, _SMALLEST)
                or _move_up(figure, parent, page, gap, layout)
            )
    return moved


def _shrink(figure: Any, gap: float, layout: _Layout, smallest: float) -> bool:
    """Make the pictures of a figure just as much smaller as lets it stand in the gap; not below a share of their size.

    Those of a figure that was made smaller before are left as they are.
    """
    rows = [[layout.heights.get(image, 0.0) for image in row.iter("img")] for row in figure.iter("div")
            if "row" in row.get("class", "").split()]  # fmt: skip
    pictures = sum(max(row, default=0.0) for row in rows)
    if not pictures or figure.get("data-shrunk"):
        return False
    share = 1 - (layout.heights[figure] + _MARGIN - gap) / pictures
    if not smallest <= share < 1:
        return False
    for panel in figure.iter("div"):
        if "panel" in panel.get("class", "").split() and (width := _WIDTH.fullmatch(panel.get("style", ""))):
            panel.set("style", f"width:{float(width[1]) * share:.3f}%")
    figure.set("data-shrunk", f"{share:.2f}")
    return True


def _fill_from_below(figure: Any, parent: Any, gap: float, layout: _Layout) -> bool:
    """Move a figure behind the text that follows it; half of the gap must be filled, or it is not worth it."""
    siblings = list(parent)
    place = end = siblings.index(figure)
    filled = 0.0
    for sibling in siblings[place + 1 :]:
        height = layout.heights.get(sibling, 0.0)
        table = sibling.tag == "figure" and "table" in sibling.get("class", "").split()
        if filled >= gap or not (sibling.tag in _TEXT or (table and filled + height <= gap)):
            break
        if _CLOSING.intersection(sibling.get("class", "").split()):
            break
        filled += height
        end += 1
    while end > place and _goes_on(siblings[end]):
        filled -= layout.heights.get(siblings[end], 0.0)
        end -= 1
    if filled < gap * _WORTH:
        return False
    parent.remove(figure)
    parent.insert(end, figure)
    return True


def _goes_on(text: Any) -> bool:
    """Whether a paragraph announces what follows it: no figure comes in between."""
    return "".join(text.itertext()).rstrip().endswith(":")


def _move_up(figure: Any, parent: Any, page: int, gap: float, layout: _Layout) -> bool:
    """Move a figure in front of paragraphs that begin on the page with the gap, so that they run on behind it."""
    siblings = list(parent)
    place = begin = siblings.index(figure)
    needed = layout.heights[figure] + _MARGIN - gap
    while needed > 0:
        before = siblings[begin - 1] if begin else None
        if before is None or before.tag not in _TEXT or layout.first_pages.get(before) != page:
            return False
        needed -= layout.heights.get(before, 0.0)
        begin -= 1
    if begin in (0, place) or _goes_on(siblings[begin - 1]) or figure.get("data-moved"):
        return False
    parent.remove(figure)
    parent.insert(begin, figure)
    figure.set("data-moved", "up")
    return True


def _write_pdf(page: Path, target: Path, fields: bool) -> dict[str, Any]:
    # fontTools writes the time into every font that it unpacks; the same report must give the same bytes.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    import weasyprint
    from weasyprint.urls import URLFetcher

    faults = _Faults()
    logging.getLogger("weasyprint").addHandler(faults)
    folder = page.parent.resolve()

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
    base = f"file://{_ROOT}"
    html = weasyprint.HTML(string=page.read_text("utf-8"), base_url=base, url_fetcher=fetcher)
    options = {"pdf_variant": "pdf/ua-1", "pdf_tags": True, "pdf_forms": fields}
    images: dict[str, Any] = {}  # decoded once for all layouts
    for _ in range(_MOST_LAYOUTS):
        document = html.render(cache=images, **options)
        layout = _Layout(document.pages)
        mended = _mend_lines(layout)
        if not _fill_gaps(html.etree_element, layout) and not mended:
            break
        text = "<!DOCTYPE html>" + tostring(html.etree_element, encoding="unicode", method="html")
        html = weasyprint.HTML(string=text, base_url=base, url_fetcher=fetcher)
    else:
        document = html.render(cache=images, **options)
    for sheet in document.pages:
        # WeasyPrint gives each box inside a link a link of its own, which PDF/UA wants to see tagged as one.
        sheet.links = [link for link in sheet.links if link[3].element_tag.split(":")[0] == "a"]
    tagging = runpy.run_path(str(Path(__file__).with_name("pdf_tags.py")))
    tagging["keep_languages"]()
    document.write_pdf(str(target), finisher=tagging["finish"], **options)
    return {"pages": len(document.pages), "faults": sorted(set(faults.messages))}


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
        outcome = _write_pdf(page, target, "fields" in arguments[3:])
    except OSError as error:
        if "cannot load library" not in str(error):
            raise
        sys.stderr.write(str(error))
        return LIBRARIES_MISSING
    sys.stdout.write(json.dumps(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
