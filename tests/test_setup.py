"""The newcomer's way in: constraints, set-up script and Makefile, tried with stand-ins for the machine's programs.

Covers folders.py too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from generator.commands import doctor

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("sh", "cat", "mkdir", "touch", "awk", "rm", "uname", "cp", "chmod", "dirname")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH: a few real tools, and whatever programs a test adds. Calls are logged."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for tool in TOOLS:
        (programs / tool).symlink_to(shutil.which(tool) or pytest.skip(f"no {tool} here"))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    (tmp_path / "calls").touch()
    return programs


def program(folder: Path, name: str, script: str) -> None:
    """A stand-in that logs its call and runs ``script``."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho "$0 $*" >> "$CALLS"\n{script}\n')
    path.chmod(0o755)


def calls(machine: Path) -> list[str]:
    return [line.replace(f"{machine}/", "") for line in (machine.parent / "calls").read_text().splitlines()]


def setup(*arguments: str) -> subprocess.CompletedProcess[str]:
    script = str(ROOT / "scripts/setup.sh")
    return subprocess.run(["/bin/sh", script, *arguments], capture_output=True, text=True)


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = (line for extra in project["optional-dependencies"].values() for line in extra)
    return [Requirement(line) for line in (*project["dependencies"], *extras)]


def test_every_direct_dependency_is_pinned_to_a_version_that_it_allows() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert set(pins) == {canonicalize_name(requirement.name) for requirement in requirements()}
    for requirement in requirements():
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), requirement


def test_an_old_python_is_refused_and_nothing_is_installed(machine: Path) -> None:
    program(machine, "python3", 'case "$1" in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac')
    program(machine, "apt-get", "")
    answer = setup("python", "python3")
    assert answer.returncode == 1
    assert "python3 is Python 3.9.2, and genreport needs Python 3.11 or newer" in answer.stderr
    assert not any(call.startswith("apt-get") for call in calls(machine))


def test_a_python_named_by_hand_is_never_installed(machine: Path) -> None:
    program(machine, "apt-get", "")
    program(machine, "id", "echo 0")
    answer = setup("python", "python3.99")
    assert answer.returncode == 1
    assert "There is no python3.99 here" in answer.stderr
    assert calls(machine) == []


def test_a_missing_venv_is_installed_where_root_and_apt_can(machine: Path) -> None:
    program(machine, "python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    program(machine, "id", "echo 0")
    program(machine, "apt-get", "")
    assert setup("python", "python3").returncode == 0
    assert "apt-get install -y --no-install-recommends -qq python3-venv" in calls(machine)


@pytest.mark.parametrize("package", ["pango", "chromium"])
@pytest.mark.parametrize("manager", ["apt-get", "dnf", "brew"])
def test_who_cannot_install_is_told_the_line_that_the_doctor_tells(
    machine: Path, monkeypatch: pytest.MonkeyPatch, package: str, manager: str
) -> None:
    program(machine, "python3", "exit 1")
    program(machine, "id", "echo 1000")
    program(machine, manager, "")
    answer = setup(package, "python3")
    monkeypatch.setattr(doctor.platform, "system", lambda: "Darwin" if manager == "brew" else "Linux")
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].strip() == doctor.install_line(package)
    assert not any(call.startswith(manager) for call in calls(machine))


def test_root_with_apt_gets_pango_installed(machine: Path) -> None:
    program(machine, "python3", "exit 1")
    program(machine, "id", "echo 0")
    program(machine, "apt-get", "")
    assert setup("pango", "python3").returncode == 0
    installed = [call for call in calls(machine) if call.startswith("apt-get install")]
    assert [call.split("-qq ")[1] for call in installed] == ["libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"]


def test_what_is_there_is_left_alone(machine: Path) -> None:
    program(machine, "python3", "exit 0")
    program(machine, "google-chrome", "")
    assert setup("pango", "python3").returncode == 0
    assert setup("chromium").returncode == 0
    assert calls(machine) == ["python3 -"]


def test_another_python_is_one_that_runs_and_is_not_the_same(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pyenv puts on the path answers for versions that it does not run; one that cannot be set up is no fault."""
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    other = tmp_path / "other"
    program(machine, "ours", "echo 3.13")
    for name, does in (("3.14", "exit 1"), ("3.13", ""), ("3.12", "")):
        program(machine, f"python{name}", does)
    program(other / "bin", "python", "")
    assert setup("other", str(other), str(machine / "ours")).returncode == 0
    made = [call for call in calls(machine) if " -m venv " in call or " -m pip " in call]
    assert [call.split(" --quiet")[0] for call in made] == [
        f"python3.12 -m venv {other}", f"{other}/bin/python -m pip install"
    ]  # fmt: skip
    assert (other / "ready").exists()
    program(machine, "python3.12", "exit 1")
    assert setup("other", str(tmp_path / "none"), str(machine / "ours")).stderr.startswith("No other version of Python")


@pytest.fixture
def clone(machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone's set-up files with a Python that makes environments of stand-ins."""
    make = shutil.which("make", path=os.defpath + ":/usr/local/bin:/opt/homebrew/bin") or pytest.skip("no make here")
    (machine / "make").symlink_to(make)
    folder = tmp_path / "clone"
    (folder / "scripts").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "scripts/setup.sh"):
        shutil.copy(ROOT / name, folder / name)
    program(machine, "chromium", "")
    tools = "python genreport ruff mypy lint-imports zensical"
    copies = f'mkdir -p "$3/bin"; for tool in {tools}; do cp {machine}/tool "$3/bin/$tool"; done'
    program(machine, "python3", f'case "$2" in venv) {copies} ;; esac')
    program(machine, "tool", 'case "$*" in *--output*) mkdir -p build ;; esac')
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON", "PIP_OPTIONS", "VENV", "OUTPUT"):
        monkeypatch.delenv(name, raising=False)
    return folder


