"""A build of given jobs as a program of its own, for tests that kill or interrupt it or run two at once.

Usage: python build_for_tests.py CACHE JOBS.json. Prints one JSON line for each event, with this process's children.
"""

import json
import signal
import sys
from pathlib import Path

from generator.cli.stopping import end_on_sigterm
from generator.jobs import Job
from generator.running.events import Event, JobFinished, JobProgress
from generator.running.executors.choose import ExecutorSpec
from generator.running.runner import run_jobs
from generator.store.cache import Cache


def tell(event: Event) -> None:
    line = {"event": type(event).__name__}
    if isinstance(event, JobProgress):
        line["message"] = event.message
    if isinstance(event, JobFinished):
        line["state"] = event.outcome.state.name
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    end_on_sigterm()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit that it is ignored
    folder = Path(sys.argv[1])
    jobs = [Job(**fields) for fields in json.loads(Path(sys.argv[2]).read_text())]
    run_jobs(jobs, Cache(folder), ExecutorSpec(jobs=1), data=folder, on_event=tell)
