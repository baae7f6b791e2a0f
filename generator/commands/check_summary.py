"""What was found in many submissions, as one page and one CSV file."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from pathlib import Path

from generator.commands.check_found import Looked, compared
from generator.folders import templates_folder
from generator.render.text.untrusted_words import cell
from generator.store.files import replace_file

_COLUMNS = (
    "name",
    "authors",
    "answered",
    "questions",
    "gaps",
    "contradicted",
    "unsupported",
    "differing",
    "own",
    "alike",
    "faults",
    "problem",
    "page",
)
_PAGE_SECONDS = 10.0  # between two writings of the page while submissions are looked at


class Summary:
    """summary.html and summary.csv in ``folder``, written as submissions are finished: a kill loses none of them."""

    def __init__(self, folder: Path) -> None:
        self.page, self.table = folder / "summary.html", folder / "summary.csv"
        self._folder = folder
        self._found: list[Looked] = []
        self._written = 0.0

    def add(self, looked: Looked) -> None:
        """Add one submission's row to the table, and now and then write the page anew."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._found:
            replace_file(self.table, _row(_COLUMNS))
        self._found.append(looked)
        with self.table.open("ab") as file:
            file.write(_row(_cells(looked)))
        if time.monotonic() - self._written > _PAGE_SECONDS:
            replace_file(self.page, _page(compared(self._found)))
            self._written = time.monotonic()

    def finish(self, found: Sequence[Looked]) -> tuple[Path, Path]:
        """Write both whole, in the order of the names and with the answers that are alike; return their paths."""
        self._folder.mkdir(parents=True, exist_ok=True)
        replace_file(self.table, b"".join(map(_row, [_COLUMNS, *map(_cells, found)])))
        replace_file(self.page, _page(found))
        return self.page, self.table


def _page(found: Sequence[Looked]) -> bytes:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates_folder() / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("summary.html.j2").render(found=found).encode()


def _cells(looked: Looked) -> list[str]:
    """A row's values; several lines in one cell, and no formula, whatever a student is called."""
    values = [getattr(looked, column) for column in _COLUMNS]
    return [cell("\n".join(value) if isinstance(value, tuple) else str(value)) for value in values]


def _row(cells: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()
