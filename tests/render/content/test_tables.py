from dataclasses import replace

import pytest

from generator.course.exhibits import ColumnSpec, RowsSpec, TableSpec
from generator.formats import THIN
from generator.jobs import Outcome, State
from generator.render.content.tables import table_content
from generator.render.content.values import AnswerError, Results
from generator.results import Result, Table
from tests.render.sample_report import sample_report


@pytest.fixture
def sample(tmp_path):
    return sample_report(tmp_path)


def content(report, spec, **outcomes):
    results = Results(report.refs, {**report.outcomes, **outcomes})
    return table_content(spec, report.course.question("2-a/q01"), results)


def one_table(report, columns, rows, *specs):
    table = Result(tables={"t": Table(columns, rows)})
    outcome = Outcome(State.COMPUTED, "x", load=lambda: table)
    spec = TableSpec("t", "", specs, source="vgg16", table="t")
    return content(report, spec, **{"2-a/q01/vgg16": outcome})


def test_one_row_for_each_grid_point_with_its_label(sample):
    spec = TableSpec("t", "", (ColumnSpec("parameters", "P", "millions"),), rows=(RowsSpec("networks"),), row_title="N")
    made = content(sample, spec)
    assert [row[0].text for row in made.rows] == ["vgg16", "alexnet", "resnet50", "squeezenet1_1"]
    assert [row[1].text for row in made.rows] == ["138.4", "61.1", "25.6", "1.2"]
    assert made.columns[1].unit == "million"
    assert made.names == ("row", "parameters")
    assert made.records[0] == ("vgg16", 138_357_544)


def test_rows_from_several_results_carry_their_labels(sample):
    rows = (RowsSpec("vgg16", "ours"), RowsSpec("networks[architecture=alexnet]", "theirs"))
    made = content(sample, TableSpec("t", "", (ColumnSpec("fc_share", "S", "percent"),), rows=rows))
    assert [[cell.text for cell in row] for row in made.rows] == [["ours", "89.4"], ["theirs", "96.0"]]
    assert made.columns[1].unit == "%"


def test_numbers_stand_on_their_decimal_points(sample):
    made = one_table(sample, ("x",), ((0.5,), (12,), (None,), (7.25,)), ColumnSpec("x", "X"))
    assert [(cell[0].text, cell[0].padding) for cell in made.rows] == [
        ("0.500", ""), ("12", ".000"), ("–", ".000"), ("7.250", ""),
    ]  # fmt: skip
    assert made.columns[0].numeric


def test_powers_of_ten_stand_under_one_another(sample):
    values = ((2.7e-22,), (0.02,), (5.1e-7,), (0.0462,), (0.0,), (None,))
    made = one_table(sample, ("p",), values, ColumnSpec("p", "P", "p_value"))
    power = f"{THIN}{THIN}×"
    assert [(cell[0].text, cell[0].padding) for cell in made.rows] == [
        (f"2.7{THIN}×{THIN}10⁻²²", "⁰"), ("0.02", f"0{power}⁰⁰⁰⁰"), (f"5.1{THIN}×{THIN}10⁻⁷", "⁰⁰"),
        ("0.046", f"{power}⁰⁰⁰⁰"), (f"<{THIN}10⁻³⁰⁰", ""), ("–", f".000{power}⁰⁰⁰⁰"),
    ]  # fmt: skip


def test_what_is_counted_or_set_has_no_digits_that_nobody_knows(sample):
    rows = ((12, 0, 0.001), (4.5, 2_500_000, 100.0))
    columns = (ColumnSpec("a", "A"), ColumnSpec("b", "B", "millions", digits=2), ColumnSpec("c", "C", "setting"))
    made = one_table(sample, ("a", "b", "c"), rows, *columns)
    assert [[cell.text + cell.padding for cell in row] for row in made.rows] == [
        ["12.000", "0.00", "0.001"], ["4.500", "2.50", "100.000"],
    ]  # fmt: skip
    assert [cell.text for cell in made.rows[0]] == ["12", "0", "0.001"]
    assert made.rows[1][2].text == "100"


