"""Jobs on a Dask cluster: its client is the executor, its event log brings progress back. Needs the extra "cluster"."""

from __future__ import annotations

import os
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import platformdirs

from generator.errors import ExecutorError
from generator.jobs import Job, one_by_one
from generator.running import loaded_code
from generator.running.batches import BATCH_SECONDS
from generator.running.fresh_code import import_from_source
from generator.running.progress import PROGRESS_SECONDS, Note, Reporter
from generator.running.worker import Conditions, Files, JobReport, failure_of, run_reported
from generator.store.cache import Cache
from generator.store.entry import DamagedEntryError
from generator.store.files import disk_errors, replace_file

CONNECT_SECONDS = 5.0
#: Dask sends Python objects, and who can put one in runs code: on the workers, and here.
TRUST = (
    "over plain TCP, so that whoever reaches its port can run code here and there: dask+tls:// lets in only your own"
)
CERTIFICATES = (
    "dask+tls:// needs your certificates in Dask's configuration: distributed.comm.tls.ca-file and .client.cert, or "
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE and DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT, with .key beside them"
)
NOTES_PER_SECOND = 200  # of all workers together: the scheduler passes on each one
IN_FLIGHT = 2  # jobs for each worker: the way to the next one takes as long as a small job
#: Of the messages that a client has sent, Dask keeps the last thousand, inputs and all.
_LOG_LENGTH = "distributed.admin.low-level-log-length"
WORKER_SECONDS = 30.0  # to wait for a worker, at the start and when all are lost


@dataclass(frozen=True)
class Terms:
    """What a worker needs besides the job.

    ``token`` is the name of a file that the client has put in its cache folder: who sees it shares the folder.
    ``topic`` is where notes go in Dask's event log.
    """

    conditions: Conditions
    token: str
    topic: str
    shared: bool = True


class Cluster:
    """A connected cluster. Each of its workers computes one job at a time, whatever its number of threads."""

    def __init__(self, client: Any, address: str, terms: Terms, jobs: int | None) -> None:
        self.executor: Executor = client.get_executor(pure=False)
        self._client, self._address, self._terms, self._jobs = client, address, terms, jobs
        self._workers = len(client.nthreads())
        self._seen = time.monotonic()
        self.call = partial(run_on_worker, terms=terms)

    @property
    def slots(self) -> int:
        """How many jobs run at once: one for each worker, or as many as were asked for."""
        return max(1, min(self._workers, self._jobs or self._workers))

    @property
    def in_flight(self) -> int:
        """How many jobs to send before the first one ends: a second waits at each worker, if --jobs allows it."""
        return self._jobs if self._jobs and self._jobs <= self._workers else IN_FLIGHT * self.slots

    @property
    def in_batches(self) -> bool:
        """Yes: a message costs three processes two or three milliseconds."""
        return True

    @property
    def description(self) -> str:
        """Where the jobs run, for people."""
        workers = "1 worker" if self._workers == 1 else f"{self._workers} workers"
        folder = "the cache folder shared" if self._terms.shared else "results sent back"
        trust = "" if _is_private(self._address) else f"; {TRUST}"
        return f"{workers} of the Dask cluster at {_shown(self._address)}, {folder}{trust}"

    def pack(self, job: Job) -> Files:
        """The files of the job's inputs, when the workers do not share the cache folder."""
        if self._terms.shared:
            return {}
        cache = Cache(self._terms.conditions.cache)
        return {fingerprint: cache.export(fingerprint) for fingerprint in one_by_one(job.inputs).values()}

    def check(self) -> None:
        """Count the workers; raises ExecutorError when none has been there for a while."""
        try:
            self._workers = len(self._client.nthreads()) if self._client.status == "running" else 0
        except (OSError, TimeoutError):
            self._workers = 0
        if self._workers:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > WORKER_SECONDS:
            raise ExecutorError(
                f"No worker is left on the Dask cluster at {_shown(self._address)}",
                "start workers and build again: finished jobs are kept",
            )


@contextmanager
def open_cluster(
    address: str, conditions: Conditions, jobs: int | None, on_note: Callable[[Note], None]
) -> Iterator[Cluster]:
    """Connect to the scheduler at "tcp://HOST:PORT" or "tls://HOST:PORT"; ``on_note`` is called from another thread.

    Certificates for tls are those of Dask's own configuration (distributed.comm.tls).

    Raises:
        ExecutorError: Dask is not installed, the scheduler cannot be reached, there is no worker, or a worker has
            other code than this program.
    """
    try:
        import distributed
    except ImportError as error:
        raise ExecutorError(
            "Dask is not installed, which --executor dask://… needs", "pip install 'genreport[cluster]'"
        ) from error
    from dask import config

    with config.set({_LOG_LENGTH: 0}):
        client = _connect(distributed, address)
    token = _place_token(conditions.cache)
    try:
        with warnings.catch_warnings():
            # Inputs that travel with their job make it large; that is meant.
            warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
            conditions = replace(conditions, pace=max(PROGRESS_SECONDS, len(client.nthreads()) / NOTES_PER_SECOND))
            terms = Terms(conditions, token.name, topic=f"genreport-{uuid.uuid4().hex}")
            terms = replace(terms, shared=_inspect_workers(client, address, terms))
            client.subscribe_topic(terms.topic, lambda event: on_note(Note(*event[1])))
            yield Cluster(client, address, terms, jobs)
    finally:
        token.unlink(missing_ok=True)
        client.close(timeout=CONNECT_SECONDS)


