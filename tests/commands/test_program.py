"""The digest of the program that renders: another for other code, templates and packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.commands import program
from generator.commands.program import program_digest, rendering_code, rendering_templates
from generator.folders import PACKAGE, templates_folder
from generator.store.memo import Memo


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("code/render/a.py", "code/labs/b.py", "templates/report/x.css", "templates/locale/fr/words.po"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("before")
    monkeypatch.setattr(program, "PACKAGE", tmp_path / "code")
    monkeypatch.setattr(program, "templates_folder", lambda: tmp_path / "templates")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("code/render/a.py", True),
        ("code/labs/b.py", False),  # whose changes show in the results
        ("templates/report/x.css", True),
        ("templates/locale/fr/words.po", True),
        ("code/render/new.py", True),
    ],
)
def test_what_renders_counts(copied: Path, name: str, counts: bool) -> None:
    before = program_digest(Memo(None))
    (copied / name).write_text("after")
    assert (program_digest(Memo(None)) != before) == counts


def test_versions_of_packages_count(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = program_digest(Memo(None))
    monkeypatch.setattr(program, "version", lambda name: "0")
    assert program_digest(Memo(None)) != before


def test_all_that_renders_is_among_it() -> None:
    code = {path.relative_to(PACKAGE).as_posix() for path in rendering_code()}
    assert {"render/content/making.py", "answers/syntax.py", "course/spec.py", "results.py", "languages.py"} <= code
    templates = {path.relative_to(templates_folder()).as_posix() for path in rendering_templates()}
    assert {"report/parts.html.j2", "report/print.css", "locale/fr/LC_MESSAGES/genreport.po"} <= templates
    assert all(program._version(name) for name in program._PACKAGES), "each is the name of an installed package"
