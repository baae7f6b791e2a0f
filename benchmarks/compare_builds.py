"""Hold the metrics of two builds side by side: how many are the same, and by how much the others differ.

Usage: python benchmarks/compare_builds.py BEFORE AFTER [ROWS]; the folders of two builds, of which results/metrics.json
is read. Ends with 1 where a metric is missing in one, or is a word or a count in both and not the same.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS = 20


def difference(before: Any, after: Any) -> float:
    """How far two values are apart, as a share of the larger; infinite where one is not a number."""
    if before == after or (before != before and after != after):
        return 0.0
    numbers = [value for value in (before, after) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < 2 or not all(map(math.isfinite, numbers)):
        return math.inf
    return abs(before - after) / max(abs(before), abs(after))


def compare(before: dict[str, Any], after: dict[str, Any], rows: int, show: Callable[[str], None]) -> int:
    """Print the counts, those that only one has, and the ``rows`` largest differences."""
    alone = sorted(before.keys() ^ after.keys())
    apart = {name: difference(before[name], after[name]) for name in sorted(before.keys() & after.keys())}
    labs = Counter(name.partition("/")[0] for name in apart)
    changed = Counter(name.partition("/")[0] for name, share in apart.items() if share)
    show("lab      metrics  the same   differ")
    for lab, count in labs.items():
        show(f"{lab:8s} {count:7d}  {count - changed[lab]:8d}  {changed[lab]:7d}")
    for name in alone:
        show(f"only {'before' if name in before else 'after'}: {name}")
    for name, share in sorted(apart.items(), key=lambda item: -item[1])[:rows]:
        if share:
            show(f"{share:8.2g}  {name}: {before[name]} → {after[name]}")
    return 1 if alone or any(math.isinf(share) for share in apart.values()) else 0


def main(arguments: list[str], show: Callable[[str], None] = print) -> int:
    """Compare two build folders."""
    if len(arguments) not in (2, 3):
        raise SystemExit(__doc__)
    texts = [(Path(folder) / "results/metrics.json").read_text(encoding="utf-8") for folder in arguments[:2]]
    before, after = map(json.loads, texts)
    return compare(before, after, int(arguments[2]) if len(arguments) == 3 else ROWS, show)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
