"""A whole course in a folder of its own: one lab, two questions, computations with a helper, and nothing of torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

COURSE = "title: Sums\nlabs: [only]\n"
LAB = "title: The only lab\nsections: [{title: The only section, questions: [q01, q02]}]\n"
Q1 = """\
title: A sum
statement: What is the sum of the first numbers?
results:
  added: {computation: add, params: {last: 10}}
tables:
  sums: {from: added, table: sums, caption: The sums so far., columns: {number: Number, sum: Sum}}
"""
Q2 = """\
title: A product
statement: And their product?
results:
  multiplied: {computation: multiply, params: {last: 5}}
"""
ADDING = '''\
"""Adding."""

from generator import Result, Table, Workspace, computation

from .steps import numbers


@computation(metrics={"exact": ["sum"]}, tables={"sums": ["number", "sum"]})
def add(workspace: Workspace, *, last: int) -> Result:
    """Add the numbers from 1 on."""
    rows = [{"number": n, "sum": sum(numbers(n))} for n in numbers(last)]
    return Result({"sum": rows[-1]["sum"]}, {"sums": Table.of(rows)})
'''
MULTIPLYING = '''\
"""Multiplying."""

import generator as g


@g.computation(metrics={"exact": ["product"]})
def multiply(workspace: g.Workspace, *, last: int) -> g.Result:
    """Multiply the numbers from 1 on."""
    product = 1
    for number in range(1, last + 1):
        product *= number
    return g.Result({"product": product})
'''
STEPS = '''\
"""What adding uses."""


def numbers(last):
    return [*range(1, last + 1)]
'''
FILES = {
    "course.yaml": COURSE,
    "questions/only/lab.yaml": LAB,
    "questions/only/q01.yaml": Q1,
    "questions/only/q02.yaml": Q2,
    "answers/only/q01.md": "The sum is {{ added.sum }}.\n",
    "answers/only/q02.md": "The product is {{ multiplied.product }}.\n",
    "computations/__init__.py": "",
    "computations/adding.py": ADDING,
    "computations/multiplying.py": MULTIPLYING,
    "computations/steps.py": STEPS,
}


@dataclass(frozen=True)
class CourseHere:
    """The files below ``folder``, to be edited."""

    folder: Path

    @property
    def code(self) -> Path:
        return self.folder / "computations"

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} does not hold {old!r}"
        self.write(name, text.replace(old, new, 1))


def write_sums(folder: Path) -> CourseHere:
    course = CourseHere(folder)
    for name, text in FILES.items():
        course.write(name, text)
    return course
