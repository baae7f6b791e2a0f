"""Which floating-point format to run a network in: bfloat16 where the processor computes in it, float32 elsewhere."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

import torch

Precision = Literal["auto", "bfloat16", "float32"]

#: What Linux calls the instructions: Intel's and AMD's, and (without an underscore) ARM's.
_FLAGS = re.compile(r"^(?:flags|Features)\s*:.*\b(?:avx512_bf16|amx_bf16|bf16)\b", re.MULTILINE)
_PROCESSOR = Path("/proc/cpuinfo")


def chosen_precision(precision: Precision, device: str) -> Literal["bfloat16", "float32"]:
    """The format that "auto" stands for on this device; any other is returned as it is.

    Emulated bfloat16 would be slower than float32, so it is only taken where there are instructions for it.
    """
    if precision != "auto":
        return precision
    fast = torch.cuda.is_bf16_supported() if device.startswith("cuda") else device == "cpu" and _processor_has_bf16()
    return "bfloat16" if fast else "float32"


def running_in(precision: str, device: str) -> AbstractContextManager[object]:
    """Run what is inside in this format: convolutions and matrix products; sums that need it stay in float32."""
    return torch.autocast(torch.device(device).type, dtype=torch.bfloat16, enabled=precision == "bfloat16")


def _processor_has_bf16() -> bool:
    try:
        return _FLAGS.search(_PROCESSOR.read_text(encoding="utf-8")) is not None
    except OSError:
        return False
