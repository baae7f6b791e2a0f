"""Claims as the language reads them, and every claim of the built-in course against the text of its own tag."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jinja2 import Template, TemplateSyntaxError, meta, nodes

from generator import formats
from generator.answers.claims import RECORD, WARNING, Judged, Record, read_claim
from generator.answers.language import AnswerEnvironment
from generator.answers.prose import reading_environment
from generator.answers.syntax import parse_answer
from generator.folders import templates_folder

ANSWERS = sorted((templates_folder() / "answers").glob("*/*.md"))
TAG = re.compile(r"\{%-?\s*(?:or\s+)?claim\s(.*?)-?%\}", re.DOTALL)


def prepared(text: str) -> Template:
    environment = AnswerEnvironment(finalize=formats.plain)
    environment.filters.update(formats.FILTERS)
    return environment.from_string(text)


def run(template: Template | str, **values: Any) -> tuple[str, list[Judged]]:
    template = prepared(template) if isinstance(template, str) else template
    record = Record()
    parts = []
    for part in template.generate({**values, RECORD: record}):
        parts.append(part)
        record.position += len(part)
    return "".join(parts), record.judged


CHAIN = "{% claim x > 2 %}many{% or claim x > 1 %}some{% or claim x > 0 %}few{% otherwise %}none{% endclaim %}."


@pytest.mark.parametrize(
    ("x", "printed", "verdicts"),
    [
        (3, "many", [("x > 2", (), True)]),
        (2, "some", [("x > 2", (), False), ("x > 1", ("x > 2",), True)]),
        (1, "few", [("x > 2", (), False), ("x > 1", ("x > 2",), False), ("x > 0", ("x > 2", "x > 1"), True)]),
        (0, "none", [("x > 2", (), False), ("x > 1", ("x > 2",), False), ("x > 0", ("x > 2", "x > 1"), False)]),
    ],
)
def test_the_first_branch_whose_condition_holds_is_printed_and_later_ones_are_not_judged(x, printed, verdicts):
    text, judged = run(CHAIN, x=x)
    assert text == printed + "."
    assert [(verdict.tag.expression, verdict.tag.after, verdict.holds) for verdict in judged] == verdicts
    assert {text[verdict.start : verdict.end] for verdict in judged} == {printed}


@pytest.mark.parametrize(("x", "printed"), [(3, "many"), (2, "some"), (1, f"{WARNING} some")])
def test_without_otherwise_the_last_branch_is_printed_behind_a_warning(x, printed):
    text, judged = run("{% claim x > 2 %}many{% or claim x > 1 %}some{% endclaim %}", x=x)
    assert text == printed
    assert [verdict.tag.one_sided for verdict in judged] == [False, True][: len(judged)]
    assert text[judged[-1].start : judged[-1].end] == printed


def test_each_claim_of_a_text_knows_what_it_printed_nested_in_another_and_in_a_loop():
    text, judged = run(
        "a {% claim x %}b{% claim y %}c{% otherwise %}d{% endclaim %}e{% otherwise %}f{% endclaim %}"
        "{% for z in zs %}{% claim z > 1 %}g{{ z }}{% otherwise %}h{% endclaim %}{% endfor %}",
        x=True,
        y=False,
        zs=[1, 2],
    )
    assert text == "a bdehg2"
    found = [(v.tag.number, v.tag.expression, text[v.start : v.end]) for v in judged]
    assert found == [(1, "x", "bde"), (2, "y", "d"), (3, "z > 1", "h"), (3, "z > 1", "g2")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{% claim x %}a{% or y %}b{% endclaim %}", "expected token 'claim'"),
        ("{% claim x %}a{% otherwise %}b{% or claim y %}c{% endclaim %}", "unknown tag 'or'"),
        ("{% or claim x %}a{% endclaim %}", "unknown tag 'or'"),
        ("{% claim x %}a{% or claim %}b{% endclaim %}", "unexpected 'end of statement block'"),
        ("{% claim x %}a" + "{% or claim x %}b" * 20 + "{% endclaim %}", "at most 20 branches"),
        ("{% claim x %}a{% or claim y %}b", "Unexpected end of template"),
    ],
)
def test_a_misplaced_or_claim_is_a_mistake(text, message):
    with pytest.raises(TemplateSyntaxError, match=message):
        reading_environment().parse(text)
    assert parse_answer(text, Path("q01.md")).mistakes


def test_what_is_read_as_seen_is_marked_and_its_condition_is_spelt_without_the_mark():
    inner = "{% claim y > x   as\n seen -%} a{% otherwise %}b{% endclaim %}"
    text = f"{{%- claim x > 2 as seen %}}{inner}{{% or claim 'as seen' == x or x > 1 as seen %}}c{{% endclaim %}}"
    assert run(text, x=3, y=4)[0] == "a"
    verdicts = [(v.tag.expression, v.tag.as_seen) for x in (3, 2) for v in run(text, x=x, y=4)[1]]
    assert verdicts == [
        *(("x > 2", True), ("y > x", True)),
        *(("x > 2", True), ("'as seen' == x or x > 1", True)),
    ]
    (verdict,) = run("{% claim x == ' as seen' %}a{% otherwise %}b{% endclaim %}", x=1)[1]
    assert (verdict.tag.expression, verdict.tag.as_seen) == ("x == ' as seen'", False)


@pytest.mark.parametrize("tag", ["x > 1 as", "x > 1 as sen", "x > 1 seen", "as seen", "x > 1 as seen too"])
def test_what_is_nearly_as_seen_is_a_mistake(tag):
    assert parse_answer(f"{{% claim {tag} %}}a{{% otherwise %}}b{{% endclaim %}}", Path("q01.md")).mistakes


def test_an_answer_with_or_claims_is_read_to_its_last_branch():
    text = (
        "{% claim a.b > 1 %}{{ a.c }}\n{% or claim a.d > 1 %}{{ a.e }}\n"
        '{{ table("t") }}\n{% or claim a.f > 1 %}{{ a.g }}{% endclaim %}'
    )
    syntax = parse_answer(text, Path("q01.md"))
    assert [read.address.name for read in syntax.metrics] == ["b", "c", "d", "e", "f", "g"]
    assert syntax.one_sided == (3 + 1,)
    assert [(mistake.line, mistake.message) for mistake in syntax.mistakes] == [
        (3, "table('t') stands inside a claim, condition or loop")
    ]


def spelt(text: str) -> set[tuple[int, str]]:
    """Line and condition of every tag of a source, found without Jinja."""
    found = ((text.count("\n", 0, tag.start()) + 1, " ".join(tag[1].split())) for tag in TAG.finditer(text))
    return {(line, condition.removesuffix(" as seen")) for line, condition in found}


class Anything(float):
    """Stands for a result, a metric, a row or a function of an answer: a number that is another one at each read."""

    callable_from_answers = True
    rng = Random(0)

    def __new__(cls) -> "Anything":
        return super().__new__(cls, cls.rng.uniform(*cls.rng.choice([(-3, 0), (0, 0.05), (0.05, 1), (1, 40)])))

    def __getattr__(self, name: str) -> "Anything":
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __call__(self, *arguments: Any, **named: Any) -> "Anything":
        return Anything()

    def __iter__(self) -> Iterator["Anything"]:
        return iter([Anything(), Anything()])


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_entry_of_the_reference_answers_names_the_condition_of_its_own_tag(path):
    text = path.read_text(encoding="utf-8")
    tags = spelt(text)
    tree = reading_environment().parse(text)
    read = [claim[0] for node in tree.find_all(nodes.If) if (claim := read_claim(node))]
    assert {(tag.line, tag.expression) for tag in read} == tags
    names = meta.find_undeclared_variables(tree)
    template = prepared(text)
    judged = {v.tag for _ in range(20) for v in run(template, **{name: Anything() for name in names})[1]}
    assert judged <= set(read)
    assert len(judged) >= 0.6 * len(tags)  # chance reaches most of them
