"""The real results of a quick build, kept without figures and large arrays, for tests that change them.

    python -m tests.shaken.snapshot

makes the file anew, in the folder of the checkout and after a quick build: `genreport build --profile quick`.
"""

from __future__ import annotations

import base64
import gzip
import importlib
import json
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from generator.commands.session import Settings, open_session
from generator.jobs import Input
from generator.planning.plan import Plan, Standing
from generator.registry import REGISTRY
from generator.results import Result, Table, Value
from generator.store.cache import Cache
from generator.workspace import Workspace

FILE = Path(__file__).parent / "quick_results.json.gz"
COMMAND = "genreport build --profile quick && python -m tests.shaken.snapshot"

_DIGITS = 7  # significant, of a float
_LARGEST_ARRAY = 2_000  # numbers; larger ones are kept as their shape alone
_LONGEST = 2.0  # seconds that a computation may take to be run again for each draw


class AnyFigure(dict[str, Any]):
    """Figures by whatever name: none is drawn here."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> None:
        return None


@dataclass(frozen=True, eq=False)
class KeptJob:
    """One job of the build: what it was computed from, where it is used, and what came of it.

    ``inputs`` are numbers of other jobs, which stand before it. One that is ``derived`` only compares the results that
    it takes, fast and the same each time, so that it can be run again when these have been changed.
    """

    number: int
    computation: str
    module: str
    parameters: Mapping[str, Any]
    inputs: Mapping[str, int | list[int]]
    addresses: tuple[str, ...]
    result: Result
    derived: bool = False
    taken: tuple[int, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        numbers = [n for one in self.inputs.values() for n in ([one] if isinstance(one, int) else one)]
        object.__setattr__(self, "taken", tuple(numbers))

    def run(self, results: Mapping[int, Result]) -> Result:
        """The real computation on other inputs."""
        importlib.import_module(self.module)
        taken = {
            name: results[one] if isinstance(one, int) else [results[n] for n in one]
            for name, one in self.inputs.items()
        }
        workspace = Workspace(device="cpu", data=Path("nowhere"))
        return REGISTRY[self.computation].function(workspace, **self.parameters, **taken)


def main() -> int:
    """Write the file from the results of the quick build that are in the cache."""
    session = open_session(Settings(profile="quick"))
    plan = session.plan()
    missing = [planned.addresses[0] for planned in plan.jobs.values() if planned.standing is not Standing.HIT]
    if missing:
        print(
            f"{len(missing)} results are not in the cache, {missing[0]} for one: first genreport build", file=sys.stderr
        )
        return 1
    jobs = [_written(job) for job in _kept(plan, session.cache)]
    text = json.dumps(jobs, ensure_ascii=False, separators=(",", ":"), allow_nan=True)
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
    derived = sorted({job["computation"] for job in jobs if job["derived"]})
    print(f"{FILE}: {len(jobs)} jobs, {FILE.stat().st_size / 1000:.0f} kB; run again: {', '.join(derived)}")
    return 0


def read_jobs(path: Path = FILE) -> list[KeptJob]:
    """All jobs, inputs before what takes them."""
    return [_read(number, one) for number, one in enumerate(json.loads(gzip.decompress(path.read_bytes())))]


def _kept(plan: Plan, cache: Cache) -> Iterator[KeptJob]:
    numbers = {fingerprint: number for number, fingerprint in enumerate(plan.jobs)}
    results: dict[int, Result] = {}
    others: set[str] = set()  # computations that need more than what is kept
    for number, (fingerprint, planned) in enumerate(plan.jobs.items()):
        job, provenance = planned.job, cache.provenance(fingerprint)
        inputs = {name: _numbered(one, numbers) for name, one in job.inputs.items()}
        result = _reduced(cache.load(fingerprint))
        kept = KeptJob(number, job.computation, job.module, job.parameters, inputs, planned.addresses, result)
        results[number] = result
        possible = bool(inputs) and not job.data and job.computation not in others
        if possible and provenance.duration < _LONGEST and _comes_out_again(kept, results):
            kept = KeptJob(
                number, job.computation, job.module, job.parameters, inputs, planned.addresses, result, derived=True
            )
        elif possible:
            others.add(job.computation)
        yield kept


def _numbered(taken: Input, numbers: Mapping[str, int]) -> int | list[int]:
    return numbers[taken] if isinstance(taken, str) else [numbers[one] for one in taken]


def _comes_out_again(job: KeptJob, results: Mapping[int, Result]) -> bool:
    """Whether the computation gives the same from the reduced results that it takes, so that these are all it needs."""
    try:
        again = job.run(results)
    except Exception:  # whatever it misses, it is not run again
        return False
    return alike(again, job.result)


def alike(first: Result, second: Result) -> bool:
    """Whether two results have the same metrics and tables, up to the digits that are kept."""
    if first.metrics.keys() != second.metrics.keys() or first.tables.keys() != second.tables.keys():
        return False
    values = [(first.metrics[name], second.metrics[name]) for name in first.metrics]
    for name, table in first.tables.items():
        rows = second.tables[name].rows
        if len(rows) != len(table.rows):
            return False
        values += [pair for one, other in zip(table.rows, rows, strict=True) for pair in zip(one, other, strict=True)]
    return all(
        math.isclose(one, other, rel_tol=1e-4, abs_tol=1e-9)
        if isinstance(one, float) and isinstance(other, float)
        else one == other
        for one, other in values
    )


def _reduced(result: Result) -> Result:
    """The result without figures, with short floats, and with zeros in the large arrays."""
    metrics = {name: _short(value) for name, value in result.metrics.items()}
    tables = {
        name: Table(table.columns, tuple(tuple(map(_short, row)) for row in table.rows))
        for name, table in result.tables.items()
    }
    arrays = {
        name: array if _is_kept(array) else np.zeros(array.shape, array.dtype) for name, array in result.arrays.items()
    }
    return Result(metrics, tables, AnyFigure(), arrays)


def _short(value: Value) -> Value:
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value


def _is_kept(array: np.ndarray[Any, Any]) -> bool:
    return array.size <= _LARGEST_ARRAY and array.dtype.kind in "biu"


def _written(job: KeptJob) -> dict[str, Any]:
    arrays = {}
    for name, array in job.result.arrays.items():
        kept = np.packbits(array) if array.dtype == np.bool_ else array
        content = base64.b64encode(kept.tobytes()).decode() if _is_kept(array) and array.any() else ""
        arrays[name] = [array.dtype.str, list(array.shape), content]
    tables = {name: [table.columns, table.rows] for name, table in job.result.tables.items()}
    return {
        "computation": job.computation, "module": job.module, "parameters": job.parameters, "inputs": job.inputs,
        "addresses": job.addresses, "derived": job.derived,
        "metrics": job.result.metrics, "tables": tables, "arrays": arrays,
    }  # fmt: skip


def _read(number: int, written: Mapping[str, Any]) -> KeptJob:
    tables = {
        name: Table(tuple(columns), tuple(tuple(row) for row in rows))
        for name, (columns, rows) in written["tables"].items()
    }
    arrays = {name: _array(dtype, shape, content) for name, (dtype, shape, content) in written["arrays"].items()}
    result = Result(written["metrics"], tables, AnyFigure(), arrays)
    names = ("computation", "module", "parameters", "inputs")
    return KeptJob(number, *(written[name] for name in names), tuple(written["addresses"]), result, written["derived"])


def _array(dtype: str, shape: list[int], content: str) -> np.ndarray[Any, Any]:
    if not content:
        return np.zeros(shape, dtype)
    read = base64.b64decode(content)
    if np.dtype(dtype) == np.bool_:
        return np.unpackbits(np.frombuffer(read, np.uint8), count=math.prod(shape)).astype(np.bool_).reshape(shape)
    return np.frombuffer(read, dtype).reshape(shape)


if __name__ == "__main__":
    sys.exit(main())
