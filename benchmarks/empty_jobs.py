"""How many jobs that compute nothing end in a second: in processes of this machine, and on a Dask cluster on loopback.

Usage: python benchmarks/empty_jobs.py [JOBS] [WORKERS]; prints jobs per second and how much this process grew. The
cluster's workers have cache folders of their own, so that every result is sent back.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generator.jobs import Job
from generator.running.executors.choose import ExecutorSpec
from generator.running.runner import run_jobs
from generator.store.cache import Cache

ROOT = Path(__file__).parents[1]


def empty_jobs(count: int) -> list[Job]:
    """As many jobs as asked for, each with a fingerprint of its own."""
    names = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]
    module = "benchmarks.nothing"
    return [Job(name, "nothing", module, f"nothing-{n}", {"number": n}) for n, name in enumerate(names)]


def measure(what: str, spec: ExecutorSpec, count: int, folder: Path) -> None:
    """Run the jobs in an empty cache, and print how fast they were."""
    run = empty_jobs(4 + count)
    warm, rest = run[:4], run[4:]  # the first jobs load what the workers need, where they stay alive
    run_jobs(warm, Cache(folder / what), spec, data=folder, on_event=lambda event: None)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, used = time.perf_counter(), time.process_time()
    outcomes = run_jobs(rest, Cache(folder / what), spec, data=folder, on_event=lambda event: None)
    took, used = time.perf_counter() - began, time.process_time() - used
    assert all(outcome.has_result for outcome in outcomes.values())
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    each = f"{1000 * used / count:.2f} ms of this process each"
    print(f"{what}: {count / took:.0f} jobs a second, {each}, + {grown:.0f} MiB")


def on_cluster(count: int, workers: int, folder: Path) -> None:
    """Start a scheduler and workers on this machine, measure, and stop them."""
    place = folder / "scheduler.json"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show", "--no-dashboard"]
    running = [subprocess.Popen([*command, *scheduler, "--scheduler-file", str(place)], env=environment, **quiet)]
    try:
        while not place.exists():
            time.sleep(0.1)
        address = json.loads(place.read_text())["address"].removeprefix("tcp://")
        for number in range(workers):
            own = {"GENREPORT_CACHE": str(folder / f"worker-{number}")}
            options = [
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--local-directory",
                str(folder / f"{number}"),
            ]
            worker = [*command, "distributed.cli.dask_worker", address, *options]
            running.append(subprocess.Popen(worker, env=environment | own, **quiet))
        import distributed

        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
        measure("Dask on loopback", ExecutorSpec(where=f"dask://{address}"), count, folder)
    finally:
        for process in running:
            process.kill()
            process.wait()


def main(count: int, workers: int) -> None:
    """Measure processes of this machine, then the cluster."""
    with tempfile.TemporaryDirectory() as place:
        measure("here", ExecutorSpec(jobs=workers), count, Path(place))
        on_cluster(count, workers, Path(place))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    given = [int(text) for text in sys.argv[1:]]
    main(*given, *(500, 2)[len(given) :])
