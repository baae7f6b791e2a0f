"""The prose of an answer: what stands between its tags, its comments and its code."""

from __future__ import annotations

import re

from generator.answers.language import NUMBER_FILTERS, AnswerEnvironment

#: Code between fences; one that is not closed runs to the end. Each + keeps a fence of 50,000 signs from being tried at
#: each of its lengths.
_FENCED = re.compile(r"^(?P<fence>`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^(?P=fence)[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_TICKS = re.compile(r"`+")
_DEPTHS = {"claim": 1, "if": 1, "for": 1, "endclaim": -1, "endif": -1, "endfor": -1}


def reading_environment() -> AnswerEnvironment:
    """An environment that knows the number filters by name, as reading needs no more."""
    environment = AnswerEnvironment()
    environment.filters.update(dict.fromkeys(NUMBER_FILTERS, str))
    return environment


def read_prose(text: str) -> tuple[str, list[bool]]:
    """The text with tags, comments and code blanked out, and for each character whether a block encloses it.

    Raises Jinja's TemplateSyntaxError for a tag that does not end.
    """
    parts: list[str] = []
    inside: list[bool] = []
    depth = 0
    tag: str | None = None
    for _, kind, piece in reading_environment().lex(text):
        if kind == "block_begin":
            tag = ""
        elif tag == "" and kind == "name":
            tag = piece
            depth += _DEPTHS.get(piece, 0)
        parts.append(piece if kind == "data" else _blank(piece))
        inside += [depth > 0] * len(piece)
    return _without_code(_FENCED.sub(lambda match: _blank(match[0]), "".join(parts))), inside


def _without_code(text: str) -> str:
    """The text with code between backticks blanked out: from each run of them to the next run of the same length.

    One pass, as a pattern with a back reference takes minutes for an answer of nothing but backticks.
    """
    runs = [(run.start(), run.end()) for run in _TICKS.finditer(text)]
    following: dict[int, list[int]] = {}
    for start, end in reversed(runs):
        following.setdefault(end - start, []).append(start)
    parts: list[str] = []
    done = 0
    for start, end in runs:
        later = following[end - start]
        while later and later[-1] <= start:
            later.pop()
        if start >= done and later:
            close = later[-1] + end - start
            parts += [text[done:start], _blank(text[start:close])]
            done = close
    return "".join(parts) + text[done:]


def _blank(text: str) -> str:
    """As many spaces, on as many lines."""
    return re.sub(r"[^\n]", " ", text)
