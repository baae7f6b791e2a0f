"""One process at a time, and no lock outlives its process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from generator.store import lock
from generator.store.lock import locked

HOLD = """
import sys, time
from pathlib import Path
from generator.store.lock import locked
with locked(Path(sys.argv[1]), print):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    held = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True)
    assert held.stdout is not None
    assert held.stdout.readline() == "held\n"
    yield held
    held.kill()
    held.wait()
    held.stdout.close()


def test_the_second_waits_says_for_whom_once_and_goes_on_when_the_first_is_killed(
    holder: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    tries: list[bool] = []  # whether the first was alive
    plain = lock.try_lock

    def counted(handle: int) -> None:
        if len(tries) == 3:
            holder.kill()
            holder.wait()
        tries.append(holder.poll() is None)
        plain(handle)

    monkeypatch.setattr(lock, "try_lock", counted)
    with locked(tmp_path / "lock", said.append) as held:
        assert held
    assert tries == [True, True, True, False]
    assert said == [str(holder.pid)]


def test_a_free_lock_is_had_at_once_and_again(tmp_path: Path) -> None:
    for _ in range(2):
        with locked(tmp_path / "lock", pytest.fail) as held:
            assert held


def test_where_there_are_no_locks_one_goes_on_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(handle: int) -> None:
        raise OSError("no locks available")

    monkeypatch.setattr(lock, "try_lock", unsupported)
    with locked(tmp_path / "lock", pytest.fail) as held:
        assert not held
