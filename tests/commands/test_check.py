"""How submissions are named and chosen, and how much of them reaches the summary."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.commands.check import _labs, _lines, _named, _submissions
from generator.errors import InputError


def submission(place: Path, report: str = "authors: [{name: Ada}]\n") -> Path:
    place.mkdir(parents=True)
    (place / "report.yaml").write_text(report)
    return place


def test_a_folder_of_projects_stands_for_all_in_it_under_plain_names(tmp_path: Path) -> None:
    for name in ("all/ada", "all/alan", "more/ada", "all/\x1b[2J odd"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "report.yaml").write_text("")
    (tmp_path / "all" / "notes").mkdir()
    (tmp_path / "all" / "away").symlink_to(tmp_path / "more")
    names = _named([tmp_path / "all", tmp_path / "more" / "ada", tmp_path / "none"])
    assert sorted(names) == ["2J-odd", "ada", "ada-2", "alan", "none", "notes"]


def test_a_folder_without_a_submission_is_refused(tmp_path: Path) -> None:
    submission(tmp_path / "all" / "ada")
    (tmp_path / "empty").mkdir()
    assert _submissions([tmp_path / "all", tmp_path / "all" / "ada"])
    for name in ("empty", "nosuch"):
        with pytest.raises(InputError, match="there is no submission here"):
            _submissions([tmp_path / "all", tmp_path / name])


def test_filled_worksheets_stand_beside_projects(tmp_path: Path) -> None:
    submission(tmp_path / "all" / "ada")
    (tmp_path / "all" / "notes").mkdir()
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    for place in (tmp_path / "all" / "alan.pdf", sheets / "grace.PDF", sheets / "ada.pdf", sheets / "marks.xlsx"):
        place.write_text("x")
    (sheets / "inner").mkdir()
    names = _named([tmp_path / "all", sheets, sheets / "ada.pdf"])
    assert sorted(names) == ["ada", "ada.pdf", "alan.pdf", "grace.PDF", "notes"]
    assert _submissions([sheets, sheets / "ada.pdf"])
    with pytest.raises(InputError, match="there is no submission here"):
        _submissions([sheets / "marks.xlsx"])


def test_only_the_labs_that_are_handed_in_under_the_profile_are_computed(tmp_path: Path) -> None:
    one = submission(tmp_path / "one", "authors: [{name: A}]\nlabs: [2-a]\n")
    other = submission(tmp_path / "other", "authors: [{name: B}]\nlabs: [2-b, 2-c]\nprofile: course\n")
    broken = submission(tmp_path / "broken", "authors: [\n")
    every = submission(tmp_path / "every")
    assert _labs([one, other, broken], "quick") == {"2-a"}
    assert _labs([one, other, broken], None) == {"2-a", "2-b", "2-c"}
    assert _labs([one, every], "quick") is None
    assert _labs([other, broken], "quick") == set()


def test_what_is_said_of_a_submission_is_bounded_and_shows_its_signs() -> None:
    lines = _lines(f"{number} \x1b[2J\u2067" + "x" * 10_000 for number in range(10_000))
    assert len(lines) == 51
    assert lines[-1] == "and more"
    assert max(map(len, lines)) < 320
    assert lines[0].startswith("0 \\u001b[2J\\u2067x")
