"""What a hostile student may hand in: nothing outside is read, nothing is sent or run, and nothing hangs."""

from __future__ import annotations

import os
import re
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.course.answer_files import AnswerFiles
from generator.course.editions import Edition
from generator.course.project import read_project
from generator.course.untrusted_files import LONGEST_TEXT
from generator.errors import InputError, Mistake
from generator.render.content.answers import AnswerWriter
from generator.render.content.values import Results
from generator.render.text.markdown import to_html
from generator.render.text.maths import in_both_forms
from generator.render.text.numbering import number_course
from generator.render.text.own_images import OwnImages
from generator.render.text.surroundings import Surroundings
from tests.render.sample_report import sample_report

SECRET = "the examiner's secret"
SLOW = 20.0  # seconds of the processor; measured: below 2, the limit of one answer being 5
EVENTS = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "urllib.", "shutil.")

_watched: list[tuple[str, Any]] | None = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is not None and (event == "open" or event.startswith(EVENTS)):
        _watched.append((event, arguments[0] if arguments else ""))


sys.addaudithook(_audit)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that no student may see, beside the project's folder."""
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


@pytest.fixture
def project(tmp_path: Path, outside: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "images").mkdir(parents=True)
    (folder / "answers" / "2-a").mkdir(parents=True)
    return folder


@pytest.fixture
def watch(outside: Path) -> Iterator[None]:
    """Fail when the secret or a file of the system is opened, or anything reaches the network or another program."""
    global _watched
    _watched = []
    began = time.process_time()
    yield
    seen, _watched = _watched, None
    assert time.process_time() - began < SLOW
    bad = [(event, what) for event, what in seen if event != "open" or forbidden(what, outside)]
    assert bad == []


def forbidden(path: Any, outside: Path) -> bool:
    return isinstance(path, str | bytes) and (os.fsdecode(path) == str(outside) or "passwd" in os.fsdecode(path))


@pytest.fixture
def show(project: Path) -> Any:
    """From the source of an answer to its HTML, or the words in which it is refused."""
    report = sample_report(project)
    writer = AnswerWriter(Results(report.refs, report.outcomes), number_course(report.course), report.profile)
    question = report.course.question("2-a/q01")

    def shown(text: str) -> str:
        try:
            markdown = writer.write(text, project / "q01.md", question)
        except InputError as error:
            return f"refused: {error}"
        return to_html(markdown, Surroundings(in_both_forms, images=OwnImages(project), pictures="figures"))

    return shown


ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ vgg16.__class__ }}",
    "{{ vgg16._results }}",
    "{{ vgg16['__class__']['__init__'] }}",
    "{{ vgg16.parameters.__class__.__base__ }}",
    "{{ metric.function.__globals__ }}",
    "{{ metric.__call__.__func__.__globals__['os'] }}",
    "{{ table.__init__.__globals__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ loop.__class__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__ }}",
    "{{ namespace.__init__ }}",
    "{{ request }}{{ config }}",
    "{{ rows('vgg16.layers')._table }}",
    "{% for row in rows('vgg16.layers') %}{{ row._values }}{% endfor %}",
    "{% for row in rows('vgg16.layers') %}{{ row }}{% endfor %}",
    "{{ rows('vgg16.layers') | names('_values') }}",
    "{{ rows('vgg16.layers') | names('layer', __class__=1) }}",
    "{{ 'ab' | names('upper') }}",
    "{{ vgg16 | names('parameters') }}",
    "{{ 'a'.format(vgg16) }}",
    "{{ '{0.__class__}'.format(vgg16) }}",
    "{{ ('%s' % vgg16) }}",
    "{{ vgg16.parameters.bit_length() }}",
    "{{ vgg16 | attr('__class__') }}",
    "{{ [vgg16] | map(attribute='__class__') | join }}",
    "{% include '../secret.txt' %}",
    "{% include '/etc/passwd' %}",
    "{% extends '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os.popen('id') }}",
    "{% from '../secret.txt' import x %}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}x{% endcall %}",
    "{% set x = namespace(a=1) %}",
    "{% filter upper %}x{% endfilter %}",
    "{% autoescape false %}<script>{% endautoescape %}",
    "{{ 'record of claims' }}{{ record of claims }}",
    "{{ metric('../../secret/x.y') }}",
    "{{ figure('../../secret') }}",
    '{{ ref("/etc/passwd") }}',
    "{% raw %}{{ vgg16.__class__ }}{% endraw %}",
]

