"""What WeasyPrint logs becomes progress, a few times a second, and faults, where something would be missing."""

from __future__ import annotations

import logging

import pytest

from generator.render.outputs import pdf_heard
from generator.render.outputs.pdf_heard import PASSING, Faults, Progress


def record(level: int, message: str) -> logging.LogRecord:
    return logging.LogRecord("weasyprint", level, "x.py", 1, message, None, None)


def test_pages_are_told_a_few_times_a_second(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(pdf_heard.time, "monotonic", lambda: now)
    progress = Progress()
    progress.layouts = 1
    for page in range(1, 11):
        progress.emit(record(logging.INFO, f"Step 5 - Creating layout - Page {page}"))
        now += 0.1
    progress.layouts = 2
    now += 1
    progress.emit(record(logging.INFO, "Step 5 - Creating layout - Page 3"))
    progress.emit(record(logging.INFO, "Step 6 - Creating PDF"))
    told = capsys.readouterr().out.rstrip("\n").split("\n")  # the mark is a line end to splitlines
    assert told[0] == f"{PASSING}page 1"
    assert told[-1] == f"{PASSING}page 3, layout 2"
    assert 4 <= len(told) <= 6


def test_faults_are_errors_and_what_could_not_be_loaded_and_no_style_for_screens() -> None:
    faults = Faults()
    faults.emit(record(logging.WARNING, "Ignored `display: grid` at 1:1, unknown property."))
    faults.emit(record(logging.WARNING, "Failed to load image at x.png"))
    faults.emit(record(logging.ERROR, "no alternative text"))
    assert faults.messages == ["Failed to load image at x.png", "no alternative text"]
