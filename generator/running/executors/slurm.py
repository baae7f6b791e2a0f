"""Jobs on a Slurm cluster: each is a batch job, or shares one with other short jobs. Needs the extra "slurm".

The nodes share the cache folder, where results, checkpoints, notes and logs lie. What Slurm does to a job that it takes
from its node (pre-emption, a node that fails, the end of its time) is its own affair: the job is queued again and goes
on from its checkpoint. What Slurm no longer knows and has left no result has died, and the runner sends it again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from generator.errors import ExecutorError
from generator.jobs import Failure, Job
from generator.running.executors import batch_jobs
from generator.running.executors.batch_jobs import Batch
from generator.running.fresh_code import import_from_source
from generator.running.progress import Note
from generator.running.worker import Conditions, Files, JobReport, run_job
from generator.store.cache import Cache
from generator.store.files import disk_errors

AT_ONCE = 64  # jobs that are sent before the first one ends: what starts when is Slurm's affair
NOTE_SECONDS = 2.0  # between two notes of a job: each is a write to a shared disk
#: Short jobs share a batch job, as many as take this together. It is about what Slurm, Python and torch take to start
#: from a shared disk; from a disk of its own a machine took 2 s of processor time for it.
START_SECONDS = 10.0
#: Names as Slurm's own options have them, and as submitit takes them.
OPTIONS = {
    "partition": "slurm_partition",
    "account": "slurm_account",
    "qos": "slurm_qos",
    "constraint": "slurm_constraint",
    "mem": "slurm_mem",
    "gpus": "gpus_per_node",
    "cpus": "cpus_per_task",
    "time": "timeout_min",
}
_NUMBERS = ("gpus", "cpus", "time")
_DEFAULTS = {"time": 120, "mem": "8G", "cpus": 1}
_OUT_OF_TIME = "UncompletedJobError"  # of submitit, where the time is over once more than a job is queued again
_MORE_TIME = ("Slurm's time for it was over again and again", "--executor-option time=MINUTES; it goes on where it is")


@dataclass(frozen=True)
class SlurmWorkers:
    """What the runner needs to know of the cluster."""

    executor: Batch
    slots: int
    description: str
    call: Callable[[list[Job], Files], list[JobReport | None]]
    batch_seconds: float = START_SECONDS
    shares: int = 1

    @property
    def in_flight(self) -> int:
        """How many jobs to send before the first one ends."""
        return self.slots

    @property
    def waiting(self) -> frozenset[str]:
        """Those in Slurm's queue."""
        return self.executor.waiting

    def pack(self, job: Job) -> Files:
        """Nothing: the cache folder is shared."""
        return {}

    def check(self) -> None:
        """Nothing: a job that dies is sent again."""


@contextmanager
def open_slurm(
    conditions: Conditions,
    jobs: int | None,
    options: Mapping[str, str],
    on_note: Callable[[Note], None],
    cluster: str = "slurm",
) -> Iterator[SlurmWorkers]:
    """Jobs as Slurm's batch jobs, at most ``jobs`` at a time; ``cluster`` may be "local", for processes here.

    ``options`` are Slurm's own, by their long names: partition, time (minutes), mem, gpus, cpus, account, qos,
    constraint, and any other. The nodes see the cache and data folders at the same places as this machine does.

    Raises:
        ExecutorError: submitit is not installed, there is no Slurm here, or an option has the wrong form.
    """
    try:
        import submitit
    except ImportError as error:
        raise ExecutorError(
            "submitit is not installed, which --executor slurm needs", "pip install 'genreport[slurm]'"
        ) from error
    if cluster == "slurm" and shutil.which("sbatch") is None:
        raise ExecutorError(
            "There is no Slurm on this machine", "run it where `sbatch` is, a login node of the cluster"
        )
    given = _numbered({**_defaults(options), **options})
    with disk_errors(conditions.cache):
        (conditions.cache / "slurm").mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(dir=conditions.cache / "slurm"))
    sender = submitit.AutoExecutor(folder=folder, cluster=cluster)
    sender.update_parameters(name="genreport", **_parameters(given, int(given["cpus"])))
    conditions = replace(conditions, threads=int(given["cpus"]), pace=NOTE_SECONDS)
    alive = batch_jobs.queued if cluster == "slurm" else batch_jobs.running
    batch = Batch(sender, folder, Cache(conditions.cache), alive, on_note)
    asked = ", ".join(f"{name}={value}" for name, value in given.items())
    slots = jobs or AT_ONCE
    try:
        call = partial(run_on_node, conditions=conditions, notes=folder)
        yield SlurmWorkers(batch, slots, f"Slurm, up to {slots} jobs at once ({asked}); logs in {folder}", call)
    finally:
        batch.shutdown()


def run_on_node(jobs: list[Job], sent: Files, conditions: Conditions, notes: Path) -> list[JobReport | None]:
    """On a node: compute the jobs in the shared cache folder, and write down how far they are."""
    import_from_source()
    return [_run(job, conditions, notes / f"{job.fingerprint}.notes") for job in jobs]


def _run(job: Job, conditions: Conditions, notes: Path) -> JobReport:
    def note(said: Note) -> None:
        with suppress(OSError), notes.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(astuple(said)) + "\n")

    begun = notes.exists()  # by this build, on a node that was lost
    report = run_job(job, conditions, note)
    if report.failure is not None and report.failure.reason.startswith(_OUT_OF_TIME):
        return replace(report, failure=Failure(*_MORE_TIME, report.failure.traceback))
    if report.provenance is None:
        return report
    # Without what Python and torch took to start: that is the batch job's time, whichever jobs it has.
    return replace(report, computed=report.computed or begun, seconds=report.provenance.duration)


def _defaults(options: Mapping[str, str]) -> dict[str, Any]:
    """What is asked for where nothing else is: Slurm takes no second word on memory, such as mem-per-cpu."""
    return {name: value for name, value in _DEFAULTS.items() if name != "mem" or "mem-per" not in " ".join(options)}


def _numbered(options: Mapping[str, Any]) -> dict[str, Any]:
    wrong = [f"{name}={options[name]}" for name in _NUMBERS if name in options and not str(options[name]).isdigit()]
    if wrong:
        raise ExecutorError(f"Slurm's option {wrong[0]} is no whole number", "time is in minutes: time=120")
    return {name: int(value) if name in _NUMBERS else value for name, value in options.items()}


def _parameters(options: Mapping[str, Any], threads: int) -> dict[str, Any]:
    """The options as submitit takes them: one that it does not know goes to sbatch as it is."""
    known = {OPTIONS[name]: value for name, value in options.items() if name in OPTIONS}
    others = {name: value for name, value in options.items() if name not in OPTIONS}
    variables = {"CUBLAS_WORKSPACE_CONFIG": ":4096:8", "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    setup = [f"export {name}={value}" for name, value in variables.items()]
    return {**known, "slurm_setup": setup, **({"slurm_additional_parameters": others} if others else {})}
