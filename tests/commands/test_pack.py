"""Results carried from one machine to another: with the data there and none here, marked, and never in a wrong place.

Covers cli/packs.py too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli.main import cli
from generator.commands.pack import Packed, Unpacked, pack, unpack
from generator.commands.session import Session, Settings, open_session
from generator.course.editions import Edition
from generator.datasets.sources import SOURCES
from generator.errors import CacheError, InputError
from generator.jobs import Provenance
from generator.planning.plan import Standing
from generator.results import Result
from generator.store.files import replace_file
from tests.commands.text_course import TextCourse, text_course

RESULTS = """\
results:
  samples:
    computation: domain_samples
    params: {source: mnist, target: embedded_mnist, each: EACH}
"""
COMPUTED = "2026-11-20T23:30:00-02:00"  # the day after, in UTC


def course_in(folder: Path, *, data: str = "", each: int = 4) -> TextCourse:
    """A course of one result; MNIST's files hold ``data``, and are absent where there is none."""
    course = text_course(folder)
    course.write("questions/1-a/q01.yaml", "title: A question\nstatement: Look.\n" + RESULTS.replace("EACH", str(each)))
    for file in SOURCES["mnist"].files if data else ():
        course.write(f"data/{file.path}", data + file.path)
    return course


def settings(course: TextCourse) -> Settings:
    return course.settings("build", Edition.REFERENCE)


def session_of(course: TextCourse) -> Session:
    return open_session(settings(course))


def standing(course: TextCourse) -> list[Standing]:
    return [planned.standing for planned in session_of(course).plan().jobs.values()]


def computed(course: TextCourse) -> str:
    """Put a result where the job's would be; returns its fingerprint."""
    session = session_of(course)
    (fingerprint,) = session.plan().jobs
    with session.cache.lock(fingerprint):
        record = Provenance("domain_samples", {"each": 4}, fingerprint, "a card", 1.5, 1, COMPUTED)
        session.cache.save(fingerprint, Result(metrics={"shown": 4}), record)
    return fingerprint


def packed(course: TextCourse, target: Path, **options: object) -> Packed:
    return pack(settings(course), (), target, options.get("since"), lambda *words: None)  # type: ignore[arg-type]


def unpacked(course: TextCourse, source: Path) -> Unpacked:
    return unpack(settings(course), source, lambda *words: None)


@pytest.fixture
def there(tmp_path: Path) -> TextCourse:
    course = course_in(tmp_path / "there", data="digits")
    computed(course)
    return course


@pytest.fixture
def file(there: TextCourse, tmp_path: Path) -> Path:
    return packed(there, tmp_path / "sent" / "results.genreport").path


def test_a_result_is_found_on_a_machine_without_its_data(there: TextCourse, file: Path, tmp_path: Path) -> None:
    here = course_in(tmp_path / "here")
    assert standing(here) == [Standing.BLOCKED]
    began = datetime.now(UTC).date()
    done = unpacked(here, file)
    days = {began, datetime.now(UTC).date()}  # midnight may have passed
    assert (done.brought, done.there, done.unused) == (["1-a/q01/samples"], [], {})
    assert standing(here) == [Standing.HIT]
    session = session_of(here)
    (fingerprint,) = session.plan().jobs
    assert fingerprint == next(iter(session_of(there).plan().jobs))
    assert session.cache.load(fingerprint).metrics == {"shown": 4}
    origin = session.cache.provenance(fingerprint).origin
    assert origin in {f"results.genreport, unpacked on {day.isoformat()}" for day in days}
    assert session_of(there).cache.provenance(fingerprint).origin == ""
    done = unpacked(here, file)
    assert (done.brought, done.there) == ([], ["1-a/q01/samples"])


def test_files_that_are_there_are_still_looked_at(file: Path, tmp_path: Path) -> None:
    same, other = course_in(tmp_path / "same", data="digits"), course_in(tmp_path / "other", data="letters")
    unpacked(same, file)
    assert standing(same) == [Standing.HIT]
    done = unpacked(other, file)
    assert done.brought == []
    assert done.unused == {"1-a/q01/samples": ("data mnist",)}
    assert standing(other) == [Standing.MISS]


def test_one_file_that_is_there_must_be_the_one_that_was(file: Path, tmp_path: Path) -> None:
    here = course_in(tmp_path / "here")
    unpacked(here, file)
    first = SOURCES["mnist"].files[0]
    here.write(f"data/{first.path}", "digits" + first.path)
    assert standing(here) == [Standing.HIT]
    here.write(f"data/{first.path}", "letters")
    assert standing(here) == [Standing.BLOCKED]


