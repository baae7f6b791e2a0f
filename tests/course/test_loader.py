"""Mistakes in the form of the course's files are named with their file, line and place.

Covers course/exhibits.py, course/question_files.py, course/spec.py too.
"""

from __future__ import annotations

import pytest

from tests.course_for_tests import COURSE_FILE, LAB, Q1, Q2, Course, Slip, slip

FORM = [
    slip("key", Q1, "statement:", "statment:", "statment", "unknown key", "'statment'", "did you mean 'statement'?",
         more=True),
    slip("key in a result", Q1, "    inputs: {first", "    input: {first", "input: {", "unknown key",
         "results.pair.input",
         "did you mean 'inputs'?"),
    slip("key in a column", Q1, "format: decimal", "fromat: decimal", "fromat", "tables.by_width.columns.loss.fromat",
         "did you mean 'format'?"),
    slip("key in a panel", Q1, "caption: one net", "captoin: one net", "captoin", "figures.losses.panels[0].captoin",
         "did you mean 'caption'?"),
    slip("key in a lab", LAB, "    questions: [q01]", "    question: [q01]", "question: [q01]",
         "sections[0].question", more=True),
    slip("key in a role", COURSE_FILE, "label: SqueezeNet", "lable: SqueezeNet", "lable",
         "profiles.light.roles.network",
         "did you mean 'label'?"),
    slip("format", Q1, "{title: Loss, format: decimal, interval: [accuracy_low, accuracy_high]}",
         "\n        title: Loss\n        format: decimals", "format: decimals", "one of", "did you mean 'decimal'?"),
    slip("from", Q1, "{from: net, figure", "{form: net, figure", "form: net", "did you mean 'from'?"),
    slip("mark", Q1, "mark: starred", "mark: stared", "mark:", "'starred'", "did you mean 'starred'?"),
    slip("text for a list", Q1, "interval: [accuracy_low, accuracy_high]", "interval: accuracy_low", "interval:",
         "expected: a list", "got: 'accuracy_low'"),
    slip("number for text", Q1, "title: Training", "title: 1984", "title: 1984", "expected: text", "got: 1984",
         "put it in quotes"),
    slip("mapping for text", Q1, "title: Training", "title: {a: b}", "title:", "expected: text", "{'a': 'b'}"),
    slip("yes for true", Q1, "appendix: true", "appendix: yes", "appendix: yes", "write true or false"),
    slip("number for rows", Q1, "rows: nets", "rows: 3", "rows: 3", "text or a list"),
    slip("column as a number", Q1, "width: Width", "width: 3", "width: 3", "text or keys with values"),
    slip("three ends", Q1, "[accuracy_low, accuracy_high]", "[a, b, c]", "interval", "at most 2"),
    slip("empty rows of rows", Q1, "    rows: nets", "    empty_rows: 3\n    rows: nets", "empty_rows",
         "how many rows there are is known"),
    slip("empty rows in two ways", Q1, "    table: epochs",
         "    empty_rows: {labels: width, as_many_as: width}\n    table: epochs", "empty_rows",
         "either labels: or as_many_as:"),
    slip("empty caption", Q1, "caption: Two losses.", "caption: ''", "caption: ''", "figures.losses.caption",
         "some text"),
    slip("no rows", Q1, "    rows: nets\n", "", "by_width:", "says not where its rows come from"),
    slip("rows and from", Q1, "    rows: nets\n", "    rows: nets\n    from: net\n", "by_width:", "either from: and"),
    slip("nothing to draw", Q2, "    from: own\n    figure: bars\n", "", "bars:", "says not what to draw"),
    slip("name", Q1, "  pair:", "  Pair:", "Pair:", "not a name", "small letters"),
    slip("name of the language", Q1, "  pair:", "  rows:", "  rows:", "not a name"),
    slip("table and figure of one name", Q2, "figures:", "tables: {bars: {from: own, table: scores, caption: C,"
         " columns: {name: N}}}\nfigures:", "  bars:", "a table has the same name"),
    slip("metric and table", Q1, "{metric: net.loss, value", "{metric: net.loss, table: net.epochs, value",
         "metric: net", "expected[0]", "either metric:, or table:"),
    slip("a table's row", Q1, "{metric: net.loss, value", "{table: net.epochs, column: loss, value",
         "table: net.epochs", "either metric:, or table:"),
    slip("reason and metric", Q1, "{metric: net.loss, value", "{metric: net.loss, incomparable: a time, value",
         "metric: net", "either metric:, or table:", more=True),
    slip("a reason with images", Q1, "{metric: net.loss, value", "{incomparable: a time, images: 3, value",
         "incomparable", "expected[0]", "no images:"),
    slip("a tolerance by hand", Q1, "{metric: net.loss,", "{metric: net.loss, tolerance: 0.2,", "tolerance",
         "unknown key", "expected[0]"),
    slip("no share", Q1, "value: 0.5", "value: 1.5, images: 20", "value: 1.5", "no share of so many images",
         "between 0 and 1"),
    slip("no images", Q1, "value: 0.5", "value: 0.5, images: 0", "images: 0", "at least 1"),
    slip("no room", Q2, "statement:", "space: 0\nstatement:", "space: 0", "at least 1"),
    slip("digits", Q1, "format: decimal", "digits: 10", "digits", "at most 9"),
    slip("lab twice", COURSE_FILE, "[1-a]", "[1-a, 1-a]", "labs:", "'1-a' stands twice"),
    slip("question twice", LAB, "[q02]", "[q02, q01]", "[q02, q01]", "'q01' stands twice"),
    slip("no such lab", COURSE_FILE, "[1-a]", "[1-a, 1-b]", "labs:", "there is no such lab", "folder 1-b/"),
    slip("lab outside", COURSE_FILE, "[1-a]", "[1-a, ../1-a]", "labs:", "letters, digits"),
    slip("question of no lab", LAB, "[q02]", "[q02, q03]", "", "the file is missing", where="questions/1-a/q03.yaml",
         more=True),
    slip("no bibliography", COURSE_FILE, "labs:", "bibliography: x.bib\nlabs:", "bibliography:", "is missing"),
    slip("bibliography outside", COURSE_FILE, "labs:", "bibliography: ../x.bib\nlabs:", "bibliography:", "file's name"),
    slip("role's form", COURSE_FILE, "dataset: embedded_scenes", "dataset: {file: x}", "dataset: {",
         "expected: a value, {value"),
    slip("role's params", COURSE_FILE, "params: {width: 8}, label", "params: [8], label", "network: {comp",
         "keys with values"),
]  # fmt: skip


@pytest.mark.parametrize("case", FORM, ids=lambda case: case.name)
def test_a_slip_in_form_is_named_where_it_stands(course: Course, case: Slip) -> None:
    case.check(course)


@pytest.mark.parametrize(
    ("written", "rounding", "digits"),
    [
        ("138357544", 0, 0),
        ("0.880", 5e-4, 3),
        ("1.0", 0.05, 1),
        ("1.547e10", 5e6, 0),
        ("-2.50", 5e-3, 2),
        ("1e-3", 5e-4, 3),
    ],
)
def test_a_published_number_is_rounded_to_the_digits_that_it_is_written_with(
    course: Course, written: str, rounding: float, digits: int
) -> None:
    course.edit(Q1, "value: 0.5", f"value: {written}")
    (expected,) = course.read().question("1-a/q01").expected
    assert (expected.value, expected.digits) == (float(written), digits)
    assert expected.rounding == pytest.approx(rounding)
