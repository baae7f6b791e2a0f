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
