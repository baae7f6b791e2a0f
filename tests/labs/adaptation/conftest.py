"""Few of the embedded digits, read once: what is tested here needs no thousands."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.datasets import embedded_mnist, embedded_mnist_m

FEW = {"train": 1300, "test": 500}
MODULES = (embedded_mnist_m, embedded_mnist)


@pytest.fixture(scope="session")
def first_digits():
    """The first images of each part, by the module that loads them."""
    return {module: {part: module.load(Path("nowhere"), part).first(FEW[part]) for part in FEW} for module in MODULES}


@pytest.fixture(scope="module", autouse=True)
def few_digits(first_digits):
    """For the tests of this folder alone: both domains hold the first images of each part.

    Not of scope "package": without ``__init__.py`` a folder is none, and what follows would have few digits, too.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in MODULES:
            patch.setattr(module, "load", lambda data, part, module=module: first_digits[module][part])
        yield
