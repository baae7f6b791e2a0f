"""What is wrong with an answer that is no template, in words for whoever wrote it, and where it begins."""

from __future__ import annotations

import difflib
import re

from jinja2 import TemplateSyntaxError

from generator.errors import Mistake

_OPENED = {"end of print statement": ("{{", "}}"), "end of statement block": ("{%", "%}")}
_EXPECTED = re.compile(r"(?<!un)expected(?: token)? '(end of [a-z ]+)'")
_UNKNOWN = re.compile(r"^Encountered unknown tag '(\w+)'")
_INNERMOST = re.compile(r"^Unexpected end of template.* needs to be closed is '(\w+)'")
_BLOCK = re.compile(r"\{%-?\s*(end)?(claim|if|for)\b")
_TAGS = ("claim", "or", "otherwise", "endclaim", "for", "endfor", "if", "elif", "else", "endif", "set")


def slip(error: TemplateSyntaxError, text: str) -> Mistake:
    """What Jinja says of a text, as a mistake in no file."""
    said, line = error.message or "cannot be read as a template", error.lineno
    if found := _INNERMOST.match(said):
        return Mistake(f"this {found[1]} has no end", line=_open_block(text) or line, expected=f"{{% end{found[1]} %}}")
    if found := _UNKNOWN.match(said):
        return _unknown(found[1], line)
    if said == "unexpected '}'":
        return Mistake("a tag or number ends with a single brace", line=line, expected="}} or %}", got="}")
    if (found := _EXPECTED.search(said)) and found[1] in _OPENED:
        return _unended(said, text, line, *_OPENED[found[1]])
    return Mistake(said.replace("'end of print statement'", "'}}'").replace("'end of statement block'", "'%}'"),
                   line=line)  # fmt: skip


def _unended(said: str, text: str, line: int, begin: str, end: str) -> Mistake:
    """Where the last ``begin`` up to this line has no ``end`` on its own line, that is the place to mend."""
    before = "".join(text.splitlines(keepends=True)[:line])
    place = before.rfind(begin)
    opened = before[place:].partition("\n")[0]
    got = said.rpartition(", got ")[2] if ", got " in said else ""
    if place >= 0 and end not in opened:
        line, got = 1 + before.count("\n", 0, place), opened[:80]
    hint = "== compares" if got == "'='" else ""
    return Mistake(f"what begins with {begin} goes on where it should end", line=line, expected=end, got=got, hint=hint)


def _unknown(name: str, line: int) -> Mistake:
    if name in _TAGS:
        return Mistake(f"{{% {name} %}} does not belong here", line=line, hint="each claim, if and for has its own end")
    close = difflib.get_close_matches(name, _TAGS, n=1)
    hint = f"did you mean {close[0]!r}?" if close else ""
    return Mistake("there is no such tag", line=line, expected=f"one of {', '.join(_TAGS)}", got=repr(name), hint=hint)


def _open_block(text: str) -> int | None:
    """The line of the innermost block that never ends, as far as can be told."""
    lines: list[int] = []
    for found in _BLOCK.finditer(text):
        if not found[1]:
            lines.append(1 + text.count("\n", 0, found.start()))
        elif lines:
            lines.pop()
    return lines[-1] if lines else None
