"""The editions of the real course with all its results: what each shows, and what none but the teacher's ever holds."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from tests.end_to_end.project import Project
from tests.judges_for_tests import faults


@pytest.fixture(scope="module")
def planted(built_course: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, list[str]]]:
    """The built project with a word of its own in each place that is the teacher's alone."""
    project = built_course.copy(tmp_path_factory.mktemp("planted") / "project")
    shutil.rmtree(project.folder / "build")
    yield project, plant(project)
    shutil.rmtree(project.folder)


def plant(project: Project) -> list[str]:
    """Write a word of its own into each answer, finding, marking note, expected value and conclusion, and elsewhere."""
    words = (f"zqcanary{number:05}" for number in count(1))
    planted: list[str] = []

    def word() -> str:
        planted.append(next(words))
        return planted[-1]

    for path in sorted((project.folder / "templates/answers").rglob("*.md")):
        path.write_text(f"{word()}\n\n{path.read_text()}\n\n{word()}\n")
    questions = set((project.folder / "questions").glob("[0-9]*/*.yaml"))
    for path in sorted(path for path in questions if path.stem not in ("lab", "profiles")):
        data = yaml.safe_load(path.read_text())
        text = path.read_text()
        for expected in data.get("expected", []):
            for key in ("source", "incomparable"):
                if key in expected:
                    origin = "by hand " if key == "source" else ""
                    text = text.replace(f"{key}: {quoted(expected[key], text, key)}", f"{key}: {origin}{word()}", 1)
        text = with_findings(text, data, word)
        marking = f"marking: |\n  {word()}\n"
        text = text.replace("marking: |\n", marking) if "marking: |\n" in text else text + marking
        path.write_text(text)
    course = project.folder / "questions/course.yaml"
    for path in [course, *sorted((project.folder / "questions").glob("*/lab.yaml"))]:
        keys = "introduction|conclusion" if path == course else "conclusion"
        path.write_text(re.sub(rf"(?m)^({keys}): .*\n", lambda found: f"{found[0]}  {word()}\n\n", path.read_text()))
    return planted


def with_findings(text: str, data: dict[str, Any], word: Callable[[], str]) -> str:
    """A question's file with a word of its own in the finding of each table and figure, be there one already or not."""
    for group in ("tables", "figures"):
        start = text.find(f"\n{group}:\n")
        for name, exhibit in data.get(group, {}).items():
            if (on_one_line := text.find(f"\n  {name}: {{", start)) >= 0 and "finding" not in exhibit:
                begin = on_one_line + len(f"\n  {name}: {{")
                text = f"{text[:begin]}finding: {word()}, {text[begin:]}"
                continue
            begin = text.index(f"\n  {name}:\n", start) + len(f"\n  {name}:\n")
            if "finding" not in exhibit:
                text = f"{text[:begin]}    finding: {word()}\n{text[begin:]}"
                continue
            found = re.compile(r"    finding: (?:[>|]-?\n {6}|[\"']?)").search(text, begin)
            assert found, f"the finding of {name} is written in a way that this does not know"
            text = f"{text[: found.end()]}{word()} {text[found.end() :]}"
    return text


def quoted(words: str, text: str, key: str) -> str:
    """What stands under a key, as the file spells it."""
    return words if f"{key}: {words}" in text else f'"{words}"'


def contents(folder: Path) -> Iterator[tuple[str, str]]:
    """Everything that a folder holds, as (place, letters and digits): names, bytes, and the inside of each PDF."""
    for path in sorted(folder.rglob("*")):
        yield "name", path.name
        if path.is_file():
            raw = path.read_bytes()
            yield path.name, raw.decode("latin-1")
            yield path.name, raw.decode("utf-16-le", "ignore")
            if path.suffix == ".pdf":
                reader = PdfReader(path)
                yield path.name, "\n".join(page.extract_text() for page in reader.pages)
                yield path.name, repr(reader.metadata) + repr(reader.attachments) + repr(reader.outline)
                yield path.name, "\n".join(inside(reader))


