"""A course's style and pictures: in page and PDF, part of what makes them stale, and handed out with the course."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from generator.commands.build import BuildReport
from generator.commands.release import release
from generator.commands.session import Folders, Settings
from generator.course.editions import Edition
from generator.errors import InputError
from tests.commands.text_course import TextCourse, text_course
from tests.courses_for_tests import CourseHere, write_sums


@pytest.fixture
def course(tmp_path: Path) -> TextCourse:
    return text_course(tmp_path)


def picture(path: Path, colour: str = "teal") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 20), colour).save(path)


def problems(done: BuildReport) -> list[str]:
    return [problem.replace("\n", " ") for problem in done.problems]


def test_a_style_comes_after_the_programs_own_with_what_it_loads(course: TextCourse) -> None:
    picture(course.folder / "questions/images/own grain.png")
    course.write("questions/style.css", "h1 { color: #7a1f2b; background: url('images/own%20grain.png'); }\n")
    assert course.build(formats=("html", "pdf")).problems == ()
    assets = course.folder / "build/assets/course"
    assert sorted(path.name for path in assets.rglob("*") if path.is_file()) == ["own grain.png", "style.css"]
    page = (course.folder / "build/report.html").read_text()
    assert page.index("screen.css") < page.index('href="assets/course/style.css"')
    assert b"0.478431 0.121569 0.168627 rg" in uncompressed(course.folder / "build/report.pdf")  # #7a1f2b


def uncompressed(path: Path) -> bytes:
    import pikepdf

    with pikepdf.open(path) as pdf:
        return b"".join(page.Contents.read_bytes() for page in pdf.pages)


def test_editing_a_style_or_what_it_loads_makes_the_page_stale(course: TextCourse) -> None:
    picture(course.folder / "questions/grain.png")
    course.write("questions/style.css", "h1 { background: url(grain.png); }\n")
    assert course.build().written
    assert not course.build().written
    picture(course.folder / "questions/grain.png", "red")
    assert course.build().written
    course.write("questions/style.css", "h1 { color: red; }\n")
    assert course.build().written
    assert not (course.folder / "build/assets/course/grain.png").exists()
    (course.folder / "questions/style.css").unlink()
    assert course.build().written
    assert not (course.folder / "build/assets/course").exists()


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
    assert not course.build().written
    picture(course.folder / "questions/images/rig.png", "navy")
    assert course.build().written
    assert course.build(Edition.WORKSHEET).problems == ()
    assert len([*(course.folder / "build/worksheet-assets/figures").iterdir()]) == 1
    course.write("questions/1-a/q01.yaml", "title: A question\nstatement: |\n  See this.\n\n  ![It](images/no.png)\n")
    (problem,) = problems(course.build())
    assert "1-a/q01.yaml:5: the image 'images/no.png' cannot be shown: the file is missing" in problem


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
    course.write("questions/1-b/q01.yaml", "title: A question\nstatement: See ![it](images/mine.png).\n")
    said = problems(course.build(Edition.STUDENT))
    assert [part.split(":")[0].rpartition("/")[2] for part in said] == ["q01.md", "q01.yaml"]
    course.write("questions/1-b/q01.yaml", "title: A question\nstatement: See ![it](https://example.org/a.png).\n")
    assert "images lie in the course's folder images/" in problems(course.build(Edition.STUDENT))[1]


@pytest.fixture
def sums(tmp_path: Path) -> CourseHere:
    sums = write_sums(tmp_path / "course")
    sums.write("style.css", "h1 { background: url(fonts/grain.png); }\n")
    for name in ("fonts/grain.png", "images/the rig.png", "images/solution.png", "fonts/unused.png"):
        picture(sums.folder / name)
    sums.edit("questions/only/q02.yaml", "And their product?", '"And? ![The rig](images/the%20rig.png)"')
    sums.write("answers/only/q02.md", "![The solution](images/solution.png)\n")
    return sums


def test_a_release_takes_along_what_its_texts_and_style_show(sums: CourseHere, tmp_path: Path) -> None:
    done = release(Settings(folders=Folders(tmp_path / "data", tmp_path / "cache", sums.folder)), tmp_path / "out")
    given = {name for name in done.files if not name.endswith((".yaml", ".py"))}
    assert given == {"style.css", "fonts/grain.png", "images/the rig.png"}
    assert done.left_out["picture"] == 1
    assert done.unused == ()
