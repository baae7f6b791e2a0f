"""A report on disk is left alone exactly when the same input would give it and nobody touched it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.render.outputs.folder import NAME, OutputFolder, Rendering

PAGE = {"report.html": "page", "assets/page.js": "script"}
RESULTS = {"results/metrics.json": "{}"}
FOUND = Rendering((), ("a problem",), ("a warning",), ("a gap",))


@pytest.fixture
def folder(tmp_path: Path) -> OutputFolder:
    (tmp_path / "build").mkdir()
    return OutputFolder(tmp_path / "build")


def write(folder: OutputFolder, files: dict[str, str], *, name: str = "report", form: str = "html", key: str = "key"):
    """Install the files as a form of a report."""
    staged = folder.path / ".staged"
    for place, text in files.items():
        (staged / place).parent.mkdir(parents=True, exist_ok=True)
        (staged / place).write_text(text)
    folder.install(name, form, staged, key)
    shutil.rmtree(staged)
    folder.conclude(name, FOUND)


def there(folder: OutputFolder) -> set[str]:
    found = {path.relative_to(folder.path).as_posix() for path in folder.path.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith(".")}


def test_the_report_is_current_for_its_key_and_forms_only(folder: OutputFolder) -> None:
    write(folder, PAGE)
    expected = Rendering((folder.path / "report.html",), FOUND.problems, FOUND.warnings, FOUND.gaps)
    assert folder.current("report", "key", ["html"]) == expected
    assert folder.current("report", "other key", ["html"]) is None
    assert folder.current("report", "key", ["html", "pdf"]) is None
    assert folder.current("report-2-a", "key", ["html"]) is None


@pytest.mark.parametrize("edit", ["same size", "size", "gone", "a folder"])
@pytest.mark.parametrize("name", PAGE)
def test_a_touched_file_makes_it_stale(folder: OutputFolder, name: str, edit: str) -> None:
    write(folder, PAGE)
    path = folder.path / name
    if edit in ("gone", "a folder"):
        path.unlink()
        if edit == "a folder":
            path.mkdir()
    else:
        path.write_text(PAGE[name].upper() if edit == "same size" else name + " and more")
    assert folder.current("report", "key", ["html"]) is None


def test_several_reports_and_forms_stand_side_by_side(folder: OutputFolder) -> None:
    write(folder, PAGE)
    write(folder, RESULTS, form="results")
    write(folder, {"report-2-a.html": "part", "assets/page.js": "script"}, name="report-2-a", key="other")
    assert folder.current("report", "key", ["results"]) is not None
    assert folder.current("report-2-a", "other", ["html"]) is not None
    write(folder, {"report-2-a.html": "part"}, name="report-2-a", key="other")
    assert (folder.path / "assets/page.js").is_file(), "what another form has too is kept"


def test_what_a_form_lacks_now_is_removed_and_nothing_else(folder: OutputFolder) -> None:
    write(folder, PAGE)
    write(folder, RESULTS, form="results")
    (folder.path / "assets/mine.css").write_text("mine")
    write(folder, {"report.html": "page"})
    assert there(folder) == {"report.html", "results/metrics.json", "assets/mine.css"}
    folder.withdraw("report", "html")
    assert there(folder) == {"results/metrics.json", "assets/mine.css"}
    assert folder.current("report", "key", ["html"]) is None
    assert folder.current("report", "key", ["results"]) is not None


def test_a_moved_report_is_still_current(folder: OutputFolder, tmp_path: Path) -> None:
    write(folder, PAGE)
    moved = OutputFolder(Path(shutil.move(folder.path, tmp_path / "moved")))
    known = moved.current("report", "key", ["html"])
    assert known is not None
    assert known.documents == (tmp_path / "moved" / "report.html",)


def killed_at(name: str, real: Callable[..., None]) -> Callable[..., None]:
    def replace(source: Path, target: Path) -> None:
        if Path(target).name == name:
            raise KeyboardInterrupt
        real(source, target)

    return replace


def test_a_kill_between_two_files_leaves_a_report_that_is_ours_and_not_current(
    folder: OutputFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, PAGE)
    with monkeypatch.context() as patched:
        patched.setattr("os.replace", killed_at("report.html", os.replace))
        with pytest.raises(KeyboardInterrupt):
            write(folder, {"report.html": "page", "assets/other.js": "script"})
    assert folder.current("report", "key", ["html"]) is None
    shutil.rmtree(folder.path / ".staged")
    write(folder, {"report.html": "page"})
    assert there(folder) == {"report.html"}


FORM = '{"html": {"key": "key", "files": {%s}}}'


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", "3", '{"version": 2}', '{"version": 2, "parts": 3}', '{"version": 1, "parts": {}}',
     '{"version": 2, "parts": {"report": []}}', '{"version": 2, "parts": {"report": {"forms": {"html": 3}}}}',
     '{"version": 2, "parts": {"report": {"forms": {}, "found": {"problems": 3}}}}',
     *('{"version": 2, "parts": {"report": {"forms": %s, "found": {"problems": [], "warnings": [], "gaps": []}}}}'
       % (FORM % file) for file in ('"report.html": 3', '"report.html": ["a", "b"]', '"../mine": null',
                                    '"/etc/mine": null', '"a/../../mine": null', '"\\u0000": [1, 2]', '".": null'))],
)  # fmt: skip
def test_a_damaged_list_says_nothing_and_removes_nothing(folder: OutputFolder, content: str) -> None:
    (folder.path.parent / "mine").write_text("mine")
    (folder.path / NAME).write_text(content)
    assert folder.current("report", "key", ["html"]) is None
    write(folder, PAGE)
    assert folder.current("report", "key", ["html"]) is not None
    assert (folder.path.parent / "mine").is_file()


def test_the_list_is_plain_json(folder: OutputFolder) -> None:
    write(folder, PAGE)
    stored = json.loads((folder.path / NAME).read_text())
    assert set(stored) == {"version", "parts"}
    assert set(stored["parts"]["report"]["forms"]["html"]["files"]) == set(PAGE)
