"""Lines of text that were set before are not set again: in an earlier PDF, or an earlier layout of this one.

Run by the process that writes the PDF, which imports nothing of the package; so does this. WeasyPrint has no public way
to do this, hence its private function. What it returns of a line are a few numbers and the text that stands on it: all
that belongs to Pango is made anew when the line is drawn.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

#: What a line depends on of a style: all that ``split_first_line`` and what it calls read.
_READ = (
    "direction", "font_family", "font_feature_settings", "font_kerning", "font_language_override", "font_size",
    "font_stretch", "font_style", "font_variant_alternates", "font_variant_caps", "font_variant_east_asian",
    "font_variant_ligatures", "font_variant_numeric", "font_variant_position", "font_variation_settings",
    "font_weight", "hyphenate_character", "hyphenate_limit_chars", "hyphenate_limit_zone", "hyphens", "lang",
    "letter_spacing", "overflow_wrap", "tab_size", "text_decoration_line", "white_space", "word_break",
    "word_spacing",
)  # fmt: skip
_NAME = "_name_among_lines"
#: Of Pango's own, which a line that was set no longer has.
_ITS_OWN = frozenset({"layout", "language", "style"})


class Lines:
    """What lines became, by all that they depend on: ``known`` from an earlier run, ``used`` in this one."""

    def __init__(self, known: Mapping[str, Sequence[Any]], program: str) -> None:
        self.known = known
        self.used: dict[str, list[Any]] = {}
        self._program = program
        self._here: dict[tuple[str, tuple[Any, ...]], list[Any]] = {}
        self._styles: dict[tuple[Any, ...], str] = {}

    def remember(self) -> None:
        """Have WeasyPrint set what is not known, and take what is."""
        from weasyprint.layout import inline, preferred
        from weasyprint.text import line_break

        plain, stretched, kind = line_break.split_first_line, line_break.create_layout, line_break.Layout

        def set_once(
            text: str, style: Any, context: Any, width: Any, spacing: Any, is_line_start: bool = True,
            minimum: bool = False,
        ) -> tuple[Any, ...]:  # fmt: skip
            others = text, width, spacing, is_line_start, minimum
            layout, *numbers = self._found(
                style, others, lambda: _told(*plain(text, style, context, width, spacing, is_line_start, minimum))
            )
            return _layout(kind, layout), *numbers

        def stretch_once(text: str, style: Any, context: Any, max_width: Any, justification_spacing: Any) -> Any:
            others = text, max_width, justification_spacing, "stretched"
            (layout,) = self._found(
                style, others, lambda: _told(stretched(text, style, context, max_width, justification_spacing))
            )
            made = _layout(kind, layout)
            vars(made).update(dict.fromkeys(_ITS_OWN))  # which its caller removes
            return made

        # SVGs have styles of another kind, and take these functions from where they are made.
        inline.split_first_line = preferred.split_first_line = set_once
        inline.can_break_text = preferred.can_break_text = functools.cache(line_break.can_break_text)
        inline.create_layout = stretch_once

    def _found(self, style: Any, others: tuple[Any, ...], make: Callable[[], list[Any]]) -> list[Any]:
        """What became of a line, from this run, an earlier one, or made."""
        key = (self._name(style), others)
        found = self._here.get(key)
        if found is None:
            name = _digest(*key)
            found = self._here[key] = self.used[name] = list(self.known.get(name) or make())
        return found

    def _name(self, style: Any) -> str:
        """A digest of what lines depend on of a style, which is not changed any more once lines are set in it."""
        found: str | None = vars(style).get(_NAME)
        if found is None:
            reads = tuple(tuple(sorted(one)) if isinstance(one, set) else one for one in map(style.__getitem__, _READ))
            if reads not in self._styles:
                self._styles[reads] = _digest(self._program, reads)
            found = vars(style)[_NAME] = self._styles[reads]
        return found


def _digest(first: str, others: tuple[Any, ...]) -> str:
    return hashlib.blake2b(f"{first}\n{others!r}".encode(), digest_size=16).hexdigest()


def _told(layout: Any, *numbers: Any) -> list[Any]:
    """What is to be known of a line, as JSON can hold it."""
    return [{name: value for name, value in vars(layout).items() if name not in _ITS_OWN}, *numbers]


def _layout(kind: type, told: Mapping[str, Any]) -> Any:
    """The layout, as it is when its line is set and not yet drawn."""
    layout: Any = object.__new__(kind)
    vars(layout).update(told)
    return layout
