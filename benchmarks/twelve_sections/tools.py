"""How the twelve sections are written for each tool, as its own manual would have it, and how they are built.

Each is given what it offers to compute less: knitr's cache, Snakemake's files, jupyter-cache, Quarto's cache.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from written import SECTIONS, Content


@dataclass(frozen=True)
class Tool:
    """A tool: what it ``needs`` on the PATH, its files by name, how it is run, and where its pages lie."""

    name: str
    needs: tuple[str, ...]
    files: Callable[[Content], Mapping[str, str]]
    arguments: tuple[str, ...]
    pages: str

    def write(self, content: Content, folder: Path) -> None:
        """Write the files whose text has changed, and leave the others alone."""
        for name, text in self.files(content).items():
            path = folder / name
            if not path.exists() or path.read_text("utf-8") != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")

    def command(self) -> list[str]:
        """The command line that builds the page."""
        return list(self.arguments)

    def installed(self, path: str) -> bool:
        """Whether all of it is there."""
        return all(shutil.which(name, path=path) for name in self.needs)


def csv(content: Content) -> str:
    """The data file."""
    return "value\n" + "".join(f"{number}\n" for number in content.data)


COMPUTATION = '''\
"""Section {number}."""

import time
from pathlib import Path

import numpy as np

from generator import LineChart, Result, Series, Table, Workspace, computation

from .helper import SCALE


@computation(metrics={{"exact": ["value"]}}, tables={{"sums": ["position", "sum"]}}, figures=["chart"])
def section_{number}(workspace: Workspace, *, section: int) -> Result:
    """Waits, and multiplies."""
    numbers = [int(line) for line in (Path(__file__).parent / "data.csv").read_text().split()[1:]]
    time.sleep(1)
    sums = [{{"position": n + 1, "sum": {factor} * SCALE * sum(numbers[: n + 1])}} for n in range(len(numbers))]
    curve = Series("sum", np.array([1.0 + n for n in range(len(sums))]), np.array([float(row["sum"]) for row in sums]))
    chart = LineChart((curve,), "position", "sum so far")
    return Result(metrics={{"value": sums[-1]["sum"]}}, tables={{"sums": Table.of(sums)}}, figures={{"chart": chart}})
'''

QUESTION = """\
title: Section {number}
statement: |
  {prose}
results:
  waited:
    computation: section_{number}
    params: {{section: {number}}}
tables:
  sums:
    from: waited
    table: sums
    caption: Sums so far in section {number}.
    columns:
      position: {{title: Position, format: integer}}
      sum: {{title: Sum, format: integer}}
figures:
  chart:
    from: waited
    figure: chart
    caption: Sums so far in section {number}, by position.
    alt: A curve that rises with the position.
"""

ANSWER = """\
The value of section {number} is {{{{ waited.value }}}}.

{{{{ table('sums') }}}}

{{{{ figure('chart') }}}}
"""

COURSE = """\
title: Twelve sections
year: 2026
introduction: |
  Twelve sections, each of which waits for one second.
labs: [main]
profiles:
  only:
    title: Only
    description: Everything.
    roles: {}
"""


LAB = """\
title: Waiting
introduction: |
  Each waits.
sections:
  - title: All
    questions: [{}]
"""


def ours(content: Content) -> dict[str, str]:
    """A course with a computation, a question and an answer for each section."""
    files = {
        "course.yaml": COURSE,
        "questions/main/lab.yaml": LAB.format(", ".join(f"q{n:02}" for n in SECTIONS)),
        "computations/__init__.py": '"""Twelve sections."""\n',
        "computations/helper.py": f'"""What all sections share."""\n\nSCALE = {content.scale}\n',
        "computations/data.csv": csv(content),
    }
    for number in SECTIONS:
        code = COMPUTATION.format(number=number, factor=content.factors[number])
        files[f"computations/section_{number}.py"] = code
        files[f"questions/main/q{number:02}.yaml"] = QUESTION.format(number=number, prose=content.prose(number))
        files[f"answers/main/q{number:02}.md"] = ANSWER.format(number=number)
    return files


def r_markdown(content: Content) -> dict[str, str]:
    """One document with a cached chunk for each section."""
    setup = "```{r, include=FALSE}\nknitr::opts_chunk$set(cache=TRUE, echo=FALSE)\nsource('helper.R')\n```\n"
    parts = ["---\ntitle: Twelve sections\noutput: html_document\n---\n", setup.replace("{r, ", "{r, cache=FALSE, ")]
    for number in SECTIONS:
        parts.append(
            f"## Section {number}\n\n{content.prose(number)}\n\n```{{r section-{number}}}\n"
            f"numbers <- read.csv('data.csv')$value\nSys.sleep(1)\n"
            f"sums <- {content.factors[number]} * scale * cumsum(numbers)\n"
            f"value_{number} <- tail(sums, 1)\nknitr::kable(data.frame(position=seq_along(sums), sum=sums))\n"
            "plot(sums, type='l', xlab='position', ylab='sum so far')\n```\n\n"
            f"The value of section {number} is `r value_{number}`.\n"
        )
    return {"report.Rmd": "\n".join(parts), "helper.R": f"scale <- {content.scale}\n", "data.csv": csv(content)}


SNAKEFILE = """\
rule page:
    input: sections=expand("results/{n}.json", n=range(1, 13)), words="words.json"
    output: "report.html"
    script: "scripts/page.py"

rule section:
    input: data="data.csv", code="scripts/section_{n}.py"
    output: "results/{n}.json", "results/{n}.png"
    shell: "python {input.code} {input.data} {output}"
