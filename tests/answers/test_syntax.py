"""Covers answers/language.py too."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from generator.answers.addresses import Address
from generator.answers.language import AnswerEnvironment
from generator.answers.syntax import Named, ResultRead, parse_answer

PATH = Path("q01.md")


def messages(text: str, **options: bool) -> list[tuple[int | None, str]]:
    return [(mistake.line, mistake.message) for mistake in parse_answer(text, PATH, **options).mistakes]


def test_exhibits_are_found_in_source_order_with_their_lines():
    syntax = parse_answer('One.\n\n{{ table("layers") }}\n\n{{ figure("maps") }}\n', PATH)
    assert syntax.exhibits == (Named("layers", 3, "table"), Named("maps", 5, "figure"))
    assert syntax.mistakes == ()


def test_every_way_of_reading_a_metric_is_found():
    text = (
        '{{ vgg16.parameters }}\n{{ networks(architecture="alexnet").parameters | millions }}\n'
        '{{ metric("2-a/q01/vgg16.layers") }}\n{{ metric("networks[architecture=alexnet].parameters") }}\n'
        '{{ vgg16["top1"] }}'
    )
    assert parse_answer(text, PATH).metrics == (
        ResultRead(Address("", "vgg16", (), "parameters"), 1),
        ResultRead(Address("", "networks", (("architecture", "alexnet"),), "parameters"), 2),
        ResultRead(Address("2-a/q01", "vgg16", (), "layers"), 3),
        ResultRead(Address("", "networks", (("architecture", "alexnet"),), "parameters"), 4),
        ResultRead(Address("", "vgg16", (), "top1"), 5),
    )


def test_a_claim_without_a_second_branch_is_noted_with_its_line():
    one, two = "{% claim a.x > 1 %}yes{{ a.y }}{% endclaim %}", "{% claim a.z %}b{% otherwise %}c{% endclaim %}"
    syntax = parse_answer(f"\n{one}{two}", PATH)
    assert syntax.one_sided == (2,)
    assert [read.address.name for read in syntax.metrics] == ["x", "y", "z"]
    assert syntax.mistakes == ()


def test_metrics_in_both_branches_and_in_the_condition_of_a_claim_are_found():
    text = "{% claim a.x > b.x %}{{ a.y }}{% otherwise %}{{ b.y }}{% endclaim %}"
    assert [(read.address.result, read.address.name) for read in parse_answer(text, PATH).metrics] == [
        ("a", "x"), ("b", "x"), ("a", "y"), ("b", "y"),
    ]  # fmt: skip


def test_rows_refs_roles_citations_and_equations_are_found():
    text = (
        '{% for row in rows("vgg16.layers") %}{{ row.name }}{% endfor %}\n{{ ref("maps") }} {{ role("classifier") }}\n'
        "See [@vgg; @alexnet].\n\n$$\nx = 1\n$$ (parameters)\n"
    )
    syntax = parse_answer(text, PATH)
    assert syntax.tables == (ResultRead(Address("", "vgg16", (), "layers"), 1),)
    assert syntax.metrics == ()
    assert syntax.refs == (Named("maps", 2),)
    assert syntax.roles == (Named("classifier", 2),)
    assert syntax.citations == (Named("vgg", 3), Named("alexnet", 3))
    assert syntax.equations == (Named("parameters", 7),)


def test_code_and_comments_hold_no_citations_or_equations():
    text = "`[@no]`\n\n```\n[@no]\n$$x$$ (no)\n```\n{# [@no] #}"
    syntax = parse_answer(text, PATH)
    assert syntax.citations == ()
    assert syntax.equations == ()


def test_lines_count_from_where_the_text_begins():
    assert parse_answer('a\n{{ ref("x") }}', PATH, first_line=40).refs == (Named("x", 41),)


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("one\n{{ vgg16.a", 2, "where it should end"),
        ("{{ a.x | shout }}", 1, "unknown filter 'shout'"),
        ("{{ a.x | center(99) }}", 1, "unknown filter 'center'"),
        ("{{ range(9) }}", 1, "range cannot be called"),
        ('{{ "x".join([]) }}', 1, "cannot be called"),
        ("{{ vgg16 }}", 1, "vgg16 is a result"),
        ("{{ vgg16[a.x] }}", 1, "must be spelt out"),
        ("{{ table(a.x) }}", 1, "takes one name"),
        ("{{ networks(width=a.x).b }}", 1, "spelt out with names and literals"),
        ('{{ metric("nonsense") }}', 1, "names no metric or table"),
        ('text {{ table("t") }}', 1, "line of its own"),
        ('{% claim a.x > 1 %}\n{{ table("t") }}\n{% otherwise %}\nb\n{% endclaim %}', 2, "inside a claim"),
        ('{% for row in rows("a.t") %}\n{{ figure("t") }}\n{% endfor %}', 2, "inside a claim"),
        ("{% if a.x %}\n$$\nx\n$$ (l)\n{% endif %}", 4, "labelled inside"),
        ("{% macro m() %}{% endmacro %}", 1, "Macro is not part"),
        ('{% include "x" %}', 1, "Include is not part"),
        ("{{ this.x }}", 1, "only captions know"),
        (
            "{% for a in [1] %}{% for b in [1] %}{% for c in [1] %}x{% endfor %}{% endfor %}{% endfor %}",
            1,
            "2 deep",
        ),
    ],
)
def test_mistakes_name_their_line(text, line, part):
    found = messages(text)
    assert [number for number, message in found if part in message] == [line], found


def test_all_mistakes_are_reported_at_once():
    assert len(messages('{{ a.x | shout }}\n{{ vgg16 }}\nb {{ table("t") }}')) == 3


def test_a_caption_knows_this_and_places_nothing():
    assert messages("{{ this.label }}", caption=True) == []
    assert messages('{{ table("t") }}', caption=True) == [(1, "a caption cannot place an exhibit")]


def test_a_very_long_text_is_refused():
    assert "too long" in messages("x" * 200_001)[0][1]


def test_a_number_of_too_many_digits_is_named_with_its_line():
    (mistake,) = parse_answer("a\n\n{{ " + "9" * 90_000 + " }}", Path("x.md")).mistakes
    assert mistake.line == 3
    assert "too many digits" in mistake.message
    assert len(str(mistake)) < 200


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (["a", "b", "c"], "a, b and c"),
        (["n = 8, m = 8"], "“n = 8, m = 8”"),
        (["a", "n = 8, m = 8", "c"], "a, “n = 8, m = 8” and c"),
    ],
)
def test_names_with_commas_of_their_own_are_quoted_in_a_list(labels, sentence):
    rows = [SimpleNamespace(label=label) for label in labels]
    assert AnswerEnvironment().from_string('{{ rows | names("label") }}').render(rows=rows) == sentence
