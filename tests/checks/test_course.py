"""Whatever questions and answers name must exist; what does not is named with its file and line.

Covers checks/question.py, checks/text.py, checks/expected.py too.
"""

from __future__ import annotations

import pytest

from tests.course_for_tests import A1, A2, BIBLIOGRAPHY, COURSE_FILE, LAB, Q1, Q2, Course, Slip, slip

NAMES = [
    slip("exhibit's result", Q2, "from: own", "from: owm", "from: owm", "no such result", "did you mean 'own'?"),
    slip("exhibit's point", Q1, "nets[width=1]", "nets[width=9]", "nets[width=9]", "no point of the grid fits"),
    slip("figure", Q2, "figure: bars", "figure: bar", "figure: bar", "no such figure", "did you mean 'bars'?"),
    slip("table", Q1, "table: epochs", "table: epoch", "table: epoch", "no such table", "did you mean 'epochs'?"),
    slip("column", Q1, "{epoch: Epoch, ", "{epocs: Epoch, ", "epocs", "no such column", "did you mean 'epoch'?"),
    slip("metric column", Q1, "      width: Width", "      widths: Width", "widths", "no such metric"),
    slip("interval", Q1, "accuracy_high", "acuracy_high", "interval", "columns.loss.interval"),
    slip("caption's metric", Q1, "{{ net.loss | decimal }}", "{{ net.lost | decimal }}", "net.lost", "no such metric"),
    slip("caption's this", Q1, "width {{ this.loss }}", "width {{ this.lost }}", "this.lost", "no such metric"),
    slip("finding's metric", Q1, "    alt: Curves.", "    finding: '{{ net.lost }}'\n    alt: Curves.", "finding:",
         "no such metric"),
    slip("finding's this", Q1, ", caption: one net", ", finding: '{{ this.lost }}', caption: one net", "this.lost",
         "no such metric"),
    slip("panels' finding", Q2, "    alt: Bars.", "    panel_finding: '{{ this.lost }}'\n    alt: Bars.", "this.lost",
         "no such metric"),
    slip("finding's exhibit", Q1, "    alt: Curves.", "    finding: '{{ table(\"by_width\") }}'\n    alt: Curves.",
         "finding:", "cannot place an exhibit"),
    slip("empty rows' parameter", Q1, "    table: epochs", "    empty_rows: {labels: widths}\n    table: epochs",
         "empty_rows", "no such parameter", "did you mean 'width'?"),
    slip("empty rows' result", Q1, "    table: epochs", "    empty_rows: {labels: nit.width}\n    table: epochs",
         "empty_rows", "no such result", "did you mean 'net'?"),
    slip("this of several", Q1, "alt: Curves.", "alt: '{{ this.loss }}'", "alt:", "could be several results"),
    slip("panel without words", Q1, ", caption: one net", "", "from: net, figure", "no words of its own"),
    slip("expected metric", Q1, "metric: net.loss", "metric: net.lost", "net.lost", "no such metric"),
    slip("expected form", Q1, "metric: net.loss", "metric: loss", "metric: loss", "names no metric"),
    slip("expected table", Q1, "{metric: net.loss,", "{table: net.epoch, row: {epoch: 1}, column: loss,", "net.epoch,",
         "gives no such table"),
    slip("expected column", Q1, "{metric: net.loss,", "{table: net.epochs, row: {epoch: 1}, column: lost,",
         "net.epochs,", "no such column"),
    slip("expected row", Q1, "{metric: net.loss,", "{table: net.epochs, row: {epok: 1}, column: loss,", "net.epochs,",
         "no such column", "did you mean 'epoch'?"),
    slip("expected runs", Q1, "metric: net.loss", "metric: nets.loss", "nets.loss",
         "names 2 results that differ in more than their seed in profile 'light'"),
    slip("expected spread of one", Q1, "{metric: net.loss,", "{spread: net.loss, metric: net.loss,", "spread:",
         "names one result, which has no spread"),
    slip("expected spread's grid", Q1, "{metric: net.loss,", "{spread: nets.loss, metric: net.loss,", "nets.loss",
         "differ in more than their seed"),
    slip("expected interval", Q1, "{metric: net.loss,", "{metric: net.loss, interval: [low, accuracy_high],",
         "interval: [low", "no such metric"),
    slip("expected interval's column", Q1, "{metric: net.loss,",
         "{table: net.epochs, row: {epoch: 1}, column: loss, interval: [low, hihg],", "interval: [low",
         "no such column", "did you mean 'high'?"),
    slip("expected unless", Q1, "{metric: net.loss,", "{metric: net.loss, unless: lost,", "unless: lost",
         "no such metric", "did you mean 'loss'?"),
    slip("nameless source", Q1, "source: computed elsewhere", "source: a friend", "source: a friend",
         "no source that a reader can find", "'by hand'"),
    slip("misspelt source", Q1, "source: computed elsewhere", "source: knwon table 2", "source: knwon",
         "no source that a reader can find", "did you mean 'known'?"),
    slip("expected profile", Q1, "profile: light", "profile: lite", "profile: lite", "did you mean 'light'?"),
    slip("answer's metric", A1, "nets(width=2).loss", "nets(width=2).los", "nets(", "no such metric",
         "did you mean 'loss'?"),
    slip("exhibit's address", Q2, "from: own", "from: own[", "from: own[", "names no result", "wrong at '['"),
    slip("answer's result", A1, "{{ net.loss", "{{ nit.loss", "nit", "no such result"),
    slip("answer's point", A1, "nets(width=2)", "nets(width=7)", "nets(", "names 0 results"),
    slip("answer's grid", A1, "nets(width=2).loss", "nets.loss", "nets.", "names 2 results"),
    slip("answer's filter", A1, "| decimal", "| decimale", "decimale", "unknown filter"),
    slip("answer's exhibit", A1, 'table("by_width")', 'table("by_with")', "by_with", "no such table", "did you mean"),
    slip("figure as a table", A1, 'figure("losses")', 'table("losses")', "losses", "no such table"),
    slip("exhibit twice", A1, '{{ figure("losses") }}', '{{ table("by_width")  }}', '")  }}', "placed twice",
         "in line 3"),
    slip("appendix placed", A1, '{{ figure("losses") }}', '{{ table("epochs") }}', 'table("epochs")',
         "in the appendix"),
    slip("reference", A2, "q01/losses", "q01/loses", "loses", "no such table or figure", "did you mean 'losses'?"),
    slip("reference's question", A2, "1-a/q01/losses", "1-a/q07/losses", "q07", "no such question"),
    slip("equation", A2, "eq:sum", "eq:summ", "eq:summ", "no such equation", "did you mean 'eq:sum'?"),
    slip("answer's role", A2, 'role("network")', 'role("networg")', "networg", "no such role"),
    slip("citation", A1, "[@known]", "[@known; @unknown]", "@unknown", "no such entry of the bibliography"),
    slip("metric elsewhere", A2, "width=1].loss", "width=1].los", "width=1", "no such metric"),
    slip("statement's citation", Q1, "As in [@known]", "As in [@knwon]", "@knwon", "did you mean 'known'?"),
    slip("introduction's citation", COURSE_FILE, "[@known]", "[@knowm]", "@knowm", "did you mean 'known'?"),
    slip("introduction's result", COURSE_FILE, "What this is", "{{ metric('1-a/q01/net.los') }}", "net.los",
         "no such metric"),
    slip("introduction's exhibit", LAB, "title: A lab", 'title: A lab\nconclusion: |\n  {{ table("by_width") }}',
         "{{ table",
         "outside an answer"),
    slip("caption's solution", Q1, "caption: Two losses.",
         "solution: true\n    caption: Two losses, {{ ref('losses') }}.", "caption: Two", "refers to a solution"),
    slip("key twice in the bibliography", BIBLIOGRAPHY, "@book{other", "@book{known", "@book", "stands twice",
         "in line 1"),
    slip("template", A1, "{% endclaim %}", "", "{% claim", "", where=A1),
]  # fmt: skip


