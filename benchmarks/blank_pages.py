"""How full the pages of a PDF are: the blank share at the foot of each, and the pages that are more than 30 % blank.

Usage: python benchmarks/blank_pages.py build/report.pdf [SHARE]. Needs pypdfium2 (`pip install pypdfium2`), which draws
the pages; the project itself does not.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

_SCALE = 0.5  # pixels for a point
_TOP, _FOOT = 26 / 297, 28 / 297  # the margins of templates/report/print.css, with the running heads and page number
_WHITE = 250


def blank_shares(path: Path) -> list[float]:
    """For each page, the blank part of its text block below the last mark on it; 1 for an empty page."""
    import pypdfium2

    shares = []
    for page in pypdfium2.PdfDocument(str(path)):
        grey = page.render(scale=_SCALE, grayscale=True).to_numpy()
        height = grey.shape[0]
        top, foot = round(_TOP * height), round((1 - _FOOT) * height)
        marked = np.flatnonzero(grey[top:foot].reshape(foot - top, -1).min(axis=1) < _WHITE)
        shares.append(1 - (marked[-1] + 1) / (foot - top) if len(marked) else 1.0)
    return shares


def main(arguments: list[str]) -> None:
    """Print what was measured."""
    limit = float(arguments[1]) if len(arguments) > 1 else 0.3
    shares = blank_shares(Path(arguments[0]))
    above = {number: share for number, share in enumerate(shares, start=1) if share > limit}
    print(f"{len(shares)} pages, {sum(shares) / len(shares):.1%} blank on average, {len(above)} more than {limit:.0%}:")
    print(", ".join(f"{number} ({share:.0%})" for number, share in above.items()) or "none")


if __name__ == "__main__":
    main(sys.argv[1:])
