"""A table as a CSV file, by the rules of pandas, whose import alone would take longer than writing them all."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import Any

from generator.render.text.untrusted_words import cell

_LARGEST = 2**63  # from which on whole numbers are no integers of a machine


def csv_file(names: Sequence[str], records: Sequence[Sequence[Any]]) -> bytes:
    """Rows under the names of their columns; what is missing or not a number is an empty cell."""
    columns = [_column(values) for values in zip(*records, strict=True)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode()


def _column(values: Sequence[Any]) -> list[Any]:
    """The cells of a column: in one of numbers where any has a fraction or is missing, all are written as floats."""
    if {*map(type, values)} <= {int}:
        return [*values]
    given = [value for value in values if value is not None]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in given)
    broken = len(given) < len(values) or any(isinstance(value, float) for value in given)
    floats = numbers and broken and all(isinstance(value, float) or abs(value) < _LARGEST for value in given)
    return [_cell(float(value) if floats and value is not None else value) for value in values]


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return cell(value) if isinstance(value, str) else value
