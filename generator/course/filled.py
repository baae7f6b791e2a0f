"""Read what somebody wrote into the fields of a worksheet's PDF; such a file is not trusted, and nothing in it runs."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.course.fields import AnswerField, HeadField, read_field
from generator.course.untrusted_files import LONGEST_TEXT, UntrustedFileError, read_plain

#: How the name of such a file ends.
ENDING = ".pdf"
_LARGEST = 50_000_000  # bytes; a worksheet of 44 questions has half a million
_MOST_FIELDS = 5_000
_DEEPEST = 10  # of fields within fields
_AT_ITS_BEGINNING, _AT_ITS_END = 1024, 2048  # bytes within which a PDF says that it is one, and that it is whole


@dataclass(frozen=True)
class Filled:
    """What the fields of a worksheet hold: ``head`` by "names", "group" and "date", ``answers`` by question.

    ``versions`` are those of the questions' words in the worksheet, which is in ``language``.
    """

    language: str = ""
    head: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def is_filled(path: Path) -> bool:
    """Whether a file could be a filled worksheet, by its name."""
    return path.suffix.lower() == ENDING and not path.name.startswith(".") and path.is_file()


def read_filled(path: Path) -> Filled:
    """What stands in the fields of a worksheet. Raises UntrustedFileError, which says what the file is instead."""
    raw = read_plain(path, _LARGEST)
    if b"%PDF-" not in raw[:_AT_ITS_BEGINNING]:
        raise UntrustedFileError("is not a PDF")
    if b"%%EOF" not in raw[-_AT_ITS_END:]:
        raise UntrustedFileError("is cut off: the end of the PDF is missing; save it or send it again")
    try:
        found = dict(_fields(raw))
    except UntrustedFileError:
        raise
    except Exception as error:  # a damaged file breaks its reader in any place
        said = str(error)[:200]
        if "Limit" in type(error).__name__:  # of the reader's own, on lists and on what is packed
            raise UntrustedFileError(f"holds more than any worksheet does: {said}") from None
        raise UntrustedFileError(f"cannot be read as a PDF ({type(error).__name__}: {said})") from None
    if not found:
        hint = "a worksheet has some when it is made with --fields, until it is printed to a PDF again"
        raise UntrustedFileError(f"has no fields to fill in: {hint}")
    return _told(found)


def _told(found: Mapping[str, str]) -> Filled:
    said = {name: what for name in found if (what := read_field(name)) is not None}
    heads = [(what, found[name]) for name, what in said.items() if isinstance(what, HeadField)]
    answers = [(what, found[name]) for name, what in said.items() if isinstance(what, AnswerField)]
    if not answers:
        raise UntrustedFileError("has no field of a worksheet: its fields have other names, or are of another program")
    return Filled(
        language=heads[0][0].language if heads else "",
        head={what.what: text.strip() for what, text in heads},
        answers={what.question: text for what, text in answers},
        versions={what.question: what.version for what, _ in answers},
    )


def _fields(raw: bytes) -> Iterator[tuple[str, str]]:
    """The full names of all fields and the texts that they hold."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it would tell the terminal what is odd about the file
    reader = PdfReader(io.BytesIO(raw))
    if reader.is_encrypted:
        raise UntrustedFileError("is encrypted: save it without a password")
    form = _plain(_plain(reader.trailer["/Root"]).get("/AcroForm"))
    left = [(kid, "", 0) for kid in _listed(form, "/Fields")]
    seen = len(left)
    while left:
        node, above, depth = left.pop()
        node = _plain(node)
        if depth > _DEEPEST:
            raise UntrustedFileError(f"has fields within fields, more than {_DEEPEST} deep, as no worksheet has")
        own = _text(node.get("/T"))
        name = ".".join(part for part in (above, own) if part)
        kids = _listed(node, "/Kids")
        seen += len(kids)
        if seen > _MOST_FIELDS:
            raise _too_many()
        left += [(kid, name, depth + 1) for kid in kids]
        if name and "/V" in node:
            yield name, _text(node["/V"])


def _listed(node: Mapping[str, Any], key: str) -> list[Any]:
    """What a list of fields holds, each as it stands there."""
    found = _resolved(node.get(key))
    if not isinstance(found, list):
        return []
    if len(found) > _MOST_FIELDS:
        raise _too_many()
    return list(found)


def _too_many() -> UntrustedFileError:
    return UntrustedFileError(f"has more than {_MOST_FIELDS:,} fields, as no worksheet has")


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _plain(value: Any) -> Mapping[str, Any]:
    """A dictionary; an empty one in the place of anything else."""
    found = _resolved(value)
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    """A text of the PDF, with plain ends of lines; nothing where it is no text, such as the state of a button."""
    from pypdf.generic import NameObject, StreamObject

    found = _resolved(value)
    if isinstance(found, StreamObject):
        found = found.get_data()
    if isinstance(found, bytes):
        utf_16 = found.startswith((b"\xfe\xff", b"\xff\xfe"))
        found = found.decode("utf-16" if utf_16 else "latin-1", "replace")
    if not isinstance(found, str) or isinstance(found, NameObject):
        return ""
    if len(found) > LONGEST_TEXT:
        raise UntrustedFileError(f"holds a text of more than {LONGEST_TEXT:,} characters")
    return found.replace("\r\n", "\n").replace("\r", "\n")