def make(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=clone, capture_output=True, text=True)


def test_make_report_sets_up_once_builds_and_says_where_the_report_is(clone: Path, machine: Path) -> None:
    first = make(clone, "report")
    assert first.returncode == 0, first.stderr
    assert f"{clone}/build/report.html" in first.stdout
    assert f"{clone}/build/report.pdf" in first.stdout
    log = calls(machine)
    assert any("pip install" in call and call.endswith("--constraint constraints.txt --editable .") for call in log)
    assert make(clone, "report").returncode == 0
    again = calls(machine)[len(log) :]
    assert again == [".venv/bin/genreport build --profile quick --output build"]


def test_a_changed_pin_installs_again(clone: Path, machine: Path) -> None:
    make(clone, "report")
    pins = clone / "constraints.txt"
    later = (clone / ".venv/.report-ready").stat().st_mtime + 5
    os.utime(pins, (later, later))
    before = len(calls(machine))
    make(clone, "report")
    assert any("pip install" in call for call in calls(machine)[before:])


def test_make_test_runs_everything_that_must_hold(clone: Path, machine: Path) -> None:
    answer = make(clone, "test")
    assert answer.returncode == 0, answer.stderr
    checks = [call.removeprefix(".venv/bin/") for call in calls(machine) if "pip install" not in call][-5:]
    assert checks == [
        "ruff check",
        "ruff format --check",
        "mypy ",
        "lint-imports ",
        "python -m pytest -n 2 --dist loadfile --no-loadscope-reorder",
    ]
    assert any(call.endswith("--editable .[test]") for call in calls(machine))


def test_make_docs_makes_the_reference_then_the_site_strictly(clone: Path, machine: Path) -> None:
    answer = make(clone, "docs")
    assert answer.returncode == 0, answer.stderr
    done = [call.removeprefix(".venv/bin/") for call in calls(machine) if "pip install" not in call][-2:]
    assert done == ["python scripts/reference.py", "zensical build --strict --clean"]
    assert f"{clone}/site/index.html" in answer.stdout


def test_a_failing_check_fails_make_test(clone: Path, machine: Path) -> None:
    program(machine, "tool", 'case "$0" in *mypy) exit 1 ;; esac')
    assert make(clone, "test").returncode != 0
    assert not any("pytest" in call for call in calls(machine))


def test_a_failing_build_fails_make_report(clone: Path, machine: Path) -> None:
    program(machine, "tool", 'case "$0" in *genreport) exit 1 ;; esac')
    answer = make(clone, "report")
    assert answer.returncode != 0
    assert "The report is here" not in answer.stdout


def test_bare_make_lists_the_targets_and_does_nothing(clone: Path, machine: Path) -> None:
    answer = make(clone)
    assert all(f"make {target}" in answer.stdout for target in ("report", "test", "docs", "campaigns", "lint", "clean"))
    assert calls(machine) == []


def test_an_installed_package_works_from_any_folder(tmp_path: Path) -> None:
    """Questions and templates travel in the wheel: unpacked elsewhere, it lists its own questions."""
    builders = pytest.importorskip("hatchling.builders.wheel")
    (wheel,) = builders.WheelBuilder(str(ROOT)).build(directory=str(tmp_path / "wheel"), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    code = (
        "import sys; from generator.folders import questions_folder, templates_folder;"
        "print(questions_folder(), templates_folder()); sys.argv[1:] = ['list', '--cache', 'cache'];"
        "from generator.cli.main import main; main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    child = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert child.returncode == 0, child.stderr
    content = tmp_path / "installed/generator/content"
    assert child.stdout.startswith(f"{content / 'questions'} {content / 'templates'}\n")
    assert "2-a/q01" in child.stdout
    assert list((content / "templates/report/fonts").glob("*.woff"))
    scaffold = ROOT / "templates" / "scaffold"
    made_from = {path.relative_to(scaffold) for path in scaffold.rglob("*.*") if path.suffix != ".pyc"}
    assert {path.relative_to(content / "templates/scaffold") for path in content.rglob("scaffold/**/*.*")} == made_from


def test_ci_runs_make_test() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert "set -euo pipefail" in script
    assert script.rstrip().endswith("exec make test")
    assert os.access(ROOT / ".ci/run", os.X_OK)
