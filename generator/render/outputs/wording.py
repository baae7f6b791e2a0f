"""Words on their way onto the page: where a long name may be broken, and how a caption begins."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from generator.render.text.markdown import to_text
from generator.render.text.maths import MarkupError

_SPACES = re.compile(r"[ \t\n]+")  # those at which a line may be broken
_BREAKS = re.compile(r"([._/\[\],]|=+)(?=\w)")
JOINER = "\u2060"  # keeps formulas together with what follows, and is no word
_LONGEST_OPENING = 100  # characters of a caption that tell what is folded away


def breakable(text: str) -> Markup:
    """A long name that may be broken after its punctuation: at spaces without width, as WeasyPrint ignores <wbr>."""
    return Markup(_BREAKS.sub("\\1\u200b", str(escape(text))))  # noqa: S704 (escaped before)


def opening_of(caption: str) -> str:
    """The words with which a caption begins: its first sentence, or what of it stands on one line."""
    try:
        words = _SPACES.sub(" ", to_text(caption))
    except MarkupError:  # a picture or a link that cannot be shown: the box in the caption itself says so
        return ""
    first = re.split(r"(?<=[.:;])\s", words, maxsplit=1)[0].rstrip(":; \u00a0\u202f")
    if len(first) <= _LONGEST_OPENING:
        return first
    return first[:_LONGEST_OPENING].rpartition(" ")[0] + " …"
