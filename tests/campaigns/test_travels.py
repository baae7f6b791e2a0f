"""Lab 2-c under quick that travels: computed here, shown under another Python without torch and without data.

By a pack, a folder that cannot be written, servers that fail, a Slurm whose node is killed, and a notebook whose
machine is taken away. Its digits are the real ones, so that there is data to be without. Minutes of computing: only in
`make campaigns`, which also makes the environment of the other Python.
"""

from __future__ import annotations

import fcntl
import http.server
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator.store.places import place_at
from tests.campaigns.campaign import FULL
from tests.end_to_end.project import REAL_DATA, Project, checkout
from tests.end_to_end.test_travel import page
from tests.running.executors.slurm_for_tests import Slurm, is_possible

OTHER = Path(os.environ.get("GENREPORT_OTHER_PYTHON") or Path(sys.prefix) / "other/bin/python")
pytestmark = [
    pytest.mark.skipif(not FULL, reason="minutes of computing: make campaigns"),
    pytest.mark.skipif(not (REAL_DATA / "MNIST").is_dir(), reason="the real data is not beside this checkout"),
    pytest.mark.skipif(not OTHER.exists(), reason="there is no environment of another Python"),
]
LAB = ["2-c", "--only", "--format", "html", "--profile", "quick"]
ROLES = {"digits_source": "{value: mnist, label: MNIST}", "digits_target": "{value: mnist_m, label: MNIST-M}"}
#: Writes down when a training has kept an epoch, in each process of a project, as Python's own start-up file.
WATCHING = """
import os, re, sys, time


def _watch(event, found):
    if event == "os.rename" and re.search(r"checkpoints/[0-9a-f]{64}/[0-9]+.json$", str(found[1])):
        with open(os.environ["EPOCHS_KEPT"], "a") as log:
            log.write(f"{time.time()} {str(found[1]).split('/')[-2]}\\n")


if "EPOCHS_KEPT" in os.environ:
    sys.addaudithook(_watch)
"""


@dataclass
class There:
    """Where it was computed: the project with its page, a pack and a shelf of it, and how many results it has."""

    project: Project
    results: int

    @property
    def folder(self) -> Path:
        return self.project.folder


@dataclass
class Elsewhere(Project):
    """A checkout that the other Python runs."""

    def command(self, *arguments: str) -> list[str]:
        return [str(OTHER), "-m", "generator.cli", *arguments]

    def shows(self, there: There, *options: str) -> str:
        """Build without data; all must come from elsewhere, and the page be the same. Gives what was said."""
        done = self.run("build", *LAB, "--output", "page", "--data", "nowhere", *options)
        assert f"0 computed, {there.results} cached" in done.stdout, done.stdout + done.stderr
        assert page(self.folder / "page") == page(there.folder / "page")
        (shown,) = (self.folder / "page").glob("*.html")
        assert "computed elsewhere: " in shown.read_text(encoding="utf-8")
        return done.stdout + done.stderr


def program(folder: Path) -> Project:
    """A checkout whose quick 2-c learns the real digits, which do not travel with it."""
    project = checkout(folder)
    path = folder / "questions/2-c/profiles.yaml"
    text = path.read_text()
    for role, value in ROLES.items():  # the quick profile comes first in the file
        text, found = re.subn(rf"^  {role}: .*$", f"  {role}: {value}", text, count=1, flags=re.MULTILINE)
        assert found, role
    path.write_text(text)
    (folder / "sitecustomize.py").write_text(WATCHING)
    return project


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    """All of 2-c, computed once."""
    project = program(tmp_path_factory.mktemp("there") / "project")
    data = ["--profile", "quick", "--data", str(REAL_DATA)]
    watched = {"EPOCHS_KEPT": str(project.folder / "epochs")}
    said = project.run("build", *LAB, *data, "--output", "page", **watched).stdout
    found = re.search(r"(\d+) computed, 0 cached", said)
    assert found, said
    assert int(found[1]) > 50
    project.run("pack", "2-c", *data)
    project.run("push", "shelf", "2-c", *data)
    yield There(project, int(found[1]))
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
        if [name for _, name in socket.if_nameindex()] == ["lo"]:
            # Slurm asks for names of machines that have an address other than 127.0.0.1: one kept for documentation.
            address = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton("192.0.2.1"))
            fcntl.ioctl(asked, 0x8916, address)  # SIOCSIFADDR


def contents(project: Project) -> dict[str, Any]:
    """The results of a cache, without when and how long they took."""
    found: dict[str, Any] = {}
    for path in project.folder.glob("**/entries/*/*/*"):
        name = f"{path.parent.name}/{path.name}"
        if path.name == "result.json":
            found[name] = json.loads(path.read_bytes())
            for table in found[name]["tables"].values():
                timed = [place for place, column in enumerate(table["columns"]) if column == "seconds"]
                table["rows"] = [
                    [cell for place, cell in enumerate(row) if place not in timed] for row in table["rows"]
                ]
        elif path.name != "manifest.json":
            found[name] = path.read_bytes()
    return found


