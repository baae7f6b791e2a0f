"""Each tutorial of docs/ can be followed to the letter: its files are written, its commands run, its output comes."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.guides_for_tests import ROOT, Shell

EXAMPLE = ROOT / "examples" / "measurement"


def test_the_authors_tutorial_makes_the_course_of_the_example(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    pages = [(shell.folder / "build/report.html") for _ in shell.read("tutorials/author.md")]
    assert len(pages) > 8
    made = tmp_path / "measurement"
    files = [path.relative_to(made) for path in made.rglob("*") if path.is_file() and "build" not in path.parts]
    same = [path for path in files if path.name not in ("course.yaml", "lab.yaml") and "__pycache__" not in path.parts]
    assert {path.suffix for path in same} >= {".py", ".yaml", ".md"}
    for path in same:
        if ".pytest_cache" not in path.parts:
            assert (made / path).read_text(encoding="utf-8") == (EXAMPLE / path).read_text(encoding="utf-8"), path
    assert (made / "build/report.pdf").read_bytes().startswith(b"%PDF")
    ours, theirs = (yaml.safe_load((course / "course.yaml").read_text()) for course in (made, EXAMPLE))
    assert {key: ours[key] for key in ("title", "subtitle", "course", "theme", "labs")}.items() <= theirs.items()
    page = (tmp_path / "my-report/build/report.html").read_text(encoding="utf-8")
    assert "Two seconds lie" not in page  # the teacher's answer
