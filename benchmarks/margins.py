"""Ink beyond the text of a PDF: for each page, how far anything drawn reaches into the margins at its sides.

Usage: python benchmarks/margins.py build/report.pdf [MILLIMETRES]. Needs pypdfium2 (`pip install pypdfium2`), which
draws the pages; the project itself does not. Pages are listed where ink stands further out than so much.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np

_SCALE = 4  # pixels for a point
_PER_MILLIMETRE = 72 / 25.4 * _SCALE
_WHITE = 250
_STYLES = Path(__file__).resolve().parents[1] / "templates" / "report" / "print.css"


def text_margins(turned: bool = False) -> tuple[float, float, float]:
    """The margins above, beside and below the text in millimetres, as the styles set them; of turned pages too."""
    page = r"@page turned \{" if turned else r"@page \{"
    found = re.search(page + r"[^}]*?margin:\s*([\d.]+)mm\s+([\d.]+)mm\s+([\d.]+)mm", _STYLES.read_text("utf-8"))
    if found is None:
        raise ValueError(f"{_STYLES} sets no margins")
    return float(found[1]), float(found[2]), float(found[3])


def ink_beyond(path: Path) -> list[tuple[float, float]]:
    """For each page, the millimetres by which ink beside the text block stands to the left and to the right of it."""
    import pypdfium2

    found = []
    for page in pypdfium2.PdfDocument(str(path)):
        grey = page.render(scale=_SCALE, grayscale=True).to_numpy()
        grey = grey.reshape(grey.shape[:2])
        height, width = grey.shape
        above, beside, below = (side * _PER_MILLIMETRE for side in text_margins(turned=width > height))
        marked = np.flatnonzero(grey[round(above) : round(height - below)].min(axis=0) < _WHITE)
        left, right = (beside - marked[0], marked[-1] + 1 - (width - beside)) if len(marked) else (0.0, 0.0)
        found.append((float(left) / _PER_MILLIMETRE, float(right) / _PER_MILLIMETRE))
    return found


def main(arguments: list[str]) -> None:
    """Print what was measured."""
    limit = float(arguments[1]) if len(arguments) > 1 else 0.2
    sides = ink_beyond(Path(arguments[0]))
    width = 210 - 2 * text_margins()[1]
    beyond = {number: pair for number, pair in enumerate(sides, start=1) if max(pair) > limit}
    print(f"{len(sides)} pages, text {width:.1f} mm wide, {len(beyond)} with ink more than {limit} mm beyond it:")
    for number, (left, right) in beyond.items():
        print(f"  page {number}: {max(left, 0):.1f} mm left, {max(right, 0):.1f} mm right")


if __name__ == "__main__":
    main(sys.argv[1:])
