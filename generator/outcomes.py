"""What can become of a job and of the program: states, exit codes, and the record that goes with a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any

from generator.results import Result


class ExitCode(IntEnum):
    """What the shell gets back."""

    OK = 0
    JOB_FAILED = 1
    BAD_INPUT = 2


class State(Enum):
    """How a job ended in this build."""

    HIT = "cached"
    COMPUTED = "computed"
    FAILED = "failed"
    SKIPPED = "skipped"  # one of its inputs failed
    PENDING = "not computed"  # outside the selection and not in the cache


@dataclass(frozen=True)
class Provenance:
    """How a result came about, as recorded when it was computed. ``duration`` is in seconds of wall time.

    A parameter that took another job's result is recorded as "job" with the first digits of that job's fingerprint.
    """

    computation: str
    parameters: Mapping[str, Any]
    fingerprint: str
    device: str
    duration: float
    torch: str
    threads: int
    finished: str
    precision: str = "float32"

    @property
    def seed(self) -> int | None:
        """The seed parameter, where the computation has one."""
        seed = self.parameters.get("seed")
        return seed if isinstance(seed, int) else None


@dataclass(frozen=True)
class Failure:
    """Why a job gave no result; ``traceback`` is kept for the author and never shown in a report."""

    reason: str
    hint: str = ""
    traceback: str = ""


def _nothing() -> Result:
    raise LookupError("this job has no result")


@dataclass(frozen=True)
class Outcome:
    """One job's end: its state and, where there is a result, how to read it and where it came from."""

    state: State
    fingerprint: str
    provenance: Provenance | None = None
    failure: Failure | None = None
    load: Callable[[], Result] = field(default=_nothing, repr=False, compare=False)

    @property
    def has_result(self) -> bool:
        """Whether :attr:`load` will give a result."""
        return self.state in (State.HIT, State.COMPUTED)
