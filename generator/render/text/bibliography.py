"""The list of references: BibTeX read by pybtex, formatted by a CSL style through citeproc."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from generator.errors import InputError, Mistake
from generator.folders import templates_folder
from generator.languages import ENGLISH, first_part, spoken

_TYPES = {
    "article": "article-journal",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "book": "book",
    "incollection": "chapter",
    "inbook": "chapter",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "techreport": "report",
    "online": "webpage",
}
_FIELDS = {
    "title": "title",
    "journal": "container-title",
    "booktitle": "container-title",
    "volume": "volume",
    "number": "issue",
    "pages": "page",
    "publisher": "publisher",
    "institution": "publisher",
    "school": "publisher",
    "address": "publisher-place",
    "howpublished": "genre",
}
#: What else of an entry a list of references prints or needs.
_FURTHER = ("year", "doi", "url", "langid")
_YEAR = re.compile(r"\d{4}")
#: What is in the language that the entry names as its ``langid``; one that names none is in English.
_TITLES = ("title", "container-title", "genre")
_LANGUAGES = {"english": "en", "british": "en", "american": "en", "french": "fr", "german": "de", "ngerman": "de"}


@dataclass(frozen=True)
class Reference:
    """One entry of the bibliography as safe HTML, with the number that citations print."""

    key: str
    number: int
    html: str


def format_bibliography(
    path: Path | None, citations: Mapping[str, int], own: Path | None = None
) -> tuple[Reference, ...]:
    """The references that are cited, in the order of their numbers.

    ``own`` is a student's own bibliography. Keys that no file has are left out. InputError if BibTeX cannot read one.
    """
    if not citations:
        return ()
    entries = read_bibliography(own) | read_bibliography(path)
    cited = sorted((number, key) for key, number in citations.items() if key in entries)
    texts = _format([entries[key] for _, key in cited])
    if len(texts) < len(cited):  # of an entry with nothing to print, citeproc prints not even an empty line
        texts = ["".join(_format([entries[key]])) or escape(key) for _, key in cited]
    return tuple(
        Reference(key, number, text + _link(entries[key])) for (number, key), text in zip(cited, texts, strict=True)
    )


def known_keys(path: Path | None) -> frozenset[str]:
    """All keys of the bibliography; none of one that cannot be read, which whoever formats it reports."""
    try:
        return frozenset(read_bibliography(path))
    except InputError:
        return frozenset()


def as_printed(path: Path) -> str:
    """The bibliography with what a list of references prints of each entry, and without what stands between them.

    Raises InputError if BibTeX cannot read it.
    """
    blocks = []
    for key, entry in _parse(path).entries.items():
        authors = " and ".join(str(person) for person in entry.persons.get("author", ()))
        fields = {"author": authors} if authors else {}
        fields |= {name: entry.fields[name] for name in (*_FIELDS, *_FURTHER) if name in entry.fields}
        if year := _YEAR.search(fields.get("year", "")):
            fields["year"] = year[0]
        lines = "".join(f",\n  {name} = {{{value}}}" for name, value in fields.items())
        blocks.append(f"@{entry.type}{{{key}{lines}\n}}\n")
    return "\n".join(blocks)


def read_bibliography(path: Path | None) -> dict[str, dict[str, Any]]:
    """Entries by key, in the form of CSL's JSON; none where there is no bibliography. InputError if it is no BibTeX."""
    if path is None:
        return {}
    with _told(path):  # fields are read as LaTeX, where a "%" hides the brace that closes them
        return {key: _entry(key, entry) for key, entry in _parse(path).entries.items()}


def _parse(path: Path) -> Any:
    from pybtex.database import parse_file  # late: planning and checking need no bibliography

    with _told(path):
        return parse_file(str(path), bib_format="bibtex")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in our words what is wrong with a bibliography."""
    from pybtex.exceptions import PybtexError

    try:
        yield
    except FileNotFoundError as error:
        raise InputError([Mistake("this bibliography does not exist", path)]) from error
    except (PybtexError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None)
        why = str(error).removeprefix(f"syntax error in line {line}: ")
        raise InputError([Mistake(f"cannot read the bibliography: {why}", path, line)]) from error


def _plain(latex: str) -> str:
    """Accents and braces of LaTeX as text that is safe in HTML: citeproc passes on whatever it gets."""
    from pybtex.richtext import Text

    return escape(str(Text.from_latex(latex)), quote=False)


def _entry(key: str, entry: Any) -> dict[str, Any]:
    csl: dict[str, Any] = {"id": key, "type": _TYPES.get(entry.type, "document")}
    for field, name in _FIELDS.items():
        if field in entry.fields and name not in csl:
            csl[name] = _plain(entry.fields[field])
    if "page" in csl:
        csl["page"] = re.sub(r"-+", "–", csl["page"])
    if match := _YEAR.search(entry.fields.get("year", "")):
        csl["issued"] = {"date-parts": [[int(match[0])]]}
    csl["author"] = [_name(person) for person in entry.persons.get("author", ())]
    for field in ("doi", "url"):
        if field in entry.fields:
            csl[field.upper()] = entry.fields[field].replace("\\_", "_")
    language = entry.fields.get("langid", ENGLISH)
    language = _LANGUAGES.get(language.lower(), language)
    if first_part(language) != first_part(spoken()):
        apart = f'<span lang="{escape(language)}">'
        csl |= {name: f"{apart}{csl[name]}</span>" for name in _TITLES if name in csl}
        for author in csl["author"]:
            author |= {kind: f"{apart}{name}</span>" for kind, name in author.items() if kind == "literal"}
    return csl


def _name(person: Any) -> dict[str, str]:
    last = " ".join([*person.prelast_names, *person.last_names, *person.lineage_names])
    if last.startswith("{"):  # a body, not a person: its name is not taken apart
        return {"literal": _plain(last)}
    return {"family": _plain(last), "given": _plain(" ".join([*person.first_names, *person.middle_names]))}


def _format(entries: list[dict[str, Any]]) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # citeproc warns of CSL fields that it does not know and does not need
        from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
        from citeproc.source.json import CiteProcJSON

        keys = [f"ref{place}" for place in range(len(entries))]  # citeproc lowers the case of keys
        bare = [{name: value for name, value in entry.items() if name not in ("DOI", "URL")} for entry in entries]
        source = CiteProcJSON([{**entry, "id": key} for key, entry in zip(keys, bare, strict=True)])
        path = str(templates_folder() / "report" / "numeric.csl")
        locale = None if first_part(spoken()) == ENGLISH else spoken()  # of English, the style names the one
        style = CitationStylesStyle(path, locale=locale, validate=False)
        bibliography = CitationStylesBibliography(style, source, formatter.html)
        for key in keys:
            bibliography.register(Citation([CitationItem(key)]))
        texts = [str(item) for item in bibliography.bibliography()]
    return [re.sub(r"\.{2,}$", ".", text) for text in texts]


def _link(entry: Mapping[str, Any]) -> str:
    """The DOI, or else the address, as a link; only over http(s)."""
    if doi := entry.get("DOI"):
        return f' <a href="https://doi.org/{escape(doi)}">doi:{escape(doi)}</a>'
    url = entry.get("URL", "")
    if re.match(r"https?://", url):
        return f' <a href="{escape(url)}">{escape(re.sub(r"^https?://", "", url))}</a>'
    return ""
