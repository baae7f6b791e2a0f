"""What a piece of Markdown may refer to, and what of it could not be shown."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from generator.languages import ENGLISH, first_part, spoken
from generator.render.text.maths import MarkupError
from generator.render.text.numbering import Numbered
from generator.render.text.own_images import OwnImages


@dataclass(frozen=True)
class Fault:
    """What could not be shown and why; ``text`` is the piece of the source to look for."""

    message: str
    text: str


@dataclass(frozen=True)
class Surroundings:
    """What a piece of Markdown may refer to.

    ``math`` sets a formula, ``fragments`` are the exhibits' HTML by name, ``prefix`` keeps the ids of footnotes apart,
    ``images`` are the course's or a student's own, which the page finds under ``pictures`` with that ``ending``. A
    formula, picture or link that cannot be shown is a box in its place and one of the ``faults``. ``level`` is that of
    the heading above the text; its own headings follow from there without a gap, whatever levels they were written
    with. Where it can be ``asked`` of numbers what is behind them, each is an element.
    """

    math: Callable[..., str]
    citations: Mapping[str, int] = field(default_factory=dict)
    equations: Mapping[str, Numbered] = field(default_factory=dict)
    fragments: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    images: OwnImages = field(default_factory=OwnImages)
    pictures: str = ""
    ending: str = "png"
    level: int = 4
    asked: bool = False
    faults: list[Fault] = field(default_factory=list)

    def formula(self, tex: str, *, display: bool) -> str:
        """A formula, or the box in its place."""
        try:
            return self.math(tex, display=display)
        except MarkupError as error:
            return self.broken(error, tex)

    def broken(self, error: MarkupError, text: str) -> str:
        """The box in the place of what cannot be shown."""
        self.faults.append(Fault(str(error), text))
        english = "" if first_part(spoken()) == ENGLISH else f' lang="{ENGLISH}"'  # the machine's own
        return f'<span class="broken"{english}>{html.escape(str(error))}</span>'
