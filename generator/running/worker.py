"""What happens in a worker: one job is computed, checked against its declaration and saved in the cache."""

from __future__ import annotations

import importlib
import threading
import time
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from generator.errors import GenreportError
from generator.jobs import Failure, Input, Job, Provenance
from generator.registry import REGISTRY, Computation, matches
from generator.results import Result, Table
from generator.running import garbage, loaded_code
from generator.running.allocator import keep_freed_memory
from generator.running.device import device_in_words, is_surely_cpu, torch_device
from generator.running.loaded_data import DataGuard
from generator.running.progress import PROGRESS_SECONDS, Notify, Reporter
from generator.running.repeatable import call
from generator.running.versions import versions_here
from generator.store.cache import Cache
from generator.store.entry import DamagedEntryError
from generator.workspace import Workspace

# Torch's thread count, determinism and global generator belong to the process: a Dask worker with several threads
# computes one job after another nevertheless.
_ONE_AT_A_TIME = threading.Lock()

#: Cache files that travel with a job: for each input's fingerprint its files by name.
Files = Mapping[str, Mapping[str, bytes]]


@dataclass(frozen=True)
class Conditions:
    """What all jobs of a build share. ``device`` is auto, cpu, cuda or mps.

    ``code`` holds the digest of each module: as planning read it, where it did. ``courses`` are the folders of the
    course's own packages of computations. ``durable`` is false where the cache folder holds copies of what is kept
    elsewhere (see ``store.cache``). ``pace`` is the least time in seconds between two notes of a job.
    """

    cache: Path
    data: Path
    device: str
    threads: int
    code: Mapping[str, str] = field(repr=False)
    courses: tuple[Path, ...] = ()
    durable: bool = True
    pace: float = PROGRESS_SECONDS


@dataclass(frozen=True)
class JobReport:
    """What became of a job: a provenance once its entry is saved, otherwise a failure.

    ``computed`` is false when another build had saved the entry meanwhile. ``damaged`` names an input whose entry was
    found damaged. ``files`` is the entry itself, from a worker that does not share the cache folder. ``seconds`` is how
    long the worker had it, the way to its inputs and to its entry included. ``died`` says that the worker did, of this
    job or of another that it had been given with it: nothing is known of this one.
    """

    fingerprint: str
    provenance: Provenance | None = None
    failure: Failure | None = None
    computed: bool = True
    damaged: str = ""
    died: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    seconds: float = 0.0


def run_job(job: Job, conditions: Conditions, notify: Notify) -> JobReport:
    """Compute a job and save its result, unless another build does so first. Every exception becomes a failure."""
    with Reporter(notify, conditions.pace) as reporter:
        return run_reported(job, conditions, reporter)


def run_reported(job: Job, conditions: Conditions, reporter: Reporter) -> JobReport:
    """As :func:`run_job`, with a reporter that goes on to the next job."""
    with _ONE_AT_A_TIME:
        reporter.about(job.fingerprint)
        began = time.monotonic()
        try:
            report = _saved(job, conditions, reporter)
        except DamagedEntryError as error:
            report = JobReport(job.fingerprint, failure=failure_of(error), damaged=error.fingerprint)
        except Exception as error:
            failure = failure_of(error)
            where = loaded_code.place_of(error, conditions.courses)
            report = JobReport(job.fingerprint, failure=replace(failure, reason=f"{where}{failure.reason}"))
        garbage.collect(can_wait=is_surely_cpu(conditions.device))
        return replace(report, seconds=time.monotonic() - began)


def _saved(job: Job, conditions: Conditions, reporter: Reporter) -> JobReport:
    cache = Cache(conditions.cache, conditions.durable)
    with cache.lock(job.fingerprint, on_wait=lambda: reporter.tell(0, 1, "another build computes it: waiting")):
        if cache.is_sound(job.fingerprint):
            return JobReport(job.fingerprint, provenance=cache.provenance(job.fingerprint), computed=False)
        return JobReport(job.fingerprint, provenance=_compute(job, conditions, cache, reporter))


