"""How a command ends: when the system asks it to, its children end and what is half-written goes; errors in words."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from generator.errors import GenreportError


def end_on_sigterm() -> None:
    """Let SIGTERM, or a closed terminal, end this program as Ctrl-C does; what is ignored, as by nohup, stays so."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    """Leave by an exception, so that all that cleans up behind itself does so on the way out."""
    signal.signal(number, signal.SIG_DFL)  # a second one does not wait
    name = signal.Signals(number).name
    click.echo(f"\nEnded by {name}. What was finished is kept; the same command goes on from here.", err=True)
    sys.exit(128 + number)


def worded(error: GenreportError) -> str:
    """An error that was raised on purpose, for the terminal."""
    mistakes = getattr(error, "mistakes", ())
    head = f"{len(mistakes)} mistakes, nothing was computed:\n" if len(mistakes) > 1 else ""
    return click.style("error: ", fg="red", bold=True) + head + str(error)


def unexpected(error: Exception) -> str:
    """A fault of genreport's own: one line for the user, the traceback in a file for whoever mends it."""
    import tempfile
    import traceback

    text = "".join(traceback.format_exception(error))
    with tempfile.NamedTemporaryFile("w", prefix="genreport-", suffix=".log", delete=False) as file:
        file.write(text)
    head = click.style("error: ", fg="red", bold=True) + f"{type(error).__name__}: {error}"
    return f"{head}\n    hint: this is a fault of genreport itself; please report it with {file.name}"
