"""Which saved files are noticed."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from generator.commands.preview.watching import Watcher
from tests.waiting_for_tests import LONGEST


@pytest.fixture
def saved() -> queue.Queue[set[Path]]:
    return queue.Queue()


@pytest.fixture
def watcher(saved: queue.Queue[set[Path]]) -> Iterator[Watcher]:
    before = threading.active_count()
    watcher = Watcher(saved.put)
    yield watcher
    watcher.stop()
    assert threading.active_count() <= before


def named(saved: queue.Queue[set[Path]], path: Path) -> set[str]:
    """Save a file until it is noticed, for watching takes a moment to begin; the names that were noticed by then."""
    names: set[str] = set()
    for number in range(600):
        path.write_text(str(number))
        with suppress(queue.Empty):
            names |= {found.name for found in saved.get(timeout=0.2)}
        if path.name in names:
            return names
    raise AssertionError(f"{path} was not noticed")


def test_what_is_saved_is_noticed_and_what_others_write_is_not(
    tmp_path: Path, watcher: Watcher, saved: queue.Queue[set[Path]]
) -> None:
    for folder in ("course/answers", "course/build", "course/__pycache__", "course/.git"):
        (tmp_path / folder).mkdir(parents=True)
    course = tmp_path / "course"
    watcher.follow([course, course / "answers"], [course / "build"])
    assert named(saved, course / "answers/q01.md") == {"q01.md"}
    for name in ("build/report.html", "__pycache__/one.pyc", ".git/index", "answers/.q01.md.swp", "answers/q01.md~"):
        (course / name).write_text("no")
    new = course / "answers/neu é.md"
    new.write_text("yes")
    new.rename(course / "answers/q02.md")
    (course / "answers/last.md").write_text("yes")
    names: set[str] = set()
    while "last.md" not in names:
        names |= {path.name for path in saved.get(timeout=LONGEST)}
    assert names - {"q01.md"} == {"neu é.md", "q02.md", "last.md"}  # the first was saved until it was noticed


def test_another_folder_can_be_followed_instead(
    tmp_path: Path, watcher: Watcher, saved: queue.Queue[set[Path]]
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    watcher.follow([one])
    named(saved, one / "a.md")
    watcher.follow([other, tmp_path / "absent"])
    named(saved, other / "b.md")
    (one / "a.md").write_text("not any more")
    assert named(saved, other / "c.md") - {"b.md"} == {"c.md"}


def test_a_folder_that_was_away_or_is_another_is_followed_again(
    tmp_path: Path, watcher: Watcher, saved: queue.Queue[set[Path]]
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir()
    watcher.follow([mine])
    named(saved, mine / "a.md")
    mine.rename(other)
    saved.get(timeout=LONGEST)
    while not saved.empty():
        saved.get()
    mine.mkdir()
    (mine / "early.md").write_text("before it is watched")
    saved.get(timeout=LONGEST)
    named(saved, mine / "b.md")
    other.rename(tmp_path / "third")
    named(saved, mine / "c.md")


def test_what_is_to_be_followed_after_the_end_is_not(tmp_path: Path, watcher: Watcher) -> None:
    (tmp_path / "other").mkdir()
    watcher.follow([tmp_path / "other"])
    watcher.stop()
    watcher.follow([tmp_path])  # the page that was in the making when the preview was interrupted
