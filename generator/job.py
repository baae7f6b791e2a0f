"""One unit of work: a computation bound to its parameters, its inputs and its data, named by its fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Job:
    """A job as planning fixes it. Two jobs with the same fingerprint are the same job.

    ``module`` is imported so that ``computation`` is registered. ``parameters`` are all bound parameters, defaults
    included, JSON-ready, without those that ``inputs`` gives: ``inputs`` maps a parameter's name to the fingerprint of
    the job whose result it takes ("runs/0", "runs/1" … in order, for a parameter that takes a list). ``address`` is the
    first place that asks for the job ("2-a/q01/vgg16"). ``seconds`` is the expected duration, or None.
    """

    fingerprint: str
    computation: str
    module: str
    address: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
