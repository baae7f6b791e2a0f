"""The limits on one submission, and how submissions are named."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from generator.commands.check import Looked, _compared, _digest, _named, _worded
from generator.running.executors.processes import WorkerDiedError

LIMITED = """
import time
from generator.commands import check as submissions
submissions.SECONDS = 1
with submissions._limits():
    {action}
print("went on")
"""


def limited(action: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LIMITED.format(action=action)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="limits need a POSIX system")
def test_what_takes_too_long_is_ended_by_the_system_whatever_it_does() -> None:
    # A pattern that backtracks for ever never gives another thread of Python a turn.
    done = limited("__import__('re').match(r'(a+)+$', 'a' * 60 + 'b')")
    assert done.returncode == -signal.SIGALRM


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit of addresses")
def test_what_takes_too_much_memory_is_refused_it() -> None:
    done = limited("bytearray(8_000_000_000)")
    assert "MemoryError" in done.stderr


def test_what_is_quick_goes_on_and_is_not_ended_later() -> None:
    assert limited("pass").stdout == "went on\n"
    assert limited("pass\ntime.sleep(1.3)").stdout == "went on\n"


def test_a_submission_out_of_time_is_said_to_be() -> None:
    died = WorkerDiedError(f"The worker process died of signal {int(signal.SIGALRM)} (Alarm clock)")
    assert "took longer" in _worded(died)
    assert _worded(ValueError("x\x1b[2J")) == "ValueError: x\ufffd[2J"


def test_a_folder_of_projects_stands_for_all_in_it_under_plain_names(tmp_path: Path) -> None:
    for name in ("all/ada", "all/alan", "more/ada", "all/\x1b[2J odd"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "report.yaml").write_text("")
    (tmp_path / "all" / "notes").mkdir()
    (tmp_path / "all" / "away").symlink_to(tmp_path / "more")
    names = _named([tmp_path / "all", tmp_path / "more" / "ada", tmp_path / "none"])
    assert sorted(names) == ["2J-odd", "ada", "ada-2", "alan", "none", "notes"]


def test_answers_are_alike_whatever_their_comments_signs_and_capitals() -> None:
    text = "A long enough answer, in which the same words come in the same order."
    assert _digest(text) == _digest("{# mine #}\n**" + text.upper().replace(",", " –") + "**")
    assert _digest(text) != _digest(text + " Not quite.")
    assert _digest("{# " + text + " #}") == ""
    found = [Looked(name, digests={"2-a/q01": "x", "2-a/q02": name}) for name in ("a", "b", "c")]
    assert [looked.alike for looked in _compared(found)] == [("2-a/q01: b, c",), ("2-a/q01: a, c",), ("2-a/q01: a, b",)]
