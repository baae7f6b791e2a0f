"""Data sets and networks that a course states: planned, fetched and guarded as ours are; what is wrong with one.

Covers planning/data.py where it meets a course.
"""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from generator.commands.bringing import bring_results, push
from generator.commands.doctor import Health, check_profile
from generator.commands.fetch import by_hand, fetch_data, remote_files
from generator.commands.pack import pack, unpack
from generator.commands.session import Folders, Session, Settings, open_session
from generator.datasets.download import Ending
from generator.errors import InputError
from generator.jobs import Provenance
from generator.planning.plan import Standing
from generator.results import Result
from generator.running import loaded_code
from generator.running.worker import Conditions, run_job
from generator.store.cache import Cache
from generator.store.memo import Memo
from tests.courses_for_tests import CourseHere, write_sums

SWINGS = b"1.9\n2.1\n"
DIGEST = hashlib.sha256(SWINGS).hexdigest()
DATA = f"""\
datasets:
  swings:
    title: Swings of a pendulum
    files:
      - {{path: swings/first.txt, url: "https://example.org/first.txt", size: 8, sha256: {DIGEST}}}
      - {{path: swings/second.txt}}
    obtain: ask your teacher for second.txt
"""
READING = """\
from generator import Dataset, Result, Workspace, computation


@computation(metrics={"measured": ["mean"]})
def mean_swing(workspace: Workspace, *, dataset: Dataset) -> Result:
    text = (workspace.data / dataset / "first.txt").read_text()
    values = [float(line) for line in text.split()]
    return Result({"mean": sum(values) / len(values)})
"""


@pytest.fixture
def course(tmp_path: Path) -> CourseHere:
    course = write_sums(tmp_path / "course")
    course.write("course.yaml", "title: Sums\nlabs: [only]\n" + DATA)
    course.write("computations/reading.py", READING)
    course.edit(
        "questions/only/q02.yaml",
        "computation: multiply, params: {last: 5}",
        "computation: mean_swing, params: {dataset: swings}",
    )
    course.edit("answers/only/q02.md", "multiplied.product", "multiplied.mean | decimal(1)")
    return course


@pytest.fixture(autouse=True)
def _left_as_it_was() -> object:
    yield
    loaded_code.adopt(())


def opened(course: CourseHere) -> Session:
    return open_session(Settings(folders=Folders(course.folder / "data", course.folder / "cache", course.folder)))


def mistakes(course: CourseHere) -> list[str]:
    with pytest.raises(InputError) as caught:
        opened(course)
    return [f"{mistake.line}: {mistake.message}" for mistake in caught.value.mistakes]


def test_what_is_missing_is_fetched_or_said_how_to_get(course: CourseHere) -> None:
    session = opened(course)
    datasets, networks = session.needs()
    own, data = session.course.own_data, course.folder / "data"
    assert (datasets, networks) == (frozenset({"swings"}), frozenset())
    assert [file.path for file in remote_files(datasets, networks, own)] == ["swings/first.txt"]
    assert by_hand(datasets, networks, data, own) == [(data / "swings/second.txt", "ask your teacher for second.txt")]
    plan = session.plan()
    planned = plan.jobs[plan.by_address["only/q02/multiplied"]]
    assert planned.standing is Standing.BLOCKED
    assert planned.failure is not None
    assert planned.failure.hint == "ask your teacher for second.txt"
    check = check_profile("standard", data, datasets, networks, Memo(None), own)
    assert (check.state, "first.txt" in check.found) == (Health.WARN, True)
    (data / "swings").mkdir(parents=True)
    (data / "swings/first.txt").write_bytes(SWINGS)
    check = check_profile("standard", data, datasets, networks, Memo(None), own)
    assert (check.state, check.mend) == (Health.FAIL, "ask your teacher for second.txt")


def test_its_files_are_part_of_the_fingerprint_and_guarded(course: CourseHere) -> None:
    folder = course.folder / "data" / "swings"
    folder.mkdir(parents=True)
    for name in ("first.txt", "second.txt"):
        (folder / name).write_bytes(SWINGS)
    plan = opened(course).plan()
    job = plan.jobs[plan.by_address["only/q02/multiplied"]].job
    assert job.own_files == {"dataset/swings": ("swings/first.txt", "swings/second.txt")}
    code = (course.code,)
    snapshot = loaded_code.snapshot(courses=code)
    conditions = Conditions(course.folder / "cache", course.folder / "data", "cpu", 1, snapshot, code)
    assert run_job(job, conditions, lambda note: None).failure is None
    assert Cache(course.folder / "cache").load(job.fingerprint).metrics == {"mean": 2.0}
    (folder / "second.txt").write_text("3\n")
    again = opened(course).plan()
    assert again.by_address["only/q02/multiplied"] != job.fingerprint
    assert again.by_address["only/q01/added"] == plan.by_address["only/q01/added"]
    changed = run_job(dataclasses.replace(job, fingerprint="f" * 64), conditions, lambda note: None)
    assert changed.failure is not None
    assert "swings" in changed.failure.reason


def test_a_name_that_is_none_is_said_with_the_courses_own(course: CourseHere) -> None:
    course.edit("questions/only/q02.yaml", "dataset: swings", "dataset: swing")
    with pytest.raises(InputError, match="did you mean 'swings'"):
        opened(course)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("  swings:", "  mnist:", 4, "the program has one of this name"),
        ("path: swings/second.txt", "path: ../second.txt", 8, "leads elsewhere"),
        ("path: swings/second.txt", "path: /etc/passwd", 8, "leads elsewhere"),
        ("size: 8, ", "", 7, "says not what it must be"),
        ("https://example.org", "file:///etc", 7, "cannot be fetched"),
    ],
)
def test_what_is_wrong_with_one_is_named(course: CourseHere, old: str, new: str, line: int, message: str) -> None:
    course.edit("course.yaml", old, new)
    assert f"{line}: {message}" in mistakes(course)


