"""Courses that are not ours, from outside the package: built, checked, edited, handed to students, and got wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.courses_for_tests import CourseHere, write_sums
from tests.end_to_end.project import ROOT
from tests.judges_for_tests import pdf_faults

EXAMPLE = ROOT / "examples" / "measurement"


@dataclass
class Desk:
    """A folder of its own with a cache, and the command line to call in it."""

    folder: Path

    def run(self, *words: str, code: int = 0, here: str = ".") -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GENREPORT_")}
        own = {
            "PYTHONPATH": str(ROOT), "GENREPORT_CACHE": str(self.folder / "cache"), "COLUMNS": "200",
            "GENREPORT_DATA": str(self.folder / "data"), "SOURCE_DATE_EPOCH": "1700000000",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "generator.cli", *words], cwd=self.folder / here, env={**kept, **own}, text=True,
            capture_output=True, timeout=600, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == code, f"{words} ended with {done.returncode}\n{said}"
        assert "Traceback" not in said, said
        return said

    def build(self, *words: str, here: str = ".") -> tuple[int, int]:
        """Build the page, and give how many jobs were computed and how many came from the cache."""
        found = re.search(
            r"(\d+) computed, (\d+) cached", self.run("build", "--format", "html", "--device", "cpu", *words, here=here)
        )
        assert found
        return int(found[1]), int(found[2])

    def metrics(self, build: str = "build") -> dict[str, float]:
        metrics: dict[str, float] = json.loads((self.folder / build / "results/metrics.json").read_text())
        return metrics


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def sums(desk: Desk) -> CourseHere:
    return write_sums(desk.folder / "sums")


def test_the_example_is_built_for_teachers_and_students_and_checked(desk: Desk) -> None:
    shutil.copytree(EXAMPLE, desk.folder / "measurement", ignore=shutil.ignore_patterns("__pycache__"))
    desk.run("build", "--course", "measurement", "--device", "cpu", "--strict")
    assert pdf_faults(desk.folder / "build/report.pdf") == []
    found = desk.metrics()
    assert found["pendulum/q02/fitted.g_low"] < 9.81 < found["pendulum/q02/fitted.g_high"]
    assert found["pendulum/q03/far.p"] < 0.05 < found["pendulum/q03/near.p"]
    page = (desk.folder / "build/report.html").read_text()
    assert "the points no longer lie on a line" in page
    assert "torch" not in page
    assert "torch" not in desk.run("why", "pendulum/q02", "--course", "measurement")
    assert json.loads((desk.folder / "build/results/claims.json").read_text())

    desk.run("init", "handed-in/ada", "--course", "measurement")
    assert 'from: "../../measurement"' in (desk.folder / "handed-in/ada/report.yaml").read_text()
    answer = desk.folder / "handed-in/ada/answers/pendulum/q02.md"
    answer.write_text("It is {{ fitted.g | decimal(1) }} m/s².\n\n{% claim fitted.p < 0.01 %}No line.{% endclaim %}\n")
    assert desk.build("handed-in/ada") == (0, 3)
    page = (desk.folder / "handed-in/ada/build/report.html").read_text()
    assert re.search('It is <span data-n="0">9.8</span>', page)
    assert "half of it" not in page
    assert "Four times the readings" not in page  # the reference answer
    said = desk.run("check", "handed-in", "--course", "measurement", "--output", "checked")
    assert "1" in said
    summary = (desk.folder / "checked/summary.csv").read_text()
    assert "ada" in summary
    assert "fitted.p &lt; 0.01" in (desk.folder / "checked/summary.html").read_text()


def test_every_command_works_from_anywhere_inside_a_course(desk: Desk, sums: CourseHere) -> None:
    inside = "sums/questions/only"
    assert "2 to compute" in desk.run("plan", here=inside)
    assert "only/q02" in desk.run("list", here=inside)
    assert "never computed" in desk.run("why", "only/q01", here=inside)
    assert "no file" in desk.run("fetch", here=inside)
    assert "data, standard: it needs none" in desk.run("doctor", here=inside)
    assert "stated by all 2" in desk.run("doctor", "--texts", here=inside)
    assert "standard" in desk.run("plan", "--profile", "quick", here=inside, code=2)
    told = desk.run("build", "2-b", here=inside, code=2)
    assert "a lab (only) or a question (only/q01 …)" in told
    assert "has no roles" in desk.run("plan", "--set", "x=1", here=inside, code=2)
    assert "without roles" in desk.run("roles", here=inside)


def test_editing_a_helper_recomputes_what_reaches_it_and_nothing_else(desk: Desk, sums: CourseHere) -> None:
    assert desk.build(here="sums") == (2, 0)
    assert desk.build(here="sums") == (0, 2)
    sums.edit("computations/steps.py", "last + 1", "last + 1 + 1 - 1")
    said = desk.run("plan", here="sums")
    assert "code computations/steps.py::numbers" in said
    assert desk.build(here="sums") == (1, 1)
    assert desk.metrics("sums/build") == {"only/q01/added.sum": 55, "only/q02/multiplied.product": 120}


def test_two_courses_of_the_same_names_share_one_cache(desk: Desk, sums: CourseHere) -> None:
    other = write_sums(desk.folder / "other")
    other.edit("computations/adding.py", '"sum": rows[-1]["sum"]', '"sum": -rows[-1]["sum"]')
    assert desk.build(here="sums") == (2, 0)
    assert desk.build(here="other") == (1, 1)  # the product is the same computation
    assert desk.build(here="sums") == (0, 2)
    assert [desk.metrics(f"{name}/build")["only/q01/added.sum"] for name in ("sums", "other")] == [55, -55]
    assert "is needed" in desk.run("clean", "--yes", here="other")
    shutil.rmtree(desk.folder / "sums")
    assert "Removed 1 entry" in desk.run("clean", "--yes", here="other")


def test_the_least_course_there_can_be(desk: Desk) -> None:
    least = CourseHere(desk.folder / "least")
    least.write("course.yaml", "title: Least\nlabs: [only]\n")
    least.write("questions/only/lab.yaml", "title: Only\nsections: [{title: Only, questions: [q01]}]\n")
    least.write("questions/only/q01.yaml", "title: Why?\nstatement: Why not?\n")
    assert desk.build(here="least") == (0, 0)
    assert (desk.folder / "least/build/worksheet.html").is_file()
    assert "the course has no answers to show" in desk.run("build", "--edition", "reference", here="least", code=2)
    said = "".join(
        desk.run(*words, here="least")
        for words in (["plan"], ["list"], ["why", "only/q01"], ["fetch"], ["roles"], ["computations"], ["clean"])
    ) + desk.run("pack", here="least", code=2)
    for word in ("2-a", "quick", "light", "torch", "GPU", "answers/only"):
        assert word not in said
    assert "the course has no computations" in said.lower()
    assert "none of these questions asks for a result" in said
    desk.run("init", "mine", "--course", "least")
    desk.build("mine")
    desk.run("check", "mine", "--course", "least")
    least.write("questions/only/q01.yaml", "title: Why?\nstatement: Why not [@nobody2020nothing]?\n")
    assert "q01.yaml:2" in desk.run("plan", here="least", code=2)


def test_check_never_loads_a_course_that_a_submission_brings(desk: Desk, sums: CourseHere) -> None:
    trap = write_sums(desk.folder / "handed-in" / "eve")
    ran = desk.folder / "it-ran"
    trap.write("computations/adding.py", f"from pathlib import Path\n\nPath({str(ran)!r}).touch()\n" + "x = 1\n")
    trap.edit(
        "computations/multiplying.py", '"""Multiplying."""', f"from pathlib import Path\n\nPath({str(ran)!r}).touch()"
    )
    trap.write("report.yaml", 'authors: [{name: Eve}]\nfrom: "."\n')
    shutil.move(trap.folder / "answers", trap.folder / "texts")
    desk.run("check", "handed-in", "--course", "sums", "--output", "checked")
    assert "eve" in (desk.folder / "checked/summary.csv").read_text()
    desk.run("check", ".", "--output", "../../checked", "--course", "../../sums", here="handed-in/eve")
    assert "was never used here" in desk.run("build", "handed-in/eve", code=2)
    assert "was never used here" in desk.run("build", here="handed-in/eve", code=2)
    assert not ran.exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("course.yaml", "labs: [only]", "labs: [only, only]", r"course\.yaml:2: labs\[1\]: 'only' stands twice"),
        ("course.yaml", "title: Sums", "title: Sums\nrequires: genreport>=77", r"course\.yaml:2: requires: .*another"),
        ("computations/steps.py", "return", "return return", r"steps\.py:5: is not Python"),
        ("computations/adding.py", "def add", "def multiply", r"multiplying\.py:\d+: multiply: two .* of one name"),
        ("questions/only/q01.yaml", "computation: add", "computation: ad", r"q01\.yaml:4.*\n.*add, multiply"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_computed(
    desk: Desk, sums: CourseHere, file: str, old: str, new: str, said: str
) -> None:
    sums.edit(file, old, new)
    told = desk.run("build", here="sums", code=2)
    assert re.search(said, told), told
    assert not (desk.folder / "sums/build").exists()


def test_a_folder_without_a_course_is_said_to_be_none(desk: Desk) -> None:
    told = desk.run("build", "--course", "nothing", code=2)
    assert "there is no such course" in told
    assert "expected: a folder with course.yaml" in told
    assert "got: 'nothing'" in told


def test_code_that_does_not_import_fails_with_file_and_line(desk: Desk, sums: CourseHere) -> None:
    sums.edit("computations/steps.py", "def numbers", "import no_such_package_anywhere\n\n\ndef numbers")
    told = desk.run("build", "--format", "html", "--device", "cpu", here="sums", code=1)
    assert "computations/steps.py, line 4: ModuleNotFoundError" in told
