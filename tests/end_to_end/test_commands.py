"""Every command on the real course: what it prints, what it writes, its exit code.

Covers cli/main.py, cli/options.py, cli/plan_display.py, commands/clean.py, commands/fetch.py, commands/plan.py too.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from generator.cli.main import cli
from tests.end_to_end.project import Project

COMMANDS = sorted(cli.commands)


def test_the_quick_build_writes_everything(built: Project) -> None:
    build = built.folder / "build"
    assert (build / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "<html" in (build / "report.html").read_text()
    metrics = json.loads((build / "results/metrics.json").read_text())
    assert metrics["2-a/q01/vgg16.parameters"] == 138_357_544
    assert all(re.fullmatch(r"[\w-]+/\w+/\w+(\[[^\]]+\])?\.\w+", name) for name in metrics), sorted(metrics)
    assert list((build / "results/tables").glob("*.csv"))
    digests: dict[str, list[str]] = {}
    for path in (path for path in (build / "assets/figures").iterdir() if path.suffix == ".webp"):
        with Image.open(path) as picture:
            digests.setdefault(hashlib.sha256(picture.convert("RGB").tobytes()).hexdigest(), []).append(path.stem)
    assert len(digests) > 5
    assert [names for names in digests.values() if len(names) > 1] == []  # no picture is shown twice
    plan = json.loads((build / "results/plan.json").read_text())
    assert all(re.fullmatch(r"[0-9a-f]{64}", job["fingerprint"]) for job in plan["jobs"].values())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_runnable_example(name: str, project: Project) -> None:
    text = CliRunner().invoke(cli, [name, "--help"]).output
    examples = re.findall(r"^\s+genreport (.+)$", text, re.MULTILINE)
    assert examples, text
    for example in examples:
        words = re.sub(r"--(data|cache|output) \S+", "", example).split()
        assert words[0] == name
        # Parsed by click itself, so that an option which does not exist fails.
        cli.commands[name].make_context(name, words[1:])


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'torch', 'numpy', 'pydantic', 'rich', 'yaml'}"
    code = f"import sys, generator.cli.main; print(sorted({heavy} & {{*sys.modules}}))"
    said = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True).stdout
    assert said.strip() == "[]"


def test_list_and_why_tell_the_state(project: Project) -> None:
    said = project.run("list", *project.options).stdout
    built = project.questions or list((project.folder / "questions").glob("*/q*.yaml"))
    assert said.count("ready") >= len(built)
    story = project.run("why", "2-a/q03", *project.options).stdout
    assert "cached" in story
    assert "computed 20" in story
    assert "q03.yaml" in story
    assert "q03.md" in story


def test_plan_names_a_changed_parameter_with_both_values(built: Project, tmp_path: Path) -> None:
    project = built.copy(tmp_path / "project")
    project.edit("questions/2-a/q01.yaml", "architecture: vgg16", "architecture: vgg19")
    said = project.run("plan", "2-a/q01").stdout
    assert 'parameter architecture: "vgg16" → "vgg19"' in said
    assert "about" in said, "an earlier run gives an estimate"


def test_a_selection_computes_only_what_it_needs(built: Project, tmp_path: Path) -> None:
    project = built.copy(tmp_path / "project")
    project.forget()
    computed, _ = project.build("2-a/q01", "--format", "html")
    assert computed == len({fp for name, fp in planned(project).items() if name.startswith("2-a/q01/")})
    page = (project.folder / "build/report.html").read_text()
    files = (project.folder / "questions").glob("[0-9]*/*.yaml")
    questions = {f"{path.parent.name}-{path.stem}" for path in files if path.stem not in ("lab", "profiles")}
    shown = re.split(r'<section [^>]*id="([^"]+)"', page)
    lacking = {name for name, part in zip(shown[1::2], shown[2::2], strict=True) if "Not computed yet" in part}
    assert lacking == questions - {"2-a-q01"}
    assert "genreport build 2-a/q03" in page


def planned(project: Project) -> dict[str, str]:
    """Address to fingerprint, from the exported plan."""
    plan = json.loads((project.folder / "build/results/plan.json").read_text())
    return {address: job["fingerprint"] for address, job in plan["jobs"].items()}


def test_force_computes_the_selection_again(built: Project, tmp_path: Path) -> None:
    project = built.copy(tmp_path / "project")
    computed, _ = project.build("2-a/q02", "--force", "--format", "html")
    assert computed > 0
    assert project.build("--format", "html")[0] == 0


def test_only_keeps_the_numbers_of_the_full_report(built: Project, tmp_path: Path) -> None:
    project = built.copy(tmp_path / "project")
    said = project.run("build", "2-a/q03", "--only").stdout
    paths = [Path(line.strip()) for line in said.splitlines() if line.startswith("  ")]
    page = next(project.folder / path for path in paths if path.suffix == ".html")
    full = (project.folder / "build/report.html").read_text()
    labels = re.compile(r"(?:Figure|Table)[\s\u00a0]\d+")
    part = page.read_text()
    assert set(labels.findall(part)) <= set(labels.findall(full))
    assert "Figure\u00a01" not in part or "Figure\u00a01" in full
    assert full == (built.folder / "build/report.html").read_text(), "the full report is left alone"


def test_set_puts_a_value_in_a_role(built: Project, tmp_path: Path) -> None:
    project = built.copy(tmp_path / "project")
    before, name = project.metrics(), "2-a/q04/layers[layer=last].true_class"
    computed, _ = project.build("2-a/q04", "--set", "main_image=2", "--format", "html")
    assert computed == 2, "two layers' maps of that image are new; the first layer's were shown among the further ones"
    assert project.metrics()[name] == "tripod" != before[name]
    assert project.build("--format", "html")[0] == 0, "the profile's own results are still there"
    assert project.metrics() == before


def test_clean_removes_what_no_question_needs(built: Project, tmp_path: Path) -> None:
    project = built.copy(tmp_path / "project")
    assert "is needed" in project.run("clean").stdout
    project.edit("questions/course.yaml", "further_images: [1, 3, 2, 8]", "further_images: [1, 3, 2, 7]")
    said = project.run("clean", "--yes").stdout
    assert "Removed 1 entry" in said
    project.edit("questions/course.yaml", "further_images: [1, 3, 2, 7]", "further_images: [1, 3, 2, 8]")
    assert project.build("--format", "html")[0] == 1


def test_doctor_says_how_to_mend_missing_data(built: Project, tmp_path: Path) -> None:
    said = built.run("doctor", "--data", str(tmp_path / "nothing"), code=None).stdout
    assert "light" in said
    assert "genreport fetch" in said
