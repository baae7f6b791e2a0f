"""Words of results that the report's language has none for, on their way through Markdown: each says its language."""

from __future__ import annotations

import html
import re
from typing import Any

from generator.formats import Markdown

# Two characters of Unicode's private use area enclose such a word, behind its language; a tilde is what inline
# Markdown stops at, and no bracket, which would be a link inside of a link.
_OPEN, _CLOSE = "\ue006", "\ue007"
MARKED = re.compile(rf"~{_OPEN}([a-z]{{2,3}}(?:-[A-Z]{{2}})?):([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_IN_ADDRESS = re.compile(r"~%EE%80%86[a-zA-Z-]+:(.*?)%EE%80%87")
_ESCAPED = re.compile(r"\\([^\w\s])")
_NO_WORDS = frozenset({"code_inline", "fence", "code_block", "math_inline", "math_inline_double", "math_block",
                       "math_block_label", "amsmath", "image"})  # fmt: skip


def mark(words: Markdown, language: str) -> Markdown:
    """The words, with what says that they are in a language."""
    return Markdown(f"~{_OPEN}{language}:{words}{_CLOSE}")


def push(state: Any, match: re.Match[str]) -> None:
    """The token of what was marked."""
    token = state.push("foreign", "", 0)
    token.info, token.content = match[1], _ESCAPED.sub(r"\1", match[2])


def render(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    """An element in the word's language."""
    token = tokens[place]
    return f'<span lang="{token.info}">{html.escape(token.content)}</span>'


def forget(state: Any) -> None:
    """Leave the bare words where there can be no element: in code, formulas, addresses and alternative texts."""
    for token in state.tokens:
        for part in (token, *(token.children or ())):
            if part.type in _NO_WORDS:
                part.content = MARKED.sub(r"\2", part.content)
            if part.type == "link_open":
                part.attrs["href"] = _IN_ADDRESS.sub(r"\1", str(part.attrs["href"]))
