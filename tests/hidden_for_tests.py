"""A course with a hidden question full of words that nobody may see, for the tests of what is left out."""

from __future__ import annotations

import re
from pathlib import Path

from generator.commands.build import BuildReport, build
from generator.commands.session import Folders, OutputSettings, Session, Settings, open_session
from generator.course.editions import Edition
from generator.course.project import read_project
from generator.running.executors.choose import ExecutorSpec
from tests.courses_for_tests import CourseHere

SECRET = "SECRET"
HIDDEN = "one/q02"
FILES = {
    "course.yaml": "title: Sums\nintroduction: To begin.\nlabs: [one, two]\n",
    "references.bib": "@misc{secret, title = {Rare}, year = 2001}\n@misc{known, title = {Usual}, year = 2002}\n",
    "questions/one/lab.yaml": """\
title: First
introduction: Before {{ ref("one/q02/products") }}.
conclusion: It was {{ metric("one/q02/multiplied.product") }}.
sections:
  - {title: Sums, questions: [q01, q02]}
  - {title: More, questions: [q03]}
""",
    "questions/one/q01.yaml": """\
title: A sum
statement: Add.
results:
  added: {computation: add, params: {last: 10}}
tables:
  sums:
    from: added
    table: sums
    caption: 'Sums, as in {{ ref("one/q02/products") }}.'
    columns: {number: Number, sum: Sum}
""",
    "questions/one/q02.yaml": """\
title: SECRET title
mark: starred
statement: SECRET statement [@secret].
hidden: true
results:
  multiplied: {computation: multiply, params: {last: 5}}
  secretly: {computation: count_secretly, params: {last: 4}}
tables:
  products:
    from: multiplied
    table: products
    caption: SECRET caption.
    finding: SECRET finding.
    columns: {number: SECRET column, product: Product}
  secret_table:
    rows: [secretly]
    caption: SECRET caption.
    columns: {count: {title: SECRET}}
    solution: true
expected:
  - {metric: multiplied.product, value: 120, source: by hand in SECRET, profile: any}
marking: SECRET marking.
""",
    "questions/one/q03.yaml": """\
title: Another sum
statement: Add again [@known].
results:
  again: {computation: add, params: {last: 3}}
tables:
  sums: {from: again, table: sums, caption: Sums., columns: {number: Number, sum: Sum}}
  products: {from: "one/q02/multiplied", table: products, caption: Products., columns: {number: N, product: P}}
""",
    "questions/two/lab.yaml": "title: Second\nsections: [{title: Rest, questions: [q01, drawing]}]\n",
    "questions/two/q01.yaml": "title: Why?\nstatement: Say.\n",
    "questions/two/drawing.yaml": "title: SECRET drawing\nstatement: SECRET.\nhidden: true\n",
    "questions/fr/one/q01.yaml": """\
title: Une somme
statement: Additionnez.
tables: {sums: {caption: 'Sommes, comme dans {{ ref("one/q02/products") }}.', columns: {number: Nombre, sum: Somme}}}
""",
    "questions/fr/one/q02.yaml": "title: Titre SECRET\nstatement: SECRET [@secret].\n",
    "answers/one/q01.md": """\
{{ ref("one/q02") }} is another; so is {{ ref("one/q02/products") }} with equation {{ ref("eq:hidden") }}, unlike
{{ ref("one/q03/sums") }} and {{ ref("two/drawing") }}.

$$ a = b $$ (first)
""",
    "answers/one/q02.md": """\
SECRET answer, {{ secretly.count }}.

$$ c = d $$ (hidden)

{% claim multiplied.product > 3 %}SECRET claim.{% otherwise %}SECRET.{% endclaim %}
""",
    "answers/one/q03.md": """\
The product is {{ metric("one/q02/multiplied.product") }}.

$$ e = f $$ (last)
""",
    "answers/two/q01.md": 'See {{ ref("one/q01") }}.\n',
    "answers/two/drawing.md": "SECRET.\n",
    "answers/fr/one/q01.md": """\
La {{ ref("one/q02") }} en est une autre ; le {{ ref("one/q02/products") }} aussi, avec {{ ref("eq:hidden") }}, mais
pas le {{ ref("one/q03/sums") }} ni la {{ ref("two/drawing") }}.

$$ a = b $$ (first)
""",
    "answers/fr/one/q02.md": """\
SECRET, {{ secretly.count }}.

$$ c = d $$ (hidden)

{% claim multiplied.product > 3 %}SECRET.{% otherwise %}SECRET.{% endclaim %}
""",
    "computations/__init__.py": "",
    "computations/sums.py": '''\
"""Adding and multiplying."""

from generator import Result, Table, Workspace, computation

from .steps import numbers


@computation(metrics={"exact": ["sum"]}, tables={"sums": ["number", "sum"]})
def add(workspace: Workspace, *, last: int) -> Result:
    """Add the numbers from 1 on."""
    rows = [{"number": n, "sum": sum(numbers(n))} for n in numbers(last)]
    return Result({"sum": rows[-1]["sum"]}, {"sums": Table.of(rows)})


@computation(metrics={"exact": ["product"]}, tables={"products": ["number", "product"]})
def multiply(workspace: Workspace, *, last: int) -> Result:
    """Multiply the numbers from 1 on."""
    rows = [{"number": 1, "product": 1}]
    for number in numbers(last)[1:]:
        rows.append({"number": number, "product": rows[-1]["product"] * number})
    return Result({"product": rows[-1]["product"]}, {"products": Table.of(rows)})
''',
    "computations/steps.py": '"""What both use."""\n\n\ndef numbers(last):\n    return [*range(1, last + 1)]\n',
    "computations/secretly.py": '''\
"""SECRET counting."""

from pathlib import Path

from generator import Result, Workspace, computation

from .secret_helper import count  # SECRET

TEXT = (Path(__file__).parent / "secret.txt").read_text()


@computation(metrics={"exact": ["count"]})
def count_secretly(workspace: Workspace, *, last: int) -> Result:
    """Count in SECRET."""
    return Result({"count": count(last) + len(TEXT)})
''',
    "computations/secret_helper.py": '''\
"""SECRET."""

from .steps import numbers


def count(last):
    return len(numbers(last))
''',
    "computations/secret.txt": "SECRET",
}


