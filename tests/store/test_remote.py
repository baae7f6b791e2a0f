"""Results put on, and brought from, servers of other people's making: an S3 interface (moto) and SFTP (asyncssh)."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli.main import cli
from generator.store import places
from generator.store.places import PATIENCE, Place, place_at
from generator.store.remote import Remote, without_user
from tests.commands.test_bringing import computed, settings
from tests.courses_for_tests import CourseHere, write_sums

fsspec = pytest.importorskip("fsspec")
MORE = "title: More\nstatement: And of more?\nresults:\n  more: {computation: add, params: {last: 20}}\n"


@dataclass
class Server:
    """A running server with a folder, whose files can be reached behind its back."""

    port: int
    at: Callable[[int], str]  # the folder's address where a port is asked
    files: Callable[[], dict[str, bytes]]
    put: Callable[[str, bytes], None]

    @property
    def address(self) -> str:
        return self.at(self.port)


@contextlib.contextmanager
def running(kind: str, folder: Path) -> Iterator[int]:
    """The port of a server that serves a folder."""
    script = Path(__file__).with_name("servers_for_tests.py")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, str(script), kind, str(folder)], text=True, **pipes) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.kill()


@contextlib.contextmanager
def s3(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Server]:
    s3fs = pytest.importorskip("s3fs")
    pytest.importorskip("moto.server")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "ada",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }.items():
        patch.setenv(name, value)

    def at(port: int) -> str:
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        return "s3://results/class"

    with running("s3", folder) as port:
        at(port)
        own = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
        own.mkdir("results")

        def files() -> dict[str, bytes]:
            return {name.removeprefix("results/class/"): own.cat(name) for name in own.find("results/class")}

        yield Server(port, at, files, lambda name, content: own.pipe(f"results/class/{name}", content))


@contextlib.contextmanager
def sftp(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Server]:
    pytest.importorskip("paramiko")
    pytest.importorskip("asyncssh")
    patch.setenv("HOME", str(folder))  # whose .ssh nobody has filled
    patch.delenv("SSH_AUTH_SOCK", raising=False)
    shelf = folder / "class"

    def put(name: str, content: bytes) -> None:
        (shelf / name).write_bytes(content)

    def files() -> dict[str, bytes]:
        return {path.relative_to(shelf).as_posix(): path.read_bytes() for path in shelf.rglob("*") if path.is_file()}

    with running("sftp", folder) as port:
        yield Server(port, lambda port: f"sftp://ada:secret@127.0.0.1:{port}/class", files, put)


@pytest.fixture(scope="module", params=[s3, sftp], ids=["S3", "SFTP"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "*")
        patch.setattr(places, "PATIENCE", 60.0)  # what answers may be as slow as a machine with much else to do
        with request.param(tmp_path_factory.mktemp("server"), patch) as found:
            yield found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CourseHere:
    """A course whose three results are computed, in a teacher's cache and on a shelf."""
    course = write_sums(tmp_path_factory.mktemp("made") / "course")
    (course.folder / "questions/only/q03.yaml").write_text(MORE)
    (course.folder / "answers/only/q03.md").write_text("It is {{ more.sum }}.\n")
    course.edit("questions/only/lab.yaml", "q02]", "q02, q03]")
    assert "3 computed, 0 cached" in asked(course, "teacher", "build", "--jobs", "1")
    asked(course, "teacher", "push", str(course.folder.parent / "shelf"))
    return course


@pytest.fixture
def student(made: CourseHere) -> str:
    """The name of an empty cache."""
    for name in ("student", "student-build"):
        shutil.rmtree(made.folder.parent / name, ignore_errors=True)
    return "student"


@pytest.fixture(scope="module")
def filled(server: Server, made: CourseHere) -> Server:
    pushed = asked(made, "teacher", "push", server.address)
    assert pushed == f"3 results put into {without_user(server.address)}, 0 were there\n"
    return server


def asked(course: CourseHere, cache: str, *arguments: str, code: int = 0) -> str:
    """What a command says about the course with a cache of its own, in this process."""
    places = ["--course", str(course.folder), "--cache", str(course.folder.parent / cache)]
    output = (
        ["--format", "html", "--output", str(course.folder.parent / f"{cache}-build")] if "build" in arguments else []
    )
    done = CliRunner().invoke(cli, [*arguments, *places, *output], env={"GENREPORT_READ_CACHE": "", "COLUMNS": "200"})
    assert done.exit_code == code, done.output
    return done.output + str(done.exception or "")


