"""A page taken apart into what is renewed alone in the browser, and the rest around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: Each begins and ends a line of its own, as no text of a course can: questions, ledger, what is behind the numbers.
_PART = re.compile(
    r'^<section (?:class="question" id="(?P<question>[^"]+)"|id="(?P<record>claims)" class="record")>.*?^</section>$'
    r'|^<script type="application/json" id="(?P<behind>asked)">.*?</script>$',
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Sections:
    """The HTML of each part by its id, and the page without them."""

    rest: tuple[str, ...] = ()
    parts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Sections:
        """Those of a page."""
        rest, parts, place = [], {}, 0
        for found in _PART.finditer(text):
            name = found["question"] or found["record"] or found["behind"]
            rest += [text[place : found.start()], name]
            parts[name] = found[0]
            place = found.end()
        return cls((*rest, text[place:]), parts)


@dataclass(frozen=True)
class Since:
    """With which version of the page each part became what it is, and the rest."""

    sections: Sections = field(default_factory=Sections)
    rest: int = 0
    parts: dict[str, int] = field(default_factory=dict)

    def then(self, text: str, version: int) -> Since:
        """After another page has come."""
        new, old = Sections.of(text), self.sections
        parts = {
            name: self.parts.get(name, version) if old.parts.get(name) == html else version
            for name, html in new.parts.items()
        }
        return Since(new, self.rest if new.rest == old.rest else version, parts)

    def after(self, version: int) -> dict[str, str] | None:
        """The parts that are others than in this version; None where that is not all that has changed since."""
        if not 0 < self.rest <= version:
            return None
        return {name: html for name, html in self.sections.parts.items() if self.parts[name] > version}