class HiddenCourse(CourseHere):
    """The course, and what is built of it beside its folder."""

    @property
    def base(self) -> Path:
        return self.folder.parent

    def settings(self, edition: Edition = Edition.REFERENCE, *, output: str = "build", **more: object) -> Settings:
        project = read_project(self.base / "mine") if edition is Edition.STUDENT else None
        return Settings(
            edition=edition, project=project, workers=ExecutorSpec(jobs=1),
            folders=Folders(self.base / "data", self.base / "cache", self.folder),
            output=OutputSettings(self.base / output, frozenset({"html"})), **more,
        )  # type: ignore[arg-type]  # fmt: skip

    def session(self, edition: Edition = Edition.REFERENCE, **more: object) -> Session:
        return open_session(self.settings(edition, **more))

    def build(
        self, edition: Edition = Edition.REFERENCE, *selection: str, only: bool = False, **more: object
    ) -> BuildReport:
        return build(self.settings(edition, **more), selection, only=only)

    def page(self, output: str = "build", name: str = "report") -> str:
        return (self.base / output / f"{name}.html").read_text()


def write_hidden(folder: Path) -> HiddenCourse:
    course = HiddenCourse(folder)
    for name, text in FILES.items():
        course.write(name, text)
    return course


def numbers(page: str) -> dict[str, str]:
    """What everything with a number is called on a page, by where it is."""
    exhibits = re.findall(r'<figure[^>]* id="([^"]+)">\s*<figcaption><span class="label">([^<]+)', page)
    questions = re.findall(r'<section class="question" id="([^"]+)">\s*<h4>(.*?)</h4>', page)
    sections = re.findall(r'<section(?: class="lab")? id="((?:section|lab)-[^"]+)">\s*<h\d><span [^>]*>([^<]+)', page)
    equations = re.findall(r'id="(eq-[^"]+)".*?(\(\d\.\d\))', page, re.DOTALL)
    titles = {anchor: re.sub("<.*?>", "", title) for anchor, title in questions}
    return {**dict(exhibits), **titles, **dict(sections), **dict(equations)}


def words(page: str) -> str:
    """The text of a page."""
    return " ".join(re.sub("<[^>]*>", "", page).replace("\u00a0", " ").split())


def with_secret(folder: Path) -> list[str]:
    """The files below a folder that hold a secret, in their names or their content."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [
        str(path)
        for path in files
        if SECRET.encode().lower() in (str(path.relative_to(folder)).encode() + path.read_bytes()).lower()
    ]
