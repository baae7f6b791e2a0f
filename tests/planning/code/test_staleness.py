"""Whenever what a computation returns changes, so does its fingerprint; with places and layout alone it never does.

Covers planning/code/names.py, planning/code/effects.py, planning/code/harmless.py, planning/code/beside.py too.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from generator.planning.fingerprint import CodeReader
from generator.store.memo import Memo
from tests.campaigns.campaign import SEED
from tests.planning.code import more_packages_for_tests  # noqa: F401 (it adds its shapes)
from tests.planning.code.packages_for_tests import (
    SHAPES,
    Package,
    edited,
    moved,
    random_package,
    restyled,
    value,
    write,
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        yield Path(name)


def identity(root: Path) -> str:
    return CodeReader(Memo(None), root).reach("pkg.lab", "run").identity


def seen(folder: Path, sources: dict[str, str]) -> tuple[str, str]:
    """What a package returns, and its identity."""
    root = write(folder, sources)
    return value(root, sources), identity(root)


def differences(before: dict[str, str], after: dict[str, str]) -> str:
    changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    return "\n".join(f"--- {path}\n{before.get(path)}\n+++\n{after.get(path)}" for path in changed)


def check(folder: Path, package: Package, rng: random.Random) -> None:
    """Edit, move and restyle a package, and hold its identity to what it then returns."""
    sources = package.sources()
    returned, before = seen(folder, sources)
    other = edited(package, rng).sources()
    returns, after = seen(folder, other)
    assert returned == returns or before != after, f"stale: {returned} → {returns}\n{differences(sources, other)}"
    for other in (
        moved(package, rng).sources(),
        {} if {"doc", "getdoc"} & {*package.shapes} else restyled(sources, rng),
    ):
        if other:
            assert seen(folder, other) == (returned, before), f"for nothing:\n{differences(sources, other)}"


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_of_code_is_followed(folder: Path, shape: str) -> None:
    returned = set()
    for seed in range(4):
        rng = random.Random(seed)
        package = random_package(rng, [shape])
        check(folder, package, rng)
        returned.add(value(folder / "pkg", package.sources()))
    assert not all(words.startswith("raises") for words in returned)


@hypothesis.seed(SEED)
@hypothesis.settings(max_examples=400, suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(rng=st.randoms(use_true_random=True))
def test_random_packages_are_never_stale_and_never_recomputed_for_nothing(folder: Path, rng: random.Random) -> None:
    hypothesis.note(f"GENREPORT_SEED={SEED}")
    check(folder, random_package(rng), rng)