"""

#: The chart of a section for all tools in Python but ours, whose is a LineChart.
CHART = """\
plt.plot(range(1, len(sums) + 1), sums)
plt.xlabel("position")
plt.ylabel("sum so far")
"""

SCRIPT = """\
import json
import sys
import time
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from helper import SCALE

numbers = [int(line) for line in Path(sys.argv[1]).read_text().split()[1:]]
time.sleep(1)
sums = [{factor} * SCALE * sum(numbers[: n + 1]) for n in range(len(numbers))]
Path(sys.argv[2]).write_text(json.dumps(sums))
{chart}plt.savefig(sys.argv[3])
"""

PAGE = """\
import json
from pathlib import Path

words = json.loads(Path(snakemake.input.words).read_text())
parts = []
for name, prose in zip(snakemake.input.sections, words):
    number, sums = Path(name).stem, json.loads(Path(name).read_text())
    rows = "".join(f"<tr><td>{n + 1}</td><td>{one}</td></tr>" for n, one in enumerate(sums))
    parts.append(f"<h2>Section {number}</h2><p>{prose}</p><table>{rows}</table><img src='results/{number}.png' alt=''>"
                 f"<p>The value of section {number} is {sums[-1]}.</p>")
Path(snakemake.output[0]).write_text("<!DOCTYPE html><title>Twelve sections</title>" + "".join(parts))
"""


def snakemake(content: Content) -> dict[str, str]:
    """A script for each section, one that writes the page, and rules."""
    files = {"Snakefile": SNAKEFILE, "scripts/page.py": PAGE, "data.csv": csv(content)}
    files["scripts/helper.py"] = f"SCALE = {content.scale}\n"
    files["words.json"] = json.dumps([content.prose(number) for number in SECTIONS])
    for number in SECTIONS:
        files[f"scripts/section_{number}.py"] = SCRIPT.format(factor=content.factors[number], chart=CHART)
    return files


def cells(content: Content, number: int) -> list[tuple[str, str]]:
    """The cells of a section in a notebook."""
    code = (
        "import time\nfrom pathlib import Path\n\nimport matplotlib.pyplot as plt\n"
        "from IPython.display import Markdown\n\nfrom helper import SCALE\n\n"
        "numbers = [int(line) for line in Path('data.csv').read_text().split()[1:]]\ntime.sleep(1)\n"
        f"sums = [{content.factors[number]} * SCALE * sum(numbers[: n + 1]) for n in range(len(numbers))]\n"
        f"plt.figure()\n{CHART}"
        "rows = ''.join(f'| {n + 1} | {one} |\\n' for n, one in enumerate(sums))\n"
        f"Markdown(f'| Position | Sum |\\n|--|--|\\n{{rows}}\\nThe value of section {number} is {{sums[-1]}}.')"
    )
    return [("markdown", f"## Section {number}\n\n{content.prose(number)}"), ("code", code)]


def notebook(taken: list[tuple[str, str]]) -> str:
    """A notebook's file."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    written = []
    for position, (kind, text) in enumerate(taken):
        more = {"outputs": [], "execution_count": None} if kind == "code" else {}
        written.append({"id": f"c{position}", "cell_type": kind, "metadata": {}, "source": text, **more})
    return json.dumps({"cells": written, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def nbconvert(content: Content) -> dict[str, str]:
    """One notebook."""
    every = [cell for number in SECTIONS for cell in cells(content, number)]
    return {"report.ipynb": notebook(every), **_shared(content)}


def jupyter_book(content: Content) -> dict[str, str]:
    """A notebook for each section, executed into a cache."""
    files = {f"section_{n}.ipynb": notebook(cells(content, n)) for n in SECTIONS}
    chapters = "".join(f"- file: section_{n}\n" for n in list(SECTIONS)[1:])
    files["_config.yml"] = "title: Twelve sections\nexecute:\n  execute_notebooks: cache\n  run_in_temp: false\n"
    files["_toc.yml"] = f"format: jb-book\nroot: section_1\nchapters:\n{chapters}"
    return {**files, **_shared(content)}


def quarto(content: Content) -> dict[str, str]:
    """One document for Jupyter's engine, with its cache."""
    parts = [
        "---\ntitle: Twelve sections\nformat: html\njupyter: python3\nexecute:\n  cache: true\n  echo: false\n---\n"
    ]
    for number in SECTIONS:
        (_, words), (_, code) = cells(content, number)
        parts.append(f"{words}\n\n```{{python}}\n{code}\n```\n")
    return {"report.qmd": "\n".join(parts), **_shared(content)}


def _shared(content: Content) -> dict[str, str]:
    return {"helper.py": f"SCALE = {content.scale}\n", "data.csv": csv(content)}


_BUILD = (sys.executable, "-m", "generator.cli", "build", "--course", ".", "--format", "html", "--output", "build")
_RENDER = ("Rscript", "-e", "rmarkdown::render('report.Rmd', quiet=TRUE)")
TOOLS = (
    Tool("ours", (), ours, _BUILD, "build/*.html"),
    Tool("R Markdown", ("Rscript", "pandoc"), r_markdown, _RENDER, "report.html"),
    Tool("Snakemake", ("snakemake",), snakemake, ("snakemake", "--cores", "2", "--quiet", "all"), "report.html"),
    Tool(
        "nbconvert", ("jupyter-nbconvert",), nbconvert,
        ("jupyter-nbconvert", "--execute", "--to", "html", "report.ipynb"), "report.html",
    ),
    Tool(
        "jupyter-book", ("jupyter-book",), jupyter_book,
        ("jupyter-book", "build", "-q", "."), "_build/html/section_*.html",
    ),
    Tool("Quarto", ("quarto",), quarto, ("quarto", "render", "report.qmd"), "report.html"),
)  # fmt: skip
