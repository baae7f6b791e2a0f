"""A course of one lab whose ten results cost nothing to compute, in a checkout of its own: built in a few seconds."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from tests.end_to_end.project import Project, checkout

LAB = '''
from pathlib import Path
import time

import numpy as np

from generator.labs.toy_steps import STEP, grow
from generator.registry import computation
from generator.results import LineChart, Result, Series, Table
from generator.workspace import Workspace


@computation(metrics=["parameters", "linear_share"], tables={"layers": ["layer", "parameters"]}, figures=["sizes"])
def summarise(workspace: Workspace, *, width: int) -> Result:
    """Give numbers that follow from the width alone."""
    sizes = [grow(width, number) for number in range(4)]
    return Result(
        metrics={"parameters": sum(sizes), "linear_share": sizes[-1] / sum(sizes)},
        tables={"layers": Table(("layer", "parameters"), tuple((f"layer {n}", size) for n, size in enumerate(sizes)))},
        figures={"sizes": LineChart((Series("sizes", np.arange(4.0), np.array(sizes, float)),), "layer", "size")},
        arrays={"sizes": np.array(sizes)},
    )


@computation(metrics=["weight", "low"], tables={"epochs": ["epoch", "weight"]}, figures=["walk"])
def walk(workspace: Workspace, *, network: Result, seed: int, epochs: int = 4, seconds: float = 0.0) -> Result:
    """Walk at random from the network's sizes, with a checkpoint after each epoch."""
    rng = workspace.numpy_rng(seed, "walk")
    weights, first = np.zeros(0), 0
    if (found := workspace.checkpoints.load()) is not None:
        arrays, state = found
        weights, first = arrays["weights"], state["epoch"]
        rng.bit_generator.state = state["rng"]
    for epoch in range(first, epochs):
        workspace.progress(epoch, epochs, f"epoch {epoch}")
        time.sleep(seconds / epochs)
        last = weights[-1] if len(weights) else float(network.arrays["sizes"].sum())
        weights = np.append(weights, last + STEP * rng.normal())
        workspace.checkpoints.save({"weights": weights}, {"epoch": epoch + 1, "rng": rng.bit_generator.state})
    rows = tuple((epoch, float(weight)) for epoch, weight in enumerate(weights))
    return Result(
        metrics={"weight": float(weights[-1]), "low": float(weights.min())},
        tables={"epochs": Table(("epoch", "weight"), rows)},
        figures={"walk": LineChart((Series("weight", np.arange(float(epochs)), weights),), "epoch", "weight")},
        arrays={"weights": weights},
    )
'''
STEPS = "STEP = 0.25\n\n\ndef grow(width, number):\n    return width * 3 ** (number + 1)\n"
QUESTIONS = {
    "course.yaml": """\
title: A toy course
year: 2026
introduction: |
  This speaks of the reference edition.
conclusion: |
  All of it is a toy.
answers: ../templates/answers
code: genreport
labs: [2-a]
bibliography: references.bib
profiles:
  quick:
    title: Quick
    description: Small.
    roles: {width: 5, seconds: 0.2}
  other:
    title: Other
    description: Less small.
    roles: {width: 7, seconds: 0.2}
""",
    "references.bib": "@book{known, author={Ada Lovelace}, title={On toys}, publisher={X}, year={1843}}\n",
    "2-a/lab.yaml": """\
title: A lab
conclusion: |
  It is about toys.
sections:
  - title: First
    questions: [q01, q02, q05]
""",
    "2-a/q01.yaml": """\
title: How large is it?
mark: starred
statement: |
  Sum the sizes $s_i$ of the layers [@known].
results:
  vgg16: {computation: summarise, params: {width: {role: width}}}
  widths: {computation: summarise, grid: {width: [1, 2, 3]}}
tables:
  layers: {from: vgg16, table: layers, caption: The layers., columns: {layer: Layer, parameters: Parameters}}
  by_width: {rows: widths, caption: The widths., columns: {parameters: Parameters, linear_share: Share}}
figures:
  sizes: {from: vgg16, figure: sizes, caption: The sizes., alt: A curve.}
expected:
  - {metric: vgg16.parameters, value: 600, source: by hand, profile: quick}
marking: |
  One point for each layer.
""",
    "2-a/q02.yaml": """\
title: Where does it walk?
statement: Walk.
results:
  net: {computation: summarise, params: {width: {role: width}}}
  walks:
    computation: walk
    params: {seconds: {role: seconds}}
    inputs: {network: net}
    grid: {seed: [0, 1, 2, 3]}
tables:
  by_seed: {rows: walks, caption: The walks., columns: {weight: Weight, low: Lowest}}
figures:
  walk: {from: "walks[seed=1]", figure: walk, caption: "To {{ this.weight | decimal }}.", alt: A walk.}
marking: |
  It walks at random.
""",
    "2-a/q05.yaml": "title: What is it?\nstatement: Say it in words.\nmarking: |\n  A toy.\n",
}
ANSWERS = {
    "q01.md": """\
It has {{ vgg16.parameters | integer }} parameters [@known].

{{ table("layers") }}

{{ table("by_width") }}

{{ figure("sizes") }}

{% claim vgg16.linear_share > 0.5 %}Most are in the last layer.{% otherwise %}Few are in the last layer.{% endclaim %}
""",
    "q02.md": 'It ends at {{ walks(seed=0).weight | decimal }}.\n\n{{ table("by_seed") }}\n\n{{ figure("walk") }}\n',
    "q05.md": "It is a toy.\n",
}


def toy_checkout(folder: Path) -> Project:
    """A checkout whose course is the toy's, and whose only lab is."""
    project = checkout(folder)
    for name in ("questions", "templates/answers"):
        shutil.rmtree(folder / name)
    for path in (folder / "generator/labs").iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    texts = {
        "generator/labs/toy.py": LAB,
        "generator/labs/toy_steps.py": STEPS,
        **{f"questions/{name}": text for name, text in QUESTIONS.items()},
        **{f"templates/answers/2-a/{name}": text for name, text in ANSWERS.items()},
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    project.options = ["--jobs", "2"]
    return project


def page(project: Project, output: str = "build") -> str:
    """The text of a built page without what tells one run from another: when each result was computed."""
    return (project.folder / output / "report.html").read_text()


def leftovers(folder: Path) -> list[str]:
    """What a build may leave only while it runs: partial entries and reports beside their place."""
    found: Iterable[Path] = [*folder.glob("cache/partial/*"), *folder.rglob(".report-*"), *folder.rglob(".tmp-*")]
    return [path.relative_to(folder).as_posix() for path in found if not re.search(r"\.lock$", path.name)]