HEAVY = [
    "{{ 'a' * 10**9 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ 9**9**9**9 }}",
    "{{ ((2**64)**64)**64 }}",
    "{% set a = 2**64 %}" + "{% set a = a * a %}" * 40 + "{{ a }}",
    "{% set a = 'xx' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
    "{% set a = 'xx' %}" + "{% set a = a + a %}" * 40 + "{{ a }}",
    "{% set a = [1] %}" + "{% set a = [a, a] %}" * 40 + "{{ a }}",
    "{% set a = (1, 1) %}" + "{% set a = (a, a) %}" * 40 + "{{ a }}",
    "{{ '" + "a" * 20_000 + "' | join('" + "b" * 20_000 + "') }}",
    "{{ 1.5 | round(10**9) }}",
    "{{ 5 | round(-1000000000) }}",
    "{{ 1.5 | decimal(999999999) }}",
    "{{ 1.5 | percent(2147483648) }}",
    "{{ 1.5 | scientific(99999999) }}",
    "{% for a in range(10**9) %}x{% endfor %}",
    "{% for a in '" + "a" * 20_000 + "' %}{% for b in '" + "a" * 20_000 + "' %}{% endfor %}{% endfor %}",
    "{% for a in rows('vgg16.layers') %}{% for b in rows('vgg16.layers') %}{% for c in rows('vgg16.layers') %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in rows('vgg16.layers') %}{% for b in rows('vgg16.layers') %}" + "{% set x = 2**64 %}" * 3000
    + "{% endfor %}{% endfor %}",
    "{% for a in rows('vgg16.layers') recursive %}{{ loop(rows('vgg16.layers')) }}{% endfor %}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ " + "-" * 20_000 + "1 }}",
    "{{ " + "not " * 10_000 + "1 }}",
    "{{ 1" + " + 1" * 20_000 + " }}",
    "{% if 1 %}" * 200 + "x" + "{% endif %}" * 200,
    "{% claim 1 %}" * 120 + "x" + "{% endclaim %}" * 120,
    "{% claim 1 %}a" + "{% or claim 1 %}x" * 5_000 + "{% endclaim %}",
    "{% for a in rows('vgg16.layers') %}{% for b in rows('vgg16.layers') %}" + "`{% claim 1 %}x{% endclaim %}` " * 20
    + "{% endfor %}{% endfor %}",
    "{% claim 1 %}" * 40 + "{{ vgg16.odd_name }} `x" * 3_000 + "{% endclaim %}" * 40,
    "{{ " + "9" * 90_000 + " }}",
    "{{ 0x" + "9" * 90_000 + " }}",
    "x" * (LONGEST_TEXT * 3),
    ">" * 20_000 + " x",
    "- " * 10_000 + "x",
    "[" * 20_000,
    "![" * 10_000,
    "*a_" * 10_000,
    "**a " * 10_000,
    "`" * 20_000,
    " ".join("`" * number for number in range(1, 300)),
    "[a](" * 8_000,
    "$" * 20_000,
    "$" + "{" * 3_000 + "}" * 3_000 + "$",
    "$" + r"\frac{" * 900 + "$",
    "$" + "x^" * 1_900 + "x$",
    "| a " * 3_000 + "|\n" + "|-" * 3_000 + "|\n" + "| a " * 3_000 + "|",
    "[^a]: " * 3_000,
    "{.a " * 5_000,
    "\\begin{aligned}" * 300,
    "&" * 20_000 + "&amp;" * 2_000,
    "<" * 20_000,
    "\"a' " * 25_000,
    "`" * 50_000 + "\n" + "x\n" * 24_000,
    "~" * 99_000,
    "\\begin{align}\n" * 6_600,
    "$" + "x^{" * 30 + "x" + "}" * 30 + "$",
]  # fmt: skip

