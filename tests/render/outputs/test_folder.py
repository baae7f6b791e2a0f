"""A report on disk is left alone exactly when the same input would give it and nobody touched it.

Whole builds in one folder are in tests/commands/test_build.py.

Covers render/outputs/written.py too.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from generator.course.editions import Edition
from generator.render.content.document import Report
from generator.render.outputs.folder import OutputFolder
from generator.render.outputs.written import NAME, Rendering
from tests.render.sample_report import sample_report, silent
from tests.waiting_for_tests import tick

PAGE = {"report.html": "page", "assets/page.js": "script"}
RESULTS = {"results/metrics.json": "{}"}
FOUND = Rendering((), ("a problem",), ("a warning",), ("a gap",))


@pytest.fixture
def report(tmp_path: Path) -> Report:
    return sample_report(tmp_path)


@pytest.fixture
def part(report: Report) -> Report:
    return replace(report, only=frozenset({"2-a/q02"}))


@pytest.fixture
def folder(tmp_path: Path) -> OutputFolder:
    (tmp_path / "build").mkdir()
    return OutputFolder(tmp_path / "build")


def write(folder: OutputFolder, report: Report, files: dict[str, str], *, form: str = "html", key: str = "key") -> None:
    """Install the files as a form of a report."""
    with folder.opened(silent) as work:
        for place, text in files.items():
            (work / place).parent.mkdir(parents=True, exist_ok=True)
            (work / place).write_text(text)
        folder.install(report, form, work, key)
        folder.conclude(report, FOUND, silent)


def there(folder: OutputFolder) -> set[str]:
    found = {path.relative_to(folder.path).as_posix() for path in folder.path.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith(".genreport.")}


def test_the_report_is_current_for_its_key_and_forms_only(folder: OutputFolder, report: Report, part: Report) -> None:
    write(folder, report, PAGE)
    assert folder.current(report, "key", ["html"]) == replace(FOUND, documents=(folder.path / "report.html",))
    assert folder.current(report, "other key", ["html"]) is None
    assert folder.current(report, "key", ["html", "pdf"]) is None
    assert folder.current(part, "key", ["html"]) is None
    write(folder, report, PAGE, key="")
    assert folder.current(report, "", ["html"]) is None


@pytest.mark.parametrize("edit", ["same size", "size", "gone", "a folder", "a link"])
@pytest.mark.parametrize("name", PAGE)
def test_a_touched_file_makes_it_stale(folder: OutputFolder, report: Report, name: str, edit: str) -> None:
    write(folder, report, PAGE)
    path = folder.path / name
    if edit in ("same size", "size"):
        tick(path)
        path.write_text(PAGE[name].upper() if edit == "same size" else name + " and more")
    else:
        path.rename(folder.path.parent / "elsewhere")
    if edit == "a folder":
        path.mkdir()
    if edit == "a link":
        path.symlink_to(folder.path.parent / "elsewhere")
    assert folder.current(report, "key", ["html"]) is None


def test_several_reports_and_forms_stand_side_by_side(folder: OutputFolder, report: Report, part: Report) -> None:
    write(folder, report, PAGE)
    write(folder, report, RESULTS, form="results")
    write(folder, part, {"report-2-a-q02.html": "part", "assets/page.js": "script"}, key="other")
    assert folder.current(report, "key", ["results"]) is not None
    assert folder.current(part, "other", ["html"]) is not None
    write(folder, part, {"report-2-a-q02.html": "part"}, key="other")
    assert (folder.path / "assets/page.js").is_file(), "what another report has too is kept"


def test_what_a_form_lacks_now_is_removed_and_nothing_else(folder: OutputFolder, report: Report) -> None:
    write(folder, report, PAGE)
    write(folder, report, RESULTS, form="results")
    (folder.path / "assets/mine.css").write_text("mine")
    write(folder, report, {"report.html": "page"})
    assert there(folder) == {"report.html", "results/metrics.json", "assets/mine.css"}
    folder.withdraw(report, "html")
    assert there(folder) == {"results/metrics.json", "assets/mine.css"}
    assert folder.current(report, "key", ["html"]) is None
    assert folder.current(report, "key", ["results"]) is not None
    folder.withdraw(report, "results")
    assert not (folder.path / "results").exists()


def test_a_reference_edition_beside_another_is_not_current(folder: OutputFolder, report: Report) -> None:
    """Not even if the other is untouched: what leaks is removed first."""
    worksheet = replace(report, course=replace(report.course, edition=Edition.WORKSHEET))
    write(folder, worksheet, {"worksheet.html": "page"})
    assert folder.current(worksheet, "key", ["html"]) is not None
    write(folder, report, PAGE)
    assert folder.current(worksheet, "key", ["html"]) is None
    folder.clear(worksheet, silent)
    assert there(folder) == {"worksheet.html"}
    assert folder.current(worksheet, "key", ["html"]) is not None


def test_a_moved_report_is_still_current(folder: OutputFolder, report: Report, tmp_path: Path) -> None:
    write(folder, report, PAGE)
    known = OutputFolder(Path(shutil.move(folder.path, tmp_path / "moved"))).current(report, "key", ["html"])
    assert known is not None
    assert known.documents == (tmp_path / "moved" / "report.html",)


def killed_at(name: str, real: Callable[..., None]) -> Callable[..., None]:
    def replacing(source: Path, target: Path) -> None:
        if Path(target).name == name:
            raise KeyboardInterrupt
        real(source, target)

    return replacing


def test_a_kill_between_two_files_leaves_a_report_that_is_ours_and_not_current(
    folder: OutputFolder, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, report, PAGE)
    with monkeypatch.context() as patched:
        patched.setattr("os.replace", killed_at("report.html", os.replace))
        with pytest.raises(KeyboardInterrupt):
            write(folder, report, {"report.html": "page", "assets/other.js": "script"})
    assert folder.current(report, "key", ["html"]) is None
    write(folder, report, {"report.html": "page"})
    assert there(folder) == {"report.html"}


FORMS = '{"html": {"key": "key", "files": {%s}}}'
LIST = (
    '{"version": 2, "parts": {"report": {"edition": "%s", "forms": %s, '
    '"found": {"problems": [], "warnings": [], "gaps": []}}}}'
)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", "3", '{"version": 2}', '{"version": 2, "parts": 3}', '{"version": 1, "parts": {}}',
     '{"version": 2, "parts": {"report": []}}', LIST % ("reference", "3"), LIST % ("nobody", "{}"),
     *(LIST % ("student", FORMS % file) for file in ('"report.html": 3', '"report.html": ["a", "b"]', '"../mine": null',
                                                     '"/etc/mine": null', '"a/../../mine": null', '".": null',
                                                     '"\\u0000": [1, 2]'))],
)  # fmt: skip
def test_a_damaged_list_says_nothing_and_removes_nothing(folder: OutputFolder, report: Report, content: str) -> None:
    (folder.path.parent / "mine").write_text("mine")
    (folder.path / NAME).write_text(content)
    assert folder.current(report, "key", ["html"]) is None
    folder.clear(report, silent)
    write(folder, report, PAGE)
    assert folder.current(report, "key", ["html"]) is not None
    assert (folder.path.parent / "mine").is_file()


def test_the_list_is_plain_json(folder: OutputFolder, report: Report) -> None:
    write(folder, report, PAGE)
    stored = json.loads((folder.path / NAME).read_text())
    assert set(stored) == {"version", "parts"}
    assert set(stored["parts"]["report"]["forms"]["html"]["files"]) == set(PAGE)


def test_what_is_left_of_a_build_that_is_at_work_stays(folder: OutputFolder, report: Report) -> None:
    with folder.opened(silent) as work:
        OutputFolder(folder.path).tidy()
        assert work.is_dir()
    (folder.path / work.name).mkdir()
    folder.tidy()
    assert not (folder.path / work.name).exists()
