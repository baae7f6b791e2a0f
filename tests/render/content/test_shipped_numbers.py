"""The numbers of the shipped course have one form: p values in tables and texts, and what was set."""

from __future__ import annotations

import re

from generator.course.loader import read_course
from generator.folders import questions_folder, templates_folder

_P = re.compile(r"(?:^|[._])p$|^p_")
#: A p value as a text prints it: what is read and the filter.
_PRINTED = re.compile(r"\{\{[^{}|]*?\b([A-Za-z_]+)\s*(?:\|\s*(\w+)[^{}]*)?\}\}")
_TYPED = re.compile(r"\bp\s*[=<>]\s*\{\{")


def test_columns_of_p_values_have_their_form() -> None:
    course, mistakes = read_course(questions_folder(), templates_folder() / "answers")
    assert course is not None
    assert not mistakes
    columns = {
        f"{question.address}: {column.source}": column.format
        for question in course.questions()
        for table in question.tables.values()
        for column in table.columns
        if _P.search(column.source)
    }
    assert len(columns) > 20
    assert set(columns.values()) == {"p_value"}, columns


def test_texts_print_p_values_in_their_form_and_with_its_own_sign() -> None:
    printed = 0
    folders = (questions_folder(), templates_folder() / "answers")
    for path in (path for folder in folders for path in folder.rglob("*") if path.suffix in (".yaml", ".md")):
        text = path.read_text(encoding="utf-8")
        assert not _TYPED.search(text), f"{path}: | p_stated writes “p =” itself, or “p <”"
        for name, form in _PRINTED.findall(text):
            if _P.search(name):
                printed += 1
                assert form in ("p_value", "p_stated"), f"{path}: {name} is printed with {form or 'no filter'}"
    assert printed > 80
