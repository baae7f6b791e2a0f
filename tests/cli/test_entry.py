"""A build that has nothing to do says so without the program; whatever changes, the program is asked.

Covers cli/noting.py, store/unchanged.py too.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from generator.cli import entry
from generator.cli import main as program
from generator.folders import default_cache
from generator.store import unchanged
from generator.store.memo import SETTLED
from tests.courses_for_tests import CourseHere, write_sums
from tests.waiting_for_tests import tick

ROOT = Path(__file__).resolve().parents[2]
BUILD = ("build", "--format", "html", "--device", "cpu", "--jobs", "1")
MINE = "authors: [{name: Ada}]\nfrom: ../course\n"


@dataclass
class Desk:
    """A course and a student's project of it, and the command line to call in the course's folder."""

    course: CourseHere
    capsys: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    asked: list[Any] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.course.folder

    @property
    def cache(self) -> Path:
        return self.folder.parent / "cache"

    def run(self, *words: str, code: int = 0) -> tuple[bool, str, str]:
        """Whether the program was asked, and what was said on either stream, whatever time it took."""
        self.asked.clear()
        self.patch.setattr(sys, "argv", ["genreport", *(words or BUILD)])
        ended = 0
        try:
            entry.main()
        except SystemExit as end:
            ended = int(end.code or 0)
        said = self.capsys.readouterr()
        assert ended == code, said
        return bool(self.asked), re.sub(r"\d+\.\d s", "0.0 s", said.out), said.err

    def settle(self, *words: str) -> tuple[str, str]:
        """Build until there is nothing to do; what is said then, without the program."""
        for _ in range(6):  # another test may write into a folder that Python imports from
            asked, out, err = self.run(*words)
            if not asked:
                return out, err
        raise AssertionError(f"it always asks the program, which says {out}{err}")

    def asks(self, *words: str) -> bool:
        return self.run(*words)[0]


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course with its results, computed once."""
    folder = tmp_path_factory.mktemp("sums")
    course = write_sums(folder / "course")
    course.write("questions/images/dot.txt", "no picture")
    course.write("../mine/report.yaml", MINE)
    course.write("../mine/answers/only/q01.md", "It is {{ added.sum }}.\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GENREPORT_CACHE": str(folder / "cache")}
    subprocess.run(
        [sys.executable, "-m", "generator.cli", *BUILD], cwd=course.folder, env=environment, check=True,
        capture_output=True,
    )  # fmt: skip
    for written in (course.folder / "build", folder / "cache/unchanged"):
        shutil.rmtree(written)
    return folder


