"""What a worker does with one job, in this process: declared names, provenance, failures, progress and code checks.

Covers running/loaded_code.py, workspace.py too.
"""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.errors import DataMissingError, GenreportError
from generator.jobs import Job
from generator.registry import REGISTRY, Computation
from generator.results import Result, Table
from generator.running import loaded_code
from generator.running.device import device_in_words
from generator.running.worker import (
    Conditions,
    JobReport,
    check_names,
    failure_of,
    run_job,
    with_columns,
)
from generator.store.cache import Cache
from generator.store.entry import ARRAYS
from tests import computations_for_tests

MODULE = computations_for_tests.__name__
ROOT = Path(__file__).parents[2]
FP, INPUT = "ab" * 32, "cd" * 32


@pytest.fixture
def conditions(tmp_path: Path) -> Conditions:
    return Conditions(tmp_path / "cache", tmp_path, "cpu", 1, loaded_code.snapshot())


def run(conditions: Conditions, computation: str, inputs: dict | None = None, **parameters: object) -> JobReport:
    return run_job(Job(FP, computation, MODULE, "2-a/q01/x", parameters, inputs or {}), conditions, lambda note: None)


def test_a_result_is_saved_with_its_provenance(conditions: Conditions) -> None:
    report = run(conditions, "add", numbers=[1, 2, 4])
    cache = Cache(conditions.cache)
    assert report.failure is None
    assert report.computed
    assert cache.load(FP).metrics == {"total": 7.0}
    provenance = cache.provenance(FP)
    assert provenance == report.provenance
    assert provenance.parameters == {"numbers": [1, 2, 4]}
    assert provenance.versions["torch"].startswith("2.")
    assert provenance.device == device_in_words("cpu")
    assert provenance.finished.endswith("+00:00")
    assert provenance.threads == 1


def test_an_entry_that_is_there_is_not_computed_again(conditions: Conditions, tmp_path: Path) -> None:
    runs = str(tmp_path / "runs")
    reports = [run(conditions, "add", numbers=[1], runs=runs) for _ in range(2)]
    assert [report.computed for report in reports] == [True, False]
    assert reports[1].provenance == reports[0].provenance
    assert len(list((tmp_path / "runs").iterdir())) == 1


def test_a_damaged_entry_is_computed_again(conditions: Conditions) -> None:
    run(conditions, "add", numbers=[1])
    path = conditions.cache / "entries" / FP[:2] / FP / ARRAYS
    path.write_bytes(b"x" * path.stat().st_size)
    assert run(conditions, "add", numbers=[1]).computed
    assert Cache(conditions.cache).is_sound(FP)


def test_inputs_are_loaded(conditions: Conditions) -> None:
    run_job(Job(INPUT, "add", MODULE, "a", {"numbers": [1, 2]}), conditions, lambda note: None)
    run(conditions, "double", inputs={"source": INPUT})
    assert Cache(conditions.cache).metrics(FP) == {"total": 6.0}


def test_a_damaged_input_is_named(conditions: Conditions) -> None:
    run_job(Job(INPUT, "add", MODULE, "a", {"numbers": [1, 2]}), conditions, lambda note: None)
    (conditions.cache / "entries" / INPUT[:2] / INPUT / ARRAYS).write_bytes(b"")
    report = run(conditions, "double", inputs={"source": INPUT})
    assert report.damaged == INPUT
    assert report.failure is not None


@pytest.mark.parametrize(
    ("computation", "parameters", "reason", "hint"),
    [
        ("fail", {"message": "no luck"}, "ValueError: no luck", ""),
        ("lack_data", {}, "MNIST is not in the data folder", "genreport fetch"),
        (
            "break_promise",
            {},
            "break_promise: metrics differ from the declaration: the result lacks total and adds totl",
            "make what the function returns agree with the names in its @computation",
        ),
        ("add", {"nmbers": []}, "TypeError: add() got an unexpected keyword argument 'nmbers'", ""),
        ("absent", {}, "tests.computations_for_tests has no computation called 'absent'", ""),
    ],
)
def test_failures(conditions: Conditions, computation: str, parameters: dict, reason: str, hint: str) -> None:
    failure = run(conditions, computation, **parameters).failure
    assert failure is not None
    assert (failure.reason, failure.hint) == (reason, hint)
    assert "Traceback" in failure.traceback
    assert not Cache(conditions.cache).has(FP)


def test_a_module_that_cannot_be_imported_is_a_failure(conditions: Conditions) -> None:
    report = run_job(Job(FP, "add", "no_such_module", "a"), conditions, lambda note: None)
    assert report.failure is not None
    assert report.failure.reason == "ModuleNotFoundError: No module named 'no_such_module'"


def test_out_of_memory_says_what_to_do() -> None:
    assert "--jobs 1" in failure_of(MemoryError()).hint
    assert failure_of(DataMissingError("gone", "genreport fetch")).hint == "genreport fetch"


def test_torch_is_set_for_repeatable_numbers(conditions: Conditions) -> None:
    import torch

    threads = torch.get_num_threads()
    try:
        run(conditions, "torch_settings")
        first = Cache(conditions.cache).metrics(FP)
        torch.rand(3)
        Cache(conditions.cache).remove(FP)
        run(conditions, "torch_settings")
        assert Cache(conditions.cache).metrics(FP) == first
        assert first["deterministic"]
        assert first["threads"] == 1
    finally:
        torch.set_deterministic_debug_mode("default")
        torch.set_num_threads(threads)


