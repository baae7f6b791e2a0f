"""Downloads against a server of our own that cuts connections, forgets ranges and sends the wrong bytes."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator.datasets import download
from generator.datasets.download import Condition, Ending, condition, fetch
from generator.datasets.sources import RemoteFile
from generator.store.memo import Memo

BODY = bytes(range(256)) * 8_000  # 2 MB, several blocks


@dataclass
class Server:
    """What the server sends, how it misbehaves, and the Range header of every request that it saw."""

    address: str = ""
    body: bytes = BODY
    cut_after: list[int] = field(default_factory=list)  # one request each; later requests are answered in full
    statuses: list[int] = field(default_factory=list)  # likewise
    ranges: bool = True
    announces_length: bool = True
    seen: list[str | None] = field(default_factory=list)

    def file(self, name: str = "digits.npz", **changes: object) -> RemoteFile:
        facts = {"url": f"{self.address}/{name}", "sha256": hashlib.sha256(BODY).hexdigest(), "size": len(BODY)}
        return RemoteFile(path=f"sets/{name}", **{**facts, **changes})  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.seen.append(wanted)
            status = state.statuses.pop(0) if state.statuses else 200
            if "missing" in self.path:
                status = 404
            if status != 200:
                self.send_error(status)
                return
            first = start(wanted) if state.ranges else 0
            rest = state.body[first:]
            self.send_response(206 if first else 200)
            if state.announces_length:
                self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            self.wfile.write(rest[: state.cut_after.pop(0)] if state.cut_after else rest)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        state.address = f"http://127.0.0.1:{listener.server_port}"
        yield state
        listener.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits before further attempts, recorded instead of slept."""
    recorded: list[float] = []
    monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=recorded.append))
    return recorded


def start(range_header: str | None) -> int:
    """The first byte that a request asked for."""
    return int(range_header.removeprefix("bytes=").rstrip("-")) if range_header else 0


def leftovers(data: Path) -> list[str]:
    return sorted(path.name for path in data.rglob("*") if path.is_file())


