"""Where everything lies on the sheets after one layout: what a page has left, and what is wider than the text.

Run by the process that writes the PDF, which imports nothing of the package; so does this. WeasyPrint has no public way
to ask, hence its private page boxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_SET_IN_LINES = frozenset({"p", "li", "figcaption", "caption"})
#: Of the longest line of a paragraph in letters: no line but the last is shorter unless something went wrong; pictures,
#: such as formulas, have no letters.
_SHORT, _SHORT_WITH_PICTURES = 0.66, 0.4
#: What makes WeasyPrint break a paragraph differently, and is not seen; the first where it could hyphenate.
_REMEDIES = ("hyphens: manual", "word-spacing: 0.02em", "word-spacing: -0.02em")
_OVERHANG = 2.0  # CSS pixels, half a millimetre, by which something may reach beyond the text
_TITLES = frozenset({"h2", "h3", "h4", "h5", "h6"})  # kept with what follows them, as are statements
_TITLE_MARGIN = 27.0  # above a title that does not begin a page
_BLOCKS = frozenset({"p", "li", "dd", "dt", "pre", "figure", "blockquote", *_TITLES})


@dataclass(frozen=True)
class Gap:
    """Empty space at the foot of a page, in CSS pixels, since a figure did not fit there with what stands above it."""

    page: int
    size: float
    figure: Any


@dataclass(frozen=True)
class Reach:
    """How far something reaches from where it begins on a line, and how far the text does, in CSS pixels."""

    reached: float
    text: float

    @property
    def beyond(self) -> float:
        """By how much it is too wide, in millimetres."""
        return (self.reached - self.text) / 96 * 25.4


class Layout:
    """Where everything lies after one layout."""

    def __init__(self, pages: list[Any]) -> None:
        self.boxes = [page._page_box for page in pages]
        self.heights: dict[Any, float] = {}
        self.first_pages: dict[Any, int] = {}
        self.too_wide: dict[Any, Reach] = {}
        for number, box in enumerate(self.boxes):
            self._measure(box.children[0], number)
            self._reach(box.children[0], box.content_box_x() + box.width, None)

    def _measure(self, box: Any, page: int) -> None:
        for child in getattr(box, "children", ()):
            # An anonymous box goes by the element of the box around it, and would count it twice.
            if child.element is not None and child.element is not box.element and hasattr(child, "border_height"):
                self.first_pages.setdefault(child.element, page)
                self.heights[child.element] = self.heights.get(child.element, 0.0) + _number(child.border_height())
            self._measure(child, page)

    def _reach(self, box: Any, edge: float, around: Any) -> None:
        """Note what reaches beyond the edge of the text, by its table or formula; else by its own block."""
        if classes(box.element) & {"tex", "padding"}:  # unseen
            return
        if around is None or around.element.tag != "table":
            inner = box.element is not None and box.element.tag in ("table", "div", *_BLOCKS)
            around = box if inner else around
        for child in getattr(box, "children", ()):
            self._reach(child, edge, around)
        if around is None or (hasattr(box, "children") and not hasattr(box, "colspan")):
            return  # cells have padding beyond their words
        end = float(box.position_x) + _number(box.margin_width() if hasattr(box, "margin_width") else box.width)
        if end > edge + _OVERHANG:
            begin = float(around.position_x)
            known = self.too_wide.get(around.element)
            self.too_wide[around.element] = Reach(max(end - begin, known.reached if known else 0.0), edge - begin)

    def broken_lines(self) -> Iterator[Any]:
        """Paragraphs with a line that ends far too early: WeasyPrint 70 breaks some so."""
        for box in (inner for page in self.boxes for inner in page.descendants()):
            if box.element is not None and box.element.tag in _SET_IN_LINES and box.element.find(".//br") is None:
                lines = [len(_text(line)) for line in box.children if type(line).__name__ == "LineBox"]
                least = _SHORT if box.element.find(".//img") is None else _SHORT_WITH_PICTURES
                if any(line < least * max(lines) for line in lines[:-1]):
                    yield box.element

    def empty(self, page: int) -> float:
        """The height of what is left empty at the foot of a page."""
        box = self.boxes[page]
        return float(box.content_box_y() + box.height) - _lowest(box.children[0])

    def gaps(self, least: float) -> Iterator[Gap]:
        """The empty space at the foot of pages, from that share of their height, for which a figure is to blame."""
        for page in range(len(self.boxes) - 1):
            empty = self.empty(page)
            figure, above = self._opening_figure(page + 1)
            if figure is not None and empty > least * self.boxes[page].height:
                yield Gap(page, empty - above, figure)

    def _opening_figure(self, page: int) -> tuple[Any | None, float]:
        """The figure with which a page begins, if it is not the rest of one from the page before, and where it lies.

        Titles and a statement may stand above it, which are never left alone at the foot of a page.
        """
        top = float(self.boxes[page].content_box_y())
        for box in _in_order(self.boxes[page].children[0]):
            if box.element.tag == "figure":
                above = float(box.position_y) - top
                first = self.first_pages.get(box.element) == page
                return (box.element, above + _TITLE_MARGIN * (above > _OVERHANG)) if first else (None, 0.0)
            if not (box.element.tag in _TITLES or "statement" in classes(box.element)):
                break
        return None, 0.0

    def last_on(self, page: int) -> list[Any]:
        """The elements around the lowest thing on a page, from the outermost."""
        path: list[Any] = []
        box = self.boxes[page].children[0]
        while True:
            if box.element is not None and (not path or path[-1] is not box.element):
                path.append(box.element)
            inside = [child for child in getattr(box, "children", ()) if child.is_in_normal_flow()]
            if not inside:
                return path
            box = max(inside, key=_lowest)


def mend_lines(layout: Layout) -> bool:
    """Set a paragraph a little differently where a line ends far too early; True if there is one not yet tried so."""
    mended = False
    for element in list(layout.broken_lines()):
        tried = int(element.get("data-mended", 0))
        if tried < len(_REMEDIES):
            element.set("data-mended", str(tried + 1))
            element.set("style", f"{_REMEDIES[tried]}; {element.get('style', '')}")
            mended = True
    return mended


def classes(element: Any) -> set[str]:
    """The classes of an element; none of a box that has no element."""
    return set() if element is None else set(element.get("class", "").split())


def _in_order(box: Any) -> Iterator[Any]:
    """The blocks of a page in their order, each as far as it is one thing: no section, but what stands in it."""
    for child in getattr(box, "children", ()):
        element = child.element
        if element is None:
            yield from _in_order(child)
        elif element.tag in _BLOCKS or "statement" in classes(element) or not getattr(child, "children", ()):
            yield child
        else:
            yield from _in_order(child)


def _text(box: Any) -> str:
    return getattr(box, "text", "") or "".join(_text(child) for child in getattr(box, "children", ()))


def _number(length: Any) -> float:
    return float(length) if isinstance(length, int | float) else 0.0


def _lowest(box: Any) -> float:
    """The lower end of the lowest leaf inside a box."""
    if children := getattr(box, "children", ()):
        return max(_lowest(child) for child in children)
    return float(box.position_y) + (_number(box.height) if hasattr(box, "height") else 0.0)
