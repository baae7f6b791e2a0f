"""Where jobs run: device, processes and threads are chosen well, and without importing torch in this process.

Covers running/device.py too.
"""

import os
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

from generator.errors import ExecutorError
from generator.running import device as device_module
from generator.running.device import Accelerators, choose_device, device_in_words, find_accelerators, torch_device
from generator.running.executors import choose
from generator.running.executors.choose import ExecutorSpec, _environment, _shape, open_executor, usable_cores


def seen(*cards: str, mps: bool = False, memory: int = 4 * 2**30):
    """An ``ask`` that answers with these cards, as a worker's torch would."""

    def ask(function: object) -> Future[Accelerators]:
        future: Future[Accelerators] = Future()
        future.set_result(Accelerators(cards, mps, (memory,) * len(cards)))
        return future

    return ask


def never(function: object) -> Future[Accelerators]:
    raise AssertionError("torch was asked")


@pytest.mark.parametrize(
    ("requested", "ask", "device", "cards", "reason"),
    [
        ("auto", seen("H200", "H200"), "cuda", 2, "H200"),
        ("auto", seen(), "cpu", 0, "torch finds no CUDA card"),
        ("auto", seen(mps=True), "cpu", 0, "torch finds no CUDA card"),
        ("cuda", seen("H200"), "cuda", 1, "H200"),
        ("mps", seen(mps=True), "mps", 1, "as asked"),
        ("cpu", never, "cpu", 0, "as asked"),
    ],
)
def test_device_choice(monkeypatch, requested: str, ask, device: str, cards: int, reason: str) -> None:
    monkeypatch.setattr(device_module, "may_have_cuda", lambda: True)
    choice = choose_device(requested, ask)
    assert (choice.device, choice.cards) == (device, cards)
    assert reason in choice.reason


def test_a_machine_without_a_card_is_seen_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "may_have_cuda", lambda: False)
    assert choose_device("auto", never).device == "cpu"


@pytest.mark.parametrize("requested", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_an_error(requested: str) -> None:
    with pytest.raises(ExecutorError, match=f"no {requested} device") as caught:
        choose_device(requested, seen())
    assert "--device cpu" in caught.value.hint


def test_an_unknown_device_is_an_error() -> None:
    with pytest.raises(ExecutorError, match="tpu") as caught:
        choose_device("tpu", never)
    assert "auto, cpu, cuda, mps" in caught.value.hint


def test_torch_agrees_with_the_quick_look() -> None:
    found = find_accelerators()
    assert not found.cuda or device_module.may_have_cuda()
    assert torch_device("auto") == ("cuda:0" if found.cuda else "cpu")
    assert torch_device("cpu") == "cpu"
    assert len(device_in_words("cpu")) > len("CPU, ")


def test_one_process_per_core_with_one_thread_or_as_many_as_fit_on_the_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu, cuda = choose_device("cpu", never), choose_device("cuda", seen("A", "B"))
    assert _shape(cpu, None) == (usable_cores(), 1)
    assert _shape(cpu, 3) == (3, 1)
    assert _shape(cuda, None) == (2, max(1, usable_cores() // 2))
    assert _shape(cuda, 4)[0] == 4
    monkeypatch.setattr(choose, "usable_cores", lambda: 16)
    large = choose_device("cuda", seen("H200", memory=139 * 2**30))
    assert _shape(large, None) == (16, 1)  # 23 would fit, for 16 cores
    assert _shape(choose_device("cuda", seen("A", "B", memory=24 * 2**30)), None) == (8, 2)
    assert _shape(choose_device("cuda", seen("old", memory=0)), None) == (1, 16)


def test_each_process_sees_its_own_card(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = choose_device("cuda", seen("A", "B"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert [_environment(cuda, slot, 4)["CUDA_VISIBLE_DEVICES"] for slot in range(3)] == ["0", "1", "0"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,7")  # what a batch system has given us
    assert [_environment(cuda, slot, 4)["CUDA_VISIBLE_DEVICES"] for slot in range(2)] == ["5", "7"]
    assert _environment(cuda, 0, 4)["OMP_NUM_THREADS"] == "4"
    assert _environment(choose_device("cpu", never), 0, 1)["CUDA_VISIBLE_DEVICES"] == ""


def read_environment() -> tuple[str, str]:
    import torch

    return os.environ["OMP_NUM_THREADS"], str(torch.get_num_threads())


def test_workers_have_one_thread_from_the_start(tmp_path: Path) -> None:
    spec = ExecutorSpec(jobs=1, device="cpu")
    with open_executor(spec, tmp_path, tmp_path, lambda note: None) as workers:
        assert workers.slots == 1
        assert workers.description == "1 process of 1 thread on cpu (as asked)"
        assert workers.executor.submit(read_environment).result() == ("1", "1")


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        (ExecutorSpec(where="pbs"), "Unknown executor 'pbs'"),
        (ExecutorSpec(jobs=0), "0 jobs at once"),
        (ExecutorSpec(device="tpu"), "Unknown device"),
    ],
)
def test_wrong_wishes(tmp_path: Path, spec: ExecutorSpec, complaint: str) -> None:
    with pytest.raises(ExecutorError, match=complaint), open_executor(spec, tmp_path, tmp_path, lambda note: None):
        pass


def test_the_main_process_imports_neither_torch_nor_dask(tmp_path: Path) -> None:
    """Not even when a job is run: only the worker needs torch."""
    code = f"""
import json, sys
from pathlib import Path
if __name__ == "__main__":
    from generator.store.cache import Cache
    from generator.running.executors.choose import ExecutorSpec
    from generator.jobs import Job
    from generator.running.runner import run_jobs
    job = Job("ab" * 32, "add", "tests.computations_for_tests", "a", {{"numbers": [1]}})
    folder = Path({str(tmp_path)!r})
    (outcome,) = run_jobs([job], Cache(folder), ExecutorSpec(jobs=1), data=folder, on_event=lambda e: None).values()
    assert outcome.has_result, outcome.failure
    print([name for name in ("torch", "numpy", "distributed", "pandas", "matplotlib") if name in sys.modules])
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
