"""A real training of 2-c that travels: computed here, shown under another Python without torch and without data.

By a pack, a folder that cannot be written, servers that fail. It needs GENREPORT_OTHER_PYTHON, or .venv/other: an
environment of another version of Python with the program's packages except torch, torchvision and torchmetrics.
"""

from __future__ import annotations

import fcntl
import http.server
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator.store.places import place_at
from tests.campaigns.campaign import FULL
from tests.end_to_end.project import REAL_DATA, Project, checkout
from tests.end_to_end.test_travel import page

OTHER = Path(os.environ.get("GENREPORT_OTHER_PYTHON") or Path(sys.prefix) / "other/bin/python")
pytestmark = [
    pytest.mark.skipif(not FULL, reason="minutes of computing: make campaigns"),
    pytest.mark.skipif(not (REAL_DATA / "MNIST").is_dir(), reason="the real data is not beside this checkout"),
    pytest.mark.skipif(not OTHER.exists(), reason="there is no environment of another Python"),
]
SELECTION = ["2-c/dann", "--only", "--format", "html"]
ROLES = {
    "digits_source": "{value: mnist, label: MNIST}",
    "digits_target": "{value: mnist_m, label: MNIST-M}",
    "adaptation_seeds": "[0]",
    "adaptation_epoch_images": "400",
    "embedded_per_class": "5",
    "adaptation_epochs": "3",
}


@dataclass
class Elsewhere(Project):
    """A checkout that the other Python runs."""

    def command(self, *arguments: str) -> list[str]:
        return [str(OTHER), "-m", "generator.cli", *arguments]

    def shows(self, expected: Project, *options: str, **extra: str) -> str:
        """Build without data; all must come from elsewhere, and the page be the same. Gives what was said."""
        done = self.run("build", *SELECTION, "--output", "page", "--data", "nowhere", *options, **extra)
        assert "0 computed, 5 cached" in done.stdout, done.stdout + done.stderr
        assert page(self.folder / "page") == page(expected.folder / "page")
        (shown,) = (self.folder / "page").glob("*.html")
        assert "computed elsewhere: " in shown.read_text(encoding="utf-8")
        return done.stdout + done.stderr


def program(folder: Path) -> Project:
    """A checkout whose 2-c trains for seconds, on real digits."""
    project = checkout(folder)
    path = folder / "questions/2-c/profiles.yaml"
    text = path.read_text()
    for role, value in ROLES.items():
        text, found = re.subn(rf"^  {role}: .*$", f"  {role}: {value}", text, count=1, flags=re.MULTILINE)
        assert found, role
    path.write_text(text)
    return project


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Where it was computed; its page, a pack and a shelf."""
    project = program(tmp_path_factory.mktemp("there") / "project")
    data = ["--data", str(REAL_DATA)]
    assert project.build(*SELECTION, *data, "--output", "page") == (5, 0)
    project.run("pack", "2-c/dann", *data)
    project.run("push", "shelf", "2-c/dann", *data)
    yield project
    shutil.rmtree(project.folder)


@pytest.fixture
def here(tmp_path: Path) -> Elsewhere:
    """The same program in another folder, with an empty cache."""
    return Elsewhere(program(tmp_path / "here").folder)


@pytest.fixture(scope="module", autouse=True)
def loopback() -> None:
    """Without a network this machine does not reach itself either, until it is told to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked, suppress(OSError):
        fcntl.ioctl(asked, 0x8914, struct.pack("16sh14x", b"lo", 0x41))  # SIOCSIFFLAGS: up and running


def test_a_pack_under_another_python(there: Project, here: Elsewhere) -> None:
    asked = "import importlib.util as found, sys; print(*sys.version_info[:2], found.find_spec('torch'))"
    version = subprocess.run([OTHER, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert version[2] == "None"  # so nothing can have been computed there
    assert version[:2] != [str(part) for part in sys.version_info[:2]]
    pack = there.folder / "results.genreport"
    assert "5 results brought, 0 were there" in here.run("unpack", str(pack)).stdout
    here.shows(there)
    assert "0 results brought, 5 were there" in here.run("unpack", str(pack)).stdout


@contextmanager
def sealed(folder: Path) -> Iterator[None]:
    """Nothing can be written below a folder, not even by root."""
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="sealing a folder needs root")
def test_a_folder_that_cannot_be_written(there: Project, here: Elsewhere) -> None:
    shelf = there.folder / "shelf"
    with sealed(shelf):
        with pytest.raises(OSError, match="Read-only"):
            (shelf / "mine").touch()
        assert "5 results copied" in here.shows(there, "--read-cache", str(shelf))


@contextmanager
def server(shelf: Path, fault: str) -> Iterator[str]:
    """Serve the shelf as plain files, with a fault; gives the address."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            path = shelf / self.path.lstrip("/")
            if fault == "hangs" and self.path != "/data.lock":
                time.sleep(8)
            elif fault in ("cuts", "lies") and path.name == "arrays.safetensors":
                content = path.read_bytes()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                cut = content[: len(content) // 2]
                self.wfile.write(cut if fault == "cuts" else bytes([content[0] ^ 1]) + content[1:])
            else:
                super().do_GET()

        def log_message(self, *words: object) -> None:
            pass

    def handler(*arguments: Any) -> Handler:
        return Handler(*arguments, directory=str(shelf))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as found:
        found.daemon_threads = True
        found.handle_error = lambda *words: None
        threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        if fault != "is gone":
            yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
    if fault == "is gone":
        yield f"http://127.0.0.1:{found.server_port}"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("", ": 5 results copied"),
        ("hangs", ": given up: nothing came for 2 s"),
        ("cuts", " damaged, not taken"),
        ("lies", " damaged, not taken"),
        ("is gone", ": given up: "),
    ],
)
def test_a_server(
    fault: str,
    words: str,
    there: Project,
    here: Elsewhere,
    monkeypatch: pytest.MonkeyPatch,
    record_property: pytest.RecordProperty,
) -> None:
    shelf = there.folder / "shelf"
    fingerprints = [path.name for path in (shelf / "entries").glob("*/*")]
    with server(shelf, fault) as address:
        monkeypatch.setenv("no_proxy", "*")
        place, begun = place_at(address), time.monotonic()
        found = [place.data(), *place.entries(fingerprints)]
        seconds = time.monotonic() - begun
        record_property("campaign", f"travels/server that {fault or 'works'}: asked for {seconds:.2f} s")
        assert len(found) == 6 if not fault else seconds < 3
        if fault:
            alone = here.run("build", *SELECTION, "--data", "nowhere", "--read-cache", address, code=1)
            said = [line for line in (alone.stdout + alone.stderr).splitlines() if line.strip().startswith(address)]
            assert len(said) == 1, alone.stdout + alone.stderr
            assert words in said[0]
            (named,) = (here.folder / "build").glob("*.html")  # with what is not there named
            assert "computed elsewhere" not in named.read_text(encoding="utf-8")
        here.shows(there, "--read-cache", address, "--read-cache", str(shelf))
