"""What WeasyPrint 70 leaves of PDF/UA-1 undone, mended: languages, lists, heads of columns, formulas, fonts.

Run by the process that writes the PDF, which imports nothing of the package; so does this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: What the alternative text of a formula's picture begins with, so that it is known for one among the tags.
FORMULA = "\ue010"

_BATCH = 100  # the most entries that one part of a character map may have
_INVISIBLE = b"200b"  # a space without width
_NO_CHARACTERS = frozenset({b"0000", b"feff", b"fffe"})


def keep_languages() -> None:
    """Have WeasyPrint tag elements with their ``lang``, which it notes of the whole document alone."""
    import pydyf
    from weasyprint.pdf import tags

    plain = tags._build_box_tree

    def with_languages(box: Any, *others: Any) -> Iterator[Any]:
        element = getattr(box, "_box", box).element  # what is placed absolutely has a box of its own inside
        language = element.get("lang") if element is not None and element.tag not in ("html", "body") else None
        for tagged in plain(box, *others):
            if language:
                tagged["Lang"] = pydyf.String(language)
            yield tagged

    tags._build_box_tree = with_languages


def finish(document: Any, pdf: Any) -> None:
    """Mend the tags and fonts of a document before it is written; WeasyPrint calls this with both."""
    by_reference = {thing.reference: thing for thing in pdf.objects if thing.number}
    for thing in list(pdf.objects):
        if isinstance(getattr(thing, "stream", None), list) and b"begincmap" in thing.stream:
            _keep_characters(thing)
        elif isinstance(thing, dict) and thing.get("Type") == "/Font" and "ToUnicode" in thing:
            drawn = [font.to_unicode for font in document.fonts.values() if font.name == thing["BaseFont"]]
            _map_what_is_drawn(by_reference[thing["ToUnicode"]], drawn)
        elif _kind(thing) == "/LI":
            _put_into_body(thing, pdf, by_reference)
        elif _kind(thing) == "/Figure":
            _tag_formula(thing, by_reference)
        elif _kind(thing) == "/Table":
            _give_headers(thing, by_reference)


def _kind(thing: Any) -> Any:
    return thing["S"] if isinstance(thing, dict) and thing.get("Type") == "/StructElem" else None


def _put_into_body(item: Any, pdf: Any, by_reference: dict[bytes, Any]) -> None:
    """Put what stands in a list item beside its label into its body, as it must be: paragraphs stand there bare."""
    import pydyf

    kinds = [_kind(by_reference.get(kid)) for kid in item["K"]]
    loose = [kid for kid, kind in zip(item["K"], kinds, strict=True) if kind not in ("/Lbl", "/LBody")]
    if not loose:
        return
    body = pydyf.Dictionary({"Type": "/StructElem", "S": "/LBody", "K": pydyf.Array(loose), "P": item.reference})
    if "Pg" in item:
        body["Pg"] = item["Pg"]
    pdf.add_object(body)
    for kid in loose:
        if _kind(by_reference.get(kid)):
            by_reference[kid]["P"] = body.reference
    first = item["K"].index(loose[0])
    rest = [kid for kid in item["K"] if kid not in loose]
    item["K"] = pydyf.Array([*rest[:first], body.reference, *rest[first:]])


def _give_headers(table: Any, by_reference: dict[bytes, Any]) -> None:
    """Name the head of those cells that stand under one of several columns, but not in the first of these."""
    import pydyf

    heads: dict[int, Any] = {}
    groups = [by_reference.get(kid) for kid in table["K"]]
    for row in (by_reference.get(kid) for group in groups if isinstance(group, dict) for kid in group["K"]):
        column = 0
        for cell in (by_reference.get(kid) for kid in (row["K"] if isinstance(row, dict) else ())):
            about = cell.get("A", {}) if isinstance(cell, dict) else {}
            across = range(column, column + about.get("ColSpan", 1))
            if cell and _kind(cell) == "/TH":
                heads |= dict.fromkeys([place for place in across if place not in heads], cell["ID"])
            elif about.get("Headers") == [] and column in heads:
                about["Headers"] = pydyf.Array([heads[column]])
            column = across.stop


def _tag_formula(picture: Any, by_reference: dict[bytes, Any]) -> None:
    """Tag the picture of a formula, and the text for those who search and copy beside it, as one formula."""
    import pydyf

    text = getattr(picture.get("Alt"), "string", "")
    if not text.startswith(FORMULA):
        return
    around = by_reference[picture["P"]]
    around["S"], around["Alt"] = "/Formula", pydyf.String(text.removeprefix(FORMULA))
    around["A"] = picture.pop("A")  # where it stands
    picture["S"] = "/NonStruct"
    del picture["Alt"]


def _keep_characters(table: Any) -> None:
    """Map to an invisible space what a font's character map has as no character, as whole fonts, of fields, have it."""
    begin, end = table.stream.index(b"endcodespacerange") + 1, table.stream.index(b"endcmap")
    for place in range(begin, end):
        glyph, _, character = table.stream[place].partition(b" ")
        if character.strip(b"<>") in _NO_CHARACTERS:
            table.stream[place] = glyph + b" <" + _INVISIBLE + b">"


def _map_what_is_drawn(table: Any, drawn: Iterable[Mapping[int, str]]) -> None:
    """Complete the character map of a font of fields, which has no ligatures, by the glyphs that are drawn with it."""
    known = {line.partition(b" ")[0] for line in table.stream if line.startswith(b"<")}
    found = {f"<{glyph:04x}>".encode(): text for glyphs in drawn for glyph, text in glyphs.items()}
    missing = [
        glyph + b" <" + text.encode("utf-16-be").hex().encode() + b">"
        for glyph, text in found.items()
        if glyph not in known
    ]
    end = table.stream.index(b"endcmap")
    for first in range(0, len(missing), _BATCH):
        batch = missing[first : first + _BATCH]
        table.stream[end:end] = [f"{len(batch)} beginbfchar".encode(), *batch, b"endbfchar"]
