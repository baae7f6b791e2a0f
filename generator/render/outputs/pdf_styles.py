"""One reading of the styles and typefaces for all layouts of a page, which WeasyPrint reads anew for each.

Run by the process that writes the PDF, which imports nothing of the package; so does this. WeasyPrint has no public way
to do this that leaves a page's own styles its own, hence its private function.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import tostring


def read_once() -> Any:
    """Have WeasyPrint keep the styles that it reads; return the typefaces, which all layouts must be given."""
    import weasyprint.css
    from weasyprint.text.fonts import FontConfiguration

    find = getattr(weasyprint.css.find_stylesheets, "reads_anew", weasyprint.css.find_stylesheets)
    known: dict[str, tuple[list[Any], list[Any], list[Any], dict[str, Any], dict[str, Any]]] = {}

    def found(
        page: Any, media: str, fetcher: Any, base: str, fonts: Any, counters: Any, profiles: Any, page_rules: Any,
        layers: Any,
    ) -> Iterator[Any]:  # fmt: skip
        name = "\n".join(tostring(one.etree_element, encoding="unicode") for one in page.query_all("style", "link"))
        if name not in known:
            sheets = list(find(page, media, fetcher, base, fonts, counters, profiles, page_rules, layers))
            known[name] = sheets, list(page_rules), list(layers), dict(counters), dict(profiles)
            return iter(sheets)
        sheets, *read = known[name]
        page_rules.extend(read[0])
        layers.extend(read[1])
        counters.update(read[2])
        profiles.update(read[3])
        return iter(sheets)

    found.reads_anew = find  # type: ignore[attr-defined]
    weasyprint.css.find_stylesheets = found
    return FontConfiguration()


def answer_at_once() -> None:
    """Have WeasyPrint take what no rule sets from the element around or from the initial values, and ask no more.

    Which it does too, after all that only special properties need, some hundred times for each element and layout.
    """
    from weasyprint import css
    from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS

    special = {"page", "position", "float", "display"}
    plain = {key for key in css.INITIAL_VALUES if key not in special and not key.startswith("text_decoration_")}
    initial = {key: css.INITIAL_VALUES[key] for key in plain - css.INHERITED - css.INITIAL_NOT_COMPUTED}
    inherited = plain & css.INHERITED
    # By which names rules may set a property: "margin-left" by "margin-inline-start" too, or "-end".
    names = {
        key: {key, *(named(block="ttb", inline=inline) for inline in ("ltr", "rtl"))}
        for key, named in PHYSICAL_FUNCTIONS.items()
    }
    compute = getattr(css.ComputedStyle.__missing__, "in_full", css.ComputedStyle.__missing__)

    def missing(style: Any, key: str) -> Any:
        cascaded = style.cascaded
        if key in cascaded or (key in names and not names[key].isdisjoint(cascaded)):
            return compute(style, key)
        if key in initial:
            value = style[key] = initial[key]
        elif key in inherited and style.parent_style is not None:
            value = style[key] = style.parent_style[key]
        else:
            value = compute(style, key)
        return value

    missing.in_full = compute  # type: ignore[attr-defined]
    css.ComputedStyle.__missing__ = missing