def test_a_computation_without_torch_does_not_load_it(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from generator.jobs import Job
from generator.running import loaded_code
from generator.running.worker import Conditions, run_job
folder = Path({str(tmp_path)!r})
conditions = Conditions(folder, folder, "cpu", 1, loaded_code.snapshot())
report = run_job(Job("ab" * 32, "add", {MODULE!r}, "a", {{"numbers": [1]}}), conditions, lambda note: None)
assert report.failure is None, report.failure
print([name for name in ("torch", "sympy", "sklearn") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def declared(**names: object) -> Computation:
    return Computation("c", lambda workspace: Result(), **names)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("computation", "result", "complaint"),
    [
        (declared(metrics=("a", "b")), Result(metrics={"a": 1}), "metrics .*lacks b"),
        (declared(metrics=("a",)), Result(metrics={"a": 1, "c": 1}), "metrics .*adds c"),
        (declared(metrics=("a_*",)), Result(metrics={"a_1": 1, "b_1": 1}), "adds b_1"),
        (declared(figures=("f",)), Result(), "figures .*lacks f"),
        (declared(tables={"t": ("x",)}), Result(), "tables .*lacks t"),
        (declared(tables={"t": ("x", "y")}), Result(tables={"t": Table(("x",), ())}), "columns of table t .*lacks y"),
        (declared(tables={"t_*": ("x",)}), Result(tables={"t_1": Table(("x", "z"), ())}), "t_1 .*adds z"),
    ],
)
def test_what_differs_from_the_declaration_is_named(computation: Computation, result: Result, complaint: str) -> None:
    with pytest.raises(GenreportError, match=complaint):
        check_names(computation, result)


def test_families_of_names_are_accepted() -> None:
    computation = declared(metrics=("a", "a_*"), tables={"t_*": ("x", "v_*")})
    check_names(computation, Result(metrics={"a": 1, "a_1": 2}, tables={"t_1": Table(("x", "v_1", "v_2"), ())}))
    check_names(computation, Result(metrics={"a": 1}))


def test_a_table_without_records_has_the_declared_columns() -> None:
    computation = declared(tables={"t": ("x", "y"), "u": ("z",)})
    result = Result(tables={"t": Table.of([]), "u": Table(("z",), ((1,),))})
    completed = with_columns(computation, result)
    check_names(computation, completed)
    assert completed.tables["t"].columns == ("x", "y")
    assert completed.tables["u"] == result.tables["u"]


def test_a_result_of_changed_code_is_never_saved(conditions: Conditions) -> None:
    """What this process has imported is not what the build was planned with."""
    planned = dict(conditions.code) | {"generator.registry": "0" * 64}
    failure = run(replace(conditions, code=planned), "add", numbers=[1]).failure
    assert failure is not None
    assert "generator.registry" in failure.reason
    assert "build again" in failure.hint
    assert not Cache(conditions.cache).has(FP)


def test_code_that_is_imported_late_is_checked_too(conditions: Conditions, monkeypatch: pytest.MonkeyPatch) -> None:
    def sneaky(workspace: object) -> Result:
        monkeypatch.setitem(sys.modules, "generator.new_module", computations_for_tests)
        return Result()

    monkeypatch.setattr(loaded_code, "_SEEN", {})
    monkeypatch.setattr(loaded_code, "_LOOKED_AT", set())
    computation = Computation("sneaky", sneaky)  # type: ignore[arg-type]
    monkeypatch.setitem(REGISTRY._of_packages, ("sneaky", "tests"), computation)
    failure = run(conditions, "sneaky").failure
    assert failure is not None
    assert "generator.new_module" in failure.reason


def test_code_on_disk_is_compared_module_by_module(monkeypatch: pytest.MonkeyPatch) -> None:
    code = loaded_code.snapshot()
    assert {"generator", "generator.running.worker", "generator.labs"} <= code.keys()
    loaded_code.check_files(code)
    with pytest.raises(loaded_code.CodeChangedError, match=r"generator\.running\.worker"):
        loaded_code.check_files({name: value for name, value in code.items() if name != "generator.running.worker"})
    with pytest.raises(loaded_code.CodeChangedError, match=r"generator\.gone"):
        loaded_code.check_files({**code, "generator.gone": "0"})


@pytest.mark.parametrize(("device", "card", "can_wait"), [("cpu", True, True), ("auto", False, True),
                                                          ("auto", True, False), ("cuda", True, False)])  # fmt: skip
def test_after_a_job_on_a_card_the_garbage_never_waits(
    conditions: Conditions, monkeypatch: pytest.MonkeyPatch, device: str, card: bool, can_wait: bool
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr("generator.running.device.may_have_cuda", lambda: card)
    monkeypatch.setattr("generator.running.garbage.collect", lambda can_wait: asked.append(can_wait))
    run(replace(conditions, device=device), "fail", message="no luck")
    assert asked == [can_wait]


def test_numbers_survive_the_cache(conditions: Conditions) -> None:
    run(conditions, "add", numbers=[float("nan"), 1.0])
    metrics = Cache(conditions.cache).metrics(FP)
    assert np.isnan(float(metrics["total"]))  # type: ignore[arg-type]


def test_an_import_of_what_is_installed_as_genreport_is_told_the_packages_name() -> None:
    assert "from generator import" in failure_of(ModuleNotFoundError("no", name="genreport")).hint
    assert failure_of(ModuleNotFoundError("no", name="another")).hint == ""
