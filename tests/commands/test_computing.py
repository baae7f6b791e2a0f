"""From the plan to outcomes: what other versions computed is named and renewed, and workers get planning's digests."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from generator.commands import computing
from generator.commands.build import _mixture
from generator.commands.computing import blocked, compute_results, other_versions
from generator.commands.reporting import versions_of
from generator.commands.session import Folders, Settings
from generator.jobs import Failure, Job, Outcome, Provenance, State
from generator.planning.fingerprint import Ingredients
from generator.planning.plan import Plan, PlannedJob, Standing
from generator.results import Result
from generator.running.executors.choose import ExecutorSpec
from generator.running.versions import versions_here
from generator.store.cache import Cache
from generator.store.memo import Memo

OLD, DOUBLE, NEW = "1" * 64, "2" * 64, "3" * 64
MODULE = "tests.computations_for_tests"


class Build:
    """Three jobs in a cache: one of other versions, what was computed from it since, and one of the versions here."""

    def __init__(self, folder: Path) -> None:
        self.cache = Cache(folder / "cache")
        self.memo, self.history = Memo(None), SimpleNamespace(note=lambda *parts: None)
        self.settings = Settings(folders=Folders(folder, folder / "cache"), workers=ExecutorSpec(jobs=1, device="cpu"))
        self.course = SimpleNamespace(present=lambda: iter("abc"))
        self.place = SimpleNamespace(code=())
        self.jobs = [
            Job(OLD, "add", MODULE, "1-a/q01/old", {"numbers": [1, 2]}),
            Job(DOUBLE, "double", MODULE, "1-a/q01/double", inputs={"source": OLD}),
            Job(NEW, "add", MODULE, "1-a/q02/new", {"numbers": [3]}),
        ]
        for job in self.jobs:
            versions = {**versions_here(), "torch": "1.0"} if job.fingerprint == OLD else versions_here()
            self.cache.save(job.fingerprint, Result(), record(job.fingerprint, versions))

    def plan(self, forced: frozenset[str] = frozenset()) -> Plan:
        plan = Plan("quick", {}, code={"generator.results": "planned"})
        for job in self.jobs:
            standing = Standing.HIT if self.cache.has(job.fingerprint) else Standing.MISS
            plan.jobs[job.fingerprint] = PlannedJob(job, standing, Ingredients("", {}, {}, {}, {}, {}), (job.address,))
            plan.by_address[job.address] = job.fingerprint
        return plan


def record(fingerprint: str, versions: Any) -> Provenance:
    return Provenance("add", {}, fingerprint, "CPU", 1.0, 1, "2020", versions=versions)


@pytest.fixture
def build(tmp_path: Path) -> Any:
    return Build(tmp_path)


def test_results_of_other_versions_are_named(build: Any) -> None:
    assert other_versions(build, build.plan()) == {OLD: (f"torch 1.0 (here {versions_here()['torch']})",)}


def test_fresh_versions_computes_them_again_and_what_was_made_from_them(
    build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = computing.run_jobs
    monkeypatch.setattr(computing, "run_jobs", lambda *args, code, **options: real(*args, **options))
    _, outcomes = compute_results(build, ("1-a/q01", "1-a/q02"), False, lambda event: None, fresh_versions=True)
    assert {name: outcome.state for name, outcome in outcomes.items()} == {
        OLD: State.COMPUTED,
        DOUBLE: State.COMPUTED,
        NEW: State.HIT,
    }
    assert outcomes[DOUBLE].load().metrics == {"total": 6.0}
    assert other_versions(build, build.plan()) == {}
    _, outcomes = compute_results(build, ("1-a/q01", "1-a/q02"), False, lambda event: None, fresh_versions=True)
    assert {outcome.state for outcome in outcomes.values()} == {State.HIT}


def test_without_the_option_they_stay_and_the_report_warns(build: Any) -> None:
    _, outcomes = compute_results(build, ("1-a/q01", "1-a/q02"), False, lambda event: None)
    assert {outcome.state for outcome in outcomes.values()} == {State.HIT}
    (warning,) = _mixture(outcomes.values())
    assert f"torch 1.0 and {versions_here()['torch']}" in warning
    assert "--fresh-versions" in warning
    assert "numpy" not in warning


def test_a_record_without_versions_is_unknown_and_one_version_is_no_mixture() -> None:
    outcomes = [
        Outcome(State.HIT, name, record(name, versions)) for name, versions in (("a", {"numpy": "2"}), ("b", {}))
    ]
    assert versions_of(outcomes) == {"numpy": ["2", "unknown"]}
    assert _mixture(outcomes[:1]) == []
    assert _mixture([Outcome(State.PENDING, "c")]) == []


def test_workers_are_held_to_the_code_that_planning_read(build: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not to a second reading of the files, which may have been edited since."""
    build.cache.remove(NEW)
    _, outcomes = compute_results(build, ("1-a/q01", "1-a/q02"), False, lambda event: None)
    failure = outcomes[NEW].failure
    assert failure is not None
    assert "generator.results" in failure.reason
    assert not build.cache.has(NEW)


def planned(standing: Standing, *inputs: str) -> PlannedJob:
    job = Job("", "add", MODULE, "a", inputs={"sources": inputs})
    lacks = Failure("no data", "fetch it") if standing is Standing.BLOCKED else None
    return PlannedJob(job, standing, Ingredients("", {}, {}, {}, {}, {}), ("a",), failure=lacks)


def test_what_needs_what_cannot_be_computed_cannot_but_for_what_is_cached() -> None:
    plan = Plan("quick", {})
    plan.jobs = {
        "lacks": planned(Standing.BLOCKED),
        "waits": planned(Standing.MISS, "lacks"),
        "kept": planned(Standing.HIT, "lacks"),
        "goes": planned(Standing.MISS, "kept"),
    }
    assert blocked(plan) == {
        "lacks": Failure("no data", "fetch it"),
        "waits": Failure("its input a cannot be computed: no data", "fetch it"),
    }


def test_a_thousand_jobs_that_each_need_two_are_looked_at_once() -> None:
    plan = Plan("quick", {})
    plan.jobs = {"0": planned(Standing.MISS), "1": planned(Standing.MISS)}
    for number in range(2, 1500):
        plan.jobs[f"{number}"] = planned(Standing.MISS, f"{number - 1}", f"{number - 2}")
    assert blocked(plan) == {}
