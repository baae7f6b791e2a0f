"""The whole program on a real Dask cluster on loopback, one of whose workers is killed in mid-job."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.end_to_end.project import FIRST, Project
from tests.waiting_for_tests import until

pytest.importorskip("distributed")


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    project = built.copy(tmp_path / "project")
    project.forget()
    return project


@pytest.fixture
def cluster(project: Project) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A scheduler and two workers with the project's own code; gives the address and the workers."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> None:
        with (project.folder / f"{words[0]}-{len(started)}.log").open("w") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:], "--no-dashboard"],
                    cwd=project.folder, env=project.environment(), stdout=log, stderr=log, text=True,
                )
            )  # fmt: skip

    try:
        told = project.folder / "scheduler.json"
        begin("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told))
        until(lambda: address_in(told), "the scheduler does not listen")
        address = address_in(told)
        for name in "ab":
            begin("worker", f"tcp://{address}", "--no-nanny", "--nthreads", "1", "--name", name)
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def address_in(file: Path) -> str:
    """Where the scheduler listens, once it has written that; a port chosen before could be taken meanwhile."""
    with suppress(OSError, ValueError):
        return str(json.loads(file.read_text())["address"]).removeprefix("tcp://")
    return ""


def test_a_killed_worker_changes_no_result(
    built: Project, project: Project, cluster: tuple[str, list[subprocess.Popen[str]]]
) -> None:
    address, workers = cluster
    build = subprocess.Popen(
        project.command("build", *FIRST, "--executor", f"dask://{address}", "--format", "html"),
        cwd=project.folder, env=project.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 180
    while len(list((project.folder / "cache/entries").glob("??/*/manifest.json"))) < 2 or not training(project):
        assert build.poll() is None, build.stdout.read() if build.stdout else ""
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(workers[0].pid, signal.SIGKILL)
    said, _ = build.communicate(timeout=300)
    assert build.returncode == 0, said
    # The killed worker may have saved a result without having said so: that one counts as cached.
    found = re.search(r"(\d+) computed, ([01]) cached", said)
    assert found, said
    assert int(found[1]) + int(found[2]) == sum(1 for _ in (project.folder / "cache/entries").glob("??/*"))
    assert project.first_metrics() == built.first_metrics()


def training(project: Project) -> bool:
    """Whether some job is in the middle of a training."""
    return bool(list((project.folder / "cache/checkpoints").glob("*/*.json")))
