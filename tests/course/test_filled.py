"""What is typed into a worksheet's fields is read back; whatever else a file is, is said, soon, and without harm."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from generator.course.fields import version_of
from generator.course.filled import is_filled, read_filled
from generator.course.untrusted_files import UntrustedFileError
from tests.worksheets_for_tests import fill, names, sample_worksheet, worksheet_pdf, written

TYPED = "First line, 138.4 million.\r\nSecond: a_b*c, {{ x }} and {% y %}, é, \u4e2d, (brackets\\)."


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return worksheet_pdf(tmp_path_factory.mktemp("worksheet"))


def put(folder: Path, raw: bytes, name: str = "mine.pdf") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


def test_what_was_typed_is_read_back(blank: bytes, tmp_path: Path) -> None:
    course = sample_worksheet(tmp_path).course
    named = names(course)
    values = {named["names"]: " Ada Lovelace, Alan Turing ", named["group"]: "3", named["2-a/q02"]: TYPED}
    filled = read_filled(put(tmp_path, fill(blank, values)))
    assert filled.language == "en"
    assert filled.head == {"names": "Ada Lovelace, Alan Turing", "group": "3", "date": ""}
    assert filled.answers == {"2-a/q01": "", "2-a/q02": TYPED.replace("\r", ""), "2-a/q03": "", "2-a/q04": ""}
    assert filled.versions == {question.address: version_of(question) for question in course.questions()}


def test_an_empty_worksheet_is_read_as_such(blank: bytes, tmp_path: Path) -> None:
    filled = read_filled(put(tmp_path, blank))
    assert set(filled.answers.values()) == set(filled.head.values()) == {""}


def made(*fields: DictionaryObject, count: int = 0, **form: object) -> bytes:
    """A PDF with these fields, the last of them so many times more."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    refs = [writer._add_object(field) for field in fields]
    entries = {NameObject("/Fields"): ArrayObject([*refs, *refs[-1:] * count])}
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {**entries, **{NameObject(f"/{key}"): value for key, value in form.items()}}
    )
    return written(writer)


def field(name: str, value: object = None, **more: object) -> DictionaryObject:
    entries = {NameObject("/FT"): NameObject("/Tx"), NameObject("/T"): TextStringObject(name)}
    if value is not None:
        entries[NameObject("/V")] = value
    return DictionaryObject({**entries, **{NameObject(f"/{key}"): item for key, item in more.items()}})


ANSWER = "answer to 2-a/q01, version 12345678"


def encrypted() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    return written(writer)


def nested(depth: int) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    ref: IndirectObject | None = None
    for number in range(depth):
        kids = ArrayObject([ref]) if ref is not None else ArrayObject()
        ref = writer._add_object(field(f"f{number}", Kids=kids))
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([ref])})
    return written(writer)


def circular() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    node = field("round")
    ref = writer._add_object(node)
    node[NameObject("/Kids")] = ArrayObject([ref, ref])
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([ref])})
    return written(writer)


WRONG = {
    "empty": (b"", "is not a PDF"),
    "a text": (b"My answers.\n%%EOF", "is not a PDF"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(5000), "is not a PDF"),
    "begun only": (b"%PDF-1.7\n1 0 obj\n<<", "is cut off"),
    "no inside": (b"%PDF-1.7\nstartxref\n9999\n%%EOF\n", "cannot be read as a PDF"),
    "no fields": (made(), "has no fields to fill in"),
    "another form": (made(field("surname", TextStringObject("Lovelace"))), "has no field of a worksheet"),
    "encrypted": (encrypted(), "is encrypted"),
    "many fields": (made(field(ANSWER, TextStringObject("x")), count=20_000), "more than 5,000 fields"),
    "a long text": (made(field(ANSWER, TextStringObject("x" * 200_000))), "more than 100,000 characters"),
    "deep": (nested(40), "more than 10 deep"),
    "in a circle": (circular(), "more than"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_filled_worksheet_is_said(tmp_path: Path, what: str) -> None:
    raw, words = WRONG[what]
    with pytest.raises(UntrustedFileError) as error:
        read_filled(put(tmp_path, raw))
    assert words in str(error.value)


def test_a_worksheet_that_is_cut_off_is_said(blank: bytes, tmp_path: Path) -> None:
    for share in (0.2, 0.5, 0.9, 0.99):
        with pytest.raises(UntrustedFileError, match="is cut off"):
            read_filled(put(tmp_path, blank[: int(len(blank) * share)]))


def test_a_million_fields_are_refused_soon(tmp_path: Path) -> None:
    path = put(tmp_path, made(field(ANSWER), count=1_000_000))
    began = time.process_time()
    with pytest.raises(UntrustedFileError, match=r"more than (5,000 fields|any worksheet)"):
        read_filled(path)
    assert time.process_time() - began < 60


def test_what_unpacks_to_no_end_is_refused_soon(tmp_path: Path) -> None:
    stream = DecodedStreamObject()
    stream.set_data(b"x" * 300_000_000)
    path = put(tmp_path, made(field(ANSWER, stream.flate_encode())))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(UntrustedFileError, match="more than"):
        read_filled(path)


def test_files_beyond_all_size_links_and_devices_are_not_read(tmp_path: Path, blank: bytes) -> None:
    with (tmp_path / "large.pdf").open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(60_000_000)
    with pytest.raises(UntrustedFileError, match="is larger than"):
        read_filled(tmp_path / "large.pdf")
    (tmp_path / "link.pdf").symlink_to(put(tmp_path, blank))
    with pytest.raises(UntrustedFileError, match="is a link"):
        read_filled(tmp_path / "link.pdf")
    os.mkfifo(tmp_path / "pipe.pdf")
    with pytest.raises(UntrustedFileError):
        read_filled(tmp_path / "pipe.pdf")


def test_scripts_and_other_values_are_passed_over(tmp_path: Path) -> None:
    script = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x()")})
    stream = DecodedStreamObject()
    stream.set_data("Ünder the stream".encode("utf-16"))
    other = "answer to 2-a/q0{}, version 12345678".format
    raw = made(
        field(other(1), TextStringObject("Mine."), AA=DictionaryObject({NameObject("/K"): script})),
        field(other(2), NameObject("/Off")),
        field(other(3), NumberObject(3)),
        field(other(4), ByteStringObject(b"bytes")),
        field(other(5), stream),
        field(other(6), ArrayObject([TextStringObject("x")])),
        XFA=TextStringObject("<xfa/>"),
        CO=ArrayObject([script]),
    )
    answers = read_filled(put(tmp_path, raw)).answers
    assert answers["2-a/q01"] == "Mine."
    assert [answers[f"2-a/q0{number}"] for number in (2, 3, 4, 5, 6)] == ["", "", "bytes", "Ünder the stream", ""]


def test_only_files_that_are_named_so_are_taken_for_worksheets(tmp_path: Path) -> None:
    for name in ("a.pdf", "B.PDF", ".hidden.pdf", "c.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "d.pdf").mkdir()
    assert sorted(path.name for path in tmp_path.iterdir() if is_filled(path)) == ["B.PDF", "a.pdf"]