MARKUP = [
    "<script>fetch('http://example.org')</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src='file:///etc/passwd'></iframe>",
    "<svg><image href='file:///etc/passwd'/></svg>",
    "<style>@import url('file:///etc/passwd');</style>",
    "<link rel=attachment href='../secret.txt'>",
    "*x*{style='background:url(file:///etc/passwd)'}",
    '# x {.a onclick="evil()" id=main}',
    "[x](file:///etc/passwd)",
    "[x](FILE:///etc/passwd)",
    "[x](http://example.org/)",
    "[x](//example.org/)",
    "[x](/etc/passwd)",
    "[x](../secret.txt)",
    "[x](javascript:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<file:///etc/passwd>",
    "[x]: file:///etc/passwd\n\n[x]",
    "![x](file:///etc/passwd)",
    "![x](/etc/passwd)",
    "![x](../secret.txt)",
    "![x](images/../../secret.txt)",
    "![x](images/%2e%2e/%2e%2e/secret.txt)",
    "![x](http://example.org/x.png)",
    "![x](https://example.org/x.png)",
    "![x](//example.org/x.png)",
    "![x](data:image/svg+xml;base64,PHN2Zy8+)",
    "![x](images/link.png)",
    "![x](images/away/secret.txt)",
    "![x](images/pipe.png)",
    "![x](images/drawing.svg)",
    "![x](images/drawing.png)",
    "![x](images/bomb.png)",
    "![x](images/text.png)",
    "![x](images/none\x00.png)",
    r"$\href{file:///etc/passwd}{x}$",
    r"$\input{/etc/passwd}$",
    r"$\includegraphics{../secret.txt}$",
    r"$\def\a{\a\a}\a$",
    r"$\style{background:url(http://example.org)}{x}$",
    "\ue000../secret\ue001",
    "[\ue002<script>\ue003]",
    "\x1b[2J\x00\x07 control",
]

DRAWING = (
    '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY a "aaaa">'
    '<!ENTITY b "&a;&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;&b;</text>'
    '<image href="http://example.org/x.png"/><script>alert(1)</script></svg>'
)