def test_groups_of_thousands_do_not_disturb_the_decimal_point(sample):
    made = one_table(sample, ("x",), ((1849.7,), (86.7,)), ColumnSpec("x", "X", "decimal", digits=1))
    assert [cell[0].padding for cell in made.rows] == ["", ""]


def test_the_best_value_and_its_equals_in_print_stand_out(sample):
    made = one_table(
        sample, ("a", "b"), ((0.9123, 3), (0.9121, 1), (0.5, float("nan"))),
        ColumnSpec("a", "A", "percent", best="max"), ColumnSpec("b", "B", "integer", best="min"),
    )  # fmt: skip
    assert [row[0].best for row in made.rows] == [True, True, False]
    assert [row[1].best for row in made.rows] == [False, True, False]


@pytest.mark.parametrize(
    ("values", "best"), [((0.5, 0.5), [False, False]), ((0.5,), [False]), ((0.5, None), [False] * 2)]
)
def test_where_all_are_the_best_none_stands_out(sample, values, best):
    made = one_table(sample, ("a",), tuple((value,) for value in values), ColumnSpec("a", "A", "percent", best="max"))
    assert [row[0].best for row in made.rows] == best


def test_the_dashes_of_intervals_stand_under_one_another(sample):
    spec = ColumnSpec("a", "A", "percent", interval=("low", "high"))
    made = one_table(sample, ("a", "low", "high"), ((0.5, 0.09, 0.6), (0.5, 0.4, 1.0), (0.5, None, 1.0)), spec)
    assert [(row[0].lead, row[0].interval) for row in made.rows] == [("0", "9.0–60.0"), ("", "40.0–100.0"), ("", "")]


def test_an_interval_from_below_zero_is_written_in_words(sample):
    spec = ColumnSpec("a", "A", "points", interval=("low", "high"))
    made = one_table(sample, ("a", "low", "high"), ((0.0, -0.2, -0.1), (0.0, 0.1, 0.2)), spec)
    assert [row[0].interval for row in made.rows] == ["−20.0 to −10.0", "10.0 to 20.0"]


def test_intervals_are_written_like_their_value(sample):
    spec = ColumnSpec("a", "A", "percent", interval=("low", "high"))
    made = one_table(sample, ("a", "low", "high"), ((0.5, 0.4, 0.6), (0.5, None, 0.6)), spec)
    assert [row[0].interval for row in made.rows] == ["40.0–60.0", ""]


@pytest.mark.parametrize(
    ("format_", "value", "text"),
    [
        ("auto", 1234567, f"1{THIN}234{THIN}567"),
        ("auto", 0.00001234, f"1.2{THIN}×{THIN}10⁻⁵"),
        ("auto", True, "yes"),
        ("auto", "words", "words"),
        ("text", 2016, "2016"),
        ("decimal", 0.126, "0.13"),
        ("scientific", 15_470_264_320, f"1.5{THIN}×{THIN}10¹⁰"),
        ("integer", float("nan"), "not a number"),
    ],
)
def test_formats(sample, format_, value, text):
    assert one_table(sample, ("x",), ((value,),), ColumnSpec("x", "X", format_)).rows[0][0].text == text


def test_a_column_that_no_result_has_is_named(sample):
    spec = TableSpec("t", "", (ColumnSpec("nonsense", "N"),), rows=(RowsSpec("networks"),))
    with pytest.raises(AnswerError, match=r"no nonsense; they have .*parameters"):
        content(sample, spec)


def test_a_source_with_one_grid_point_is_found(sample):
    spec = TableSpec("t", "", (ColumnSpec("label", "L"),), rows=(RowsSpec("networks[architecture=alexnet]"),))
    assert len(content(sample, spec).rows) == 1
    with pytest.raises(AnswerError, match="no grid point"):
        content(sample, replace(spec, rows=(RowsSpec("networks[architecture=lenet]"),)))
