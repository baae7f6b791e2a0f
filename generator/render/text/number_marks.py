"""Numbers that answers print of results, on their way through Markdown: the page tells where each comes from."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

# Two characters of Unicode's private use area enclose the number of a print before it, and nothing behind it. The
# brackets are what inline Markdown stops at.
OPEN, _CLOSE = "\ue008", "\ue009"
MARKED = re.compile(rf"\[{OPEN}(\d*){_CLOSE}\]")
_IN_ADDRESS = re.compile(r"%5B%EE%80%88\d*%EE%80%89%5D")
_NO_WORDS = frozenset({"code_inline", "fence", "code_block", "math_inline", "math_inline_double", "math_block",
                       "math_block_label", "amsmath", "image"})  # fmt: skip


def marked(markdown: str, places: Sequence[tuple[int, int]]) -> str:
    """The Markdown with marks around these pieces of it, which do not overlap; each has its number among them."""
    parts, done = [], 0
    for number, (start, end) in enumerate(places):
        parts += [markdown[done:start], f"[{OPEN}{number}{_CLOSE}]", markdown[start:end], f"[{OPEN}{_CLOSE}]"]
        done = end
    return "".join(parts) + markdown[done:]


def push(state: Any, match: re.Match[str]) -> None:
    """The token of a mark; without content, quotation marks look past it."""
    state.push("number_mark", "", 0).meta = {"number": match[1]}


def render(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    """The begin or the end of an element, where somebody can ask for what is behind it."""
    if not environment["surroundings"].asked:
        return ""
    number = tokens[place].meta["number"]
    return f'<span data-n="{html.escape(number)}">' if number else "</span>"


def forget(state: Any) -> None:
    """Leave nothing of the marks where there can be no element: in code, formulas, addresses, alternative texts."""
    for token in state.tokens:
        for part in (token, *(token.children or ())):
            if part.type in _NO_WORDS:
                part.content = MARKED.sub("", part.content)
            if part.type == "link_open":
                part.attrs["href"] = _IN_ADDRESS.sub("", MARKED.sub("", str(part.attrs["href"])))
            if part.type == "image":
                part.attrs["src"] = _IN_ADDRESS.sub("", MARKED.sub("", str(part.attrs["src"])))
