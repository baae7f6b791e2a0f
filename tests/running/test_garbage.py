"""The garbage collector looks after jobs that took long, left much, or ran on a card; not after each tiny one."""

from __future__ import annotations

import gc
import mmap
import sys
import weakref

import pytest

from generator.running import garbage


class Cycle:
    """Refers to itself, so that only the collector frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """As just after a look that took long, in a process of a known size."""
    assert garbage.collect(can_wait=False)
    monkeypatch.setattr(garbage, "_took", 1000.0)


def test_a_tiny_job_is_not_looked_after() -> None:
    assert not garbage.collect(can_wait=True)


def test_a_job_that_took_a_while_is_looked_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "_took", 0.0)
    left = Cycle()
    lives = weakref.ref(left)
    del left
    assert garbage.collect(can_wait=True)
    assert lives() is None


def test_a_job_that_left_much_is_looked_after_however_short_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    with mmap.mmap(-1, 2 * garbage.GROWTH) as kept:  # pages of its own: what Python frees, it may hand out again
        for place in range(0, len(kept), mmap.PAGESIZE):
            kept[place] = 1
        assert garbage.collect(can_wait=True)
        monkeypatch.setattr(garbage, "_took", 1000.0)
        assert not garbage.collect(can_wait=True)  # what is still used is no reason to look again


def test_where_nobody_says_how_large_the_process_is_it_always_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "_resident", lambda: 0)
    assert garbage.collect(can_wait=True)


def test_what_imports_left_is_frozen_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda: looks.append(len(sys.modules)))
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(garbage, "_modules_frozen", 0)
    garbage.freeze_modules()
    garbage.freeze_modules()
    assert len(looks) == 1
