"""Who is answered, and with what. Covers commands/preview/exported.py too."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from generator.commands.preview.board import Board, ShownPage
from generator.commands.preview.server import PreviewServer
from generator.errors import InputError

PAGE = "<!DOCTYPE html>\n<html><head>\n<title>A page</title></head><body><p>Words</p></body></html>\n"


def write_results(folder: Path) -> None:
    (folder / "results/tables").mkdir(parents=True)
    (folder / "results/metrics.json").write_text("{}")
    (folder / "results/tables/one.csv").write_text("a,b\n")


@dataclass
class Desk:
    """A server, and how to ask it."""

    server: PreviewServer
    board: Board
    asked: list[str] = field(default_factory=list)

    def ask(
        self, path: str, method: str = "GET", token: str | None = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=10)
        given = {"Host": self.server.hosts[0]} | {name.capitalize(): value for name, value in headers.items()}
        start = f"/{self.server.token if token is None else token}/"
        connection.putrequest(method, start + path, skip_host=True)
        for name, value in given.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        found = answer.status, answer.read(), dict(answer.getheaders())
        connection.close()
        return found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "style.css").write_text("p {}")
    (folder / "secret.txt").write_text("SECRET")
    board = Board()
    files = {"assets/style.css": folder / "style.css", "assets/figures/a.svg": b"<svg/>"}
    board.show(ShownPage("report.html", PAGE, files, exports=write_results), ())
    asked: list[str] = []
    server = PreviewServer(board, 0, lambda: asked.append("compute"), folder)
    server.start()
    yield Desk(server, board, asked)
    server.stop()


def test_the_page_comes_with_the_script_that_renews_it_before_its_own(desk: Desk) -> None:
    status, content, headers = desk.ask("")
    assert status == 200
    text = content.decode()
    assert text.index("~preview/preview.js") < text.index("<title>A page")
    assert desk.ask("report.html")[1] == content
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert (headers["Referrer-Policy"], headers["X-Content-Type-Options"]) == ("no-referrer", "nosniff")


def test_what_the_page_is_made_of_is_there_by_its_whole_name(desk: Desk) -> None:
    assert desk.ask("assets/style.css")[1] == b"p {}"
    status, content, headers = desk.ask("assets/figures/a.svg?v=3")
    assert (status, content, headers["Content-Type"]) == (200, b"<svg/>", "image/svg+xml")
    assert desk.ask("results/tables/one.csv")[1] == b"a,b\n"
    assert desk.ask("~preview/preview.js")[2]["Content-Type"] == "text/javascript; charset=utf-8"
    told = json.loads(desk.ask("~preview/page")[1])
    assert (told["version"], told["files"]["assets/style.css"]) == (1, 1)
    assert "Words" in told["html"]


@pytest.mark.parametrize("query", ["", "?from=", "?from=x", "?from=-1", "?from=9999999999999", "?from=%C2%B2", "?to=1"])
def test_who_does_not_say_what_they_have_gets_all(desk: Desk, query: str) -> None:
    assert "Words" in json.loads(desk.ask(f"~preview/page{query}")[1])["html"]


def test_who_has_the_page_is_sent_what_changed_alone(tmp_path: Path) -> None:
    board = Board()
    page = PAGE.replace("<p>", '\n<section class="question" id="q1">\n<p>').replace("</p>", "</p>\n</section>\n")
    server = PreviewServer(board, 0, lambda: None, tmp_path)
    server.start()
    try:
        desk = Desk(server, board)
        board.show(ShownPage("report.html", page, {"a.svg": b"a", "b.svg": b"b"}), ())
        assert json.loads(desk.ask("~preview/page?from=1")[1]) == {"version": 1, "files": {}, "parts": {}}
        board.show(ShownPage("report.html", page.replace("Words", "More"), {"a.svg": b"A", "b.svg": b"b"}), ())
        told = json.loads(desk.ask("~preview/page?from=1")[1])
        assert (told["version"], told["files"], [*told["parts"]]) == (2, {"a.svg": 2}, ["q1"])
        assert "<p>More</p>" in told["parts"]["q1"]
        assert "html" in json.loads(desk.ask("~preview/page?from=0")[1])
    finally:
        server.stop()


@pytest.mark.parametrize(
    "path",
    [
        "assets/", "assets", "assets/figures/", "results/", "results/tables", "secret.txt", "../secret.txt",
        "assets/../secret.txt", "assets/..%2fsecret.txt", "..%2f..%2f..%2fetc/passwd", "%2e%2e/%2e%2e/etc/passwd",
        "/etc/passwd", "//etc/passwd", "assets//style.css", "assets/./style.css", "ASSETS/STYLE.CSS",
        "~preview/../report.html", "~preview/server.py", "~preview/", "results/../../secret.txt", "assets/style.css%00",
        "assets\\style.css", ".genreport.json",
    ],
)  # fmt: skip
def test_nothing_else_is_there(desk: Desk, path: str) -> None:
    status, content, _ = desk.ask(path)
    assert status == 404, content
    assert b"SECRET" not in content


@pytest.mark.parametrize("token", ["", "wrong", "x" * 24, "%C3%A9"])
@pytest.mark.parametrize("path", ["", "assets/style.css", "~preview/events", "~preview/page"])
def test_without_the_token_nobody_gets_anything(desk: Desk, token: str, path: str) -> None:
    status, content, headers = desk.ask(path, token=token)
    assert status == 403
    assert b"Words" not in content
    assert desk.server.token.encode() not in content
    assert desk.server.token not in str(headers)


@pytest.mark.parametrize("path", ["/", "*", "http://127.0.0.1/", "/TOKEN"])
def test_an_address_that_is_not_whole_is_refused(desk: Desk, path: str) -> None:
    with socket.create_connection(("127.0.0.1", desk.server.server_port), timeout=10) as plain:
        asked = path.replace("TOKEN", desk.server.token)
        plain.sendall(f"GET {asked} HTTP/1.1\r\nHost: {desk.server.hosts[0]}\r\n\r\n".encode())
        assert b" 403 " in plain.recv(200)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:PORT", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:PORT", "[::1]:PORT"],
)
def test_no_other_name_may_lead_to_this_machine(desk: Desk, host: str) -> None:
    named = host.replace("PORT", str(desk.server.server_port))
    assert desk.ask("", host=named)[0] == 403
    assert desk.ask("~preview/compute", "POST", host=named, origin=f"http://{named}")[0] == 403
    assert desk.asked == []


def test_this_machine_may_be_called_localhost(desk: Desk) -> None:
    assert desk.ask("", host=f"localhost:{desk.server.server_port}")[0] == 200


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "https://127.0.0.1:PORT", "http://127.0.0.1:1"])
def test_only_the_page_itself_may_start_computing(desk: Desk, origin: str) -> None:
    headers = {"origin": origin.replace("PORT", str(desk.server.server_port))} if origin else {}
    assert desk.ask("~preview/compute", "POST", **headers)[0] == 403
    assert desk.ask("~preview/compute")[0] == 404, "no link can start it"
    assert desk.asked == []


def test_the_page_starts_computing(desk: Desk) -> None:
    origin = f"http://{desk.server.hosts[0]}"
    assert desk.ask("~preview/compute", "POST", origin=origin, token="wrong")[0] == 403
    assert desk.ask("report.html", "POST", origin=origin)[0] == 404
    assert desk.ask("~preview/compute", "POST", origin=origin, **{"content-length": "100000000"})[0] == 413
    assert desk.asked == []
    assert desk.ask("~preview/compute", "POST", origin=origin)[0] == 202
    assert desk.asked == ["compute"]
    desk.asked.clear()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD"])
def test_nothing_else_can_be_done(desk: Desk, method: str) -> None:
    assert desk.ask("", method)[0] == 501


def test_it_listens_to_this_machine_alone(desk: Desk) -> None:
    assert desk.server.server_address[0] == "127.0.0.1"
    assert len(desk.server.token) >= 22


def test_a_port_that_is_taken_is_a_mistake(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"port {desk.server.server_port} cannot be had"):
        PreviewServer(Board(), desk.server.server_port, lambda: None, tmp_path)


def test_it_ends_although_browsers_hold_on_to_it(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    server = PreviewServer(Board(), 0, lambda: None, tmp_path)
    server.start()
    connections = [http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10) for _ in range(3)]
    try:
        for connection, path in zip(connections, ("", "~preview/events", "assets/none"), strict=True):
            connection.request("GET", f"/{server.token}/{path}")
        assert b"genreport preview" in connections[0].getresponse().read(), "there is no page yet"
        assert connections[1].getresponse().fp.readline().startswith(b"data: {")
        connections[2].getresponse().read()
        idle = socket.create_connection(("127.0.0.1", server.server_port), timeout=10)
    finally:
        server.stop()
    for connection in (idle, *connections):
        connection.close()
    assert set(threading.enumerate()) == before
