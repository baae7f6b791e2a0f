"""The one look of all figures: typeface, sizes, colours."""

from __future__ import annotations

from functools import cache
from typing import Any

from matplotlib import font_manager
from matplotlib.colors import to_hex, to_rgb

from generator.folders import templates_folder

#: Okabe and Ito's palette (2008, "Color Universal Design"), the strongest contrasts on white first; its yellow, which
#: is too pale for lines on white, is replaced by a dark grey.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D", "#7A4A9E", "#8C6D1F", "#A3223F")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
INK = "#1f2328"
QUIET = "#5b636b"
RULE = "#9aa1a8"
GRID = "#e4e7ea"
MUTED = "#a9c4d6"  # bars beside the one that is stressed
TONES = {"good": "#00664a", "bad": "#a83a00", "": INK}

#: What is good or bad is said by a sign, too: not everyone sees these colours, and many print without any.
SIGNS = {"good": "✓ ", "bad": "✗ ", "": ""}
#: Of the bars of each series; the first is plain.
HATCHES = ("", "////", "....", "xxxx", "----", "++++")

TEXT = 8.0  # points; captions are set in 8.5
SMALL = 7.7  # the smallest that is used: a figure on paper may be drawn at 78 % of its size, and 6 points must remain


@cache
def load_fonts() -> None:
    """Make the package's sans known to matplotlib, so that figures look the same on every machine."""
    for path in sorted((templates_folder() / "report" / "fonts").glob("SourceSans3-*.ttf")):
        font_manager.fontManager.addfont(str(path))


def rc() -> Any:
    """Settings for ``matplotlib.rc_context``."""
    return {
        # DejaVu, which matplotlib carries, has the few signs that Source Sans lacks.
        "font.family": ["Source Sans 3", "DejaVu Sans"],
        "font.size": TEXT,
        "axes.labelsize": TEXT,
        "axes.labelpad": 3.5,
        "axes.titlesize": TEXT,
        "axes.labelcolor": INK,
        "axes.edgecolor": RULE,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "text.color": INK,
        "text.hinting": "none",
        "text.parse_math": False,  # a "$" in a class name is a dollar
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "xtick.color": RULE,
        "ytick.color": RULE,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.minor.size": 0.0,
        "ytick.minor.size": 0.0,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
        "lines.linewidth": 1.4,
        "hatch.linewidth": 0.7,
        "legend.frameon": False,
        "legend.fontsize": SMALL,
        "figure.facecolor": "white",
        "svg.hashsalt": "genreport",
        "svg.fonttype": "path",
        "image.interpolation": "antialiased",
    }


def colour(number: int) -> str:
    """The colour of the series with this number, counted from 0."""
    return PALETTE[number % len(PALETTE)]


def luminance(shade: Any) -> float:
    """Relative luminance as WCAG 2.2 defines it, from 0 (black) to 1 (white)."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(shade)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def readable(shade: str) -> str:
    """The shade, darkened until text in it has WCAG AA contrast (4.5 to 1) on white."""
    red, green, blue = to_rgb(shade)
    while (1.05) / (luminance((red, green, blue)) + 0.05) < 4.5:
        red, green, blue = red * 0.94, green * 0.94, blue * 0.94
    return to_hex((red, green, blue))