CORRECT = {
    "parameter of the grid": (A1, "nets(width=2).loss", "nets(width=2).width"),
    "point of one profile": (Q1, "metric: net.loss", 'metric: "1-a/q02/scores[network=mobilenet_v2].score"'),
    "family": (Q1, "metric: net.loss", "metric: net.accuracy_low"),
    "cited source": (Q1, "source: computed elsewhere", "source: 'known: table 2'"),
    "interval": (Q1, "{metric: net.loss,", "{metric: net.loss, interval: [accuracy_low, accuracy_high],"),
    "solution in its finding": (
        Q1,
        "caption: Two losses.",
        "solution: true\n    caption: Two losses.\n    finding: Of {{ ref('losses') }}.",
    ),
    "statement with braces": (Q2, "statement: Measure it.", "statement: 'Measure {{ it.well }}.'"),
    "other point for other rows": (Q1, "rows: nets", "rows: [nets, {from: net, label: Own}]"),
    "bibliography's words": (BIBLIOGRAPHY, "@book{other", "@string{known = {x}}\n@comment{known, x}\n@book{other"),
}


def test_an_introduction_that_students_read_refers_to_no_solution(course: Course) -> None:
    course.edit(Q2, "caption: Scores.", "caption: Scores.\n    solution: true")
    course.edit(LAB, "title: A lab", "title: A lab\nconclusion: '{{ ref(\"1-a/q02/bars\") }}'")
    assert course.mistakes() == []  # for teachers alone
    course.edit(LAB, "conclusion:", "introduction:")
    (mistake,) = course.mistakes()
    assert "refers to a solution" in str(mistake)
    assert mistake.line == 2