def test_a_pack_under_another_python(there: There, here: Elsewhere) -> None:
    asked = "import importlib.util as found, sys; print(*sys.version_info[:2], found.find_spec('torch'))"
    version = subprocess.run([OTHER, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert version[2] == "None"  # so nothing can have been computed there
    assert version[:2] != [str(part) for part in sys.version_info[:2]]
    pack = there.folder / "results.genreport"
    assert f"{there.results} results brought, 0 were there" in here.run("unpack", str(pack)).stdout
    here.shows(there)
    assert f"0 results brought, {there.results} were there" in here.run("unpack", str(pack)).stdout


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
def test_a_folder_that_cannot_be_written(there: There, here: Elsewhere) -> None:
    shelf = there.folder / "shelf"
    with sealed(shelf):
        with pytest.raises(OSError, match="Read-only"):
            (shelf / "mine").touch()
        assert f"{there.results} results copied" in here.shows(there, "--read-cache", str(shelf))


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
        ("", " results copied"),
        ("hangs", ": given up: nothing came for 2 s"),
        ("cuts", " damaged, not taken"),
        ("lies", " damaged, not taken"),
        ("is gone", ": given up: "),
    ],
)
def test_a_server(
    fault: str,
    words: str,
    there: There,
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
        assert len(found) == 1 + (0 if fault else there.results)
        if fault in ("hangs", "is gone"):
            assert seconds < 3
        if fault:
            alone = here.run("build", *LAB, "--data", "nowhere", "--read-cache", address, code=1)
            said = [line for line in (alone.stdout + alone.stderr).splitlines() if line.strip().startswith(address)]
            assert len(said) == 1, alone.stdout + alone.stderr
            assert words in said[0]
            (named,) = (here.folder / "build").glob("*.html")  # with what is not there named
            assert "computed elsewhere" not in named.read_text(encoding="utf-8")
        told = here.shows(there, "--read-cache", address, "--read-cache", str(shelf))
        assert fault or f"{address}: {there.results} results copied" in told


def kept(log: Path) -> dict[str, list[float]]:
    """When each training kept an epoch, by fingerprint."""
    found: dict[str, list[float]] = {}
    for line in log.read_text().splitlines() if log.exists() else ():
        moment, fingerprint = line.split()
        found.setdefault(fingerprint, []).append(float(moment))
    return found


def wait_for_an_epoch(log: Path, alive: Callable[[], bool]) -> None:
    """Until a training has kept an epoch, and is in the middle of the next."""
    deadline = time.monotonic() + 300
    while not kept(log):
        assert alive()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.3)


def lost(log: Path, cut: float, there: There) -> str:
    """What a cut cost each training that was under way: that no epoch which was kept was computed again is asserted."""
    found = kept(log)
    undisturbed = kept(there.folder / "epochs")
    assert found
    assert {name: len(moments) for name, moments in found.items()} == {name: len(undisturbed[name]) for name in found}
    begun = [max(moment for moment in moments if moment <= cut) for moments in found.values() if moments[0] <= cut]
    cut_short = [f"{cut - moment:.2f} s" for moment in begun]
    return f"no epoch kept was repeated; lost of the one under way: {', '.join(cut_short)}"


@pytest.mark.skipif(not is_possible(), reason="no Slurm here, or not root")
def test_a_node_of_slurm_that_is_killed(
    there: There, here: Elsewhere, tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    cluster, log = Slurm(tmp_path / "slurm"), tmp_path / "epochs"
    project = program(tmp_path / "cluster")
    asked = ["--executor", "slurm", "--executor-option", "mem=900M", "--executor-option", "partition=tests"]
    try:
        cluster.start()
        order = project.command("build", *LAB, *asked, "--data", str(REAL_DATA), "--output", "page")
        environment = project.environment(EPOCHS_KEPT=str(log))
        with subprocess.Popen(order, cwd=project.folder, env=environment, text=True, stdout=subprocess.PIPE) as build:
            wait_for_an_epoch(log, lambda: build.poll() is None)
            cluster.kill_node()
            cut = time.time()
            time.sleep(1)
            cluster.start_node()
            said, _ = build.communicate(timeout=1500)
        assert f"{there.results} computed, 0 cached" in said, said
    finally:
        cluster.stop()
    record_property("campaign", f"travels/Slurm: {lost(log, cut, there)}")
    assert contents(project) == contents(there.project)
    assert page(project.folder / "page") == page(there.folder / "page")
    project.run("pack", "2-c", "--profile", "quick", "--data", str(REAL_DATA))
    here.run("unpack", str(project.folder / "results.genreport"))
    here.shows(there)


def test_a_notebook_whose_machine_is_taken_away(
    there: There,
    here: Elsewhere,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: pytest.RecordProperty,
) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    project, log = program(tmp_path / "service"), tmp_path / "epochs"
    project.run("colab", "2-c", "--profile", "quick")
    (project.folder / "genreport").mkdir()
    (project.folder / "genreport/data").symlink_to(REAL_DATA)
    for name, value in project.environment(EPOCHS_KEPT=str(log)).items():
        monkeypatch.setenv(name, value)
    where = {"metadata": {"path": str(project.folder)}}

    def notebook() -> Any:
        read = nbformat.read(project.folder / "lab.ipynb", as_version=4)
        return nbclient.NotebookClient(read, timeout=1500, resources=where)

    first, cuts = notebook(), []

    def take_away() -> None:
        wait_for_an_epoch(log, lambda: True)
        os.killpg(first.km.provisioner.pid, signal.SIGKILL)  # the kernel and all that it has started
        cuts.append(time.time())

    cutting = threading.Thread(target=take_away)
    cutting.start()
    with pytest.raises(nbclient.exceptions.DeadKernelError):
        first.execute()
    cutting.join()
    assert not (project.folder / "genreport/results.genreport").exists()
    second = notebook()
    second.execute()
    said = json.dumps([cell.get("outputs", []) for cell in second.nb.cells])
    assert f"{there.results} results in" in said
    record_property("campaign", f"travels/notebook: {lost(log, cuts[0], there)}")
    assert contents(project) == contents(there.project)
    here.run("unpack", str(project.folder / "genreport/results.genreport"))
    here.shows(there)
