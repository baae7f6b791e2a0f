"""Serves a preview to browsers of this machine: the page, what it loads, and what changes.

Other pages in the same browser, and other users of the machine, are kept out: the address has a part that cannot be
guessed, requests must name this machine (so that no other name can be made to lead here), and what starts work must
come from the page itself. Only what the page is made of can be asked for, by its whole name; there are no folders.
"""

from __future__ import annotations

import hmac
import json
import mimetypes
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from generator.commands.preview.board import Board, ShownPage
from generator.commands.preview.exported import Exported
from generator.errors import InputError, Mistake
from generator.folders import templates_folder

LOOPBACK = "127.0.0.1"
_OWN = "~preview/"  # no file of a report begins so
_SIGN_OF_LIFE = 10.0  # seconds after which an idle stream of events says something, to notice that nobody listens
_LONGEST_BODY = 1024
_LONGEST_NUMBER = 10
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".json": "application/json",
          ".csv": "text/csv", ".svg": "image/svg+xml", ".webp": "image/webp", ".woff2": "font/woff2",
          ".ttf": "font/ttf"}  # fmt: skip
#: The page loads nothing from elsewhere and runs no script but its own; its tables state widths in style attributes.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address is the key
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_WAITING = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<title>genreport preview</title>\n</head>\n<body></body>\n</html>\n'
)


class PreviewServer(ThreadingHTTPServer):
    """Answers from the board in threads of its own, from ``start`` to ``stop``; ``compute`` is called when asked."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 32

    def __init__(self, board: Board, port: int, compute: Callable[[], None], root: Path) -> None:
        """Take the port, or any that is free for 0. Raises InputError where it is taken."""
        self.board, self.compute, self.root = board, compute, root
        self.exported = Exported()
        self.token = secrets.token_urlsafe(18)
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, name="preview-server")
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except OSError as error:
            message, hint = f"port {port} cannot be had: {error.strerror}", "leave --port out: a free one is taken"
            raise InputError([Mistake(message, hint=hint)]) from None

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a request may call this machine."""
        return f"{LOOPBACK}:{self.server_port}", f"localhost:{self.server_port}"

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{self.hosts[0]}/{self.token}/"

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End every answer and every thread."""
        self.board.close()
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        with self._guard:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self.exported.close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """As ever, and remember the connection, which a browser may keep open."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """As ever, and forget the connection."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away in the middle is no fault."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: PreviewServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "genreport", ""

    def do_GET(self) -> None:
        """Send the page, one of its files, or what changes."""
        name = self._asked()
        if name is None:
            return
        if name == f"{_OWN}events":
            self._events()
        elif name == f"{_OWN}page":
            self._page_and_files()
        elif (content := self._content(name)) is not None:
            self._send(HTTPStatus.OK, content, _type(name or "page.html"))
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "there is no such file in this report")

    def do_POST(self) -> None:
        """Start computing; only the page itself may ask for it."""
        name, length = self._asked(), self.headers.get("Content-Length") or "0"
        if name is None:
            return
        if self.headers.get("Origin") not in {f"http://{host}" for host in self.server.hosts}:
            self._refuse(HTTPStatus.FORBIDDEN, "only the page itself may ask for this")
        elif name != f"{_OWN}compute":
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing to start here")
        elif not length.isdecimal() or int(length) > _LONGEST_BODY:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "this takes no words")
        else:
            self.rfile.read(int(length))
            self.server.compute()
            self._send(HTTPStatus.ACCEPTED, b"", "text/plain")

    def log_message(self, *words: Any) -> None:
        """Say nothing: the terminal is for mistakes."""

    def _asked(self) -> str | None:
        """What is asked for, below the token; refused, and None, where it may not be."""
        path = unquote(urlsplit(self.path).path)
        _, token, *rest = path.split("/", 2) if path.startswith("/") else ("", "")
        if self.headers.get_all("Host") not in [[host] for host in self.server.hosts]:
            self._refuse(HTTPStatus.FORBIDDEN, "this machine is not called so")
        elif not hmac.compare_digest(token.encode(), self.server.token.encode()) or not rest:
            self._refuse(HTTPStatus.FORBIDDEN, "the address is not whole: take the one that genreport preview printed")
        else:
            return rest[0]
        return None

    def _content(self, name: str) -> bytes | None:
        """The content of what has this very name: the page, a file that it loads, or one of its results."""
        page = self.server.board.state.page
        if name.startswith(_OWN):
            return _own_file(name.removeprefix(_OWN))
        if name == "" or (page is not None and name == page.name):
            return _followed(page, self.server.board.state.version).encode()
        if page is None:
            return None
        found = page.files.get(name)
        if isinstance(found, Path):
            try:
                return found.read_bytes()
            except OSError:
                return None
        return found if found is not None else self.server.exported.file(page, name)

    def _page_and_files(self) -> None:
        """What is another than in the version that the browser has: parts of the page, or all of it, and files."""
        state = self.server.board.state
        asked = urlsplit(self.path).query.removeprefix("from=")
        version = int(asked) if asked.isdecimal() and len(asked) < _LONGEST_NUMBER else 0
        parts = state.text.after(version)
        shown = {"html": _followed(state.page, state.version)} if parts is None else {"parts": parts}
        files = {name: since for name, since in state.since.items() if since > version}
        told = {"version": state.version, "files": files, **shown}
        self._send(HTTPStatus.OK, json.dumps(told, ensure_ascii=False).encode(), "application/json")

    def _events(self) -> None:
        """Send each state as soon as it is there, for as long as anybody listens."""
        self._begin(HTTPStatus.OK, {"Content-Type": "text/event-stream", "Connection": "close"})
        self.close_connection = True
        number = 0
        with suppress(EOFError, OSError):
            while True:
                found = self.server.board.after(number, _SIGN_OF_LIFE)
                words = ": still here\n\n"
                if found is not None:
                    number, state = found
                    words = f"data: {json.dumps(state.told(self.server.root))}\n\n"
                self.wfile.write(words.encode())

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True  # what else was sent is not read
        self._send(status, f"{why}\n".encode(), "text/plain; charset=utf-8")

    def _send(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        with suppress(OSError):
            self._begin(status, {"Content-Type": kind, "Content-Length": str(len(content))})
            self.wfile.write(content)

    def _begin(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        self.send_response(status)
        closing = {"Connection": "close"} if self.close_connection else {}
        for name, value in {**_HEADERS, **closing, **headers}.items():
            self.send_header(name, value)
        self.end_headers()


def _followed(page: ShownPage | None, version: int) -> str:
    """A page's text with the script that renews it, before the page's own; or an empty page, until there is one."""
    text = page.text if page is not None else _WAITING
    script = (
        f'<head>\n<link rel="stylesheet" href="{_OWN}preview.css">\n'
        f'<script src="{_OWN}preview.js" data-version="{version}" defer></script>'
    )
    return text.replace("<head>", script, 1)


def _own_file(name: str) -> bytes | None:
    """The preview's own style and script."""
    if name not in ("preview.css", "preview.js"):
        return None
    return (templates_folder() / "preview" / name).read_bytes()


def _type(name: str) -> str:
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith(("text/", "application/json")) else kind