def failure_of(error: BaseException) -> Failure:
    """The failure that an exception stands for: our own errors in their words, others by type and message."""
    text = "".join(traceback.format_exception(error))
    if isinstance(error, GenreportError):
        return Failure(error.message, error.hint, text)
    if was_killed(error):
        return Failure("Every worker that computed it died, most often because the memory ran out", traceback=text)
    hint = ""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        hint = "the memory ran out: try --jobs 1, a smaller profile or another --device"
    if isinstance(error, ModuleNotFoundError) and error.name == "genreport":
        hint = "the package is called generator: from generator import computation, Result, …"
    message = str(error).strip()
    return Failure(f"{type(error).__name__}: {message}" if message else type(error).__name__, hint, text)


def was_killed(error: BaseException) -> bool:
    """Whether it says that every worker died on which a job was, computed or waiting: Dask's, which may not be here."""
    return type(error).__name__ == "KilledWorker"


def _compute(job: Job, conditions: Conditions, cache: Cache, reporter: Reporter) -> Provenance:
    reporter.tell(0, 1, "starting")
    loaded_code.adopt(conditions.courses)
    importlib.import_module(job.module)
    computation = REGISTRY.find(job.computation, job.module)
    if computation is None:
        raise GenreportError(f"{job.module} has no computation called {job.computation!r}")
    loaded_code.check(conditions.code)
    guard = DataGuard(job.data, conditions.data, cache.folder, job.own_files)
    keep_freed_memory()
    garbage.freeze_modules()
    device = torch_device(conditions.device)
    checkpoints = cache.checkpoints(job.fingerprint)
    workspace = Workspace(device, conditions.data, progress=reporter.tell, checkpoints=checkpoints)
    inputs = {
        name: cache.load(taken) if isinstance(taken, str) else [cache.load(one) for one in taken]
        for name, taken in job.inputs.items()
    }
    began = time.perf_counter()
    result = call(computation.function, workspace, job.parameters, inputs, job.fingerprint, conditions.threads)
    duration = time.perf_counter() - began
    result = with_columns(computation, result)
    check_names(computation, result)
    loaded_code.check(conditions.code)  # again: the function may have imported more
    guard.check()
    provenance = Provenance(
        computation=job.computation,
        parameters={**_origins(job.inputs), **job.parameters},
        fingerprint=job.fingerprint,
        device=device_in_words(device),
        duration=round(duration, 3),
        threads=conditions.threads,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions_here(),
    )
    cache.save(job.fingerprint, result, provenance)
    return provenance


def _origins(inputs: Mapping[str, Input]) -> dict[str, str]:
    """What each parameter got from other jobs, for people: "job 0a1b2c3d4e5f", "jobs 0a1b2c3d4e5f, 5f4e3d2c1b0a"."""
    return {
        name: f"job {taken[:12]}" if isinstance(taken, str) else f"jobs {', '.join(one[:12] for one in taken)}"
        for name, taken in inputs.items()
    }


def with_columns(computation: Computation, result: Result) -> Result:
    """The result, whose tables without a record to take columns from have those that the computation declares."""
    empty = {name for name, table in result.tables.items() if not table.rows and not table.columns}
    declared = {name: tuple(columns) for name, columns in computation.tables.items() if name in empty}
    tables = {name: Table(declared[name], ()) if name in declared else table for name, table in result.tables.items()}
    return replace(result, tables=tables)


def check_names(computation: Computation, result: Result) -> None:
    """Raise GenreportError unless the result's metrics, tables, columns and figures are exactly those declared."""
    _check_declared(f"{computation.name}: metrics", computation.metrics, result.metrics)
    _check_declared(f"{computation.name}: tables", computation.tables, result.tables)
    _check_declared(f"{computation.name}: figures", computation.figures, result.figures)
    for name, table in result.tables.items():
        pattern = next(pattern for pattern in computation.tables if matches(name, [pattern]))
        _check_declared(f"{computation.name}: columns of table {name}", computation.tables[pattern], table.columns)


def _check_declared(what: str, declared: Iterable[str], returned: Iterable[str]) -> None:
    declared, returned = list(declared), list(returned)
    missing = [name for name in declared if not name.endswith("*") and name not in returned]
    surplus = [name for name in returned if not matches(name, declared)]
    if missing or surplus:
        problems = [f"{word} {', '.join(names)}" for word, names in (("lacks", missing), ("adds", surplus)) if names]
        raise GenreportError(
            f"{what} differ from the declaration: the result {' and '.join(problems)}",
            "make what the function returns agree with the names in its @computation",
        )
