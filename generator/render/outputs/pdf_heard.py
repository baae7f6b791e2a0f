"""What WeasyPrint logs while it writes a PDF: how far it is, and what it could not load.

Run by the process that writes the PDF, which imports nothing of the package; so does this.
"""

from __future__ import annotations

import logging
import sys
import time

#: Begins a line of the output that says how far this is.
PASSING = "\x1e"
_BETWEEN = 0.2  # seconds


class Progress(logging.Handler):
    """Says which page is being laid out for which time, as WeasyPrint logs each, a few times a second."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.layouts = 0
        self.said = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, unless something was said just now."""
        what, _, page = record.getMessage().rpartition("Page ")
        if not what or time.monotonic() - self.said < _BETWEEN:
            return
        again = f", layout {self.layouts}" if self.layouts > 1 else ""
        self.say(f"page {page}{again}")

    def say(self, text: str) -> None:
        """Print one line of progress."""
        self.said = time.monotonic()
        sys.stdout.write(f"{PASSING}{text}\n")
        sys.stdout.flush()


class Faults(logging.Handler):
    """Keeps what WeasyPrint only logs: an image, font or alternative text that is missing would pass in silence."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep errors, and warnings of things that could not be loaded; not those of CSS meant for screens."""
        message = record.getMessage()
        if record.levelno >= logging.ERROR or "load" in message:
            self.messages.append(message)