def copied(course: CourseHere, cache: str, *places: str) -> list[str]:
    """What is said when all of the course comes from places, and nothing is computed."""
    said: list[str] = []
    states = computed(settings(course, course.folder.parent, cache, *places), said)
    assert set(states.values()) == {"cached"}
    return said


def shelf_of(course: CourseHere) -> dict[str, bytes]:
    shelf = course.folder.parent / "shelf"
    paths = [path for path in shelf.rglob("*") if path.is_file()]
    return {path.relative_to(shelf).as_posix(): path.read_bytes() for path in paths}


def brought(address: str, shelf: dict[str, bytes]) -> tuple[Place, int, float]:
    """A place as it is after it was asked for all of the shelf, how many came, and the seconds that it took."""
    place, begun = place_at(address), time.monotonic()
    place.data()
    found = len([*place.entries(sorted({name.split("/")[2] for name in shelf if name.startswith("entries/")}))])
    return place, found, time.monotonic() - begun


def test_what_is_pushed_there_is_computed_nowhere_else(filled: Server, made: CourseHere, student: str) -> None:
    assert filled.files() == shelf_of(made)
    said = asked(made, student, "build", "--read-cache", filled.address)
    assert "0 computed, 3 cached" in said
    assert f"{without_user(filled.address)}: 3 results copied" in said
    page = (made.folder.parent / "student-build/report.html").read_text(encoding="utf-8")
    assert "copied on " in page
    assert "secret" not in said + page


def test_what_is_damaged_there_is_named_and_not_used_until_it_is_pushed_anew(
    filled: Server, made: CourseHere, student: str
) -> None:
    name = next(name for name in filled.files() if name.endswith("result.json"))
    filled.put(name, filled.files()[name][::-1])
    shelf = str(made.folder.parent / "shelf")
    said = copied(made, student, filled.address, shelf)
    there = without_user(filled.address)
    assert said == [f"{there}: 2 results copied", f"{there}: 1 damaged, not taken", f"{shelf}: 1 result copied"]
    assert "1 result put" in asked(made, "teacher", "push", filled.address)
    assert filled.files() == shelf_of(made)


@pytest.mark.parametrize("fault", ["is gone", "hangs"])
def test_a_server_that_does_not_answer_costs_two_seconds_and_a_line(
    fault: str,
    filled: Server,
    made: CourseHere,
    student: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "PATIENCE", PATIENCE)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = filled.at(listening.getsockname()[1])
        if fault == "is gone":
            listening.close()
        place, found, seconds = brought(address, shelf_of(made))
        assert found == 0
        assert place.lost
        assert seconds < 6 * PATIENCE  # on however busy a machine; the libraries would wait longer
        shelf = str(made.folder.parent / "shelf")
        said = copied(made, student, address, shelf)
    assert said == [f"{place.name}: given up: {place.lost}", f"{shelf}: 3 results copied"]
    assert "secret" not in said[0]
    assert "\n" not in said[0]
    assert capfd.readouterr() == ("", "")  # the libraries' own complaints


def test_what_takes_no_results_is_said(filled: Server, made: CourseHere) -> None:
    said = asked(made, "teacher", "push", filled.address.replace("results", "nothing").replace(":secret", ":x"), code=1)
    assert "takes no results" in said
    assert len(said.splitlines()) <= 3, said


def test_a_web_server_takes_no_results(made: CourseHere) -> None:
    said = asked(made, "teacher", "push", "https://ada:secret@example.org/results", code=1)
    assert "a web server takes no results" in said
    assert "secret" not in said


def test_a_file_comes_in_pieces_so_that_a_slow_place_shows_that_it_moves(server: Server) -> None:
    server.put("large", bytes(2**22))
    remote, asked_for = Remote(server.address), []
    with remote.open("large") as stream:
        if (cache := getattr(stream, "cache", None)) is None:
            pytest.skip("nothing is read ahead")
        fetch = cache.fetcher
        cache.fetcher = lambda start, end: (asked_for.append(end - start), fetch(start, end))[1]
        assert len(stream.read(2**18)) == 2**18
    assert 2**18 <= sum(asked_for) <= 2**19