def png(width: int, height: int) -> bytes:
    """A valid PNG of one colour: a huge one is small on disk."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(bytes(1 + (width + 7) // 8)) for _ in range(min(height, 2000))) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.fixture
def traps(project: Path, outside: Path) -> None:
    """Files that lead outside, never end, or are not what they are called."""
    images = project / "images"
    (images / "link.png").symlink_to(outside)
    (images / "away").symlink_to(outside.parent)
    os.mkfifo(images / "pipe.png")
    for name in ("drawing.svg", "drawing.png"):
        (images / name).write_text(DRAWING)
    (images / "bomb.png").write_bytes(png(60_000, 60_000))
    (images / "text.png").write_text(SECRET)


NEVER = (
    SECRET, "root:", "<script", "<iframe", "<svg", "<style", "<link", "<object", "<built-in", "<class ",
    "<bound method", " object at 0x", *(f'{name}="{start}' for name in ("href", "src") for start in
                       ("file", "http:", "/", "..", "javascript", "data", "images")), 'style="', 'onclick="',
)  # fmt: skip


def harmless(page: str) -> None:
    """A refusal quotes what it refuses, and is escaped where it is shown; a page holds nothing that could act."""
    for part in NEVER[: 1 if page.startswith("refused") else None]:
        assert part not in page


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("text", ESCAPES)
def test_templates_reach_nothing_of_python(show: Any, text: str) -> None:
    page = show(text)
    harmless(page)
    assert page.startswith("refused") or "{%" in text or not re.sub(r"<[^>]*>", "", page).strip()


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("text", HEAVY, ids=lambda text: text[:24])
def test_heavy_answers_end(show: Any, text: str) -> None:
    harmless(show(text))


@pytest.mark.usefixtures("watch", "traps")
@pytest.mark.parametrize("text", MARKUP)
def test_markup_loads_nothing(show: Any, text: str) -> None:
    page = show(text)
    harmless(page)
    assert "<img" not in page or page.startswith("refused")


@pytest.mark.usefixtures("watch")
def test_a_plain_picture_is_shown_as_pixels_alone(project: Path, show: Any) -> None:
    (project / "images" / "map.png").write_bytes(png(40, 30) + SECRET.encode())
    page = show("![A map](images/map.png)")
    assert 'alt="A map"' in page
    assert 'width="40" height="30"' in page
    image = OwnImages(project).get("images/map.png")
    assert SECRET.encode() not in image.png


REPORTS = {
    "an alias bomb": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nauthors: *c\n",
    "a tag": "authors: !!python/object/apply:os.system ['id']\n",
    "deep": "authors: " + "[" * 5000 + "]" * 5000 + "\n",
    "large": "authors: [{name: " + "x" * 200_000 + "}]\n",
    "control characters": 'authors: [{name: "Eve \\e[2J\\x07"}]\n',
    "right to left, isolated": 'authors: [{name: "Eve \u2067"}]\n',
    "right to left": 'authors: [{name: "Eve \u202e"}]\n',
    "a path for a lab": "authors: [{name: Eve}]\nlabs: [../../etc]\n",
    "a path for a profile": "authors: [{name: Eve}]\nprofile: ../../etc\n",
    "a script for a language": 'authors: [{name: Eve}]\nlanguage: "en\\"><script>"\n',
    "another theme": "authors: [{name: Eve}]\ntheme: ../theme.css\n",
    "an unknown key": "authors: [{name: Eve}]\ncss: 'http://example.org/x.css'\n",
    "a thousand authors": "authors: [" + "{name: Eve}, " * 1000 + "]\n",
    "a huge number": "authors: [{name: Eve}]\nyear: " + "9" * 5000 + "\n",
    "merge keys": "<<: {authors: [{name: Eve}]}\n",
    "no text": "\xff\xfe",
}


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("name", REPORTS)
def test_a_hostile_report_file_is_refused_in_words(project: Path, name: str) -> None:
    (project / "report.yaml").write_bytes(REPORTS[name].encode("latin-1" if name == "no text" else "utf-8"))
    with pytest.raises(InputError) as caught:
        read_project(project)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 5000


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "device", "large", "binary", "away"])
def test_answers_that_are_no_plain_files_are_refused(project: Path, outside: Path, kind: str) -> None:
    path = project / "answers" / "2-a" / "q01.md"
    match kind:
        case "link":
            path.symlink_to(outside)
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "large":
            path.write_text("x" * (LONGEST_TEXT + 1))
        case "binary":
            path.write_bytes(bytes(range(256)))
        case "away":
            (project / "answers" / "2-a").rmdir()
            (project / "answers" / "2-a").symlink_to(outside.parent)
            (outside.parent / "q01.md").write_text(SECRET)
    found = AnswerFiles(Edition.STUDENT, project / "answers").read("2-a/q01")
    assert isinstance(found, Mistake)
    assert SECRET not in str(found)


@pytest.mark.usefixtures("watch")
def test_names_with_control_characters_cannot_draw_on_a_terminal(project: Path) -> None:
    (project / "answers" / "2-a" / "\x1b[2J\nq99.md").write_text("x")
    (mistake,) = AnswerFiles(Edition.STUDENT, project / "answers").strays({"2-a/q01"})
    assert "\x1b" not in str(mistake)
    assert str(mistake).count("\n") == 1  # the hint's line


def test_there_are_as_many_hostile_inputs_as_promised() -> None:
    assert len(ESCAPES) + len(HEAVY) + len(MARKUP) + len(REPORTS) + 7 + 1 >= 60
