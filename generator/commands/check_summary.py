"""What was found in many submissions, as one page and one CSV file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from generator.commands.check import Looked
from generator.folders import templates_folder

_COLUMNS = (
    "name",
    "authors",
    "answered",
    "questions",
    "gaps",
    "contradicted",
    "unsupported",
    "differing",
    "alike",
    "faults",
    "problem",
    "page",
)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is a formula to a spreadsheet


def write_summary(found: Sequence[Looked], folder: Path) -> tuple[Path, Path]:
    """Write summary.html and summary.csv into ``folder`` and return their paths."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates_folder() / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    folder.mkdir(parents=True, exist_ok=True)
    page, table = folder / "summary.html", folder / "summary.csv"
    page.write_text(environment.get_template("summary.html.j2").render(found=found), encoding="utf-8")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for looked in found:
            writer.writerow([_cell(getattr(looked, column)) for column in _COLUMNS])
    return page, table


def _cell(value: object) -> str:
    """A value as a cell; several lines in one cell, and no formula, whatever a student is called."""
    text = "\n".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
