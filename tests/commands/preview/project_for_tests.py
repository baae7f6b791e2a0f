"""A student's project of a small course with a picture, a long text and a slow computation, for tests of previews."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from generator.commands.session import Folders, Settings
from generator.course.editions import Edition
from generator.course.project import read_project
from generator.running.executors.choose import ExecutorSpec
from tests.courses_for_tests import Q1, CourseHere, write_sums

LONG = "\n\n".join(f"Paragraph {number} of a text that is longer than any window." for number in range(40))
ANSWER = f"The sum is {{{{ added.sum }}}}.\n\n{LONG}\n\nThe last word.\n\n![A square.](images/square.png)\n"


@dataclass(frozen=True)
class ProjectHere:
    """The course and, in it, the project."""

    course: CourseHere
    folder: Path

    def settings(self) -> Settings:
        """As the command line reads them, each time anew."""
        root = self.course.folder
        return Settings(
            edition=Edition.STUDENT,
            project=read_project(self.folder),
            folders=Folders(root / "data", root.parent / "cache", root),
            workers=ExecutorSpec(jobs=1, device="cpu"),
        )

    @property
    def answer(self) -> Path:
        return self.folder / "answers/only/q01.md"

    def edit(self, old: str, new: str) -> None:
        text = self.answer.read_text("utf-8")
        assert old in text
        self.answer.write_text(text.replace(old, new, 1), "utf-8")

    def paint(self, colour: str) -> None:
        """Put a square of this colour in place of the picture."""
        image = BytesIO()
        Image.new("RGB", (64, 64), colour).save(image, "png")
        path = self.folder / "images/square.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(image.getvalue())


FIGURE = """\
figures:
  line: {from: added, figure: line, caption: The sums as a line., alt: A line.}
"""


def write_project(folder: Path) -> ProjectHere:
    course = write_sums(folder / "sums")
    course.write("questions/only/q01.yaml", Q1 + FIGURE)
    course.edit("computations/adding.py", "from generator import", "import numpy as np\n\nfrom generator import")
    course.edit("computations/adding.py", "import Result", "import LineChart, Result, Series")
    course.edit("computations/adding.py", '"sum"]})', '"sum"]}, figures=["line"])')
    curve = 'Series("sum", np.array(numbers(last)), np.array([row["sum"] for row in rows]))'
    line = f'{{"line": LineChart(({curve},), "number", "sum")}}'
    course.edit("computations/adding.py", "Table.of(rows)}", f"Table.of(rows)}}, {line}")
    project = ProjectHere(course, folder / "mine")
    for name, text in {
        "report.yaml": "title: My sums\nauthors: [{name: Ada}]\n",
        "answers/only/q01.md": ANSWER,
        "answers/only/q02.md": "Short.\n",
    }.items():
        (project.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (project.folder / name).write_text(text)
    project.paint("red")
    return project
