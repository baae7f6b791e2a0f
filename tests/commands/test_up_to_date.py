"""A report's key changes exactly when something that it shows does, wherever its files lie."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.commands.session import open_session
from generator.commands.up_to_date import Files, render_key
from generator.course.editions import Edition
from generator.jobs import Failure, Outcome, Provenance, State
from tests.commands.text_course import TextCourse, text_course


def outcome(**change: object) -> Outcome:
    provenance = Provenance("train", {}, "f" * 64, "cpu", 1.0, 1, str(change.get("finished", "today")))
    failure = Failure(str(change["reason"])) if "reason" in change else None
    return Outcome(change.get("state", State.HIT), str(change.get("fingerprint", "f")), provenance, failure)  # type: ignore[arg-type]


def key(course: TextCourse, outcomes: dict[str, Outcome] | None = None, **options: object) -> str:
    files = Files.of(open_session(course.settings("build", Edition.STUDENT)))
    results = outcomes or {"1-a/q01/net": outcome()}
    return render_key({**files.loaded, **files.late}, {"profile": "quick", **options}, results)


@pytest.fixture
def course(tmp_path: Path) -> TextCourse:
    course = text_course(tmp_path / "course")
    for lab in ("1-a", "1-b"):
        course.write(f"mine/images/{lab}/map/plan.png", lab)
    return course


def test_the_key_depends_on_texts_results_options_and_date(course: TextCourse, monkeypatch: pytest.MonkeyPatch) -> None:
    before = key(course)
    assert key(course) == before
    assert key(course, {"1-a/q01/net": outcome(state=State.COMPUTED)}) == before
    others = {
        key(course, only=["1-a/q01"]),
        key(course, {"1-a/q01/net": outcome(fingerprint="e")}),
        key(course, {"1-a/q01/net": outcome(finished="later")}),
        key(course, {"1-a/q01/net": outcome(state=State.FAILED, reason="no memory")}),
        key(course, {"1-a/q01/net": outcome(state=State.FAILED, reason="no disk")}),
        key(course, {"1-a/q01/net": outcome(state=State.PENDING)}),
    }
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    others.add(key(course))
    assert len({before, *others}) == 8


@pytest.mark.parametrize("name", ["questions/1-a/q01.yaml", "questions/references.bib", "mine/report.yaml",
                                  "mine/answers/1-a/q01.md", "mine/images/1-a/map/plan.png"])  # fmt: skip
def test_each_file_that_is_shown_counts(course: TextCourse, name: str) -> None:
    before = key(course)
    path = course.folder / name
    path.write_bytes(path.read_bytes() + b"\n# more\n")
    assert key(course) != before


@pytest.mark.parametrize("name", ["questions/{}/q01.yaml", "mine/images/{}/map/plan.png"])
def test_files_of_one_name_that_change_places_change_the_key(course: TextCourse, name: str) -> None:
    """The last two parts of the pictures' paths are the same."""
    paths = [course.folder / name.format(lab) for lab in ("1-a", "1-b")]
    paths[0].write_bytes(paths[0].read_bytes() + b"# another\n")
    before = key(course)
    texts = [path.read_bytes() for path in paths]
    for path, text in zip(paths, reversed(texts), strict=True):
        path.write_bytes(text)
    assert key(course) != before


def test_a_course_and_a_project_that_moved_keep_their_key(course: TextCourse, tmp_path: Path) -> None:
    before = key(course)
    assert key(TextCourse(Path(shutil.move(course.folder, tmp_path / "moved")))) == before
