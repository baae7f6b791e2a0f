"""Pictures in Markdown: which addresses may be shown, names with spaces, how wide one is to be."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import unquote

from generator.render.text.maths import MarkupError
from generator.render.text.own_images import OwnImage, OwnImages

SAFE_LINK = re.compile(r"^(?:https://|mailto:|#)", re.IGNORECASE)
LOCAL = re.compile(r"^[\w%.,;!~'()+&=@/-]+$")  # a path without a scheme; which paths there are is OwnImages' to say
#: A picture whose name has spaces, which Markdown wants in angle brackets, and nobody writes them. It ends with
#: the first ending of a picture: there may be another one on the same line.
_END = r"\.(?:png|jpe?g)"
SPACED = re.compile(
    rf"!\[([^\[\]\n]*)\]\((images/(?:(?!{_END}\))[^<>\n\\ ]){{0,200}} (?:(?!{_END}\))[^<>\n\\]){{0,200}}{_END})\)",
    re.IGNORECASE,
)
_WIDTH = re.compile(r"\{ *width *= *([^{}\n]{0,20}?) *\}")  # of the picture before it
_PERCENT = re.compile(r"\"?(\d{1,3}(?:\.\d{1,2})?) *%\"?")


def push_image(state: Any, match: re.Match[str]) -> None:
    """A picture whose address has spaces."""
    token = state.push("image", "img", 0)
    token.attrs = {"src": match[2], "alt": ""}
    token.content, token.children = match[1], []


def set_width(state: Any, silent: bool) -> bool:
    """``{width=50%}`` after a picture: so much of the text's width."""
    match = _WIDTH.match(state.src, state.pos)
    if match is None or state.pending or not state.tokens or state.tokens[-1].type != "image":
        return False
    if not silent:
        state.tokens[-1].meta["width"] = match[1]
    state.pos = match.end()
    return True


def own_image(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    """A picture of the project's own, or the box in its place."""
    surroundings, token = environment["surroundings"], tokens[place]
    address, alt = unquote(token.attrs["src"]), token.content.strip()
    try:
        image = _find_image(address, alt, surroundings.images)
        style = _style(token.meta.get("width"))
    except MarkupError as error:
        return str(surroundings.broken(error, token.attrs["src"]))
    source = f"{surroundings.pictures}/{image.name}.{surroundings.ending}"
    size = f'width="{image.width}" height="{image.height}"{style}'
    return f'<img class="own" src="{source}" alt="{html.escape(alt)}" {size}>'


def _style(width: str | None) -> str:
    """A picture's width, in hundredths of the text's; its own where none is asked for."""
    if width is None:
        return ""
    if (found := _PERCENT.fullmatch(width)) is None:
        raise MarkupError(f"a picture {width} wide cannot be shown; expected a part of the text's width: {{width=50%}}")
    width = found[1]
    if not 1 <= float(width) <= 100:
        raise MarkupError(f"a picture of {width}% of the text's width cannot be shown; expected 1% to 100%")
    return f' style="width:{float(width):g}%"'


def _find_image(address: str, alt: str, images: OwnImages) -> OwnImage:
    if SAFE_LINK.match(address):
        raise images.elsewhere(address)
    if not alt:
        raise MarkupError(f"the image {address!r} needs words for readers who cannot see it: ![words]({address})")
    return images.get(address)