def test_what_nobody_could_get_is_named(course: CourseHere) -> None:
    course.write("course.yaml", "title: Sums\nlabs: [only]\ndatasets:\n  swings: {title: S, files: [{path: s.txt}]}\n")
    assert mistakes(course) == ["4: nobody could get this"]


def filled(course: CourseHere, content: bytes) -> None:
    """Put its files where a computation reads them."""
    (course.folder / "data/swings").mkdir(parents=True)
    for name in ("first.txt", "second.txt"):
        (course.folder / "data/swings" / name).write_bytes(content)


def computed(course: CourseHere, mean: float) -> Path:
    """A pack of the result that the course has of its own data."""
    session = opened(course)
    fingerprint = session.plan().by_address["only/q02/multiplied"]
    with session.cache.lock(fingerprint):
        record = Provenance("mean_swing", {}, fingerprint, "CPU", 1.0, 1, "2026-11-20T12:00:00+00:00")
        session.cache.save(fingerprint, Result({"mean": mean}), record)
    return pack(session.settings, ("only/q02",), course.folder / "it.genreport", None, lambda *words: None).path


def without_data(course: CourseHere, cache: Path) -> Settings:
    return Settings(folders=Folders(cache.parent / "none", cache, course.folder))


def test_data_of_one_name_in_two_courses_is_not_mixed_in_a_shared_cache(course: CourseHere, tmp_path: Path) -> None:
    other = CourseHere(tmp_path / "other")
    shutil.copytree(course.folder, other.folder)
    other.edit("course.yaml", "title: Swings of a pendulum", "title: Swings of a child")
    other.edit("course.yaml", DIGEST, hashlib.sha256(b"7.0\n").hexdigest())
    filled(course, SWINGS)
    filled(other, b"7.0\n")
    mine, theirs = computed(course, 2.0), computed(other, 7.0)
    cache = tmp_path / "shared"
    for here, file in ((course, mine), (other, theirs)):
        done = unpack(without_data(here, cache), file, lambda *words: None)
        assert (done.brought, done.unlike) == (["only/q02/multiplied"], [])
    for here, mean in ((course, 2.0), (other, 7.0)):
        session = open_session(without_data(here, cache))
        plan = session.plan()
        found = plan.jobs[plan.by_address["only/q02/multiplied"]]
        assert found.standing is Standing.HIT
        assert session.cache.load(found.job.fingerprint).metrics == {"mean": mean}
    done = unpack(without_data(other, cache), mine, lambda *words: None)
    assert (done.brought, done.unlike, [*done.unused]) == ([], ["dataset/swings"], ["only/q02/multiplied"])


def test_both_may_be_put_where_others_read_results_from(course: CourseHere, tmp_path: Path) -> None:
    other = CourseHere(tmp_path / "other")
    shutil.copytree(course.folder, other.folder)
    other.edit("course.yaml", DIGEST, hashlib.sha256(b"7.0\n").hexdigest())
    for here, content, mean in ((course, SWINGS, 2.0), (other, b"7.0\n", 7.0)):
        filled(here, content)
        computed(here, mean)
        assert push(opened(here).settings, ("only/q02",), tmp_path / "place", lambda *words: None) == (1, 0)
    for here, mean in ((course, 2.0), (other, 7.0)):
        session = open_session(
            dataclasses.replace(without_data(here, tmp_path / "empty"), places=(str(tmp_path / "place"),))
        )
        said: list[str] = []
        plan = bring_results(session, session.plan(), ("only/q02",), said.append)
        assert [line.partition(": ")[2] for line in said] == ["1 result copied"]
        found = plan.by_address["only/q02/multiplied"]
        assert session.cache.load(found).metrics == {"mean": mean}


def test_the_programs_computations_read_no_data_of_a_courses_own(course: CourseHere) -> None:
    course.edit("course.yaml", "labs: [only]", "labs: [only]\ncode: [computations, genreport]")
    course.edit(
        "questions/only/q02.yaml",
        "mean_swing, params: {dataset: swings}",
        "domain_samples, params: {source: swings, target: embedded_mnist, each: 1}",
    )
    course.edit("answers/only/q02.md", "multiplied.mean | decimal(1)", "1")
    assert mistakes(course) == ["4: the program’s computations read no data set of a course’s own"]


def test_a_file_with_an_address_is_fetched_held_to_its_digest_and_read(course: CourseHere, tmp_path: Path) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(SWINGS)))
            self.end_headers()
            self.wfile.write(SWINGS)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        course.edit("course.yaml", "https://example.org", f"http://127.0.0.1:{server.server_port}")
        settings = opened(course).settings
        fetched, by_hand_ = fetch_data(settings, lambda *words: None)
        assert [(one.ending, one.error) for one in fetched] == [(Ending.DOWNLOADED, None)]
        assert by_hand_ == ["ask your teacher for second.txt"]
        assert (course.folder / "data/swings/first.txt").read_bytes() == SWINGS
        assert [one.ending for one in fetch_data(settings, lambda *words: None)[0]] == [Ending.PRESENT]
        (course.folder / "data/swings/first.txt").unlink()
        course.edit("course.yaml", DIGEST, "f" * 64)
        ((fetched,), _) = fetch_data(settings, lambda *words: None)
        server.shutdown()
    assert fetched.error is not None
    assert not (course.folder / "data/swings/first.txt").exists()
