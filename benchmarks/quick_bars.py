"""Hold a quick report to what it should show: each bar, what was found, and whether it is met.

Usage: python benchmarks/quick_bars.py build. Reads results/metrics.json and report.pdf there (pypdf, a test package);
ends with 1 where a bar is missed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Metrics = dict[str, Any]
MOST_PAGES = 95


def _found(metrics: Metrics, address: str) -> Any:
    if address not in metrics:
        raise SystemExit(f"there is no metric {address}: was the whole quick report built?")
    return metrics[address]


def _lost(metrics: Metrics, prefix: str) -> list[str]:
    """The runs of a result whose training diverged, by their place in its grid."""
    ending = ".diverged"
    return [name.removesuffix(ending) for name, value in metrics.items()
            if name.startswith(prefix) and name.endswith(ending) and value is True]  # fmt: skip


def bars(metrics: Metrics) -> list[tuple[str, object, bool]]:
    """For each bar its words, what was found, and whether that is enough."""

    def at_least(words: str, address: str, bound: float) -> tuple[str, object, bool]:
        value = _found(metrics, address)
        return f"{words} (at least {bound:g})", value, value is not None and value >= bound

    multipliers = [f"2-c/q03/multipliers[multiplier={k}].diverged" for k in (0.25, 1, 2)]
    schedules = sorted({*_lost(metrics, "2-c/schedule/l"), *_lost(metrics, "2-c/schedule/cosine")})
    colour_judge, colour_score = "2-de/q05/colour_judge", "2-de/q05/colour_measures[gan=colours_long].fid"
    return [
        at_least("2-a: test accuracy of the layer that is used", "2-a/q08/layers.reference_test", 0.8),
        ("2-a: cross-validation is no higher than the test, as no crop is in both",
         round(_found(metrics, "2-a/q08/layers.reference_validation")
               - _found(metrics, "2-a/q08/layers.reference_test"), 3),
         _found(metrics, "2-a/q08/layers.reference_validation")
         <= _found(metrics, "2-a/q08/layers.reference_high")),
        at_least("2-b: pairs fooled", "2-b/q05/fooling.fooled_share", 24 / 25),
        at_least("2-b: pairs attacked", "2-b/q07/attacks.images", 10),
        at_least("2-b: class images that the network itself is sure of", "2-b/q08/made.own_recognised", 5),
        at_least("2-c: points gained on the target, mean of the seeds", "2-c/seeds/pooled.gain_mean", 0.15),
        at_least("2-c: seeds", "2-c/seeds/pooled.seeds", 5),
        ("2-c: multipliers up to 2 train", [_found(metrics, name) for name in multipliers],
         not any(metrics[name] for name in multipliers)),
        ("2-c: courses and lengths that are lost, besides the falling courses (none)", schedules,
         all("decreasing" in name for name in schedules)),
        at_least("2-de: digits legible, DCGAN", "2-de/q04/measure.legible", 10),
        at_least("2-de: digits legible, cDCGAN", "2-de/q06/measure.legible", 10),
        ("2-de: variants that fail (at most the 64 × 64 with narrow weights)",
         _found(metrics, "2-de/q05/all_strips.failed"), metrics["2-de/q05/all_strips.failed"] <= 1),
        ("2-de: colours are scored only by a judge that is right on 80 %",
         [_found(metrics, f"{colour_judge}.test"), _found(metrics, colour_score)],
         metrics[f"{colour_judge}.test"] >= 0.8 or metrics[colour_score] is None),
    ]  # fmt: skip


def pages(path: Path) -> tuple[str, object, bool]:
    """The bar of the report's length."""
    from pypdf import PdfReader

    count = len(PdfReader(path).pages)
    return f"pages (at most {MOST_PAGES})", count, count <= MOST_PAGES


def main(arguments: list[str], show: Callable[[str], None] = print) -> int:
    """Print a line for each bar."""
    folder = Path(arguments[0] if arguments else "build")
    metrics = json.loads((folder / "results/metrics.json").read_text(encoding="utf-8"))
    found = [*bars(metrics), pages(folder / "report.pdf")]
    for words, value, met in found:
        show(f"{'met   ' if met else 'MISSED'}  {words}: {value}")
    return 0 if all(met for _, _, met in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
