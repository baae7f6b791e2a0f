"""Sizes, durations and lists as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.course.spec import LeftOut

_MOST_NAMED = 5


def human_size(size: float) -> str:
    """A number of bytes as people say it: 12.3 MB."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def human_time(seconds: float) -> str:
    """A duration as people say it: 0.4 s, 12 s, 3 min 20 s, 1 h 05 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def left_out(questions: Mapping[str, LeftOut]) -> str:
    """The questions that are in no report, by the reason; many are only counted."""
    said = []
    for reason in dict.fromkeys(questions.values()):
        found = [address for address, why in questions.items() if why is reason]
        named = ", ".join(found) if len(found) <= _MOST_NAMED else f"{len(found)} questions"
        said.append(f"{named} ({reason.value})")
    return "; ".join(said)
