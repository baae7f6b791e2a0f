"""What is on the board, and who waits for it."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from generator.commands.preview.board import Board, Computing, Running, ShownPage
from generator.errors import Mistake

PAGE = ShownPage("report.html", "<p>one</p>", {"assets/a.svg": b"a", "assets/b.svg": b"b"})


def test_a_page_that_looks_the_same_is_no_new_version() -> None:
    board = Board()
    assert board.show(PAGE, ())
    assert not board.show(replace(PAGE, missing=3), ())
    assert (board.state.version, board.state.page.missing) == (1, 3)


def test_each_file_bears_the_version_in_which_it_changed() -> None:
    board = Board()
    board.show(PAGE, ())
    board.show(replace(PAGE, text="<p>two</p>"), ())
    board.show(replace(PAGE, files={"assets/a.svg": b"A", "assets/b.svg": b"b", "assets/c.svg": b"c"}), ())
    assert board.state.since == {"assets/a.svg": 3, "assets/b.svg": 1, "assets/c.svg": 3}


def test_a_mistake_leaves_the_page_and_a_new_page_takes_it_away() -> None:
    board = Board()
    board.show(PAGE, ())
    board.put(mistakes=(Mistake("wrong"),), older=True)
    assert (board.state.page, len(board.state.mistakes)) == (PAGE, 1)
    assert board.state.told(Path())["older"]
    board.show(PAGE, ())
    assert board.state.mistakes == ()
    board.show(replace(PAGE, text="<p>a box</p>"), (Mistake("a picture is missing"),))
    assert not board.state.told(Path())["older"], "the page has the box"


def test_who_waits_gets_the_newest_state_once_and_is_let_go_at_the_end() -> None:
    board = Board()
    threading.Timer(0.02, board.put, kwargs={"failures": ("one",)}).start()
    number, state = board.after(board.after(0, 5)[0], 5)
    assert state.failures == ("one",)
    assert board.after(number, 0.01) is None
    board.put(failures=("one",))
    assert board.after(number, 0.01) is None, "nothing has changed"
    threading.Timer(0.02, board.close).start()
    with pytest.raises(EOFError):
        board.after(number, 5)


def test_a_browser_is_told_where_a_mistake_is_seen_from_the_project() -> None:
    board = Board()
    path = Path("/home/ada/report/answers/q01.md")
    board.put(
        mistakes=(Mistake("no such metric", path, 3, "", "one of a, b", "'c'", "look"), Mistake("full")),
        computing=Computing(1, 4, (Running("2-a/q01/net", 0.5, "epoch 2"),)),
    )
    told = board.state.told(Path("/home/ada/report"))
    assert told["mistakes"][0] == {
        "where": "answers/q01.md:3", "place": "", "message": "no such metric", "expected": "one of a, b", "got": "'c'",
        "hint": "look",
    }  # fmt: skip
    assert told["mistakes"][1]["where"] == ""
    assert told["computing"] == {"ended": 1, "jobs": 4, "running": [["2-a/q01/net", 0.5, "epoch 2"]]}
    assert board.state.told(Path("/elsewhere"))["mistakes"][0]["where"] == f"{path}:3"
