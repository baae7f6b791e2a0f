import math
from typing import get_args

import pytest

from generator import formats
from generator.answers.language import NUMBER_FILTERS
from generator.formats import THIN, Markdown


@pytest.mark.parametrize(
    ("filter_", "value", "options", "expected"),
    [
        ("integer", 138357544, {}, f"138{THIN}357{THIN}544"),
        ("integer", 2**53 + 1, {}, f"9{THIN}007{THIN}199{THIN}254{THIN}740{THIN}993"),
        ("integer", -(10**400), {}, f"−10{THIN}" + f"{THIN}".join(["000"] * 133)),
        ("decimal", 2**53 + 1, {"digits": 1}, f"9{THIN}007{THIN}199{THIN}254{THIN}740{THIN}993"),
        ("decimal", 12, {"digits": 1}, "12"),
        ("decimal", 12.0, {"digits": 1}, "12.0"),
        ("millions", 0, {"digits": 2}, "0 million"),
        ("setting", 100.0, {}, "100"),
        ("setting", 0.001, {}, "0.001"),
        ("setting", 0.00001, {}, "0.00001"),
        ("setting", 2.5e-06, {}, f"2.5{THIN}×{THIN}10⁻⁶"),
        ("setting", -12345.5, {}, f"−12{THIN}345.5"),
        ("setting", 1e20, {}, f"1{THIN}×{THIN}10²⁰"),
        ("decimal", 3, {"digits": 0}, "3"),
        ("integer", -1234.4, {}, f"−1{THIN}234"),
        ("decimal", 3.14159, {}, "3.14"),
        ("decimal", -0.5, {"digits": 1}, "−0.5"),
        ("percent", 0.8936, {}, f"89.4{THIN}%"),
        ("percent", 0.8936, {"digits": 0}, f"89{THIN}%"),
        ("points", 0.021, {}, "2.1 percentage points"),
        ("millions", 138357544, {}, "138.4 million"),
        ("scientific", 0.00032, {}, f"3.2{THIN}×{THIN}10⁻⁴"),
        ("p_value", 0.0593, {}, "0.06"),
        ("p_value", 0.0547, {}, "0.055"),
        ("p_value", 0.0498, {}, "0.0498"),
        ("p_value", 0.05, {}, "0.05"),
        ("p_value", 0.0021, {}, "0.002"),
        ("p_value", 0.00032, {}, f"3.2{THIN}×{THIN}10⁻⁴"),
        ("p_value", 0.33, {}, "0.33"),
        ("p_value", 1.0, {}, "1.00"),
        ("p_value", 0.0, {}, f"<{THIN}10⁻³⁰⁰"),
        ("p_stated", 0.0, {}, "p\u00a0<\u00a010⁻³⁰⁰"),
        ("p_stated", 1e-300, {}, "p\u00a0<\u00a010⁻³⁰⁰"),
        ("p_stated", 0.0593, {}, "p\u00a0=\u00a00.06"),
        ("decimal", -0.0049, {}, "0.00"),
        ("decimal", -0.0051, {}, "−0.01"),
        ("percent", -0.0004, {}, f"0.0{THIN}%"),
        ("points", -0.0, {"digits": 0}, "0 percentage points"),
        ("seconds", 0.0421, {}, f"42{THIN}ms"),
        ("seconds", 250, {}, f"4{THIN}min 10{THIN}s"),
        ("seconds", 7300, {}, f"2{THIN}h 2{THIN}min"),
        ("percent", None, {}, "–"),
        ("percent", math.nan, {}, "not a number"),
        ("decimal", -math.inf, {}, "−∞"),
    ],
)
def test_filters_write_numbers(filter_, value, options, expected):
    assert formats.FILTERS[filter_](value, **options) == expected


@pytest.mark.parametrize("filter_", formats.FILTERS)
def test_filters_refuse_words(filter_):
    with pytest.raises(TypeError, match="expected a number"):
        formats.FILTERS[filter_]("12")


def test_what_is_printed_without_a_filter():
    assert formats.plain(1234567) == f"1{THIN}234{THIN}567"
    assert formats.plain(0.123456) == "0.1235"
    assert formats.plain(3.6382e-11) == f"3.638{THIN}×{THIN}10⁻¹¹"
    assert formats.plain(-12345.6) == f"−12{THIN}346"
    assert formats.plain(1.5e300) == f"1.5{THIN}×{THIN}10³⁰⁰"
    assert formats.plain(True) == "yes"
    assert formats.plain(None) == "–"
    assert formats.plain("a_b*[c](d) <e>") == r"a\_b\*\[c\]\(d\) \<e\>"
    assert formats.plain(Markdown("*kept*")) == "*kept*"


@pytest.mark.parametrize("filter_", sorted(set(formats.FILTERS) - {"integer", "decimal", "setting"}))
def test_integers_beyond_the_range_of_floats_are_refused_in_words(filter_):
    with pytest.raises(ValueError, match="too large"):
        formats.FILTERS[filter_](10**400)


def test_the_table_is_all_that_answers_and_columns_know():
    names = set(formats.FORMATS)
    assert names == set(get_args(formats.Name)) == set(formats.FILTERS) == set(NUMBER_FILTERS)
    assert names == set(get_args(formats.ColumnFormat)) - {"auto", "text"}


@pytest.mark.parametrize(("name", "digits"), [("integer", 2), ("seconds", 1), ("decimal", 13), ("percent", -1)])
def test_digits_that_cannot_be_are_refused(name, digits):
    with pytest.raises((TypeError, ValueError), match="digits"):
        formats.write(0.5, name, digits)


def test_a_unit_stands_in_the_cell_or_in_the_head_of_its_column():
    assert formats.write(0.8936, "percent") == f"89.4{THIN}%"
    assert formats.write(0.8936, "percent", unit=False) == "89.4"
