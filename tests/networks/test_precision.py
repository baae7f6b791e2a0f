"""bfloat16 is taken where the processor says that it has it, and nowhere else."""

from __future__ import annotations

import pytest
import torch

from generator.networks import precision
from generator.networks.precision import chosen_precision, running_in


@pytest.mark.parametrize(
    ("line", "expected"),
    [("flags\t\t: fpu avx512f avx512_bf16 avx512_vnni", "bfloat16"), ("flags\t\t: fpu amx_bf16", "bfloat16"),
     ("Features\t: fp asimd bf16", "bfloat16"), ("flags\t\t: fpu avx2", "float32"),
     ("model name\t: bf16 in its name", "float32")],
)  # fmt: skip
def test_the_processors_flags_decide(tmp_path, monkeypatch, line, expected):
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{line}\n")
    monkeypatch.setattr(precision, "_PROCESSOR", tmp_path / "cpuinfo")
    assert chosen_precision("auto", "cpu") == expected
    assert chosen_precision("float32", "cpu") == "float32"


def test_a_system_that_does_not_tell_computes_in_float32(tmp_path, monkeypatch):
    monkeypatch.setattr(precision, "_PROCESSOR", tmp_path / "missing")
    assert chosen_precision("auto", "cpu") == "float32"


def test_products_are_computed_in_the_format():
    layer, inputs = torch.nn.Linear(4, 4), torch.rand(2, 4)
    with running_in("bfloat16", "cpu"):
        assert layer(inputs).dtype == torch.bfloat16
    with running_in("float32", "cpu"):
        assert layer(inputs).dtype == torch.float32
