"""A small course, and a small package of computations that is read but never imported, for the tests of planning."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.checks.course import check_course
from generator.course.loader import read_course
from generator.course.spec import CourseSpec
from generator.errors import InputError, Mistake
from generator.planning.catalogue import Catalogue, read_catalogue
from generator.store.memo import Memo

COURSE_FILE, LAB = "questions/course.yaml", "questions/1-a/lab.yaml"
Q1, Q2 = "questions/1-a/q01.yaml", "questions/1-a/q02.yaml"
A1, A2 = "answers/1-a/q01.md", "answers/1-a/q02.md"
BIBLIOGRAPHY = "questions/references.bib"

PACKAGE = {
    "generator/__init__.py": '"""A package."""\n',
    "generator/labs/__init__.py": "",
    "generator/labs/training.py": '''
"""How networks are trained."""

RATE = 0.5


def step(value):
    """Take one step."""
    return value * RATE


def fit(value):
    return step(value)


def unused():
    return 0
''',
    "generator/labs/toy.py": '''
from __future__ import annotations

from generator.labs.training import fit
from generator.registry import Dataset, Network, computation
from generator.results import Result
from generator.workspace import Workspace


@computation(metrics=["loss", "accuracy", "accuracy_*"], tables={"epochs": ["epoch", "loss", "low", "high"]},
             figures=["losses"])
def train(workspace: Workspace, *, width: int, rate: float = 0.1, seed: int = 0) -> Result:
    """Train something.

    Only in this test.
    """
    return Result(metrics={"loss": fit(width)})


@computation(metrics=["score"], tables={"scores": ["name", "score"]}, figures=["bars"])
def measure(
    workspace: Workspace, *, network: Network, dataset: Dataset, steps: list[int],
    mode: Literal["train", "eval"] = "eval", note: str | None = None, quiet: bool = False,
) -> Result:
    return Result()


@computation(metrics=["difference"])
def compare(workspace: Workspace, *, first: Result, second: Result) -> Result:
    return Result()
''',
}

COURSE = {
    "questions/course.yaml": """\
title: A course
year: 2026
introduction: |
  What this is [@known].
labs: [1-a]
profiles:
  quick:
    title: Quick
    description: Small.
    roles:
      network: {computation: train, params: {width: 8}, label: a small network}
      networks:
        - {name: small, computation: train, params: {width: 8}}
        - {name: large, computation: train, params: {width: 80}}
      dataset: embedded_scenes
      rate: 0.25
  light:
    title: Light
    description: Real.
    roles:
      network: {value: squeezenet1_1, label: SqueezeNet 1.1}
      networks: [squeezenet1_1, mobilenet_v2]
      dataset: imagenet_sample
      rate: 1
""",
    "questions/references.bib": "@article{known,\n  title = {T},\n}\n@book{other, title = {O}}\n",
    "questions/1-a/lab.yaml": """\
title: A lab
sections:
  - title: First
    questions: [q01]
  - title: Second
    questions: [q02]
""",
    "questions/1-a/q01.yaml": """\
title: Training
mark: starred
statement: |
  Train it.

  As in [@known].
results:
  net:
    computation: train
    params: {width: 4, rate: {role: rate}}
  nets:
    computation: train
    params: {seed: 1}
    grid: {width: [1, 2]}
  pair:
    computation: compare
    inputs: {first: net, second: "nets[width=2]"}
tables:
  by_width:
    rows: nets
    caption: >-
      Loss of each width,
      {{ net.loss | decimal }} for the first.
    columns:
      width: Width
      loss: {title: Loss, format: decimal, interval: [accuracy_low, accuracy_high]}
  epochs:
    from: net
    table: epochs
    caption: The epochs of {{ this.loss }}.
    columns: {epoch: Epoch, loss: Loss}
    appendix: true
