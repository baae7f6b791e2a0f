"""The HTML of a course's cover: read, held to what a title page needs, and written anew from what was understood."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from generator.course.project import IMAGES
from generator.errors import InputError, Mistake
from generator.languages import CODE

#: What stands for the parts that the program puts in: the fields of a worksheet, and how the results were computed.
HEAD, SETTING = "\ue010head\ue011", "\ue010setting\ue011"

_VOID = {"br", "hr", "img", "wbr"}
_PHRASES = {"a", "abbr", "b", "cite", "code", "em", "i", "small", "span", "strong", "sub", "sup"}
_BLOCKS = {
    "h1",
    "p",
    "hr",
    "div",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
#: What a block may not stand in.
_WITHOUT_BLOCKS = {*_PHRASES, "h1", "p", "caption"}
_ATTRIBUTES = {
    "": {"class", "lang", "dir", "title", "aria-hidden", "aria-label", "role"},
    "a": {"href"},
    "img": {"src", "alt", "width"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_LINK = re.compile(r"(?:https://|mailto:)", re.IGNORECASE)


@dataclass(frozen=True)
class Placed:
    """A picture where the report finds it, with its size in pixels."""

    source: str
    width: int
    height: int


class NoPictureError(Exception):
    """There is no such picture; the message says why."""


#: Gives the picture at "images/logo.png". Raises NoPictureError.
Picture = Callable[[str], Placed]


def written_anew(html: str, path: Path, template: str, picture: Picture, *, needs_head: bool) -> str:
    """The HTML as it goes into a report; comments are left out.

    Raises InputError with all that is wrong with it; lines are those of the ``template``, where they can be told.
    """
    reader = _Reader(path, template, picture)
    reader.feed(html)
    reader.close()
    reader.end(needs_head)
    if reader.mistakes:
        raise InputError(dict.fromkeys(reader.mistakes))
    return "".join(reader.parts).strip()


class _Reader(HTMLParser):
    """Writes what it reads, and gathers what a cover may not have."""

    def __init__(self, path: Path, template: str, picture: Picture) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.template = template
        self.picture = picture
        self.parts: list[str] = []
        self.mistakes: list[Mistake] = []
        self.open: list[str] = []
        self.titles: list[str] = []
        self.placed: list[str] = []

    def wrong(self, message: str, text: str = "", **details: str) -> None:
        """A mistake at the first place where the template has a text, if it has it."""
        place = self.template.lower().find(text.lower()) if text else -1
        line = self.template.count("\n", 0, place) + 1 if place >= 0 else None
        self.mistakes.append(Mistake(message, self.path, line, **details))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = self.get_starttag_text() or f"<{tag}"
        at = written if written in self.template else f"<{tag}"
        if tag not in _VOID | _PHRASES | _BLOCKS:
            expected = ", ".join(sorted(_VOID | _PHRASES | _BLOCKS))
            hint = "headings of a cover are paragraphs with a class" if re.fullmatch("h[2-6]", tag) else ""
            self.wrong(f"<{tag}> has no place on a cover", at, expected=expected, hint=hint)
        if tag in _BLOCKS and (around := next((one for one in self.open if one in _WITHOUT_BLOCKS), "")):
            self.wrong(f"<{tag}> cannot stand inside <{around}>", at)
        given = self._attributes(tag, attrs, at)
        if tag == "a" and not _LINK.match(given.get("href", "")):
            self.wrong("the link leads nowhere from a report", at, expected="https://… or mailto:…")
        if tag == "img":
            given = self._image(given, at)
        if tag == "h1":
            self.titles.append("")
        if tag not in _VOID:
            self.open.append(tag)
        self.parts.append("".join([f"<{tag}", *(f' {name}="{escape(value)}"' for name, value in given.items()), ">"]))

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]], at: str) -> dict[str, str]:
        known = _ATTRIBUTES[""] | _ATTRIBUTES.get(tag, set())
        for name in dict.fromkeys(name for name, _ in attrs):
            if name not in known:
                hint = "write it in style.css" if name == "style" else ""
                expected = ", ".join(sorted(known))
                self.wrong(f"<{tag}> can have no {name} here", at, expected=expected, hint=hint)
            elif [other for other, _ in attrs].count(name) > 1:
                self.wrong(f"<{tag}> has {name} twice", at)
        given = {name: value or "" for name, value in attrs if name in known}
        if "lang" in given and not re.fullmatch(CODE, given["lang"]):
            self.wrong("lang is no language", at, expected="a code such as en or fr", got=given["lang"])
        return given

    def _image(self, given: dict[str, str], at: str) -> dict[str, str]:
        source, alt, width = given.get("src", ""), given.get("alt", ""), given.get("width", "")
        if not alt.strip():
            hint = 'alt="…"; what only adorns belongs into style.css, as a background'
            self.wrong("the picture needs words for readers who cannot see it", at, hint=hint)
        if width and not re.fullmatch("[1-9][0-9]{0,3}", width):
            self.wrong("width is a number of pixels", at, got=width)
            width = ""
        try:
            found = self.picture(source)
        except NoPictureError as error:
            self.wrong(str(error), at, expected=f"a PNG or JPEG file in the course's folder {IMAGES}/")
            return given
        wide = int(width or found.width)
        size = {"width": str(wide), "height": str(round(found.height * wide / found.width))}
        return {**given, "class": " ".join(["own", given.get("class", "")]).strip(), "src": found.source, **size}

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.open or self.open[-1] != tag:
            inner = f"<{self.open[-1]}>" if self.open else "nothing"
            self.wrong(f"</{tag}> ends what is not open", f"</{tag}", expected=f"the end of {inner}")
            if tag not in self.open:
                return
            while self.open[-1] != tag:
                self.open.pop()
        self.open.pop()
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if "h1" in self.open:
            self.titles[-1] += data
        for part, name in ((HEAD, "head"), (SETTING, "setting")):
            self.placed += [name] * data.count(part)
            if part in data and (around := next((one for one in self.open if one in _WITHOUT_BLOCKS), "")):
                self.wrong(
                    f"{{{{ {name} }}}} cannot stand inside <{around}>: it has paragraphs of its own", f"{{{{ {name}"
                )
        self.parts.append(escape(data, quote=False))

    def handle_decl(self, decl: str) -> None:
        self.wrong(f"<!{decl}> has no place on a cover: the program writes the page around it", f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        self.wrong(f"<?{data}> has no place on a cover", f"<?{data}")

    def unknown_decl(self, data: str) -> None:
        self.wrong(f"<![{data}]> has no place on a cover", f"<![{data}")

    def end(self, needs_head: bool) -> None:
        """See what is missing when all is read."""
        for tag in self.open:
            self.wrong(f"<{tag}> does not end", f"<{tag}", expected=f"</{tag}>")
        if len(self.titles) != 1:
            expected = "one <h1>, the title for those who listen to the report or search it"
            self.wrong(
                "the cover needs one heading",
                "<h1" if self.titles else "",
                expected=expected,
                got=str(len(self.titles)),
            )
        elif not self.titles[0].strip():
            self.wrong("the heading of the cover is empty", "<h1", expected="words, such as {{ title }}")
        if needs_head and "head" not in self.placed:
            hint = "{{ head }}, which is empty in the other editions"
            self.wrong("a worksheet asks for names and the date, and this cover has no place for them", hint=hint)
        for name in sorted({name for name in self.placed if self.placed.count(name) > 1}):
            self.wrong(f"{{{{ {name} }}}} stands twice", f"{{{{ {name}")
