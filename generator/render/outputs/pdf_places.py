"""Where figures and tables stand: so that few pages are left half empty, in their order and before the marking notes.

Run by the process that writes the PDF, which imports nothing of the package; so does this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generator.render.outputs.pdf_layout import Gap, Layout

_SLIGHTLY, _SMALLEST = 0.85, 0.8  # the share of their size to which pictures are shrunk at first, and at last
_WORTH = 0.5  # the share of a gap that text must fill to be drawn up
_MARGIN = 40.0  # CSS pixels above and below a figure, both of which must fit
_LEAST = 60.0  # of a gap below titles, before text is drawn up below them
_WIDTH = re.compile(r"width:([\d.]+)%")
_TEXT = frozenset({"p", "ul", "ol", "dl", "pre", "blockquote", "div"})
_UNNUMBERED = frozenset({"h5", "h6"})  # titles within an answer, which a figure may pass with text below them
_CLOSING = frozenset({"elsewhere", "marking"})  # what ends an answer: no figure of it comes after these
_SPLIT = 25  # rows from which a table is split between pages
_HARDLY, _LAST = 0.1, 0.75  # of a page's height, six lines; and the share of their size to which it shrinks pictures
_LEADING = 8.0  # CSS pixels of a line below its letters
_ROOM = 0.1  # of a page's height, empty below room to write
#: An attribute of what nothing is to be moved in any more.
SETTLED = "data-settled"
_MOST_GROWTH = 2.0  # times as much room to write as was asked for, where the page has it


def keep_together(root: Any) -> None:
    """Keep tables on one page that are not so long that they must be split; a statement may end one before exhibits."""
    for table in root.iter("table"):
        if sum(1 for _ in table.iter("tr")) - 1 < _SPLIT:
            _add_style(table, "break-inside: avoid")
    for question in root.iter("section"):
        for statement, answer in pairwise(question):
            if "statement" in statement.get("class", "").split() and len(answer) and _kind(answer[0]):
                _add_style(statement, "break-after: auto")


def fill_gaps(root: Any, layout: Layout, least: float, *, one_by_one: bool = False) -> bool:
    """Mend each gap of at least that share of a page: a figure becomes a little smaller, or text after it is drawn up.

    A figure never passes another or a numbered title, so that order and numbers stay, nor the marking notes after an
    answer; it may pass a table that fits, as a table may a figure, and a title within its answer.
    Where nothing follows that could stand in front of it, it becomes smaller still, or moves up before the text that
    begins on the page with the gap. True if anything changed.

    What changes on a page moves all that follows it in its chapter: ``one_by_one``, only the first gap of each is
    mended. Chapters that are settled already stay as they are.
    """
    parents = {child: parent for parent in root.iter() for child in parent}
    changed = set()
    for gap in layout.gaps(least):
        parent = parents.get(gap.figure)
        around = list(_around(gap.figure, parents))
        chapter = next((one for one in around if "lab" in one.get("class", "").split()), None)
        settled = any(one.get(SETTLED) for one in around)
        if parent is None or gap.size <= 0 or settled or (one_by_one and chapter in changed):
            continue
        if (
            _shrink(gap.figure, gap.size, layout, _SLIGHTLY)
            or _fill_from_below(gap, parent, layout)
            or _shrink(gap.figure, gap.size, layout, _SMALLEST)
            or _move_up(gap, parent, layout)
        ):
            changed.add(chapter)
    return bool(changed)


def pull_back(root: Any, layout: Layout) -> bool:
    """Make a picture smaller where a last page has hardly a line, so that these may stand on the page before it.

    True if one was made smaller; whether they then do is seen in the next layout alone.
    """
    last = len(layout.boxes) - 1
    left = layout.boxes[last].height - layout.empty(last) + _LEADING
    if last < 1 or left > _HARDLY * layout.boxes[last].height:
        return False
    parents = {child: parent for parent in root.iter() for child in parent}
    for figure in root.iter("figure"):
        settled = any(one.get(SETTLED) for one in _around(figure, parents))
        if layout.first_pages.get(figure) == last - 1 and not settled:
            room = layout.heights[figure] + _MARGIN - left
            if _shrink(figure, room, layout, _LAST):
                return True
    return False


def fill_rooms(root: Any, layout: Layout) -> bool:
    """Have room to write go on to the foot of a page that would be left half empty; True if any did."""
    grown = False
    for page in range(len(layout.boxes)):
        empty = layout.empty(page)
        if empty > _ROOM * layout.boxes[page].height:
            for element in layout.last_on(page):
                grown |= _grow(element, empty - _MARGIN / 2, layout)
    return grown


def _grow(room: Any, empty: float, layout: Layout) -> bool:
    """Add ruled lines, or make a field higher; True if the element is either, and not grown yet."""
    if room.get("data-grown"):
        return False
    height = layout.heights.get(room, 0.0)
    if room.tag == "textarea" and "field" in room.get("class", "").split():
        _add_style(room, f"height:{min(height * _MOST_GROWTH, height + empty):.1f}px")
    elif "ruled" in room.get("class", "").split() and len(room):
        lines = min(int(empty / (height / len(room))), round(len(room) * (_MOST_GROWTH - 1)))
        room.extend(room.makeelement("div", {"class": "ruled-line"}) for _ in range(lines))
    else:
        return False
    room.set("data-grown", "yes")
    return True


def _kind(exhibit: Any) -> str | None:
    """Whether an element is a table or a figure, each of which has its own numbers; None for anything else."""
    if exhibit.tag != "figure":
        return None
    return "table" if "table" in exhibit.get("class", "").split() else "figure"


def _shrink(figure: Any, room: float, layout: Layout, smallest: float) -> bool:
    """Make the pictures of a figure as much smaller as lets it stand in that room; not below a share of their size.

    Those of a figure that was made smaller before are left as they are.
    """
    boxes = [box for box in figure.iter("div") if "frame-box" in box.get("class", "").split()]
    rows = [[layout.heights.get(image, 0.0) for image in row.iter("img")] for row in figure.iter("div")
            if "row" in row.get("class", "").split()]  # fmt: skip
    beside = [[box for box in row.iter("div") if box in boxes] for row in figure.iter("div")
              if "frame-row" in row.get("class", "").split()]  # fmt: skip
    rows += [[layout.heights.get(box, 0.0) for box in row] for row in beside or ([box] for box in boxes)]
    pictures = sum(max(row, default=0.0) for row in rows)
    if not pictures or figure.get("data-shrunk"):
        return False
    share = 1 - (layout.heights[figure] + _MARGIN - room) / pictures
    if not smallest <= share < 1:
        return False
    for panel in figure.iter("div"):
        if "panel" in panel.get("class", "").split() and (width := _WIDTH.fullmatch(panel.get("style", ""))):
            panel.set("style", f"width:{float(width[1]) * share:.3f}%")
    for box in boxes:
        _add_style(box, f"height:{layout.heights[box] * share:.1f}px")
    figure.set("data-shrunk", f"{share:.2f}")
    return True


def _fill_from_below(gap: Gap, parent: Any, layout: Layout) -> bool:
    """Move a figure behind the text that follows it; half of the gap must be filled, or it is not worth it."""
    siblings = list(parent)
    place = end = siblings.index(gap.figure)
    filled = 0.0
    for sibling in siblings[place + 1 :]:
        height = layout.heights.get(sibling, 0.0)
        other = _kind(sibling) not in (None, _kind(gap.figure)) and filled + height + _MARGIN <= gap.size
        if filled >= gap.size or not (sibling.tag in _TEXT | _UNNUMBERED or other):
            break
        if _CLOSING.intersection(sibling.get("class", "").split()):
            break
        filled += height
        end += 1
    while end > place and _goes_on(siblings[end]):
        filled -= layout.heights.get(siblings[end], 0.0)
        end -= 1
    if filled < max(gap.size * _WORTH, 1.0):
        return False
    parent.remove(gap.figure)
    parent.insert(end, gap.figure)
    return True


def _goes_on(text: Any) -> bool:
    """Whether a title or paragraph announces what follows it: no figure comes in between."""
    return text.tag in _UNNUMBERED or "".join(text.itertext()).rstrip().endswith(":")


def _move_up(gap: Gap, parent: Any, layout: Layout) -> bool:
    """Move a figure in front of paragraphs that begin on the page with the gap, so that they run on behind it."""
    figure = gap.figure
    siblings = list(parent)
    place = begin = siblings.index(figure)
    needed = layout.heights[figure] + _MARGIN - gap.size
    while needed > 0 or _goes_on(siblings[begin - 1]):
        before = siblings[begin - 1] if begin else None
        if before is None or before.tag not in _TEXT | _UNNUMBERED or layout.first_pages.get(before) != gap.page:
            return False
        needed -= layout.heights.get(before, 0.0)
        begin -= 1
    if begin in (0, place) or figure.get("data-moved"):
        return False
    parent.remove(figure)
    parent.insert(begin, figure)
    figure.set("data-moved", "up")
    return True


def _around(element: Any, parents: Mapping[Any, Any]) -> Iterator[Any]:
    while element is not None:
        yield element
        element = parents.get(element)


def _add_style(element: Any, style: str) -> None:
    element.set("style", "; ".join(filter(None, [element.get("style", "").rstrip("; "), style])))
