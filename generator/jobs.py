"""One unit of work, what can become of it and of the program, and the record that goes with a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from operator import attrgetter
from typing import Any

from generator.results import Result

#: What a parameter takes from other jobs: one result, or several in order; each by its address or fingerprint.
Input = str | tuple[str, ...]


def one_by_one(inputs: Mapping[str, Input]) -> dict[str, str]:
    """All that the parameters take, in order, each by what people call it: "net", "runs[0]", "runs[1]"."""
    found: dict[str, str] = {}
    for name, taken in inputs.items():
        found |= {name: taken} if isinstance(taken, str) else {f"{name}[{n}]": one for n, one in enumerate(taken)}
    return found


@dataclass(frozen=True, slots=True)
class Job:
    """A job as planning fixes it. Two jobs with the same fingerprint are the same job.

    ``module`` is imported so that ``computation`` is registered. ``parameters`` are all bound parameters, defaults
    included, JSON-ready, without those that ``inputs`` gives: ``inputs`` maps a parameter's name to the fingerprint of
    the job whose result it takes, or to those of several in order. ``address`` is the first place that asks for the job
    ("2-a/q01/vgg16"). ``seconds`` is the expected duration, or None. ``data`` maps each data set and network that it
    reads ("dataset/mnist", "network/vgg16") to planning's digest of its files, and ``own_files`` those that are a
    course's own to the places of their files under the data folder.
    """

    fingerprint: str
    computation: str
    module: str
    address: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    seconds: float | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    own_files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __reduce__(self) -> tuple[type[Job], tuple[Any, ...]]:
        """For the way to a worker: twice as fast as what dataclasses with slots do by themselves."""
        return Job, _of_job(self)


_of_job = attrgetter(*Job.__slots__)


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


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a result came about, as recorded when it was computed. ``duration`` is in seconds of wall time.

    A parameter that took another job's result is recorded as "job" with the first digits of that job's fingerprint.
    ``versions`` are those of Python and of the packages that compute, by name; entries of old may lack some or all.
    ``origin`` says where a result that was computed elsewhere was brought from; no entry states it of itself.
    """

    computation: str
    parameters: Mapping[str, Any]
    fingerprint: str
    device: str
    duration: float
    threads: int
    finished: str
    precision: str = "float32"
    versions: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""

    @property
    def seed(self) -> int | None:
        """The seed parameter, where the computation has one."""
        seed = self.parameters.get("seed")
        return seed if isinstance(seed, int) else None

    def __reduce__(self) -> tuple[type[Provenance], tuple[Any, ...]]:
        """For the way back from a worker, as with a job."""
        return Provenance, _of_provenance(self)


_of_provenance = attrgetter(*Provenance.__slots__)


@dataclass(frozen=True)
class Failure:
    """Why a job gave no result; ``traceback`` is kept for the author and never shown in a report."""

    reason: str
    hint: str = ""
    traceback: str = ""


def _nothing() -> Result:
    raise LookupError("this job has no result")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One job's end: its state and, where there is a result, how to read it and where it came from.

    ``facts`` reads its metrics and tables alone, which takes a part of the time.
    """

    state: State
    fingerprint: str
    provenance: Provenance | None = None
    failure: Failure | None = None
    load: Callable[[], Result] = field(default=_nothing, repr=False, compare=False)
    facts: Callable[[], Result] | None = field(default=None, repr=False, compare=False)

    @property
    def has_result(self) -> bool:
        """Whether :attr:`load` will give a result."""
        return self.state in (State.HIT, State.COMPUTED)
