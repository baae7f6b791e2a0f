"""A real Dask scheduler and real worker processes on loopback: shared folders, separate folders, deaths, mistakes."""

import gc
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from generator.errors import ExecutorError
from generator.jobs import Job, Outcome, State
from generator.running import batches, loaded_code, runner
from generator.running.events import Event, JobFinished, JobProgress, JobSilent, JobStarted, WorkersReady
from generator.running.executors import dask as dask_module
from generator.running.executors.choose import ExecutorSpec
from generator.running.runner import run_jobs
from generator.running.worker import Conditions
from generator.store.cache import Cache
from generator.store.entry import ARRAYS

pytest.importorskip("distributed")
ROOT = Path(__file__).parents[3]
ADD, DOUBLE, TRAIN, SLOW = ("1" * 64, "2" * 64, "3" * 64, "4" * 64)
StartWorker = Callable[..., subprocess.Popen[bytes]]


def job(fingerprint: str, computation: str, source: str = "", **parameters: object) -> Job:
    inputs = {"source": source} if source else {}
    return Job(fingerprint, computation, "tests.computations_for_tests", computation, parameters, inputs)


def program(module: str, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GENREPORT_")}
    environment = kept | {"PYTHONPATH": str(ROOT)} | variables
    command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler, "127.0.0.1:PORT"."""
    path = tmp_path_factory.mktemp("dask") / "scheduler.json"
    process = program(
        "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(path), "--no-show"
    )
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    yield json.loads(path.read_text())["address"].removeprefix("tcp://")
    stop(process)


@pytest.fixture
def start_worker(scheduler: str, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts a worker with these environment variables and waits until the scheduler knows one more."""
    import distributed

    started: list[subprocess.Popen[bytes]] = []
    with distributed.Client(f"tcp://{scheduler}", set_as_default=False) as client:

        def start(nanny: bool = False, **variables: str) -> subprocess.Popen[bytes]:
            number = len(started)
            local = str(tmp_path / f"worker-{number}")
            arguments = ("--nthreads", "1", "--nanny" if nanny else "--no-nanny", "--local-directory", local)
            started.append(program("dask_worker", f"tcp://{scheduler}", *arguments, **variables))
            client.wait_for_workers(number + 1, timeout=60)
            return started[-1]

        yield start
        for process in started:
            stop(process)
        while client.nthreads():  # so that the next test does not count them
            time.sleep(0.05)


def run(
    scheduler: str, folder: Path, *jobs: Job, events: list[Event] | None = None, hits: tuple[Job, ...] = ()
) -> dict[str, Outcome]:
    spec = ExecutorSpec(where=f"dask://{scheduler}")
    tell = [].append if events is None else events.append
    return run_jobs(jobs, Cache(folder / "cache"), spec, data=folder, on_event=tell, hits=hits)


def expected_weight(folder: Path) -> object:
    """What the training gives here, in this process, undisturbed."""
    from generator.workspace import Workspace
    from tests import computations_for_tests

    return computations_for_tests.train(Workspace("cpu", folder), epochs=6, seed=1).metrics["weight"]


def jobs_with_a_death(tmp_path: Path) -> list[Job]:
    """A training that kills its worker in its fourth epoch, beside a chain and a slow job."""
    return [
        job(TRAIN, "train", epochs=6, seed=1, runs=str(tmp_path / "runs"), die_at=4),
        job(DOUBLE, "double", source=ADD),
        job(ADD, "add", numbers=[1, 2]),
        job(SLOW, "slow", seconds=1.0, steps=4),
    ]


def test_shared_folder_with_a_worker_killed_in_mid_job(
    scheduler: str, start_worker: StartWorker, tmp_path: Path
) -> None:
    workers = [start_worker(), start_worker()]
    events: list[Event] = []
    outcomes = run(scheduler, tmp_path, *jobs_with_a_death(tmp_path), events=events)
    assert {outcome.state for outcome in outcomes.values()} == {State.COMPUTED}
    assert sorted(worker.poll() is None for worker in workers) == [False, True]  # one did die
    train = outcomes[TRAIN].load()
    assert train.metrics["weight"] == expected_weight(tmp_path)
    assert train.metrics["resumed_from"] == 4  # the other worker found the checkpoint
    assert outcomes[DOUBLE].load().metrics == {"total": 6.0}
    ready = next(event for event in events if isinstance(event, WorkersReady))
    assert ready.slots == 2
    assert "2 workers" in ready.description
    assert "shared" in ready.description
    assert not list((tmp_path / "cache").glob("shared-*"))  # the token is gone


def test_separate_folders_with_a_worker_killed_in_mid_job(
    scheduler: str, start_worker: StartWorker, tmp_path: Path
) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    workers = [start_worker(GENREPORT_CACHE=str(folder)) for folder in folders]
    events: list[Event] = []
    outcomes = run(scheduler, tmp_path, *jobs_with_a_death(tmp_path), events=events)
    assert {outcome.state for outcome in outcomes.values()} == {State.COMPUTED}
    assert sorted(worker.poll() is None for worker in workers) == [False, True]
    train = outcomes[TRAIN].load()
    assert train.metrics["weight"] == expected_weight(tmp_path)
    assert train.metrics["resumed_from"] == 0  # the checkpoint lies with the dead worker
    assert outcomes[DOUBLE].load().metrics == {"total": 6.0}
    assert all((folder / "checkpoints").exists() or list(Cache(folder).entries()) for folder in folders)
    assert "sent back" in next(event.description for event in events if isinstance(event, WorkersReady))


def test_a_second_job_waits_at_each_worker_and_is_not_called_silent(
    scheduler: str, start_worker: StartWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "SILENT_SECONDS", 2.0)
    start_worker(GENREPORT_CACHE=str(tmp_path / "a"))
    jobs = [job(name * 64, "slow", seconds=4.0, steps=8) for name in "12"]
    events: list[Event] = []
    outcomes = run(scheduler, tmp_path, *jobs, events=events)
    assert {outcome.state for outcome in outcomes.values()} == {State.COMPUTED}
    assert not [event for event in events if isinstance(event, JobSilent)]
    second = [index for index, event in enumerate(events) if isinstance(event, JobStarted)][1]
    words = [event.message for event in events[:second] if isinstance(event, JobProgress)]
    assert any(word.startswith("step 7") for word in words)  # one at a time, whatever waits


def test_small_jobs_travel_together_and_one_that_takes_longer_than_thought_gives_the_others_back(
    scheduler: str, start_worker: StartWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_worker(GENREPORT_CACHE=str(tmp_path / "a"))
    small = [replace(job(f"{n:064}", "add", numbers=[n]), seconds=0.01) for n in range(40)]
    slow = [replace(job(f"{n:064}", "slow", seconds=0.3, steps=1), seconds=0.01) for n in range(40, 44)]
    calls: list[int] = []
    real = dask_module.Cluster.pack
    monkeypatch.setattr(dask_module.Cluster, "pack", lambda self, one: calls.append(1) or real(self, one))
    events: list[Event] = []
    outcomes = run(scheduler, tmp_path, *small, *slow, events=events)
    assert {outcome.state for outcome in outcomes.values()} == {State.COMPUTED}
    assert [outcomes[one.fingerprint].load().metrics["total"] for one in small] == list(range(40))
    assert len(calls) > len(small) + len(slow)  # some were given back, and sent again
    assert len([event for event in events if isinstance(event, JobStarted)]) < len(small) / 2
    assert len(list(Cache(tmp_path / "a").entries())) == len(small) + len(slow)


def test_a_message_whose_jobs_have_ended_is_not_kept(
    scheduler: str, start_worker: StartWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed.protocol.serialize import ToPickle  # how Dask holds what it sends, three for each message

    monkeypatch.setattr(batches, "MOST", 1)
    start_worker(GENREPORT_CACHE=str(tmp_path / "a"))
    jobs = [job(f"{number:064}", "add", numbers=[number]) for number in range(40)]
    kept: list[int] = []

    def count(event: Event) -> None:
        if isinstance(event, JobFinished) and event.job is jobs[-1]:
            kept.append(sum(type(one) is ToPickle for one in gc.get_objects()))

    run_jobs(jobs, Cache(tmp_path / "cache"), ExecutorSpec(where=f"dask://{scheduler}"), data=tmp_path, on_event=count)
    assert kept[0] < 10


def test_progress_arrives_soon(scheduler: str, start_worker: StartWorker, tmp_path: Path) -> None:
    start_worker()
    delays = []

    class Watch(list[Event]):
        def append(self, event: Event) -> None:
            if isinstance(event, JobProgress) and "sent at" in event.message:
                delays.append(time.time() - float(event.message.rpartition(" ")[2]))

    run(scheduler, tmp_path, job(SLOW, "slow", seconds=2.0, steps=10), events=Watch())
    assert len(delays) == 10
    assert sorted(delays)[8] < 0.2


def test_a_damaged_input_is_computed_again_and_sent(scheduler: str, start_worker: StartWorker, tmp_path: Path) -> None:
    start_worker(GENREPORT_CACHE=str(tmp_path / "a"))
    add = job(ADD, "add", numbers=[1, 2])
    run(scheduler, tmp_path, add)
    for folder in (tmp_path / "cache", tmp_path / "a"):
        path = folder / "entries" / ADD[:2] / ADD / ARRAYS
        path.write_bytes(b"x" * path.stat().st_size)
    outcomes = run(scheduler, tmp_path, job(DOUBLE, "double", source=ADD), hits=(add,))
    assert {outcome.state for outcome in outcomes.values()} == {State.COMPUTED}
    assert outcomes[DOUBLE].load().metrics == {"total": 6.0}


def test_failures_and_deadly_jobs_are_reported_and_the_build_goes_on(
    scheduler: str, start_worker: StartWorker, tmp_path: Path
) -> None:
    start_worker(nanny=True)  # which replaces a dead worker
    outcomes = run(
        scheduler,
        tmp_path,
        job(ADD, "fail", message="no luck"),
        job(DOUBLE, "double", source=ADD),
        job(TRAIN, "die", runs=str(tmp_path / "runs"), name="d", times=99, how="kill"),
        job(SLOW, "slow", seconds=0.1, steps=1),
    )
    assert outcomes[ADD].failure is not None
    assert outcomes[ADD].failure.reason == "ValueError: no luck"
    assert outcomes[DOUBLE].state is State.SKIPPED
    assert outcomes[TRAIN].failure is not None
    assert "Every worker that computed it died" in outcomes[TRAIN].failure.reason
    assert outcomes[SLOW].has_result  # cached already, if the worker died between its saving and its word


def test_other_code_on_the_worker_is_refused(
    scheduler: str, start_worker: StartWorker, tmp_path: Path, monkeypatch
) -> None:
    start_worker()
    planned = loaded_code.snapshot() | {"generator.registry": "0" * 64}
    monkeypatch.setattr(loaded_code, "snapshot", lambda read, courses: planned)
    with pytest.raises(ExecutorError, match=r"worker tcp://.*generator\.registry") as caught:
        run(scheduler, tmp_path, job(ADD, "add", numbers=[1]))
    assert "restart" in caught.value.hint


def test_losing_the_last_worker_is_an_error(
    scheduler: str, start_worker: StartWorker, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(dask_module, "WORKER_SECONDS", 1.0)
    start_worker()
    deadly = job(ADD, "die", runs=str(tmp_path / "runs"), name="d", times=9, how="kill")
    with pytest.raises(ExecutorError, match="No worker is left"):
        run(scheduler, tmp_path, deadly)


def test_a_scheduler_without_workers_is_an_error(scheduler: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(dask_module, "WORKER_SECONDS", 0.5)
    with pytest.raises(ExecutorError, match="has no worker") as caught:
        run(scheduler, tmp_path, job(ADD, "add", numbers=[1]))
    assert f"dask worker {scheduler}" in caught.value.hint


@pytest.mark.parametrize("address", ["127.0.0.1:9", "127.0.0.1", "nonsense:x", "no-such-host.invalid:8786"])
def test_no_scheduler_is_an_error_soon(tmp_path: Path, monkeypatch, address: str) -> None:
    monkeypatch.setattr(dask_module, "CONNECT_SECONDS", 1.0)
    began = time.monotonic()
    with pytest.raises(ExecutorError, match="No Dask scheduler answers") as caught:
        run(address, tmp_path, job(ADD, "add", numbers=[1]))
    assert "dask scheduler" in caught.value.hint
    assert time.monotonic() - began < 10


def certificate(folder: Path, name: str, *arguments: str) -> tuple[Path, Path]:
    """A new key and a certificate for this machine, made by openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates")
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    subprocess.run([*command, *arguments, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return key, cert


def dask_settings(ca: Path, key: Path, cert: Path) -> dict[str, str]:
    prefix = "DASK_DISTRIBUTED__COMM__TLS__"
    settings = {f"{prefix}CA_FILE": str(ca)}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {f"{prefix}{role}__KEY": str(key), f"{prefix}{role}__CERT": str(cert)}
    return settings


def test_tls_lets_in_only_whom_the_certificates_vouch_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dask.config

    monkeypatch.setattr(dask_module, "CONNECT_SECONDS", 5.0)
    ca_key, ca = certificate(tmp_path, "authority")
    key, cert = certificate(tmp_path, "ours", "-CA", str(ca), "-CAkey", str(ca_key))
    theirs_key, theirs = certificate(tmp_path, "theirs")
    ours = dask_settings(ca, key, cert)
    path = tmp_path / "scheduler.json"
    started = [
        program("dask_scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", "0",
                "--scheduler-file", str(path), "--no-show", **ours)
    ]  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        address = json.loads(path.read_text())["address"]
        assert address.startswith("tls://")
        local = str(tmp_path / "worker")
        started.append(
            program("dask_worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", local, **ours)
        )
        place = "dask+" + address

        def attempt(where: str, settings: dict[str, str]) -> dict[str, Outcome]:
            with dask.config.set(dask.config.merge(dask.config.global_config, dask.config.collect_env(settings))):
                return run_jobs(
                    [job(ADD, "add", numbers=[1, 2])], Cache(tmp_path / "cache"), ExecutorSpec(where=where),
                    data=tmp_path, on_event=events.append,
                )  # fmt: skip

        events: list[Event] = []
        assert attempt(place, ours)[ADD].load().metrics == {"total": 3.0}
        assert "tls://" in next(event.description for event in events if isinstance(event, WorkersReady))
        for where, settings in (
            (place, dask_settings(ca, theirs_key, theirs)),  # nobody vouches for them
            (place, {}),
            ("dask://" + address.removeprefix("tls://"), ours),  # plain TCP
        ):
            with pytest.raises(ExecutorError, match="No Dask scheduler answers") as caught:
                attempt(where, settings)
            assert ("certificates" in caught.value.hint) == where.startswith("dask+tls")
    finally:
        for process in started:
            stop(process)


@pytest.mark.parametrize(
    ("address", "private"),
    [("tcp://127.0.0.1:1", True), ("tcp://localhost:1", True), ("tcp://[::1]:1", True), ("tls://10.0.0.1:1", True),
     ("tcp://10.0.0.1:1", False), ("tcp://lab.example.org:8786", False)],
)  # fmt: skip
def test_what_a_plain_connection_trusts_is_said(tmp_path: Path, address: str, private: bool) -> None:
    class Client:
        def get_executor(self, pure: bool) -> None:
            return None

        def nthreads(self) -> dict[str, int]:
            return {"worker": 1}

    conditions = Conditions(tmp_path, tmp_path, "cpu", 1, {})
    connected = dask_module.Cluster(Client(), address, dask_module.Terms(conditions, "token", "topic"), None)
    assert ("run code" in connected.description) is not private


def test_without_dask_the_error_says_what_to_install(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ExecutorError, match="Dask is not installed") as caught:
        run("127.0.0.1:8786", tmp_path, job(ADD, "add", numbers=[1]))
    assert caught.value.hint == "pip install 'genreport[cluster]'"
