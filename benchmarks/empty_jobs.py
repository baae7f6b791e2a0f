"""How many jobs that compute nothing end in a second: in processes of this machine, and on a Dask cluster on loopback.

Usage: python benchmarks/empty_jobs.py [JOBS] [WORKERS] [FOLDER]; prints jobs per second, the milliseconds of processor
time that a job costs each kind of process, those spent in the system behind a plus, and how much this process grew: in
all, and from the first job's end to the last one's, when the plan and its order are there already. The
cluster's workers have cache folders of their own, so that every result is sent back. FOLDER is where all is kept: on a
disk that others use, the way to it costs more than all else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from generator.jobs import Job
from generator.running.events import Event, JobFinished
from generator.running.executors.choose import ExecutorSpec
from generator.running.runner import run_jobs
from generator.store.cache import Cache

ROOT = Path(__file__).parents[1]


def empty_jobs(count: int) -> list[Job]:
    """As many jobs as asked for, each with a fingerprint of its own."""
    names = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]
    module = "benchmarks.nothing"
    return [Job(name, "nothing", module, f"nothing-{n}", {"number": n}) for n, name in enumerate(names)]


def processor_times() -> dict[int, tuple[str, float, float]]:
    """Of this process and those below it: what it is, and its seconds of processor time, its own and the system's."""
    found = {}
    for process in [me := psutil.Process(), *me.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            words, times = " ".join(process.cmdline()), process.cpu_times()
            kind = next((kind for kind in ("scheduler", "worker") if f"dask_{kind}" in words), "worker")
            found[process.pid] = ("this" if process == me else kind, times.user, times.system)
    return found


def measure(what: str, spec: ExecutorSpec, count: int, folder: Path) -> None:
    """Run the jobs in an empty cache, and print how fast they were."""
    run = empty_jobs(8 + count)
    warm, rest = run[:8], run[8:]  # the first jobs load what the workers need, where they stay alive
    run_jobs(warm, Cache(folder / what), spec, data=folder, on_event=lambda event: None)
    memory = psutil.Process().memory_info().rss
    began, before = time.perf_counter(), processor_times()
    after: dict[int, tuple[str, float, float]] = {}

    sizes: list[int] = []

    def listen(event: Event) -> None:  # before the workers that are processes here end with the run
        if isinstance(event, JobFinished):
            if not sizes:
                sizes.append(psutil.Process().memory_info().rss)
            if event.job is rest[-1]:
                after.update(processor_times())

    outcomes = run_jobs(rest, Cache(folder / what), spec, data=folder, on_event=listen)
    took = time.perf_counter() - began
    assert all(outcome.has_result for outcome in outcomes.values())
    now = psutil.Process().memory_info().rss
    grown, meanwhile = (now - memory) / 2**20, (now - sizes[0]) / 2**20
    each = dict.fromkeys(("this", "scheduler", "worker"), (0.0, 0.0))
    for number, (kind, own, system) in after.items():
        _, own_before, system_before = before.get(number, ("", 0.0, 0.0))
        each[kind] = (each[kind][0] + own - own_before, each[kind][1] + system - system_before)
    shown = ", ".join(
        f"{kind} {1000 * own / count:.2f} + {1000 * sys_ / count:.2f}" for kind, (own, sys_) in each.items()
    )
    whole = 1000 * sum(own + system for own, system in each.values()) / count
    size = f"+ {grown:.1f} MiB, {meanwhile:.1f} since the first"
    print(f"{what}: {count / took:.0f} jobs a second; {whole:.2f} ms each ({shown}); {size}")


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


def main(count: int, workers: int, folder: str | None) -> None:
    """Measure processes of this machine, then the cluster."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        measure("here", ExecutorSpec(jobs=workers, device="cpu"), count, Path(place))
        on_cluster(count, workers, Path(place))
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    jobs, processes, *where = [*sys.argv[1:], *("500", "2")[len(sys.argv) - 1 :]]
    main(int(jobs), int(processes), where[0] if where else None)
