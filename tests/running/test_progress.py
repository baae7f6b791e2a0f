"""What a worker says of its jobs: the last word always, signs of life, and next to nothing of many small ones.

Covers running/events.py too.
"""

import os
import time

import pytest

from generator.running import progress
from generator.running.progress import Note, Reporter
from tests.waiting_for_tests import until

FP, OTHER = "ab" * 32, "cd" * 32


def test_the_last_word_arrives_although_no_other_follows() -> None:
    notes: list[Note] = []
    began = time.monotonic()
    with Reporter(notes.append) as reporter:
        reporter.about(FP)
        for step in range(1000):
            reporter.tell(step, 999, f"step {step}")
        until(lambda: notes and notes[-1] == Note(FP, 1.0, "step 999"))
        # At a steady pace, not one for each call; the first word and the last wait for none.
        assert len(notes) <= 3 + (time.monotonic() - began) / progress.PROGRESS_SECONDS


def test_a_job_with_nothing_new_to_say_gives_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "HEARTBEAT_SECONDS", 0.1)
    notes: list[Note] = []
    with Reporter(notes.append) as reporter:
        reporter.about(FP)
        reporter.tell(1, 2, "epoch 1")
        until(lambda: len(notes) >= 3)
    assert set(notes) == {Note(FP, 0.5, "epoch 1")}
    assert f"process {os.getpid()} on " in notes[0].worker


def test_even_the_shortest_job_is_heard_of() -> None:
    for _ in range(50):
        notes: list[Note] = []
        with Reporter(notes.append) as reporter:
            reporter.about(FP)
            reporter.tell(0, 1, "starting")
        assert [note.message for note in notes] == ["starting"]


@pytest.mark.parametrize(("done", "total", "fraction"), [(1, 4, 0.25), (5, 4, 1.0), (-1, 4, 0.0), (1, 0, 0.0)])
def test_fractions_stay_between_0_and_1(done: float, total: float, fraction: float) -> None:
    notes: list[Note] = []
    with Reporter(notes.append) as reporter:
        reporter.about(FP)
        reporter.tell(done, total, "")
    assert notes[-1].fraction == fraction


def test_of_many_small_jobs_few_are_heard_of_and_of_one_that_takes_longer_its_own_words() -> None:
    notes: list[Note] = []
    began = time.monotonic()
    with Reporter(notes.append, 0.1, few=True) as reporter:
        for number in range(20):
            reporter.about(f"{number:064}")
            reporter.tell(0, 1, "starting")
            time.sleep(0.001)
        reporter.about(OTHER)
        reporter.tell(1, 2, "epoch 1")
        until(lambda: notes and notes[-1] == Note(OTHER, 0.5, "epoch 1"))
        assert len(notes) <= 2 + (time.monotonic() - began) / 0.1  # on an idle machine, 1
        reporter.tell(2, 2, "epoch 2")
    assert {note.fingerprint for note in notes} <= {OTHER, *(f"{number:064}" for number in range(20))}
