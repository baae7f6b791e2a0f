"""What a catalogue holds, and which English words stand in a text or on a page that should have none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from generator.folders import questions_folder, templates_folder
from generator.languages import catalogue

#: No English sentence is without one of these, and none of them is a word of French.
COMMON = """
about after all and another any are at be because been before being below between both by can cannot could did
does each every few for from had has have here how into is it its itself many more most much must nor not of
only onto other our should such than that the their them then there these they this those though through to too
under until upon was we were what when where whether which while who whose why will with within without would
you your
"""
#: Elements whose text is in no language: what the machine reads, formulas, and what the page's script looks up.
_NO_WORDS = frozenset({"code", "script", "style", "math", "textarea"})
_UNIT = 2  # letters
_READ = ("alt", "title", "aria-label")
_WORD = re.compile(r"(?<![\w./-])(?<!\b[A-Z]\. )[^\W\d_]{2,}(?![\w/-]|\.\w)")  # no part of a path, address or name
_MACHINE = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\$\$.*?\$\$|\$[^$\n]*\$|`[^`]*`|\[@[^\]]*\]|https?:\S+", re.DOTALL
)


def read(language: str) -> Catalog:
    with catalogue(language).open("rb") as file:
        return read_po(file, locale=language)


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Each English text with its translation; of plurals, each form."""
    for message in read(language):
        if isinstance(message.id, tuple):
            yield from zip(message.id, message.string, strict=True)
        elif message.id:
            yield message.id, message.string


@cache
def english(language: str) -> tuple[str, ...]:
    """Every text of the program that reads otherwise in a language, as pieces between what is filled in.

    Pieces that are words of that language as well are left out.
    """
    filled = r"%\(\w+\)s|%[sd]|\{+\w*\}*|<[^>]+>|\n"
    found = [piece.strip() for one, other in pairs(language) if one != other for piece in re.split(filled, one)]
    texts = "\n".join(other for _, other in pairs(language))
    return tuple(piece for piece in found if re.search(r"[^\W\d_]{3}", piece) and not _stands(piece, texts))


def english_in(text: str, language: str) -> list[str]:
    """The English words of the program that stand in a text."""
    return [piece for piece in english(language) if _stands(piece, text)]


def _stands(piece: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text) is not None


def in_the_language(element: Any, language: str, here: str = "") -> Iterator[str]:
    """The texts of a parsed page that are in a language by their ``lang``, and of their attributes that people read."""
    here = element.get("lang", here)
    if here == language and local(element) not in _NO_WORDS:
        yield element.text or ""
        yield from (element.get(name, "") for name in _READ)
    for child in element if local(element) not in _NO_WORDS else ():
        yield from in_the_language(child, language, here)
        if here == language:
            yield child.tail or ""


def names_on(page: Any, language: str) -> frozenset[str]:
    """What stands alone in elements that are in another language: names of classes, layers and networks."""
    marked = (element for element in page.iter() if element.get("lang", language) != language)
    return frozenset(name for element in marked if not len(element) and (name := (element.text or "").strip()))


def untranslated(texts: Iterable[str], language: str) -> set[str]:
    """Those texts of results with English words that are no names of ImageNet's classes."""
    from torchvision.models import SqueezeNet1_1_Weights

    classes = sorted(SqueezeNet1_1_Weights.IMAGENET1K_V1.meta["categories"], key=len, reverse=True)
    named = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in classes))
    return {text for text in texts if words_of([named.sub("…", text)]) & vocabulary(language)}


def local(element: Any) -> str:
    """The name of an element; what is no element, as a comment, has none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def foreign_words(page: Any, language: str) -> dict[str, str]:
    """The English words in a page's text of another language, each with what stands around it.

    Where a text, or a description of a picture, has a name that a cell has too, that is no word.
    """
    names = sorted(names_on(page, language), key=len, reverse=True)
    named = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names) or r"(?!)")
    found = {}
    for text in (named.sub("…", text) for text in in_the_language(page, language)):
        for match in _WORD.finditer(text):
            if match[0].lower() in vocabulary(language):
                found[match[0].lower()] = text[max(0, match.start() - 30) : match.end() + 30]
    return found


@cache
def vocabulary(language: str) -> frozenset[str]:
    """English words that are none of another language: of the catalogue, of the course, and common ones."""
    folder = questions_folder()
    of_it = [other for _, other in pairs(language)]
    of_english = [one for one, _ in pairs(language)]
    for path in sorted((folder / language).rglob("*.yaml")):
        translated = yaml.safe_load(path.read_text("utf-8"))
        of_it += strings(translated)
        if path.name == "words.yaml":
            of_english += translated
        else:
            original = yaml.safe_load((folder / path.relative_to(folder / language)).read_text("utf-8"))
            of_english += strings(original)
    of_english += [path.read_text("utf-8") for path in (templates_folder() / "answers").rglob("*.md")]
    return (words_of(of_english) - words_of(text.lower() for text in of_it)) | set(COMMON.split())


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Words that texts write small, as no name is, without code, formulas, citations and the shortest, as units are."""
    plain = (_MACHINE.sub(" ", text).replace("’", " ") for text in texts)
    return frozenset(word for text in plain for word in _WORD.findall(text) if word.islower() and len(word) > _UNIT)


def strings(data: Any) -> Iterator[str]:
    """Every text in what a YAML file holds; its keys are none."""
    if isinstance(data, str):
        yield data
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from strings(inner)
