"""CSV files: byte for byte what pandas writes of the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.render.outputs.csv_file import csv_file
from generator.render.text.untrusted_words import cell

_KINDS = [
    st.integers(-(2**62), 2**62),
    st.floats(),
    st.booleans(),
    st.text(st.characters(codec="utf-8"), max_size=8),
]
_COLUMNS = st.sampled_from([
    *_KINDS, *(st.one_of(kind, st.none()) for kind in _KINDS), st.one_of(_KINDS[0], _KINDS[1]), st.one_of(*_KINDS),
    st.none(),
])  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    kinds = draw(st.lists(_COLUMNS, min_size=1, max_size=4))
    return draw(st.lists(st.tuples(*kinds), max_size=5))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=tables())
def test_rows_are_written_as_pandas_writes_them(tmp_path: Path, rows: list[tuple[Any, ...]]) -> None:
    names = [f"column {number}" for number in range(len(rows[0]) if rows else 2)]
    ours = csv_file(names, rows)
    harmless = [[cell(value) if isinstance(value, str) else value for value in row] for row in rows]
    pd.DataFrame(harmless, columns=names).to_csv(tmp_path / "theirs.csv", index=False, lineterminator="\n")
    assert ours == (tmp_path / "theirs.csv").read_bytes()
