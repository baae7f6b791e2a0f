"""Which device to compute on, found out without importing torch in the main process."""

from __future__ import annotations

import functools
import platform
import re
import sys
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ExecutorError

DEVICES = ("auto", "cpu", "cuda", "mps")

#: Where Linux shows a graphics card: NVIDIA's driver, AMD's, and Windows' under WSL.
_CARD_FILES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")


@dataclass(frozen=True)
class DeviceChoice:
    """The chosen device (cpu, cuda or mps), how many cards there are of it (0 for the CPU), and why.

    ``memory`` is that of the smallest card in bytes; 0 where nobody knows.
    """

    device: str
    cards: int
    reason: str
    memory: int = 0


@dataclass(frozen=True)
class Accelerators:
    """What torch sees: the names of its CUDA cards, their memory in bytes, and whether Apple's MPS works."""

    cuda: tuple[str, ...]
    mps: bool
    memory: tuple[int, ...] = ()


def find_accelerators() -> Accelerators:
    """Ask torch; it is imported here, so this runs in a worker."""
    import torch

    cards = [torch.cuda.get_device_properties(number) for number in range(torch.cuda.device_count())]
    memory = tuple(card.total_memory for card in cards)
    return Accelerators(tuple(card.name for card in cards), torch.backends.mps.is_available(), memory)


def choose_device(requested: str, ask: Callable[[Callable[[], Accelerators]], Future[Accelerators]]) -> DeviceChoice:
    """Resolve auto, cpu, cuda or mps; ``ask`` runs a function in a worker.

    "auto" takes CUDA where there is a card and otherwise the CPU. MPS is taken only when asked for: it lacks float64
    and does not give the same numbers twice.

    Raises:
        ExecutorError: the device asked for is not there, or is unknown.
    """
    if requested not in DEVICES:
        raise ExecutorError(f"Unknown device {requested!r}", f"expected one of {', '.join(DEVICES)}")
    if requested == "cpu":
        return DeviceChoice("cpu", 0, "as asked")
    if requested == "auto" and not may_have_cuda():
        return DeviceChoice("cpu", 0, "no CUDA card in this machine")
    found = ask(find_accelerators).result()
    if requested in ("auto", "cuda") and found.cuda:
        return DeviceChoice("cuda", len(found.cuda), " and ".join(found.cuda), min(found.memory, default=0))
    if requested == "auto":
        return DeviceChoice("cpu", 0, "torch finds no CUDA card")
    if requested == "mps" and found.mps:
        return DeviceChoice("mps", 1, "as asked")
    raise ExecutorError(f"Torch finds no {requested} device here", "leave --device out, or give --device cpu")


def may_have_cuda() -> bool:
    """Whether asking torch could find a CUDA (or ROCm) card: a cheap look that never misses one."""
    return sys.platform == "win32" or (sys.platform == "linux" and any(Path(name).exists() for name in _CARD_FILES))


def is_surely_cpu(requested: str) -> bool:
    """Whether no card can be meant: a cheap look, for every job."""
    return requested == "cpu" or (requested == "auto" and not may_have_cuda())


def torch_device(requested: str) -> str:
    """Torch's name for a device, resolved in the worker itself: "cpu", "cuda:0" (of the visible cards) or "mps"."""
    if requested == "cuda" or (requested == "auto" and may_have_cuda()):
        import torch  # only here: a computation that does not use it would wait for it in vain

        if torch.cuda.is_available():
            return "cuda:0"
        if requested == "cuda":
            raise ExecutorError("This worker has no CUDA card", "leave --device out, or give --device cpu")
    return "cpu" if requested == "auto" else requested


def device_in_words(device: str) -> str:
    """The device as a person would name it: "GPU, NVIDIA H200" or "CPU, Intel Xeon Processor"."""
    if device.startswith("cuda"):
        import torch

        return f"GPU, {torch.cuda.get_device_name(device)}"
    return f"{'GPU' if device == 'mps' else 'CPU'}, {_processor_name()}"


@functools.cache
def _processor_name() -> str:
    """Asked once in a process: the system takes most of a millisecond to say it."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    name = found[1] if found else platform.processor() or platform.machine()
    return re.sub(r"\s+", " ", re.sub(r"\((R|TM|r|tm)\)", "", name)).strip()
