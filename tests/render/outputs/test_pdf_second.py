"""A second process settles some chapters, and the PDF is the same with it, without it, and when it fails."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from generator.render.outputs import pdf_process, pdf_second
from tests.render.outputs.test_pdf_chapters import book

LEAST = pdf_second._LEAST


def test_chapters_are_divided_in_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_second, "_processors", lambda: 2)
    sizes = [("a", 3 * LEAST), ("b", 5 * LEAST), ("c", 4 * LEAST), ("d", 2 * LEAST)]
    assert pdf_second.share(sizes) == ["c", "a"]
    assert pdf_second.share(sizes[:1]) == []
    assert pdf_second.share([]) == []


def test_there_is_no_second_process_for_little_or_on_one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_second, "_processors", lambda: 2)
    assert pdf_second.share([("a", LEAST), ("b", LEAST - 1)]) == []
    assert pdf_second.share([("a", LEAST), ("b", LEAST)]) == ["b"]
    monkeypatch.setattr(pdf_second, "_processors", lambda: 1)
    assert pdf_second.share([("a", LEAST), ("b", LEAST)]) == []


def test_the_names_are_found_among_the_arguments() -> None:
    assert pdf_second.asked(["fields", "chapters=a,b", "x.json"]) == {"a", "b"}
    assert pdf_second.asked(["fields", "x.json"]) == set()


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The PDF of a book, and what is kept of it, with the first chapter settled by that program, and how many here."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    beside, settle, here = pdf_process._beside, pdf_process._Paper._settle, []

    def counted(paper: Any) -> Any:
        here.append(paper)
        return settle(paper)

    monkeypatch.setattr(pdf_process._Paper, "_settle", counted)

    def make(program: str | None) -> tuple[bytes, dict[str, Any], int]:
        def start(_: str, *others: Any) -> pdf_second.Second:
            return pdf_second.Second(str(program), *others)

        second = {"share": lambda sizes: [sizes[0][0]] if program else [], "Second": start}
        monkeypatch.setattr(
            pdf_process, "_beside", lambda name: SimpleNamespace(**second) if name == "pdf_second" else beside(name)
        )
        folder = tmp_path / "book"
        folder.mkdir(exist_ok=True)
        target, known = folder / "x.pdf", tmp_path / "known.json"
        known.write_text("{}")
        here.clear()
        assert pdf_process._write_pdf(book(folder, "one", "two"), target, False, known)["faults"] == []
        return target.read_bytes(), json.loads(known.read_bytes()), len(here)

    return make


def test_the_pdf_is_the_same_whoever_settled_its_chapters(written: Any, tmp_path: Path) -> None:
    alone, known, settled = written(None)
    assert settled == 3  # two chapters and the whole
    together, found, here = written(pdf_process.__file__)
    assert here == 2
    assert (together, found) == (alone, known)
    for code in ("raise SystemExit(1)", "open(__import__('sys').argv[2], 'w').write('{')", "print('nothing')"):
        failing = tmp_path / "failing.py"
        failing.write_text(code)
        again, found, here = written(str(failing))
        assert here == 3, code
        assert (again, found) == (alone, known)


def test_without_room_for_a_second_process_the_first_goes_on_alone(
    written: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alone, known, _ = written(None)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pdf_second.tempfile, "mkstemp", full)
    again, found, here = written(pdf_process.__file__)
    assert here == 3
    assert (again, found) == (alone, known)
    monkeypatch.undo()
    second = pdf_second.Second(str(tmp_path / "none.py"), [str(tmp_path / "x.html"), "x.pdf", "9"], ["a"])
    assert second._target.parent == tmp_path, "it goes with the page, even if both processes are killed"
    second._target.unlink()
    assert second.found() == {}


def test_nothing_is_left_of_it_when_the_first_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = tmp_path / "waiting.py"
    waiting.write_text("import time; time.sleep(600)")
    second = pdf_second.Second(str(waiting), [str(tmp_path / "x.html"), "x.pdf", "9"], ["a"])

    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    handler = signal.signal(signal.SIGALRM, stopped)
    signal.alarm(1)
    began = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            second.found()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, handler)
    assert time.monotonic() - began < 60
    assert second._process.returncode == -signal.SIGKILL
    assert not second._target.exists()
    assert sys.executable in second._process.args  # type: ignore[operator]
