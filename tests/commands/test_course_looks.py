"""A course's style and pictures: in page and PDF, part of what makes them stale, and handed out with the course.

Covers render/content/covers.py too.
"""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from generator.commands.build import BuildReport
from generator.commands.release import release
from generator.commands.session import Folders, Settings, open_session
from generator.commands.up_to_date import Files
from generator.course.editions import Edition
from generator.errors import InputError
from tests.commands.text_course import COURSE, TextCourse, text_course
from tests.courses_for_tests import CourseHere, write_sums
from tests.judges_for_tests import pdf_faults

COVER = """\
{# SECRETCOMMENT #}
<!-- SECRETCOMMENT -->
<div class="logos"><img src="images/logo.png" alt="A logo" width="20"></div>
<h1>{{ title }}</h1>
<p class="authors">{% for author in authors %}{{ author.name }}{{ ", " if not loop.last }}{% endfor %}</p>
<p>{{ edition_name }} {{ year }} &amp; {{ profile.title }}, {{ language }}{{ ", PDF" if paged }}</p>
{{ head }}
{{ setting }}
"""


@pytest.fixture
def course(tmp_path: Path) -> TextCourse:
    course = text_course(tmp_path)
    course.write("questions/course.yaml", COURSE.replace("code: genreport\n", ""))  # reading it takes half a second
    return course


def picture(path: Path, colour: str = "teal") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 20), colour).save(path)


def problems(done: BuildReport) -> list[str]:
    return [problem.replace("\n", " ") for problem in done.problems]


def made_from(course: TextCourse) -> Files:
    return Files.of(open_session(course.settings("build", Edition.REFERENCE)))


def test_a_report_is_made_from_style_cover_pictures_and_what_the_style_loads(course: TextCourse) -> None:
    questions = course.folder / "questions"
    picture(questions / "grain.png")
    picture(questions / "images/logo.png")
    course.write("questions/style.css", "h1 { background: url(grain.png); }\n")
    course.write("questions/cover.html.j2", COVER)
    found = [made_from(course)]
    assert made_from(course) == found[0]
    for change in (
        lambda: picture(questions / "grain.png", "red"),
        lambda: picture(questions / "images/logo.png", "red"),
        lambda: course.write("questions/cover.html.j2", "<h1>Another</h1>{{ head }}"),
        lambda: course.write("questions/style.css", "h1 { color: red; }\n"),
        (questions / "style.css").unlink,
    ):
        change()
        found.append(made_from(course))
        assert found[-1] not in found[:-1]


def test_a_style_that_would_load_from_elsewhere_is_refused_before_anything_is_written(course: TextCourse) -> None:
    course.write("questions/style.css", "h1 { color: red; }\nh2 { background: url(https://example.org/a.png); }\n")
    with pytest.raises(InputError, match=r"style\.css:2: would be loaded from elsewhere"):
        course.build()
    assert not (course.folder / "build").exists()


def test_statements_and_answers_show_the_courses_pictures(course: TextCourse) -> None:
    for name, colour in (("rig", "teal"), ("solution", "red")):
        picture(course.folder / f"questions/images/{name}.png", colour)
    course.write(
        "questions/1-a/q01.yaml", "title: A question\nstatement: |\n  See this.\n\n  ![The rig](images/rig.png)\n"
    )
    course.write("answers/1-a/q01.md", "![The solution](images/solution.png)\n")
    assert course.build().problems == ()
    page = (course.folder / "build/report.html").read_text()
    assert 'alt="The rig"' in page
    assert 'alt="The solution"' in page
    assert course.build(Edition.WORKSHEET).problems == ()
    assert len([*(course.folder / "build/worksheet-assets/figures").iterdir()]) == 1


def test_a_students_texts_show_their_own_pictures_and_statements_the_courses(course: TextCourse) -> None:
    picture(course.folder / "questions/images/rig.png")
    picture(course.folder / "mine/images/mine.png", "navy")
    course.write("questions/1-a/q01.yaml", "title: A question\nstatement: See ![the rig](images/rig.png).\n")
    course.write("mine/answers/introduction.md", "![Before](images/mine.png)\n")
    course.write("mine/answers/1-a/q01.md", "![Mine](images/mine.png)\n")
    assert course.build(Edition.STUDENT).problems == ()
    page = (course.folder / "build/report.html").read_text()
    assert all(f'alt="{words}"' in page for words in ("the rig", "Mine", "Before"))
    course.write("mine/answers/1-a/q01.md", "![Not mine](images/rig.png)\n")
    course.write(
        "questions/1-b/q01.yaml",
        "title: A question\nstatement: |\n  ![It](images/mine.png)\n\n  ![It](https://example.org/a.png)\n",
    )
    said = problems(course.build(Edition.STUDENT))
    told = [
        "answers/1-a/q01.md:1: the image 'images/rig.png' cannot be shown: the file is missing",
        "1-b/q01.yaml:3: the image 'images/mine.png' cannot be shown: the file is missing",
        "1-b/q01.yaml:5: the image 'https://example.org/a.png' cannot be shown: images lie in the course's folder",
    ]
    assert [words in line for words, line in zip(told, said, strict=True)] == [True, True, True]


