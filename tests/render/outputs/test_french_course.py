"""The built-in course in French, all of it, from the results of a quick build: no English word is left anywhere."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from tinyhtml5 import parse

from generator.commands.session import Session, Settings, open_session
from generator.course.editions import Edition
from generator.jobs import Outcome, State
from generator.languages import ENGLISH, languages
from generator.render.content.document import Report
from generator.render.content.gather import gather
from generator.render.figures import Drawing
from generator.render.outputs.html import Page
from tests.languages_for_tests import foreign_words, untranslated
from tests.render.sample_report import silent
from tests.shaken.snapshot import read_jobs

NOTHING_DRAWN = Drawing(b"", None, 1.0, 1.0)


def report(session: Session) -> Report:
    """The report with the results that were kept of a quick build, and nothing drawn."""
    outcomes = {
        address: Outcome(State.HIT, address, load=functools.partial(_get, job.result))
        for job in read_jobs()
        for address in job.addresses
    }
    return Report(
        course=session.shown,
        profile=session.profile,
        device="CPU",
        version="0",
        refs=session.bindings.refs,
        outcomes=outcomes,
        draw=lambda figure, width: NOTHING_DRAWN,
    )


def _get(result: Any) -> Any:
    return result


@pytest.mark.parametrize("language", [language for language in languages() if language != ENGLISH])
@pytest.mark.parametrize("edition", [Edition.WORKSHEET, Edition.REFERENCE])
def test_no_english_word_stands_in_the_whole_course(language: str, edition: Edition) -> None:
    session = open_session(Settings(edition=edition, language=language))
    document = gather(report(session), silent)
    page = parse(Page(document).text(), namespace_html_elements=False)
    assert [exhibit.name for exhibit in document.exhibits() if exhibit.box] == []
    assert foreign_words(page, language) == {}
    tables = [exhibit.table for exhibit in document.exhibits() if exhibit.table]
    names = {cell.text for table in tables for row in table.rows for cell in row if cell.foreign}
    assert "Egyptian cat" in names
    assert untranslated(names, language) == set()