@pytest.fixture
def desk(computed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Desk:
    shutil.copytree(computed, tmp_path / "all")
    monkeypatch.setenv("GENREPORT_CACHE", str(tmp_path / "all" / "cache"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path / "all" / "course")
    desk = Desk(CourseHere(tmp_path / "all" / "course"), capsys, monkeypatch)
    run = program.main

    def noted(note: Any = None) -> None:
        desk.asked.append(note)
        run(note)

    monkeypatch.setattr(program, "main", noted)
    return desk


@pytest.mark.parametrize("words", [BUILD, (*BUILD, "--json")])
def test_it_says_what_the_program_says(desk: Desk, words: tuple[str, ...]) -> None:
    said = desk.settle(*words)
    shutil.rmtree(desk.cache / "unchanged")
    assert desk.run(*words) == (True, *said)
    assert desk.run(*words) == (True, *said)  # there was no note of how the files looked when that began
    assert desk.run(*words) == (False, *said)


def test_after_an_edit_the_next_build_knows_what_to_look_at(desk: Desk) -> None:
    desk.settle()
    desk.course.edit("answers/only/q01.md", "The sum", "The whole sum")
    asked, said, _ = desk.run()
    assert asked
    assert "up to date" not in said
    asked, said, _ = desk.run()
    assert not asked
    assert "up to date" in said


def put_back(path: Path, edit: Callable[[str], str]) -> None:
    """Write another text of the same length, and put the time back."""
    before, text = path.stat(), path.read_text()
    changed = edit(text)
    assert len(changed) == len(text)
    assert changed != text
    tick(path)
    path.write_text(changed)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_an_edit_of_the_same_length_with_its_time_put_back(desk: Desk) -> None:
    desk.settle()
    put_back(desk.folder / "answers/only/q01.md", lambda text: text.replace("The", "Thy"))
    assert desk.asks()
    assert "Thy sum" in (desk.folder / "build/report.html").read_text()
    desk.patch.setattr(unchanged, "_SETTLED", -1)  # as after a second: what the system says is taken for enough
    desk.settle()
    put_back(desk.folder / "answers/only/q01.md", lambda text: text.replace("Thy", "Thx"))
    assert desk.asks()


#: What makes a build stale, or could: the program has to be asked.
CHANGES: dict[str, Callable[[CourseHere], object]] = {
    "an answer": lambda course: course.edit("answers/only/q02.md", "The", "Their"),
    "a question": lambda course: course.edit("questions/only/q01.yaml", "A sum", "The sum"),
    "the course": lambda course: course.write("course.yaml", "title: More sums\nlabs: [only]\n"),
    "code": lambda course: course.edit("computations/steps.py", '"""What', '"""All that'),
    "a new answer": lambda course: course.write("answers/only/conclusion.md", "So it is.\n"),
    "a new module": lambda course: course.write("computations/more.py", "X = 1\n"),
    "a new picture": lambda course: course.write("questions/images/other.txt", "."),
    "a new style": lambda course: course.write("style.css", "h1 { color: #123456 }\n"),
    "an empty folder": lambda course: (course.folder / "questions/images/more").mkdir(),
    "the page": lambda course: course.write("build/report.html", "mine"),
    "no page": lambda course: (course.folder / "build/report.html").unlink(),
    "a result shown": lambda course: (course.folder / "build/results/metrics.json").unlink(),
    "the list of what was written": lambda course: course.write("build/.genreport.json", "{}"),
    "what a killed build left": lambda course: course.write("build/.genreport-work-1/x", ""),
    "no report": lambda course: shutil.rmtree(course.folder / "build"),
    "a project around": lambda course: course.write("../report.yaml", MINE),
}


def test_what_changed_is_noticed(desk: Desk) -> None:
    """One after the other; what comes of each is built before the next, but the last, which makes it another course."""
    for name, change in CHANGES.items():
        desk.settle()
        change(desk.course)
        with desk.patch.context() as patch:
            noted: list[Any] = []
            patch.setattr(program, "main", noted.append)
            desk.run()
        assert len(noted) == 1, name


def test_whatever_a_result_loses_is_noticed(desk: Desk) -> None:
    desk.settle()
    files = [*desk.cache.glob("entries/*/*/*")]
    assert len(files) == 6
    noted: list[Any] = []
    desk.patch.setattr(program, "main", noted.append)
    for path in files:
        content = path.read_bytes()
        path.write_bytes(content[:-1])
        desk.run()
        path.write_bytes(content)
    mark = desk.cache / "brought" / files[0].parent.name
    mark.parent.mkdir()
    mark.write_text("from elsewhere")
    desk.run()
    mark.unlink()
    shutil.rmtree(desk.cache / "entries")
    desk.run()
    assert len(noted) == len(files) + 2


OTHER_WORDS = (
    ["--force"], ["--fresh-versions"], ["--profile", "standard"], ["--strict"], ["--output", "other"],
    ["--language", "fr"], ["--edition", "worksheet"], ["only/q01"], ["--cache", "elsewhere"],
)  # fmt: skip


def test_another_call_is_another_note(desk: Desk) -> None:
    """Other words, folders, interpreters and environments."""
    desk.settle()
    noted: list[Any] = []
    desk.patch.setattr(program, "main", noted.append)
    for number, words in enumerate(OTHER_WORDS):
        desk.run(*BUILD, *words)
        assert len(noted) == number + 1, words
    for name in ("GENREPORT_DATA", "SOURCE_DATE_EPOCH", "LANG", "ANYTHING", "_GENREPORT_COMPLETE"):
        with desk.patch.context() as patch:
            patch.setenv(name, "1")
            desk.run()
            noted.pop()
    with desk.patch.context() as patch:
        patch.chdir(desk.folder / "answers")
        desk.run()
    with desk.patch.context() as patch:
        patch.setattr(sys, "version", "4.0")
        desk.run()
    with desk.patch.context() as patch:
        patch.syspath_prepend(desk.folder / "answers")
        desk.run()
    assert len(noted) == len(OTHER_WORDS) + 3
    desk.run("plan")
    assert noted.pop() is None
    desk.run()
    assert len(noted) == len(OTHER_WORDS) + 3


def test_a_package_that_is_installed_or_replaced_is_noticed(desk: Desk) -> None:
    """Courses and versions are found in the folders of Python's path."""
    packages = desk.folder.parent / "site-packages"
    (packages / "torch-2.11.0.dist-info").mkdir(parents=True)
    desk.patch.syspath_prepend(packages)
    desk.settle()
    (packages / "torch-2.11.0.dist-info").rename(packages / "torch-2.12.0.dist-info")
    assert desk.asks()


def test_what_always_has_something_to_do_is_never_noted(desk: Desk) -> None:
    assert all(desk.asks(*BUILD, "--fresh-versions") for _ in range(2))
    assert desk.asks(*BUILD, "only/q02", "--force")


def test_what_is_wrong_is_said_each_time(desk: Desk) -> None:
    """A warning that --strict makes a failure, and an answer with a mistake: the exit code has to be 1 each time."""
    desk.run()
    desk.patch.chdir(desk.folder.parent / "mine")
    answer = desk.folder.parent / "mine" / "answers/only/q01.md"
    answer.write_text("{% claim added.sum < 1 %}Little.{% endclaim %}\n")
    assert [desk.run(*BUILD, "--strict", code=1)[0] for _ in range(3)] == [True] * 3
    assert "warning" in desk.settle()[1]
    answer.write_text("{{ added.nothing }}\n")
    assert [desk.run(code=1)[0] for _ in range(3)] == [True] * 3


def test_a_student_s_project(desk: Desk) -> None:
    desk.run()  # the user uses the course, which a project may then name
    desk.patch.chdir(desk.folder.parent / "mine")
    said = desk.settle()
    assert "not answered yet (1)" in said[1]
    changes = {"answers/only/q02.md": "It is 120.\n", "report.yaml": f"{MINE}title: Mine\n", "data/x.csv": "a\n1\n"}
    for name, text in changes.items():
        path = desk.folder.parent / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        assert desk.asks(), name
        desk.settle()
    (desk.cache / "courses.json").unlink()  # nobody trusts the course any more
    assert desk.run(code=2)[0]


def test_a_note_that_is_not_as_it_was_written_is_no_note(desk: Desk) -> None:
    desk.settle()
    (note,) = (desk.cache / "unchanged").iterdir()
    sealed = note.read_bytes()
    noted: list[Any] = []
    desk.patch.setattr(program, "main", noted.append)
    damaged = [b"", b"x", sealed[:-1], sealed.replace(b"up to date", b"up to dote"), sealed + b"\0", b"\xff" * 100]
    for content in damaged:
        note.write_bytes(content)
        desk.run()
    note.unlink()
    desk.run()
    note.mkdir()
    desk.run()
    assert len(noted) == len(damaged) + 2


def test_what_is_saved_while_a_build_is_under_way_is_seen_by_the_next(desk: Desk) -> None:
    """Its text is not in the report; the note must not say that it is."""
    desk.settle()
    desk.course.edit("answers/only/q02.md", "The product", "Their product")
    build = importlib.import_module("generator.commands.build")
    compute = build.compute_results

    def saving(*arguments: Any, **options: Any) -> Any:
        desk.course.edit("answers/only/q01.md", "The sum", "Thy sum")
        desk.patch.setattr(build, "compute_results", compute)
        return compute(*arguments, **options)

    desk.patch.setattr(build, "compute_results", saving)
    assert desk.asks()
    assert "Thy sum" not in (desk.folder / "build/report.html").read_text()
    assert desk.asks()
    assert "Thy sum" in (desk.folder / "build/report.html").read_text()


def test_another_build_that_writes_the_same_report_meanwhile_is_noticed(desk: Desk) -> None:
    """Its files take the place of ours after we have looked at them for the last time but before they are noted."""
    desk.settle()
    desk.course.edit("answers/only/q01.md", "The sum", "Our sum")
    noting = importlib.import_module("generator.cli.noting")
    keep = program.keep_note

    def late(*arguments: Any) -> None:
        tick(desk.folder / "build/report.html")
        desk.course.edit("build/report.html", "Our sum", "His sum")
        keep(*arguments)

    desk.patch.setattr(program, "keep_note", late)
    assert desk.asks()
    desk.patch.setattr(program, "keep_note", noting.keep_note)
    assert desk.asks()
    assert "Our sum" in (desk.folder / "build/report.html").read_text()


def test_notes_lie_in_the_cache_and_files_settle_as_in_the_memo(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unchanged._SETTLED == SETTLED
    for cache in ("", "/some/cache"):
        monkeypatch.setenv("GENREPORT_CACHE", cache)
        assert unchanged.notes_folder(["build"]) == str(default_cache() / "unchanged")
    assert unchanged.notes_folder(["build", "--cache", "/x"]) == "/x/unchanged"
    assert unchanged.notes_folder(["build", "--cache=/y", "2-a"]) == "/y/unchanged"


def test_as_python_ends_it_looks_for_no_garbage_in_what_a_build_has_left() -> None:
    """But for that, all is as it was when others have something done then."""
    code = """if True:
        import atexit, gc
        from generator.cli import entry, main

        atexit.register(lambda: print(gc.get_freeze_count() > 10_000))
        main.main = lambda note: atexit.register(lambda: print(gc.get_freeze_count()))
        entry.main()
    """
    command = [sys.executable, "-c", code, "plan"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["0", "True"]


def test_nothing_heavy_is_imported(desk: Desk) -> None:
    """In a process of its own, by the name of the module and by that of the command."""
    code = "import sys; from generator.cli.entry import main; main(); print(*sys.modules)"
    command = [sys.executable, "-c", code, *BUILD]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for _ in range(3):  # the build, one that finds nothing to do, and one that knows
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert "up to date" in done.stdout
    heavy = {"click", "rich", "pathlib", "json", "yaml", "pydantic", "numpy", "generator.cli.main"}
    assert not heavy & {*done.stdout.split()}
    assert "generator.store.unchanged" in done.stdout


def test_ctrl_c_while_the_program_is_imported_is_no_traceback(monkeypatch, capsys):
    class Interrupted:
        """Is asked for the program, and is interrupted there."""

        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            if name == "generator.cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "generator.cli.main")
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    monkeypatch.setattr(sys, "argv", ["genreport", "list"])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "\nStopped before anything was begun.\n"
