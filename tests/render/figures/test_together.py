"""Several processes draw the figures of a report: the same bytes, nothing lost where one fails, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.languages import speaking
from generator.render.figures import Drawing, draw_figure, kept, together
from generator.render.figures.kept import KeptDrawings
from generator.results import Figure, ImageGrid
from tests.render.figures.test_figures import ALL, BARS
from tests.waiting_for_tests import gone, until

EMPTY = ImageGrid((np.zeros((4, 4)),), 1)  # says so in words
#: Each kind, and enough of them for a second process.
WANTED: list[tuple[Figure, float]] = [
    *((figure, 3.0) for figure in ALL.values()),
    *((replace(BARS, value_label=f"p {number}"), 2.0) for number in range(6)),
    (EMPTY, 2.0),
]
CHEAP: list[tuple[Figure, float]] = [(replace(BARS, value_label=f"p {number}"), 2.0) for number in range(12)]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that this process drew."""
    figures: list[Figure] = []

    def draw(figure: Figure, width: float) -> Drawing:
        figures.append(figure)
        return draw_figure(figure, width)

    monkeypatch.setattr(kept, "draw_figure", draw)
    return figures


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)
            started.append(self)

    monkeypatch.setattr(together.subprocess, "Popen", Noted)
    return started


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def drawn(drawings: KeptDrawings, first: Callable[[], None] = lambda: None) -> Iterator[Drawing]:
    with drawings.ahead(WANTED):
        first()
        for figure, width in WANTED:
            yield drawings.draw(figure, width)


def test_two_processes_draw_the_same_bytes_as_one_in_the_language_that_is_spoken(
    tmp_path: Path, here: list[Figure], children: list[subprocess.Popen[bytes]]
) -> None:
    alone, both = tmp_path / "alone", tmp_path / "both"
    with speaking("fr"):
        first = list(drawn(KeptDrawings(alone)))
        here.clear()
        second = list(drawn(KeptDrawings(both, hands=2), lambda: until(lambda: len([*both.glob("??/[!.]*")]) > 1)))
    assert first == second
    assert files(alone) == files(both)
    assert len(children) == 1
    assert children[0].returncode is not None
    assert 0 < len(here) <= len(WANTED) - 2  # two at least were drawn by the other, and none twice
    assert EMPTY not in here  # the last one, whose words are French


@pytest.mark.parametrize(
    "begin", ["raise SystemExit(3)", "import sys; sys.stdin.buffer.read(9); sys.stdout.write('?')"]
)
def test_where_the_other_process_fails_all_is_drawn_here(
    tmp_path: Path,
    here: list[Figure],
    children: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    begin: str,
) -> None:
    monkeypatch.setattr(together, "_BEGIN", begin)
    drawings = KeptDrawings(tmp_path, hands=2)
    with drawings.ahead(CHEAP):
        until(lambda: children[0].poll() is not None)
        found = [drawings.draw(*one) for one in CHEAP]
    assert found == [draw_figure(*one) for one in CHEAP]
    assert len(here) == len(CHEAP)


def test_where_no_process_can_be_started_all_is_drawn_here(
    tmp_path: Path, here: list[Figure], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together.sys, "executable", str(tmp_path / "nothing"))
    drawings = KeptDrawings(tmp_path / "kept", hands=2)
    with drawings.ahead(CHEAP):
        assert all(drawings.draw(*one).svg for one in CHEAP)
    assert len(here) == len(CHEAP)


def test_where_no_thread_can_be_started_all_is_drawn_here(
    tmp_path: Path, here: list[Figure], children: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    drawings = KeptDrawings(tmp_path / "kept", hands=2)
    with monkeypatch.context() as changed:
        changed.setattr(together.threading.Thread, "start", full)
        with drawings.ahead(CHEAP):
            assert all(drawings.draw(*one).svg for one in CHEAP)
    assert len(here) == len(CHEAP)
    assert [child.returncode for child in children] == [-signal.SIGKILL]


def test_a_few_figures_or_what_is_kept_or_one_job_at_a_time_start_no_process(
    tmp_path: Path, children: list[subprocess.Popen[bytes]]
) -> None:
    same = [(BARS, 2.0)] * 40
    for wanted, hands in ((CHEAP[: together._WORTH - 1], 8), (same, 8), (WANTED, 1)):
        with KeptDrawings(tmp_path, hands).ahead(wanted):
            pass
    assert children == []
    for figure, width in CHEAP:
        KeptDrawings(tmp_path).draw(figure, width)
    with KeptDrawings(tmp_path, hands=8).ahead(CHEAP):
        pass
    assert children == []


def test_what_cannot_be_drawn_says_so_where_it_is_asked_for(tmp_path: Path) -> None:
    wrong = replace(ALL["grid"], value_range=None)
    drawings = KeptDrawings(tmp_path, hands=2)
    with drawings.ahead([*CHEAP, (wrong, 3.0)]), pytest.raises(ValueError, match="a colour scale needs"):
        drawings.draw(wrong, 3.0)


def test_an_interrupt_leaves_no_process_and_no_thread(tmp_path: Path, children: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(KeyboardInterrupt), KeptDrawings(tmp_path, hands=2).ahead(CHEAP):
        raise KeyboardInterrupt
    assert [child.returncode for child in children] == [-signal.SIGKILL]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_other_process_ends_with_one_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from generator.render.figures.kept import KeptDrawings\n"
        "from tests.render.figures.test_together import CHEAP\n"
        "drawings = KeptDrawings(Path(sys.argv[1]), hands=2)\n"
        "with drawings.ahead(CHEAP):\n"
        "    print(drawings._others.children[0].pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
    until(lambda: gone(child))