def test_cover_and_style_come_after_the_programs_own(course: TextCourse) -> None:
    picture(course.folder / "questions/images/logo.png")
    course.write("questions/cover.html.j2", COVER)
    course.write("mine/report.yaml", 'authors: [{name: "Ada <b>"}, {name: Bob}]\ntitle: Mine\n')
    picture(course.folder / "questions/images/own grain.png")
    course.write("questions/style.css", "h1 { color: #7a1f2b; background: url('images/own%20grain.png'); }\n")
    assert course.build(formats=("html", "pdf")).problems == ()
    assets = course.folder / "build/assets/course"
    assert sorted(path.name for path in assets.rglob("*") if path.is_file()) == ["own grain.png", "style.css"]
    page = (course.folder / "build/report.html").read_text()
    assert page.index("screen.css") < page.index('href="assets/course/style.css"')
    with pikepdf.open(course.folder / "build/report.pdf") as pdf:
        assert b"0.478431 0.121569 0.168627 rg" in pdf.pages[0].Contents.read_bytes()  # #7a1f2b
    assert pdf_faults(course.folder / "build/report.pdf") == []
    assert page.count("<h1") == 1
    assert "<p>Reference edition 2026 &amp; Quick, en</p>" in page
    assert 'alt="A logo" width="20" class="own" height="10"' in page
    assert "SECRETCOMMENT" not in page
    words = "".join(sheet.extract_text() for sheet in PdfReader(course.folder / "build/report.pdf").pages[:1])
    assert "Reference edition 2026 & Quick, en, PDF" in words
    assert course.build(only=True, selection=["1-a"]).problems == ()
    assert "A part of the report" in (course.folder / "build/report-1-a.html").read_text()
    assert course.build(Edition.WORKSHEET).problems == ()
    assert 'class="head-names"' in (course.folder / "build/worksheet.html").read_text()
    assert course.build(Edition.STUDENT).problems == ()
    page = (course.folder / "build/report.html").read_text()
    assert "<h1>Mine</h1>" in page
    assert "Ada &lt;b&gt;, Bob</p>" in page


def test_a_cover_that_fails_is_refused_before_anything_is_written(course: TextCourse) -> None:
    course.write("questions/cover.html.j2", "<h1>{{ title }}</h1>\n<p>{{ autors[0].name }}</p>{{ head }}\n")
    with pytest.raises(InputError, match=r"cover\.html\.j2:2: there is no such name\n(.*\n)*.*got: autors") as caught:
        course.build()
    assert "'authors'" in str(caught.value)
    course.write("questions/cover.html.j2", "<h1>{{ title }}</h1>\n<p>{{ authors[0].name }}</p>{{ head }}\n")
    with pytest.raises(InputError, match=r"cover\.html\.j2:2: list object has no element 0"):
        course.build()
    assert not (course.folder / "build").exists()


def test_a_cover_whose_picture_went_missing_gives_way_to_the_programs_own(course: TextCourse) -> None:
    picture(course.folder / "questions/images/logo.png")
    course.write("questions/cover.html.j2", COVER)
    course.build()
    (course.folder / "questions/images/logo.png").unlink()
    (problem,) = problems(course.build())
    assert "cover.html.j2:3: the image 'images/logo.png' cannot be shown: the file is missing" in problem
    page = (course.folder / "build/report.html").read_text()
    assert "<h1>A course</h1>" in page
    assert 'class="cover-course"' in page


@pytest.fixture
def sums(tmp_path: Path) -> CourseHere:
    sums = write_sums(tmp_path / "course")
    sums.write("style.css", "h1 { background: url(fonts/grain.png); }\n")
    for name in ("fonts/grain.png", "images/the rig.png", "images/solution.png", "images/logo.png", "fonts/unused.png"):
        picture(sums.folder / name)
    sums.write("cover.html.j2", '<h1>{{ title }}</h1>{{ head }}<p><img src="images/logo.png" alt="A logo"></p>\n')
    sums.edit("questions/only/q02.yaml", "And their product?", '"And? ![The rig](images/the%20rig.png)"')
    sums.write("answers/only/q02.md", "![The solution](images/solution.png)\n")
    return sums


def test_a_release_takes_along_what_its_texts_and_style_show(sums: CourseHere, tmp_path: Path) -> None:
    done = release(Settings(folders=Folders(tmp_path / "data", tmp_path / "cache", sums.folder)), tmp_path / "out")
    given = {name for name in done.files if not name.endswith((".yaml", ".py"))}
    assert given == {"style.css", "fonts/grain.png", "images/the rig.png", "cover.html.j2", "images/logo.png"}
    assert done.left_out["picture"] == 1
    assert done.unused == ()
