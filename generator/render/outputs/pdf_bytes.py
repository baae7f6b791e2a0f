"""What pydyf does anew for each tag and at any price: references to pages, and the last thousandth of the size.

Run by the process that writes the PDF, which imports nothing of the package; so does this. pydyf has no options for
either.
"""

from __future__ import annotations

import zlib
from types import SimpleNamespace
from typing import Any

#: Of zlib, whose 9 takes three times as long for streams that are 2 % smaller: 30 kB of a report of 22 MB.
_LEVEL = 6


def save() -> None:
    """Have pydyf compress faster, and list the references of the pages only when there is another page."""
    import pydyf

    pydyf.zlib = SimpleNamespace(compressobj=lambda level: zlib.compressobj(min(level, _LEVEL)))
    listed = getattr(pydyf.PDF.page_references.fget, "anew", pydyf.PDF.page_references.fget)

    def references(pdf: Any) -> tuple[bytes, ...]:
        known: tuple[int, tuple[bytes, ...]] = pdf.__dict__.get("known_references", (-1, ()))
        if known[0] != len(pdf.pages["Kids"]):
            known = pdf.known_references = len(pdf.pages["Kids"]), listed(pdf)
        return known[1]

    references.anew = listed  # type: ignore[attr-defined]
    pydyf.PDF.page_references = property(references)
