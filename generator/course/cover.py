"""A course's own cover.html.j2: a template in the sandbox of answers, in place of what page and PDF begin with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import TemplateSyntaxError, nodes

from generator.answers.claims import read_claim
from generator.answers.language import NODES, PLAIN_FILTERS, AnswerEnvironment
from generator.course.parsing import nearest
from generator.course.plain_text import read_text
from generator.errors import Mistake

FILE = "cover.html.j2"
#: Texts of the title page, each under the name that it has in course.yaml.
TEXTS = ("title", "subtitle", "course", "institution", "programme", "year")
#: All that the template may name.
VARIABLES = frozenset(
    {*TEXTS, "authors", "edition", "edition_name", "head", "language", "paged", "part", "profile", "setting"}
)


@dataclass(frozen=True)
class CourseCover:
    """The template as it was read."""

    path: Path
    text: str


def read_cover(folder: Path, mistakes: list[Mistake], files: dict[Path, str]) -> CourseCover | None:
    """The cover of the course in a folder, if it has one.

    What it names wrongly is added to ``mistakes``, its digest to ``files``.
    """
    path = folder / FILE
    text = read_text(path, mistakes, files)
    if text is None:
        return None
    wrong = [*_mistakes(path, text)]
    mistakes += wrong
    return None if wrong else CourseCover(path, text)


def _mistakes(path: Path, text: str) -> Iterator[Mistake]:
    """What of the template could never work: its syntax, and names and filters that there are not."""
    try:
        tree = AnswerEnvironment().parse(text)
    except TemplateSyntaxError as error:
        yield Mistake(error.message or "cannot be read as a template", path, error.lineno)
        return
    known = VARIABLES | {"loop", *(name.name for name in tree.find_all(nodes.Name) if name.ctx != "load")}
    for node in _walk(tree):
        if read_claim(node) or not isinstance(node, NODES):
            what = "claim" if read_claim(node) else type(node).__name__
            yield Mistake(f"{what} is not part of the language of covers", path, node.lineno)
        elif isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in known:
            expected = "one of " + ", ".join(sorted(VARIABLES))
            hint = nearest(node.name, sorted(VARIABLES))
            yield Mistake("there is no such name", path, node.lineno, expected=expected, got=node.name, hint=hint)
        elif isinstance(node, nodes.Filter) and node.name not in PLAIN_FILTERS:
            expected = "one of " + ", ".join(sorted(PLAIN_FILTERS))
            yield Mistake("there is no such filter", path, node.lineno, expected=expected, got=node.name)
        elif isinstance(node, nodes.Call):
            yield Mistake("nothing can be called here", path, node.lineno)


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    """Every node but those inside a claim, which has no place in a cover."""
    yield node
    if not read_claim(node):
        for child in node.iter_child_nodes():
            yield from _walk(child)