def run_on_worker(jobs: list[Job], sent: Files, terms: Terms) -> list[JobReport | None]:
    """In a worker: compute the jobs, in the shared cache folder or in this worker's own, and send the entries back.

    None stands for a job that was not begun, as those before it took longer than a message should.
    """
    from distributed import get_worker

    import_from_source()
    folder, sees_token = _look_for_token(terms)
    notify = partial(_publish, get_worker(), terms.topic)
    if terms.shared and not sees_token:
        error = ExecutorError(f"A worker does not see the cache folder {folder}", "start it where the others run")
        return [JobReport(job.fingerprint, failure=failure_of(error)) for job in jobs]
    if terms.shared:
        compute = partial(run_reported, conditions=_conditions_here(terms, folder))
    else:
        own = folder if _own_folder() else Path(platformdirs.user_cache_dir("genreport", appauthor=False)) / "worker"
        conditions = replace(_conditions_here(terms, own), durable=False)
        compute = partial(_run_and_export, sent=sent, conditions=conditions)
    over = time.monotonic() + BATCH_SECONDS
    reports: list[JobReport | None] = []
    with Reporter(notify, terms.conditions.pace, few=len(jobs) > 1) as reporter:
        for job in jobs:
            reports.append(compute(job, reporter=reporter) if not reports or time.monotonic() < over else None)
    return reports


def _run_and_export(job: Job, reporter: Reporter, sent: Files, conditions: Conditions) -> JobReport:
    cache = Cache(conditions.cache, durable=False)
    began = time.monotonic()
    try:
        for fingerprint in one_by_one(job.inputs).values():
            if fingerprint in sent:
                cache.import_(fingerprint, sent[fingerprint])
        report = run_reported(job, conditions, reporter)
        files = {} if report.failure else cache.export(job.fingerprint)
    except Exception as error:
        damaged = error.fingerprint if isinstance(error, DamagedEntryError) else ""
        return JobReport(job.fingerprint, failure=failure_of(error), damaged=damaged)
    return replace(report, files=files, seconds=time.monotonic() - began)


def inspect_worker(terms: Terms) -> bool:
    """In a worker: whether it shares the client's cache folder; raises CodeChangedError when its code differs."""
    loaded_code.check_files(terms.conditions.code, terms.conditions.courses)
    return _look_for_token(terms)[1]


def _connect(distributed: Any, address: str) -> Any:
    try:
        # Security() takes its files from Dask's configuration, and refuses whom they do not vouch for.
        security = distributed.Security(require_encryption=True) if address.startswith("tls://") else None
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False, security=security)
    except (OSError, ValueError, TypeError, TimeoutError) as error:
        hint = "start one with `dask scheduler`, or check the host and port"
        if address.startswith("tls://"):
            hint += f"; {CERTIFICATES}"
        raise ExecutorError(f"No Dask scheduler answers at {_shown(address)}", hint) from error
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError as error:
        client.close()
        raise ExecutorError(
            f"The Dask scheduler at {_shown(address)} has no worker",
            f"start some: `dask worker {_shown(address)} --nthreads 1`",
        ) from error
    return client


def _shown(address: str) -> str:
    """An address as Dask's commands take it: plain TCP needs no scheme."""
    return address.removeprefix("tcp://")


def _is_private(address: str) -> bool:
    """Whether nobody else can come between: the connection is encrypted, or does not leave this machine."""
    host = _shown(address).rpartition(":")[0].strip("[]")
    return address.startswith("tls://") or host in ("localhost", "::1") or host.startswith("127.")


def _inspect_workers(client: Any, address: str, terms: Terms) -> bool:
    """Whether all workers share the cache folder; raises ExecutorError when one cannot do this program's jobs."""
    answers = client.run(inspect_worker, terms, on_error="return")
    for worker, answer in answers.items():
        if isinstance(answer, BaseException):
            failure = failure_of(answer)
            hint = failure.hint or "install this version of genreport on every worker"
            raise ExecutorError(f"The worker {worker} of the cluster at {_shown(address)}: {failure.reason}", hint)
    return all(answers.values())


def _place_token(cache: Path) -> Path:
    token = cache / f"shared-{uuid.uuid4().hex}"
    with disk_errors(cache):
        cache.mkdir(parents=True, exist_ok=True)
        replace_file(token, b"")
    return token


def _own_folder() -> Path | None:
    """Where the worker's administrator has put its cache folder, if anywhere: shared disks may be mounted elsewhere."""
    return Path(os.environ["GENREPORT_CACHE"]) if os.environ.get("GENREPORT_CACHE") else None


def _look_for_token(terms: Terms) -> tuple[Path, bool]:
    folder = _own_folder() or terms.conditions.cache
    return folder, (folder / terms.token).exists()


def _conditions_here(terms: Terms, folder: Path) -> Conditions:
    data = Path(os.environ.get("GENREPORT_DATA") or terms.conditions.data)
    return replace(terms.conditions, cache=folder, data=data)


def _publish(worker: Any, topic: str, note: Note) -> None:
    """Send a note to the client, in Dask's own thread: the progress thread must not touch the worker's connections."""
    worker.loop.add_callback(worker.log_event, topic, astuple(note))
