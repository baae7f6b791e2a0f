"""Wrong input, failing jobs and hostile surroundings: a clear error, the right exit code, nothing lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.project import Project

QUESTION, ANSWER, COURSE = "questions/2-a/q01.yaml", "templates/answers/2-a/q01.md", "questions/course.yaml"


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    return built.copy(tmp_path / "project")


def complaints(project: Project, *arguments: str) -> str:
    before = (project.folder / "build/report.html").read_bytes()
    said = project.run("build", *project.questions, *arguments, code=2).stderr
    assert (project.folder / "build/report.html").read_bytes() == before, "the report of before is still there"
    return said


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (QUESTION, "statement:", "statment:", ["unknown key", "did you mean 'statement'"]),
        (QUESTION, "computation: ", "computation: x", ["no such computation", "did you mean"]),
        (QUESTION, "architecture:", "architectur:", ["no such parameter", "did you mean 'architecture'"]),
        (QUESTION, "architecture: vgg16", "architecture: 16", ["wrong type", "expected: str", "got: 16 (int)"]),
        (QUESTION, "title:", "title: [", ["not valid YAML"]),
        (QUESTION, "title:", "title: !!python/object:os.system", ["tags are not allowed"]),
        (ANSWER, "\n", "\n{{ vgg16.paramters }}\n", ["no such metric", "did you mean 'parameters'"]),
        (ANSWER, "\n", '\n{{ table("nowhere") }}\n', ["no such table"]),
        (ANSWER, "\n", "\n{% claim vgg16.parameters > 1 %}x{% endclaim %}\n", ["otherwise"]),
        (COURSE, "labs:", "lab:", ["unknown key", "did you mean 'labs'"]),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_place(project: Project, file: str, old: str, new: str, said: list[str]) -> None:
    project.edit(file, old, new)
    text = complaints(project)
    for part in [*said, Path(file).name]:
        assert part in text


def test_all_mistakes_of_all_files_come_at_once(project: Project) -> None:
    project.edit(QUESTION, "statement:", "statment:")
    (project.folder / "templates/answers/2-a/q02.md").unlink()
    project.edit("questions/2-a/q03.yaml", "title:", "titel:")
    text = complaints(project)
    for part in ("q01.yaml", "q02.md", "q03.yaml", "mistakes"):
        assert part in text


def test_an_unknown_selection_profile_or_role_is_named(project: Project) -> None:
    assert "did you mean '2-a/q02'" in complaints(project, "2-a/q021")
    assert "one of quick" in complaints(project, "--profile", "fast")
    assert "names no role" in complaints(project, "--set", "clasifier=vgg16")


def test_a_failing_job_is_shown_and_the_rest_is_built(project: Project) -> None:
    project.edit(
        "generator/labs/pretrained/architecture.py",
        "    return Result(",
        '    raise RuntimeError("out of luck")\n    return Result(',
    )
    done = project.run("build", *project.questions, code=1)
    assert "out of luck" in done.stderr
    page = (project.folder / "build/report.html").read_text()
    assert "out of luck" in page
    assert (project.folder / "build/report.pdf").stat().st_size > 10_000
    assert any(name.startswith("2-a/q03/") for name in project.metrics())


def test_missing_data_fails_its_questions_only(project: Project, tmp_path: Path) -> None:
    done = project.run("build", *project.questions, "--profile", "light", "--data", str(tmp_path / "nothing"), code=1)
    assert "data missing" in done.stderr
    assert "genreport fetch" in done.stderr
    metrics = project.metrics()
    assert any(name.startswith("2-a/q01/") for name in metrics)
    assert not any(name.startswith("2-a/q03/") for name in metrics)


@pytest.mark.parametrize(("options", "code"), [([], 0), (["--strict"], 1)])
def test_a_damaged_entry_is_computed_again_with_a_warning(project: Project, options: list[str], code: int) -> None:
    expected = project.metrics()
    damaged = max((project.folder / "cache/entries").rglob("result.json"), key=lambda path: path.stat().st_size)
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    shutil.rmtree(project.folder / "build")
    done = project.run("build", *project.questions, "--format", "html", *options, code=code)
    assert "damaged" in done.stderr
    assert project.metrics() == expected


def test_a_folder_that_cannot_be_written_is_named_before_computing(project: Project) -> None:
    (project.folder / "taken").write_text("a file, not a folder")
    for option in ("--output", "--cache"):
        done = project.run("build", *project.questions, option, "taken/inside", code=1)
        assert "taken" in done.stderr
        assert option in done.stderr


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="needs root, to make a small disk")
def test_a_full_disk_is_said_and_loses_nothing(project: Project) -> None:
    disk = project.folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("this machine does not let root mount")
    try:
        done = project.run("build", *project.questions, "--cache", str(disk / "cache"), "--format", "html", code=1)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert "No space left" in done.stderr
    assert (project.folder / "build/report.html").is_file()


def test_without_pango_the_page_is_written_and_the_remedy_said(project: Project) -> None:
    hidden = project.folder / "hidden"
    (hidden / "weasyprint").mkdir(parents=True)
    (hidden / "weasyprint/__init__.py").write_text(
        "raise OSError(\"cannot load library 'libpango-1.0-0': no such file\")\n"
    )
    shutil.rmtree(project.folder / "build")
    done = project.run("build", *project.questions, code=1, PYTHONPATH=f"{hidden}{os.pathsep}{project.folder}")
    assert "Pango" in done.stderr
    assert "install" in done.stderr
    assert (project.folder / "build/report.html").is_file()
