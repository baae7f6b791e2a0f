"""What happens when the system asks a command to end: its children end, and what is half-written goes."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import click


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
