"""What stands as it would be written stays; what differs, is not ours, or changes meanwhile does not count."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from generator.render.figures.kept import KeptDrawings
from generator.render.outputs import exports
from generator.render.outputs.folder import OutputFolder
from generator.render.outputs.report import render_report
from generator.render.outputs.standing import Standing
from generator.render.outputs.table import OUTPUTS
from generator.render.outputs.written import read_parts
from tests.render import sample_report as sample
from tests.render.sample_report import silent

HTML = frozenset({"html"})


@pytest.fixture(autouse=True)
def drawings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are drawn once for all."""
    draw = KeptDrawings(tmp_path_factory.getbasetemp() / "kept questions" / "drawings").draw
    made = sample.sample_report
    monkeypatch.setattr(sample, "sample_report", lambda *given, **more: replace(made(*given, **more), draw=draw))


@pytest.mark.parametrize("content", [b"as it was", Path("source")])
def test_only_the_same_bytes_of_a_listed_file_are_left(tmp_path: Path, content: bytes | Path) -> None:
    (tmp_path / "source").write_bytes(b"as it was")
    content = tmp_path / content if isinstance(content, Path) else content
    for name in ("same", "foreign", "linked/to"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"as it was")
    (tmp_path / "other").write_bytes(b"as it is.")
    (tmp_path / "link").symlink_to("same")
    (tmp_path / "folder").mkdir()
    names = ["same", "foreign", "other", "link", "folder", "missing"]
    standing = Standing(tmp_path, {*names} - {"foreign"})
    for name in names:
        standing.put(tmp_path / "staged", name, content)
    assert [*standing.left] == ["same"]
    staged = sorted(path.name for path in (tmp_path / "staged").iterdir())
    assert staged == sorted({*names} - {"same"})
    assert {path.read_bytes() for path in (tmp_path / "staged").iterdir()} == {b"as it was"}


def looks(folder: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of each file of a report."""
    known = {path: path.lstat() for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")}
    return {str(path.relative_to(folder)): (found.st_ino, found.st_mtime_ns) for path, found in known.items()}


def test_a_change_of_an_answer_moves_no_other_file(tmp_path: Path) -> None:
    report, build = sample.sample_report(tmp_path), tmp_path / "build"
    render_report(report, build, HTML, silent, "first")
    before = looks(build)
    changed = sample.sample_report(tmp_path, answers={"q04": "Other words."})
    render_report(changed, build, HTML, silent, "second")
    after = looks(build)
    assert before.keys() == after.keys()
    assert {name for name in after if after[name] != before[name]} == {"report.html"}
    assert OutputFolder(build).current(changed, "second", ["html", "results"]) is not None
    render_report(changed, tmp_path / "cold", HTML, silent)
    assert {name: (build / name).read_bytes() for name in after} == {
        name: (tmp_path / "cold" / name).read_bytes() for name in looks(tmp_path / "cold")
    }


def test_what_somebody_changed_is_written_again(tmp_path: Path) -> None:
    report, build = sample.sample_report(tmp_path), tmp_path / "build"
    render_report(report, build, HTML, silent, "first")
    place = build / "results" / "claims.csv"
    content, seen = place.read_bytes(), place.stat()
    place.write_bytes(content[::-1])
    os.utime(place, ns=(seen.st_atime_ns, seen.st_mtime_ns))  # looks as it did
    render_report(report, build, HTML, silent, "second")
    assert place.read_bytes() == content


def test_what_changes_while_it_is_installed_is_not_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report, build = sample.sample_report(tmp_path), tmp_path / "build"
    render_report(report, build, HTML, silent, "first")
    install = OutputFolder.install

    def late(self: OutputFolder, report_: object, form: str, *others: object) -> None:
        if form == "results":
            (build / "results" / "claims.json").write_text("saved by hand")
        install(self, report_, form, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(OutputFolder, "install", late)
    render_report(report, build, HTML, silent, "second")
    assert (build / "results" / "claims.json").read_text() == "saved by hand"
    folder = OutputFolder(build)
    assert folder.current(report, "second", ["html"]) is not None
    assert folder.current(report, "second", ["results"]) is None
    monkeypatch.setattr(OutputFolder, "install", install)
    render_report(report, build, HTML, silent, "second")
    assert (build / "results" / "claims.json").read_text() != "saved by hand"


def test_what_a_form_no_longer_has_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report, build = sample.sample_report(tmp_path), tmp_path / "build"
    render_report(replace(report, enclosed={"more.json": lambda: b"{}"}), build, HTML, silent, "first")
    assert (build / "results" / "more.json").exists()
    render_report(report, build, HTML, silent, "second")
    assert not (build / "results" / "more.json").exists()
    assert "results/more.json" not in read_parts(build)["report"].forms["results"].files
    assert OUTPUTS["results"].module == exports.__name__.rpartition(".")[2]
