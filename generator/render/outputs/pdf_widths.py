"""What is wider than the text: tables become smaller, are wrapped or turned, and what still is too wide is told.

Run by the process that writes the PDF, which imports nothing of the package; so does this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generator.render.outputs.pdf_layout import Layout, Reach

_LEAST = 0.85  # of their size, to which letters of tables are made smaller: 7.5 points
_LEAST_FORMULA = 0.75
_SET = {"equation", "set"}  # the classes of what a displayed formula stands in, with its number and without
_SPARE = 0.99  # of the width there is: sizes are rounded
_TURNED = 230.0 / 143.0  # the text of turned pages in print.css, as a share of that of others
_ADVICE = {"table": "give it fewer columns or shorter words", "line": "divide its formula, or what is long in it"}

#: Lays tables out by themselves and says how far each reaches.
Measure = Callable[[list[Any]], Mapping[Any, float]]


def fit(root: Any, layout: Layout, measure: Measure) -> bool:
    """Change all that is too wide so that it fits, or nearly; True if anything was changed."""
    found = {element: reach for element, reach in layout.too_wide.items() if not element.get("data-fitted")}
    tables = {element: reach for element, reach in found.items() if element.tag == "table"}
    formulas = {element: reach for element, reach in found.items() if _SET & {*element.get("class", "").split()}}
    for formula, reach in formulas.items():
        formula.set("style", f"font-size:{max(_LEAST_FORMULA, _SPARE * reach.text / reach.reached):.3f}em")
    if tables:
        parents = {child: parent for parent in root.iter() for child in parent}
        wrapped = measure(list(tables))
        for table, reach in tables.items():
            _fit_table(table, reach, wrapped.get(table, reach.text), parents)
    for element in (*tables, *formulas):
        element.set("data-fitted", "yes")
    return bool(tables or formulas)


def warnings(root: Any, layout: Layout) -> Iterator[str]:
    """What is too wide all the same, by name."""
    parents = {child: parent for parent in root.iter() for child in parent}
    for element, reach in layout.too_wide.items():
        around = list(_around(element, parents))
        name, kind = _name(around), "table" if element.tag == "table" else "line"
        tried = (
            ", although it was made smaller, wrapped and turned"
            if element.get("data-fitted") and kind == "table"
            else ""
        )
        yield f"{name}: a {kind} reaches {reach.beyond:.0f} mm beyond the text of the PDF{tried}: {_ADVICE[kind]}"


def without_other(root: Any, tables: Iterable[Any]) -> Any:
    """A copy of a page with nothing on it but these tables, whose words may be divided."""
    copy = deepcopy(root)
    body = next(copy.iter("body"))
    body[:] = []
    main = body.makeelement("main", {})
    body.append(main)
    for table in tables:
        alone = deepcopy(table)
        alone.tail = ""
        _wrap(alone)
        main.append(alone)
    return copy


def choice(reach: float, wrapped: float, text: float) -> tuple[bool, bool, float]:
    """Whether a table is to be wrapped and turned, and what its size is to be, given how wide it is wrapped or not."""
    for wraps, turns in ((False, False), (True, False), (False, True), (True, True)):
        share = text * (_TURNED if turns else 1.0) / (wrapped if wraps else reach)
        if share >= _LEAST:
            return wraps, turns, min(1.0, share * _SPARE)
    return True, True, _LEAST


def _fit_table(table: Any, reach: Reach, wrapped: float, parents: Mapping[Any, Any]) -> None:
    wraps, turns, share = choice(reach.reached, wrapped, reach.text)
    table.set("style", f"font-size:{8.8 * share:.2f}pt; line-height:1.42; {table.get('style', '')}")
    if wraps:
        _wrap(table)
    if turns:
        whole = next((one for one in _around(table, parents) if one.tag == "figure"), table)
        whole.set("class", f"{whole.get('class', '')} turned".strip())


def _wrap(table: Any) -> None:
    table.set("class", f"{table.get('class', '')} wrapped".strip())


def _around(element: Any, parents: Mapping[Any, Any]) -> Iterator[Any]:
    """An element, and those around it from the innermost."""
    while element is not None:
        yield element
        element = parents.get(element)


def _name(around: list[Any]) -> str:
    """What the nearest exhibit or question around something is called, a question with its lab."""
    lab = next((f"{one.get('id', '').removeprefix('lab-')}, " for one in around if one.get("class") == "lab"), "")
    for one in around:
        wanted = {"figure": "label", "section": "question-number"}.get(one.tag)
        for inside in one.iter("span") if wanted else ():
            if wanted in inside.get("class", "").split():
                return (lab if one.tag == "section" else "") + (inside.text or "").strip()
    return "the text"