def test_a_file_is_fetched_with_progress_and_nothing_else_is_left(server: Server, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    (done,) = fetch([server.file()], tmp_path, lambda _file, here, total: steps.append((here, total)))
    assert done.ending is Ending.DOWNLOADED
    assert done.path == tmp_path / "sets/digits.npz"
    assert done.path.read_bytes() == BODY
    assert steps[-1] == (len(BODY), len(BODY))
    assert [here for here, _ in steps] == sorted({here for here, _ in steps})
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["digits.npz", "sets"]


def packed(server: Server, **changes: object) -> RemoteFile:
    server.body = gzip.compress(BODY, compresslevel=0)  # level 0, so that it is long enough to be cut
    facts = {"sha256": hashlib.sha256(server.body).hexdigest(), "size": len(server.body)}
    sent = RemoteFile("sets/digits.npz.gz", f"{server.address}/digits.npz.gz", **facts)  # type: ignore[arg-type]
    return server.file(url=sent.url, packed=sent, **changes)


def test_a_packed_file_is_resumed_and_unpacked(server: Server, tmp_path: Path) -> None:
    file = packed(server)
    server.cut_after = [len(server.body) // 2]
    seen: set[str] = set()
    (done,) = fetch([file], tmp_path, lambda shown, _here, _total: seen.add(shown.path))
    assert done.ending is Ending.DOWNLOADED
    assert done.path.read_bytes() == BODY
    assert start(server.seen[-1]) > 0
    assert seen == {"sets/digits.npz"}
    assert leftovers(tmp_path) == ["digits.npz"]


def test_what_is_packed_is_verified_too(server: Server, tmp_path: Path) -> None:
    (bad,) = fetch([packed(server, sha256="0" * 64)], tmp_path)
    assert bad.ending is Ending.FAILED
    assert hashlib.sha256(BODY).hexdigest() in str(bad.error)
    assert leftovers(tmp_path) == []


def test_a_packed_file_that_cannot_be_fetched_is_to_be_unpacked_by_hand(server: Server, tmp_path: Path) -> None:
    file = packed(server)
    server.statuses = [403]
    (refused,) = fetch([file], tmp_path)
    assert refused.ending is Ending.FAILED
    assert f"unpack it to {tmp_path / 'sets/digits.npz'}" in refused.error.hint  # type: ignore[union-attr]


def test_the_beginning_of_a_digest_is_not_enough(server: Server, tmp_path: Path) -> None:
    (done,) = fetch([server.file(sha256=hashlib.sha256(BODY).hexdigest()[:8] + "0" * 56)], tmp_path)
    assert done.ending is Ending.FAILED


def test_a_cut_connection_is_resumed_where_it_stopped(server: Server, tmp_path: Path, waits: list[float]) -> None:
    server.cut_after = [1_000_000, 300_000]
    (done,) = fetch([server.file()], tmp_path)
    assert done.ending is Ending.DOWNLOADED
    assert done.path.read_bytes() == BODY
    first, second, third = (start(text) for text in server.seen)
    assert first == 0
    assert 1_000_000 - download.BLOCK < second <= 1_000_000
    assert second + 300_000 - download.BLOCK < third <= second + 300_000
    assert waits == [1, 2]


def test_a_cut_is_noticed_when_no_length_was_announced(server: Server, tmp_path: Path) -> None:
    server.announces_length = False
    server.cut_after = [700_000]
    (done,) = fetch([server.file()], tmp_path)
    assert done.path.read_bytes() == BODY
    assert [start(text) for text in server.seen] == [0, 700_000]


def test_a_later_run_goes_on_from_the_part_of_an_earlier_one(server: Server, tmp_path: Path) -> None:
    server.cut_after = [100_000] * 5
    (first,) = fetch([server.file()], tmp_path)
    assert first.ending is Ending.FAILED
    assert "goes on from where it stopped" in first.error.hint  # type: ignore[union-attr]
    assert not first.path.exists()
    (second,) = fetch([server.file()], tmp_path)
    assert second.path.read_bytes() == BODY
    assert start(server.seen[-1]) > 5 * (100_000 - download.BLOCK)


def test_a_server_without_ranges_sends_the_whole_file_again(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    server.cut_after = [1_500_000]
    (done,) = fetch([server.file()], tmp_path)
    assert done.path.read_bytes() == BODY
    assert start(server.seen[1]) > 0


def test_a_server_in_trouble_is_asked_again(server: Server, tmp_path: Path, waits: list[float]) -> None:
    server.statuses = [503, 429]
    (done,) = fetch([server.file()], tmp_path)
    assert done.ending is Ending.DOWNLOADED
    assert len(waits) == 2


def test_a_part_that_the_server_refuses_is_thrown_away(server: Server, tmp_path: Path) -> None:
    part = tmp_path / ".downloads/sets/digits.npz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(BODY[:1_000])
    server.statuses = [416]
    (done,) = fetch([server.file()], tmp_path)
    assert done.path.read_bytes() == BODY
    assert server.seen == ["bytes=1000-", None]


def test_a_wrong_digest_leaves_nothing_and_says_what_was_expected(server: Server, tmp_path: Path) -> None:
    server.body = BODY[::-1]
    (done,) = fetch([server.file()], tmp_path)
    assert done.ending is Ending.FAILED
    message = str(done.error)
    assert f"expected: sha256 {hashlib.sha256(BODY).hexdigest()}" in message
    assert f"got: sha256 {hashlib.sha256(BODY[::-1]).hexdigest()}" in message
    assert str(done.path) in message
    assert len(server.seen) == 1
    assert leftovers(tmp_path) == []


def test_a_stale_part_costs_one_failure_and_no_more(server: Server, tmp_path: Path) -> None:
    part = tmp_path / ".downloads/sets/digits.npz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 1_000)
    assert [fetch([server.file()], tmp_path)[0].ending for _ in range(2)] == [Ending.FAILED, Ending.DOWNLOADED]


def test_a_page_instead_of_the_file_is_refused_before_it_is_read(server: Server, tmp_path: Path) -> None:
    server.body = b"<html>Please log in to the network</html>"
    (done,) = fetch([server.file()], tmp_path)
    assert "got: 41 bytes" in str(done.error)
    assert leftovers(tmp_path) == []


def test_a_body_without_end_is_cut_at_the_published_size(server: Server, tmp_path: Path) -> None:
    server.announces_length = False
    server.body = BODY * 20
    seen: list[int] = []
    (done,) = fetch([server.file()], tmp_path, lambda _file, here, _total: seen.append(here))
    assert f"got: more than {len(BODY):,} bytes" in str(done.error)
    assert max(seen) <= len(BODY)
    assert leftovers(tmp_path) == []
    assert len(server.seen) == 1


def test_a_missing_file_names_its_address_and_is_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    (done,) = fetch([server.file("missing.npz")], tmp_path)
    assert f"{server.address}/missing.npz answers 404" in str(done.error)
    assert len(server.seen) == 1


def test_no_network_is_said_at_once_with_the_way_around(tmp_path: Path, waits: list[float]) -> None:
    listener = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    listener.server_close()  # a port that refuses connections
    file = Server(address=f"http://127.0.0.1:{listener.server_port}").file()
    (done,) = fetch([file], tmp_path)
    assert "cannot be reached" in str(done.error)
    assert "Connection refused" in str(done.error)
    assert f"copy it to {tmp_path / 'sets/digits.npz'}" in str(done.error)
    assert waits == []
    assert list(tmp_path.iterdir()) == []


def test_several_files_go_on_after_a_failure(server: Server, tmp_path: Path) -> None:
    files = [server.file("missing.npz"), server.file("present.npz")]
    assert [done.ending for done in fetch(files, tmp_path)] == [Ending.FAILED, Ending.DOWNLOADED]


def test_what_is_here_already_is_not_fetched(server: Server, tmp_path: Path) -> None:
    fetch([server.file()], tmp_path)
    (again,) = fetch([server.file()], tmp_path)
    assert again.ending is Ending.PRESENT
    assert len(server.seen) == 1


def test_another_file_under_the_same_name_is_kept_unless_forced(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "sets/digits.npz"
    path.parent.mkdir()
    path.write_bytes(b"lighter weights")
    assert condition(server.file(), tmp_path, Memo(None)) is Condition.DIFFERENT
    assert [done.ending for done in fetch([server.file()], tmp_path)] == [Ending.KEPT]
    assert path.read_bytes() == b"lighter weights"
    assert server.seen == []
    assert [done.ending for done in fetch([server.file()], tmp_path, force=True)] == [Ending.DOWNLOADED]
    assert path.read_bytes() == BODY


def test_a_forced_download_that_fails_keeps_the_old_file(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "sets/digits.npz"
    path.parent.mkdir()
    path.write_bytes(b"lighter weights")
    server.body = BODY[::-1]
    assert [done.ending for done in fetch([server.file()], tmp_path, force=True)] == [Ending.FAILED]
    assert path.read_bytes() == b"lighter weights"


def test_a_size_of_the_right_bytes_with_other_content_differs(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "sets/digits.npz"
    path.parent.mkdir()
    path.write_bytes(BODY[::-1])
    assert condition(server.file(), tmp_path, Memo(None)) is Condition.DIFFERENT


def test_a_disk_without_room_is_said_before_the_first_byte(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: SimpleNamespace(free=len(BODY) - 1))
    (done,) = fetch([server.file()], tmp_path / "not yet there")
    assert "does not fit" in str(done.error)
    assert server.seen == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a device that is always full")
def test_a_disk_that_fills_up_on_the_way_is_said(server: Server, tmp_path: Path) -> None:
    part = tmp_path / ".downloads/sets/digits.npz.part"
    part.parent.mkdir(parents=True)
    part.symlink_to("/dev/full")
    (done,) = fetch([server.file()], tmp_path)
    assert "does not fit" in str(done.error)
    assert not done.path.exists()


def test_a_file_that_another_process_is_fetching_is_left_to_it(server: Server, tmp_path: Path) -> None:
    part = tmp_path / ".downloads/sets/digits.npz.part"
    part.parent.mkdir(parents=True)
    with part.open("wb") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        theirs.write(BODY[:5])
        theirs.flush()
        (done,) = fetch([server.file()], tmp_path)
    assert "being fetched by another genreport" in str(done.error)
    assert part.read_bytes() == BODY[:5]


def test_a_data_folder_that_cannot_be_written_is_said(server: Server, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    (done,) = fetch([server.file()], tmp_path / "data")
    assert "cannot be written" in str(done.error)
    assert str(tmp_path / "data") in str(done.error)


def test_the_staging_folder_lies_on_the_data_folders_file_system(server: Server, tmp_path: Path) -> None:
    """The last step must be a rename: a copy could leave half a file under the final name."""
    server.cut_after = [100_000] * 5
    fetch([server.file()], tmp_path)
    assert leftovers(tmp_path) == ["digits.npz.part"]
    shutil.rmtree(tmp_path / download.STAGING)
    assert leftovers(tmp_path) == []
