"""Functions and files are of a size that can be read: at most 60 and 300 lines, the median file under 120."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "generator"
FILES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FUNCTION, LONGEST_FILE, MEDIAN_FILE = 60, 300, 120


def lengths(source: str) -> dict[str, int]:
    """The lines of each function from its first decorator to its end, by its name and line."""
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    starts = {function: min([function.lineno, *(d.lineno for d in function.decorator_list)]) for function in functions}
    return {f"{one.name}, line {start}": (one.end_lineno or start) - start + 1 for one, start in starts.items()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_function_and_no_file_is_too_long(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert {name: lines for name, lines in lengths(source).items() if lines > LONGEST_FUNCTION} == {}
    assert len(source.splitlines()) <= LONGEST_FILE


def test_the_median_file_is_short() -> None:
    sizes = [len(path.read_text(encoding="utf-8").splitlines()) for path in FILES]
    middle = median(sizes)
    assert middle < MEDIAN_FILE, f"median of {len(sizes)} files: {middle} lines, {sum(sizes)} in all"


def test_a_decorator_and_a_docstring_count() -> None:
    assert lengths('@one(\n    1,\n)\ndef f():\n    """Say."""\n    def g(): ...\n') == {"f, line 1": 6, "g, line 6": 1}