def inside(reader: PdfReader) -> Iterator[str]:
    """Every string, name and unpacked stream of a PDF: alternative texts, form fields, tags."""
    for number in range(1, len(reader.xref[0]) + len(reader.xref_objStm) + 1 if reader.xref else 1):
        try:
            found = reader.get_object(IndirectObject(number, 0, reader))
        except Exception:  # a hole in the numbers of the objects
            continue
        yield from strings(found)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, StreamObject):
        yield value.get_data().decode("latin-1")
    if isinstance(value, DictionaryObject):
        for key, item in value.items():
            yield str(key)
            yield from strings(item) if not isinstance(item, IndirectObject) else ()
    elif isinstance(value, ArrayObject):
        for item in value:
            yield from strings(item) if not isinstance(item, IndirectObject) else ()
    else:
        yield str(value)


def found_in(folder: Path, words: list[str]) -> set[str]:
    """Those of the words that stand anywhere in a folder, hyphenated or not."""
    found: set[str] = set()
    for _, text in contents(folder):
        plain = re.sub(r"[^a-z0-9]", "", text.lower())
        found |= {word for word in words if word in plain}
    return found


def test_the_search_finds_every_word_in_the_reference_edition(planted: tuple[Project, list[str]], browser: Any) -> None:
    project, words = planted
    assert len(words) >= 40
    assert project.build("--edition", "reference", "--output", "reference", "--format", "html")[0] == 0
    assert found_in(project.folder / "reference", words) == set(words)
    assert faults(browser, project.folder / "reference") == []


@pytest.mark.parametrize("options", [["--fields"], ["--frames"]])
def test_a_worksheet_leaks_nothing(planted: tuple[Project, list[str]], options: list[str], browser: Any) -> None:
    project, words = planted
    output = "worksheet" + "".join(options)
    documents = ["--format", "html"] if "--frames" in options else []  # sheets are made of the same text
    assert project.build("--edition", "worksheet", "--output", output, *options, *documents)[0] == 0
    assert documents or (project.folder / output / "worksheet.pdf").stat().st_size > 10_000
    assert found_in(project.folder / output, words) == set()
    assert faults(browser, project.folder / output) == []


def test_a_students_report_leaks_nothing_and_neither_does_a_new_project(
    planted: tuple[Project, list[str]], browser: Any
) -> None:
    project, words = planted
    project.run("init", "mine")
    assert found_in(project.folder / "mine", words) == set()
    answer = project.folder / "mine/answers/2-a/q01.md"
    answer.write_text(
        "VGG16 has {{ vgg16.parameters | millions }} parameters.\n"
        "{% claim vgg16.linear_share < 0.5 %}Few of them are in the fully connected layers.{% endclaim %}\n"
    )
    done = project.run("build", "mine", "--format", "html")
    assert "0 computed" in done.stdout
    assert found_in(project.folder / "mine", words) == set()
    assert faults(browser, project.folder / "mine/build") == []
    page = (project.folder / "mine/build/report.html").read_text()
    assert "138.4\u202fmillion" in page or "138.4 million" in page
    assert "The results contradict this" in page
    assert "vgg16.linear_share &lt; 0.5" in page
    assert "not answered yet" in done.stderr
    assert "2-a/q02" in done.stderr
    assert "the results contradict this claim" in done.stderr
    assert project.run("build", "mine", "--format", "html", "--strict", code=1).stdout
    with (project.folder / "mine/build/results/claims.csv").open() as stream:
        rows = [row for row in csv.DictReader(stream) if row["expression"] == "vgg16.linear_share < 0.5"]
    assert [row["holds"] for row in rows] == ["False"]


def test_the_reference_edition_compares_with_what_was_published(planted: tuple[Project, list[str]]) -> None:
    project, _ = planted
    project.build("--edition", "reference", "--output", "reference", "--format", "html")
    with (project.folder / "reference/results/reproduction.csv").open() as stream:
        verdicts = {(row["question"], row["metric"]): row["verdict"] for row in csv.DictReader(stream)}
    assert verdicts["2-a/q01", "vgg16.parameters"] == "reproduced"
    assert verdicts["2-a/q08", "layers.reference_test"] == "not comparable"  # published for another profile