@pytest.mark.parametrize("name", CORRECT)
def test_what_is_right_is_let_through(course: Course, name: str) -> None:
    course.edit(*CORRECT[name])
    if name == "other point for other rows":  # a column must exist for all rows
        course.edit(Q1, "      width: Width\n", "")
    assert course.mistakes() == []


def test_this_may_be_another_result_in_each_profile(course: Course) -> None:
    large = "        - {name: large, computation: train, params: {width: 80}}\n"
    course.edit(COURSE_FILE, large, "")
    course.edit(COURSE_FILE, "[squeezenet1_1, mobilenet_v2]", "[squeezenet1_1]")
    course.edit(Q2, "from: own", "from: scores")
    course.edit(Q2, "caption: Scores.", "caption: 'Score {{ this.score }}.'")
    assert course.mistakes() == []


@pytest.mark.parametrize("case", NAMES, ids=lambda case: case.name)
def test_what_does_not_exist_is_named_where_it_stands(course: Course, case: Slip) -> None:
    case.check(course)


def test_runs_that_differ_in_their_seed_alone_are_one_quantity(course: Course) -> None:
    runs = (
        "  runs:\n    computation: train\n    params: {width: 1}\n    grid: {seed: [1, 2], rate: [0.1, 0.2]}\n  pair:\n"
    )
    course.edit(Q1, "  pair:\n", runs)
    course.edit(Q1, "metric: net.loss", 'metric: "runs[rate=0.1].loss", spread: "runs[rate=0.2].loss"')
    assert not course.mistakes()
    right = course.text(Q1)
    for spread, words in (
        ("runs.loss", "names 4 results that differ in more"),
        ("runs[rate=0.2].lost", "no such metric"),
    ):
        course.write(Q1, right.replace('spread: "runs[rate=0.2].loss"', f'spread: "{spread}"'))
        (mistake,) = course.mistakes()
        assert words in str(mistake)


def test_a_number_that_a_sample_or_a_seed_may_change_says_by_how_much(course: Course) -> None:
    toy = "generator/labs/toy.py"
    course.edit(
        toy, '["loss", "accuracy", "accuracy_*"]', '{"seeded": ["loss"], "measured": ["accuracy", "accuracy_*"]}'
    )
    right = course.text(Q1)
    (mistake,) = course.mistakes()
    assert "is seeded, and says not by how much it may change" in str(mistake)
    course.write(Q1, right.replace("metric: net.loss", "metric: net.accuracy"))
    (mistake,) = course.mistakes()
    assert "is measured" in str(mistake)
    runs = "  runs:\n    computation: train\n    params: {width: 1}\n    grid: {seed: [1, 2]}\n  pair:\n"
    for how in (
        "net.loss, images: 20",
        "net.loss, interval: [accuracy_low, accuracy_high]",
        "net.loss, spread: runs.loss",
        "runs.loss",
    ):
        course.write(Q1, right.replace("metric: net.loss", f"metric: {how}").replace("  pair:\n", runs))
        assert not course.mistakes(), how
    course.write(Q1, right)
    course.edit(toy, '"seeded": ["loss"]', '"exact": ["loss"]')
    assert not course.mistakes()