figures:
  losses:
    caption: Two losses.
    alt: Curves.
    panels:
      - {from: net, figure: losses, caption: one net}
      - {from: "nets[width=1]", figure: losses, caption: "width {{ this.loss }}"}
expected:
  - {metric: net.loss, value: 0.5, source: computed elsewhere, profile: light}
""",
    "questions/1-a/q02.yaml": """\
title: Measuring
statement: Measure it.
results:
  scores:
    computation: measure
    params: {dataset: {role: dataset}, steps: [1, 2]}
    grid: {network: {role: networks}}
  own:
    computation: measure
    params: {network: {role: network}, dataset: {role: dataset}, steps: []}
figures:
  bars:
    from: own
    figure: bars
    caption: Scores.
    alt: Bars.
""",
    "answers/1-a/q01.md": """\
The loss is {{ net.loss | decimal }}, see {{ ref("by_width") }} and {{ ref("epochs") }} [@known].

{{ table("by_width") }}

{{ figure("losses") }}

$$ a = b $$ (sum)

{% claim net.loss < nets(width=2).loss %}Less.{% otherwise %}More.{% endclaim %}
""",
    "answers/1-a/q02.md": """\
{{ figure("bars") }}

{{ ref("1-a/q01/losses") }}, {{ ref("1-a/q01") }}, {{ ref("eq:sum") }}, {{ role("network") }}
{{ metric("1-a/q01/nets[width=1].loss") | decimal }}
""",
}


def read_and_check(questions: Path, answers: Path, catalogue: Catalogue, language: str = "") -> CourseSpec:
    """The course, checked in form and in all that it names. Raises InputError with every mistake of every file."""
    course, mistakes = read_course(questions, answers, language=language)
    if course is not None:
        mistakes += check_course(course, catalogue)
    if mistakes or course is None:
        raise InputError(dict.fromkeys(mistakes))
    return course


@dataclass(frozen=True)
class Course:
    """The course's files in a folder, to be edited, and what reading them says."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def text(self, name: str) -> str:
        return self.path(name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.text(name)
        assert old in text, f"{name} does not hold {old!r}"
        self.write(name, text.replace(old, new, 1))

    def line(self, name: str, text: str) -> int:
        """The number of the first line that holds a text."""
        lines = self.text(name).splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)

    @property
    def package(self) -> Path:
        return self.folder / "generator"

    def catalogue(self) -> Catalogue:
        return read_catalogue(Memo(None), self.package)

    def read(self, language: str = "") -> CourseSpec:
        return read_and_check(self.folder / "questions", self.folder / "answers", self.catalogue(), language)

    def mistakes(self, language: str = "") -> list[Mistake]:
        try:
            self.read(language)
        except InputError as error:
            return list(error.mistakes)
        return []


def write_course(folder: Path) -> Course:
    course = Course(folder)
    for name, text in {**PACKAGE, **COURSE}.items():
        course.write(name, text)
    return course


@dataclass(frozen=True)
class Slip:
    """One edit, the line that has to be named for it (the first that holds ``at``), and words of the message."""

    name: str
    file: str
    old: str
    new: str
    at: str
    words: tuple[str, ...]
    where: str
    more: bool  # whether the slip makes other places wrong as well

    def check(self, course: Course) -> None:
        """Make the slip, and see that it alone is named, with its file and line."""
        course.edit(self.file, self.old, self.new)
        line = course.line(self.where, self.at) if self.at else None
        found = course.mistakes()
        told = "\n".join(map(str, found))
        named = [mistake for mistake in found if all(word in str(mistake) for word in self.words)]
        assert named, told or "no mistake was found"
        assert named[0].path == course.path(self.where), told
        assert named[0].line == line, told
        if not self.more:
            assert {(m.path, m.line) for m in found} == {(named[0].path, line)}, told


def slip(name: str, file: str, old: str, new: str, at: str, *words: str, where: str = "", more: bool = False) -> Slip:
    return Slip(name, file, old, new, at, words, where or file, more)
