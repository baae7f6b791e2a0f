"""Builds of a course of texts: nothing stale, nothing of the user's lost, nothing of the reference edition left.

Covers commands/reporting.py too.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.commands import build as build_module
from generator.commands.reporting import kept_drawings
from generator.commands.session import Folders, Settings
from generator.course.editions import Edition
from generator.errors import InputError
from generator.render.outputs import pdf
from generator.render.outputs.table import DOCUMENTS
from generator.running.executors.choose import ExecutorSpec, usable_cores
from tests.commands.text_course import TextCourse, text_course
from tests.waiting_for_tests import tick

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def course(tmp_path: Path) -> TextCourse:
    return text_course(tmp_path)


@pytest.fixture
def no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF that takes no time, and holds the text of its page."""
    monkeypatch.setattr(
        pdf, "write_pdf", lambda page, target, **options: pdf.Printed(target.write_bytes(page.read_bytes()))
    )


def while_computing(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    compute = build_module.compute_results

    def patched(*arguments: Any, **options: Any) -> Any:
        act()
        return compute(*arguments, **options)

    monkeypatch.setattr(build_module, "compute_results", patched)


EDITS = {
    "answer": "answers/1-a/q01.md",
    "question": "questions/1-a/q01.yaml",
    "lab": "questions/1-a/lab.yaml",
    "course": "questions/course.yaml",
    "bibliography": "questions/references.bib",
}


@pytest.mark.parametrize("name", EDITS.values(), ids=EDITS)
def test_what_is_saved_while_a_build_computes_is_shown_by_the_next(
    course: TextCourse, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = course.folder / name
    new = path.read_text().replace("SECRET", "CHANGED").replace("What is it?", "CHANGED").replace("{T}", "{CHANGED}")
    assert new != path.read_text()
    with monkeypatch.context() as patched:
        while_computing(patched, lambda: path.write_text(new))
        course.build()
    if name != EDITS["bibliography"]:  # which is read when it is needed
        assert "CHANGED" not in (course.folder / "build/report.html").read_text()
    assert course.build().written
    assert "CHANGED" in (course.folder / "build/report.html").read_text()
    assert not course.build().written


def test_what_is_saved_and_taken_back_leaves_nothing_stale(course: TextCourse, monkeypatch: pytest.MonkeyPatch) -> None:
    path = course.folder / EDITS["bibliography"]
    old = path.read_text()
    with monkeypatch.context() as patched:
        while_computing(patched, lambda: path.write_text(old.replace("{T}", "{CHANGED}")))
        course.build()
    path.write_text(old)
    assert course.build().written
    assert "CHANGED" not in (course.folder / "build/report.html").read_text()


def test_a_students_answer_and_title_page_are_shown_as_they_were_read(
    course: TextCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save() -> None:
        course.write("mine/answers/1-a/q01.md", "My NEWER answer.")
        course.write("mine/report.yaml", "authors: [{name: NEWER}]\n")

    with monkeypatch.context() as patched:
        while_computing(patched, save)
        course.build(Edition.STUDENT)
    assert course.build(Edition.STUDENT).written
    assert (course.folder / "build/report.html").read_text().count("NEWER") >= 2


FOREIGN = ("notes.txt", "assets/mine.css", "assets/figures/mine.png", "results/tables/mine.csv", "results/mine/a.txt",
           "results/tables/mine.png", "assets/fonts/mine.woff", ".hidden", "report-mine.html")  # fmt: skip


def test_files_of_the_users_own_are_said_and_never_touched(course: TextCourse) -> None:
    for name in FOREIGN:
        course.write(f"build/{name}", "mine")
    said: list[str] = []
    course.build(say=said.append)
    course.build(profile="light")
    course.build(selection=["1-a"], only=True)
    course.build(Edition.WORKSHEET)
    assert [(course.folder / "build" / name).read_text() for name in FOREIGN] == ["mine"] * len(FOREIGN)
    (line,) = [line for line in said if "did not write" in line]
    assert "holds 8" in line


def test_a_file_of_the_users_own_in_the_place_of_the_page_gets_another_name(course: TextCourse) -> None:
    course.write("build/report.html", "mine")
    course.write("build/report.html.kept", "mine too")
    (course.folder / "build/results/metrics.json").mkdir(parents=True)
    course.build()
    assert "<html" in (course.folder / "build/report.html").read_text()
    assert (course.folder / "build/report.html.kept").read_text() == "mine too"
    assert (course.folder / "build/report.html.kept1").read_text() == "mine"
    assert (course.folder / "build/results/metrics.json.kept").is_dir()
    course.build(profile="light")
    assert not (course.folder / "build/report.html.kept2").exists()


@pytest.mark.parametrize("name", ["build", "build/assets", "build/assets/figures", "build/results",
                                  "build/results/tables", "build/.genreport.json", "build/.genreport.lock",
                                  "build/report-1-a-assets"])  # fmt: skip
def test_links_are_refused_before_anything_is_computed(
    course: TextCourse, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = course.folder / "site"
    site.mkdir()
    (site / "mine.css").write_text("mine")
    link = course.folder / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(site, target_is_directory=True)
    only: dict[str, Any] = {"selection": ["1-a"], "only": True} if "1-a" in name else {}
    if not only:
        while_computing(monkeypatch, lambda: pytest.fail("it computes"))
    with pytest.raises(InputError, match="is a link") as raised:
        course.build(**only)
    assert str(link) in str(raised.value)
    assert [path.name for path in site.iterdir()] == ["mine.css"]


def test_a_folder_that_became_a_link_loses_nothing(course: TextCourse) -> None:
    course.build()
    (course.folder / "build/assets").rename(course.folder / "site")
    (course.folder / "build/assets").symlink_to(course.folder / "site")
    with pytest.raises(InputError, match="is a link"):
        course.build(profile="light")
    assert (course.folder / "site/page.js").is_file()


def there(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("edition", [Edition.WORKSHEET, Edition.STUDENT])
@pytest.mark.usefixtures("no_pdf")
def test_nothing_of_the_reference_edition_stays_beside_another(course: TextCourse, edition: Edition) -> None:
    folder = course.folder / "build"
    course.build(edition)
    course.build(formats=DOCUMENTS)
    course.build(selection=["1-a"], only=True, formats=DOCUMENTS)
    course.build(selection=["1-b"], only=True)
    secret = {name for name, content in there(folder).items() if b"SECRET" in content}
    assert {"report.html", "report.pdf", "report-1-a.html", "report-1-a.pdf", "report-1-b.html"} <= secret
    mine = course.write("build/assets/mine.css", "mine")
    said: list[str] = []
    course.build(edition, say=said.append)
    after = there(folder)
    assert not {name for name, content in after.items() if b"SECRET" in content}
    name = "worksheet" if edition is Edition.WORKSHEET else "report"
    assert {path for path in after if "/" not in path} == {f"{name}.html", ".genreport.json", ".genreport.lock"}
    folders = {path.partition("/")[0] for path in after if "/" in path}
    own = {"worksheet-assets", "worksheet-results"} if edition is Edition.WORKSHEET else {"results"}
    assert folders == own | {"assets"}, "the tables, figures, claims and plan of the reference edition are gone too"
    assert any("removing the reference edition" in line for line in said)
    assert mine.is_file()
    assert not course.build(edition).written


def test_a_worksheet_stands_beside_a_students_own_report(course: TextCourse) -> None:
    course.build(Edition.STUDENT)
    course.build(Edition.WORKSHEET, profile="light")
    assert not course.build(Edition.STUDENT).written
    assert not course.build(Edition.WORKSHEET, profile="light").written


BUILDS = """
import sys
from pathlib import Path
from tests.commands.text_course import TextCourse
for _ in range(4):
    assert TextCourse(Path(sys.argv[1])).build(profile=sys.argv[2]).exit_code == 0
"""


def test_two_builds_in_one_folder_give_the_report_of_one_of_them(course: TextCourse) -> None:
    """Of two profiles, at once and several times over; then each is asked for again, and shown."""
    command = [sys.executable, "-c", BUILDS, str(course.folder)]
    running = [subprocess.Popen([*command, profile], cwd=ROOT) for profile in ("quick", "light")]
    assert [process.wait(120) for process in running] == [0, 0]
    for profile in ("quick", "light"):
        course.build(profile=profile)
        assert f"<strong>{profile.title()}</strong>" in (course.folder / "build/report.html").read_text()


def test_what_a_killed_build_left_is_removed_by_the_next(course: TextCourse) -> None:
    for name in (".genreport-work-abc/html/report.html", "..genreport.json.12.34"):
        course.write(f"build/{name}", "half")
    course.build()
    names = [path.name for path in (course.folder / "build").iterdir()]
    assert not [name for name in names if "work" in name or name.startswith("..")]


@pytest.mark.usefixtures("no_pdf")
def test_a_form_that_is_there_is_not_written_again(course: TextCourse) -> None:
    course.build()
    page = course.folder / "build/report.html"
    before = page.stat()
    tick(page)
    assert course.build(formats=DOCUMENTS).written
    assert page.stat().st_mtime_ns == before.st_mtime_ns
    assert not course.build().written


@pytest.mark.parametrize(
    ("workers", "hands"),
    [
        (ExecutorSpec(jobs=1), 1),
        (ExecutorSpec(jobs=3), 3),
        (ExecutorSpec(), usable_cores()),
        (ExecutorSpec("slurm", jobs=50), usable_cores()),
    ],
)
def test_as_many_processes_draw_as_jobs_run_at_once_here(tmp_path: Path, workers: ExecutorSpec, hands: int) -> None:
    drawings = kept_drawings(Settings(folders=Folders(cache=tmp_path), workers=workers))
    assert drawings._hands == hands
