"""Few of the embedded digits, read once: what is tested here needs no thousands."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.datasets import embedded_mnist, embedded_mnist_m

FEW = {"train": 1300, "test": 500}


@pytest.fixture(scope="package", autouse=True)
def few_digits():
    """For all tests of this folder: both domains hold the first images of each part."""
    modules = (embedded_mnist_m, embedded_mnist)
    kept = {module: {part: module.load(Path("nowhere"), part).first(FEW[part]) for part in FEW} for module in modules}
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            patch.setattr(module, "load", lambda data, part, module=module: kept[module][part])
        yield