def test_a_result_of_something_else_is_not_brought_and_it_is_said_why(file: Path, tmp_path: Path) -> None:
    here = course_in(tmp_path / "here", each=5)
    done = unpacked(here, file)
    assert done.brought == []
    assert done.unused == {"1-a/q01/samples": ("parameter each: 4 → 5",)}
    assert list(session_of(here).cache.entries()) == []
    bare = text_course(tmp_path / "bare")
    assert unpacked(bare, file).unused == {"1-a/q01/samples": ("no result of this course has that name",)}


def test_what_is_known_of_data_stays_and_the_difference_is_named(file: Path, tmp_path: Path) -> None:
    elsewhere = course_in(tmp_path / "elsewhere", data="letters")
    computed(elsewhere)
    second = packed(elsewhere, tmp_path / "second.genreport").path
    here = course_in(tmp_path / "here")
    assert unpacked(here, file).unlike == []
    done = unpacked(here, second)
    assert done.unlike == ["dataset/mnist"]
    assert done.unused == {"1-a/q01/samples": ("data mnist",)}
    assert standing(here) == [Standing.HIT]


def test_what_was_brought_can_be_packed_again_without_the_data(file: Path, tmp_path: Path) -> None:
    between, last = course_in(tmp_path / "between"), course_in(tmp_path / "last")
    unpacked(between, file)
    again = packed(between, tmp_path / "again.genreport")
    assert (again.results, again.missing) == (1, 0)
    assert again.path.read_bytes() == file.read_bytes()  # the mark is the cache's, not the pack's
    assert unpacked(last, again.path).brought == ["1-a/q01/samples"]


def test_a_result_computed_here_loses_the_mark(file: Path, tmp_path: Path) -> None:
    here = course_in(tmp_path / "here")
    unpacked(here, file)
    fingerprint = computed(here)
    assert session_of(here).cache.provenance(fingerprint).origin == ""


def test_since_counts_days_in_utc(there: TextCourse, tmp_path: Path) -> None:
    target = tmp_path / "since.genreport"
    assert packed(there, target, since=datetime(2026, 11, 21, tzinfo=UTC).date()).results == 1
    with pytest.raises(InputError, match="nothing of this is in the cache since 2026-11-22"):
        packed(there, target, since=datetime(2026, 11, 22, tzinfo=UTC).date())


def test_nothing_computed_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing of this is in the cache"):
        packed(course_in(tmp_path / "empty", data="digits"), tmp_path / "none.genreport")
    assert not (tmp_path / "none.genreport").exists()


def test_a_full_disk_in_the_middle_leaves_the_cache_whole(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = course_in(tmp_path / "here")

    def full(path: Path, content: bytes, durable: bool) -> None:
        path.write_bytes(content[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("generator.store.cache.write_file", full)
        with pytest.raises(CacheError, match="No space left"):
            unpacked(here, file)
    assert list(session_of(here).cache.entries()) == []
    assert unpacked(here, file).brought == ["1-a/q01/samples"]
    assert standing(here) == [Standing.HIT]


def test_a_mark_that_was_altered_is_damage(file: Path, tmp_path: Path) -> None:
    here = course_in(tmp_path / "here")
    unpacked(here, file)
    (mark,) = (tmp_path / "here/cache/brought").iterdir()
    replace_file(mark, b"\xff")
    assert not session_of(here).cache.is_sound(mark.name)


def test_the_commands_say_what_became_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner, cache = CliRunner(), str(tmp_path / "cache")
    nothing = runner.invoke(cli, ["unpack", str(tmp_path / "none.genreport"), "--cache", cache])
    assert nothing.exit_code != 0
    assert "there is no such file" in str(nothing.exception)
    empty = runner.invoke(cli, ["pack", "2-a/q01", "--cache", cache, "-o", str(tmp_path / "x.genreport")])
    assert "nothing of this is in the cache" in str(empty.exception)
    report = Unpacked(Path("r.genreport"), ["a"], ["b", "c"], {"d": ("1", "2", "3", "4")}, ["dataset/mnist"])
    monkeypatch.setattr("generator.commands.pack.unpack", lambda *parts: report)
    said = runner.invoke(cli, ["unpack", "r.genreport"])
    assert said.exit_code == 1  # something will not be used
    assert "1 results brought" not in said.output
    assert "1 result brought, 2 were there" in said.output
    assert "not used: d" in said.output
    assert "and 1 more" in said.output
