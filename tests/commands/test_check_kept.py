"""A check of unchanged submissions gives byte for byte what it gave before and builds nothing; any change is seen."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from generator.commands import check
from generator.commands.audit import Trust
from generator.commands.build import compute
from generator.commands.check_found import Looked
from generator.commands.check_kept import _digests, kept_labs
from generator.commands.check_summary import Summary
from generator.commands.session import Folders, Settings
from generator.store import memo as memo_module
from generator.store.memo import Memo
from tests.courses_for_tests import CourseHere, write_sums
from tests.waiting_for_tests import tick

PROFILES = "profiles:\n  short: {title: Short, description: Small}\n  long: {title: Long, description: Large}\n"


@dataclass
class Here:
    """The executor of a check, in this process; it notes what was looked at, and may be told to do something first."""

    looked: list[str] = field(default_factory=list)
    first: Callable[[str], object] = lambda name: None

    def __call__(self, *arguments: Any, **named: Any) -> Here:
        return self

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            self.looked.append(str(arguments[0]))
            self.first(self.looked[-1])
            future.set_result(call(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def terminate(self) -> None:
        """Nothing to end."""


@dataclass
class Class:
    """A course, what a class hands in, and the desk of who checks it."""

    folder: Path
    here: Here

    def check(
        self, output: str = "marking", trust: Trust | None = None, **change: Any
    ) -> tuple[list[Looked], set[str]]:
        """What was found, and the names of those that were looked at."""
        self.here.looked.clear()
        folders = Folders(self.folder / "data", self.folder / "cache", self.folder / "course")
        profile = change.pop("profile", None)
        settings = dataclasses.replace(Settings(folders=folders), **change)
        marking = self.folder / "marking"
        summary = Summary(marking)
        found = check.look_over(
            [self.folder / "class"], settings, marking, lambda looked, number, total: summary.add(looked),
            profile=profile, trust=trust or Trust(),
        )  # fmt: skip
        summary.finish(found)
        return found, {*self.here.looked}

    def path(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def written(self) -> dict[str, bytes]:
        """All that a check wrote but the lists of what it wrote, which hold times."""
        files = [path for path in (self.folder / "marking").rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in files if not path.name.startswith(".")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    course = write_sums(folder / "course")
    course.write("course.yaml", f"title: Sums\nlabs: [only]\n{PROFILES}")
    compute(Settings(folders=Folders(folder / "data", folder / "cache", folder / "course")))
    same = "The very same sentence stands in two of these answers, and the summary says so.\n"
    for name, text in {"ada": f"It is {{{{ added.sum }}}}, or 54.5.\n\n{same}", "alan": same}.items():
        course.write(f"../class/{name}/report.yaml", f"authors: [{{name: {name.title()}}}]\n")
        course.write(f"../class/{name}/answers/only/q01.md", text)
        course.write(f"../class/{name}/answers/only/q02.md", same)
    course.write("../class/bob/report.yaml", "authors: [\n")
    return folder


@pytest.fixture
def class_(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    here = Here()
    monkeypatch.setattr(check, "ProcessExecutor", here)
    monkeypatch.setattr(check, "limits", contextlib.nullcontext)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    shutil.copytree(made, tmp_path / "all")
    monkeypatch.chdir(tmp_path / "all")
    return Class(tmp_path / "all", here)


def test_what_has_not_changed_is_said_again_to_the_byte(class_: Class) -> None:
    first, looked = class_.check()
    assert looked == {"ada", "alan", "bob"}
    assert [one.name for one in first if one.problem] == ["bob"]
    assert first[0].unsupported == ("only/q01, line 1: 54.5",)
    assert first[0].alike == ("only/q02: alan",)
    written = class_.written()
    assert class_.check() == (first, set())
    assert class_.written() == written
    shutil.rmtree(class_.folder / "marking")
    shutil.rmtree(class_.folder / "cache" / "kept")
    assert class_.check() == (first, {"ada", "alan", "bob"})  # a fresh one
    assert class_.written() == written


def edit(name: str, old: str, new: str) -> Callable[[Class], None]:
    return lambda class_: CourseHere(class_.folder).edit(name, old, new)


def write(name: str, text: str = "x") -> Callable[[Class], object]:
    return lambda class_: class_.path(name).write_text(text)


#: What changes one after the other, and of whom: their reports are made anew.
CHANGES: list[dict[str, Callable[[Class], object]]] = [
    {
        "ada": edit("class/ada/answers/only/q02.md", "very", "Very"),
        "bob": write("class/bob/report.yaml", "authors: [{name: Bob}]\n"),
    },
    {
        "ada": write("class/ada/build/results/metrics.json", '{"only/q01/added.sum": 1}'),
        "alan": write("class/alan/images/a/b.png"),
        "bob": write("class/bob/report.yaml", "authors: [{name: Bob}]\nprofile: long\n"),
        "eve": write("class/eve/report.yaml", "authors: [{name: Eve}]\n"),
    },
    {
        "ada": lambda class_: class_.path("class/ada/images").symlink_to("/etc"),
        "alan": lambda class_: (class_.folder / "marking/reports/alan/results/metrics.json").unlink(),
        "bob": write("marking/reports/bob/.genreport.json", "{}"),
    },
]


def test_what_has_changed_is_looked_at_anew(class_: Class) -> None:
    class_.check()
    for changes in CHANGES:
        for change in changes.values():
            change(class_)
        assert class_.check()[1] == {*changes}
    found, looked = class_.check()
    assert looked == set()
    assert found[0].differing  # what came of the changes is there
    assert found[2].authors == "Bob"
    edit("course/questions/only/q02.yaml", "And", "Then")(class_)
    shutil.rmtree(class_.folder / "class/eve")
    assert class_.check()[1] == {"ada", "alan", "bob"}


def test_other_results_and_damage_count(class_: Class) -> None:
    trust = Trust(whole=True)
    class_.check(trust=trust)
    mark = class_.path(f"cache/brought/{next((class_.folder / 'cache/entries').glob('*/*')).name}")
    mark.write_text("from elsewhere")
    assert class_.check(trust=trust)[1] == {"ada", "alan", "bob"}
    for path in (class_.folder / "cache" / "kept").glob("*/*"):
        path.write_bytes(path.read_bytes()[:-1])
    assert class_.check(trust=trust)[1] == {"ada", "alan", "bob"}


def test_in_which_order_folders_are_listed_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("answers/only/q01.md", "images/a.png"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("x")
    plain = os.walk

    def listed(backwards: bool) -> list[str]:
        def walk(place: Path) -> Iterator[tuple[str, list[str], list[str]]]:
            for folder, below, names in plain(place):
                below.sort(reverse=backwards)
                yield folder, below, names

        with monkeypatch.context() as changed:
            changed.setattr(os, "walk", walk)
            return [*_digests(tmp_path)]

    assert listed(backwards=True) == listed(backwards=False)


def test_a_page_of_the_same_length_with_its_time_put_back(class_: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo_module, "SETTLED", 0)  # as after a second: what the system says is taken for enough
    class_.check()
    page = class_.folder / "marking/reports/ada/report.html"
    tick(page)
    before = page.stat()
    page.write_text(page.read_text().replace("Ada", "Eve"))
    os.utime(page, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert page.stat().st_size == before.st_size
    assert class_.check()[1] == {"ada"}
    assert "Eve" not in page.read_text()


def test_what_is_saved_meanwhile_and_what_fails_by_chance_is_kept_of_nobody(class_: Class) -> None:
    answer = class_.folder / "class/ada/answers/only/q02.md"
    text = answer.read_text()

    def first(name: str) -> None:
        if name == "ada":
            answer.write_text("Another answer.\n")
        if name == "alan":
            raise MemoryError

    class_.here.first = first
    found, _ = class_.check()
    assert found[1].problem.startswith("MemoryError")
    answer.write_text(text)  # as it was when the check began: what was found is of the other
    class_.here.first = lambda name: None
    assert class_.check()[1] == {"ada", "alan"}


def test_the_labs_of_a_worksheet_are_remembered_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = write_sums(tmp_path / "course").folder
    sheet = tmp_path / "ada.pdf"
    sheet.write_text("a worksheet")
    monkeypatch.setattr(memo_module, "SETTLED", 0)  # as a second after the file was written
    memo = Memo(tmp_path / "memo.json")
    assert kept_labs(memo, sheet, course) is None
    assert kept_labs(memo, sheet, course, lambda: ("only",)) == ("only",)
    assert kept_labs(memo, sheet, course) == ("only",)
    (course / "questions/only/q03.yaml").write_text("")
    assert kept_labs(memo, sheet, course) is None
