"""Places that hold results: folders and web servers that are slow, gone, cut off or false. Nothing costs much time."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.errors import InputError
from generator.jobs import Provenance
from generator.results import Result
from generator.store import places
from generator.store.cache import Cache
from generator.store.places import Place, place_at

KINDS = [f"{number:x}" * 64 for number in range(1, 6)]
Answer = Callable[[http.server.BaseHTTPRequestHandler, bytes], None]


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with five results, and the digests of what they were computed from."""
    cache = Cache(tmp_path / "shelf")
    for number, fingerprint in enumerate(KINDS):
        record = Provenance("count", {}, fingerprint, "cpu", 1.0, 1, "2026-11-20T12:00:00+00:00")
        with cache.lock(fingerprint):
            cache.save(fingerprint, Result(metrics={"number": number}), record)
    (cache.folder / "data.lock").write_text('{"files": {"dataset/a": {"a.npy": "00"}}}')
    return cache.folder


@pytest.fixture
def serve(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], str]]:
    """Serve the shelf, each file handed over in the way of the test; gives the address."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(places, "PATIENCE", 60.0)  # what answers may be as slow as a machine with much else to do
    running = []

    def start(answer: Answer) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = shelf / self.path.lstrip("/")
                if not path.is_file():
                    self.send_error(404)
                    return
                answer(self, path.read_bytes())

            def log_message(self, *words: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *words: None  # who is given up closes the connection
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def whole(handler: http.server.BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def cut(handler: http.server.BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])


def hang(handler: http.server.BaseHTTPRequestHandler, content: bytes) -> None:
    time.sleep(600)


def drip(handler: http.server.BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    for byte in content:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.1)


def lie(handler: http.server.BaseHTTPRequestHandler, content: bytes) -> None:
    whole(handler, content.replace(b"number", b"numbre"))


def endless(handler: http.server.BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 2**16)


def refuse(handler: http.server.BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_error(500)


def found(place: Place) -> list[str]:
    return sorted(fingerprint for fingerprint, _ in place.entries([*KINDS, "a" * 64]))


def test_a_folder_gives_what_it_holds(shelf: Path) -> None:
    place = place_at(str(shelf))
    assert found(place) == KINDS
    assert place.data() == {"dataset/a": {"a.npy": "00"}}
    assert (place.damaged, place.lost) == (0, "")


def test_a_server_of_plain_files_gives_the_same(serve: Callable[[Answer], str]) -> None:
    place = place_at(serve(whole))
    assert found(place) == KINDS
    assert place.data() == {"dataset/a": {"a.npy": "00"}}
    assert (place.damaged, place.lost) == (0, "")


def test_a_folder_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    place = place_at(str(tmp_path / "nowhere"))
    assert (found(place), place.data(), place.lost) == ([], {}, "")


def test_what_is_damaged_is_left_and_the_rest_is_taken(shelf: Path) -> None:
    (shelf / "entries" / KINDS[1][:2] / KINDS[1] / "result.json").write_bytes(b"{}")
    (shelf / "entries" / KINDS[2][:2] / KINDS[2] / "manifest.json").write_bytes(b"{")
    (shelf / "entries" / KINDS[3][:2] / KINDS[3] / "arrays.safetensors").unlink()
    (shelf / "data.lock").write_text('{"files": {"dataset/a": 3}}')
    place = place_at(str(shelf))
    assert found(place) == [KINDS[0], KINDS[4]]
    assert (place.damaged, place.data()) == (2, {})


@pytest.mark.parametrize(
    ("answer", "lost", "damaged"),
    [
        (cut, "", 5),
        (hang, "nothing came for 0.5 s", 0),
        (drip, "nothing came for 0.5 s", 0),
        (lie, "", 5),
        (endless, "", 5),
        (refuse, "it answers 500 Internal Server Error", 0),
    ],
)
def test_a_bad_server_gives_nothing_and_costs_little(
    answer: Answer, lost: str, damaged: int, serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = serve(answer)
    if lost.startswith("nothing"):
        monkeypatch.setattr(places, "PATIENCE", 0.5)
    place = place_at(address)
    begun = time.monotonic()
    assert found(place) == []
    assert time.monotonic() - begun < 30  # a tenth of what would come of waiting; 0.5 on an idle machine
    assert place.lost.startswith(lost)
    assert bool(place.lost) == bool(lost)
    assert place.damaged == damaged
    if place.lost:
        again: list[object] = []
        monkeypatch.setattr(Place, "_work", lambda *given: again.append(given))
        assert (found(place), place.data(), again) == ([], {}, [])


def test_a_server_that_is_gone_is_given_up_at_once(serve: Callable[[Answer], str]) -> None:
    place = place_at("http://127.0.0.1:9")
    assert found(place) == []
    assert "refused" in place.lost


def test_a_server_that_leads_to_a_file_of_this_machine_is_given_up(serve: Callable[[Answer], str], shelf: Path) -> None:
    def lead(handler: http.server.BaseHTTPRequestHandler, content: bytes) -> None:
        handler.send_response(302)
        handler.send_header("Location", f"file://{shelf}{handler.path}")
        handler.end_headers()

    place = place_at(serve(lead))
    assert found(place) == []
    assert place.lost


def test_a_scheme_that_nothing_opens_is_an_input_error() -> None:
    with pytest.raises(InputError, match="results cannot lie there"):
        place_at("nonsense://host/results")


def test_other_schemes_are_opened_by_fsspec(shelf: Path) -> None:
    memory = pytest.importorskip("fsspec").filesystem("memory")
    for path in shelf.rglob("*"):
        if path.is_file():
            memory.pipe(f"/results/{path.relative_to(shelf).as_posix()}", path.read_bytes())
    assert found(place_at("memory://results")) == KINDS


def test_a_place_is_told_without_the_password_that_opens_it() -> None:
    """Its name stands on the page, as the origin of what was copied."""
    pytest.importorskip("fsspec")
    assert place_at("memory://ada:secret@results/class@home").name == "memory://results/class@home"
    assert place_at("https://ada:secret@example.org/results").name == "https://example.org/results"
    assert place_at("https://example.org/a@b").name == "https://example.org/a@b"
    with pytest.raises(InputError) as raised:
        place_at("nothing://ada:secret@example.org/results")
    assert "secret" not in str(raised.value)
