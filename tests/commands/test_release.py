"""A course as students get it: the same questions and results, and no word that is for teachers alone.

Covers cli/release.py and commands/release_folder.py too.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.commands.release import Released, release
from generator.commands.release_folder import LISTING
from generator.commands.session import Folders, Settings, open_session
from generator.course.editions import Edition
from generator.course.forms import ExpectedEntry
from generator.course.translations import TEXTS
from generator.course.yaml_source import Where, is_among, read_yaml
from generator.errors import InputError
from generator.folders import questions_folder
from tests.courses_for_tests import CourseHere, write_sums

BIBLIOGRAPHY = """\
SECRET between the entries
@comment{SECRET}
@string{press = "A Press"}
@book{known, title = {{KEPT} title}, author = {Doe, Jane and {A Body}}, publisher = press, year = {2001},
  annote = {SECRET}, abstract = {SECRET}, note = "SECRET"}
@misc{further, title = {Cited by answers alone}, year = 1999}
"""
FIGURES = '''\
"""Drawing."""

from pathlib import Path

from generator import LineChart, Result, Series, Workspace, computation

POINTS = (Path(__file__).parent.parent / "data" / "points.txt").read_text()  # KEPT, as code is


@computation(metrics={"exact": ["sum"]}, figures=["curve"])
def draw(workspace: Workspace, *, last: int) -> Result:
    """Draw the numbers from 1 on."""
    x = [*range(1, last + 1)]
    return Result({"sum": sum(x)}, figures={"curve": LineChart(x, [Series("x", x)], x_label="x", y_label="y")})
'''
EXHIBIT = {"caption": "c", "finding": "f", "solution": True}
#: Files in which each key that may hold a text has one: what is handed out with a word, the rest with another.
FILES: dict[str, Any] = {
    "course.yaml": {
        "requires": "genreport>=0.1", "title": "t", "subtitle": "s", "course": "c", "institution": "i",
        "programme": "p", "year": 2026, "authors": [{"name": "n"}], "introduction": "i", "conclusion": "c",
        "answers": "solutions", "labs": ["only"],
        "profiles": {
            "short": {"title": "t", "description": "d", "note": "n", "roles": {"most": {"value": 3, "label": "l"}}},
            "long": {"title": "t", "description": "d", "note": "n", "roles": {"most": {"value": 7, "label": "l"}}},
        },
    },
    "questions/only/lab.yaml": {
        "title": "t", "introduction": "i", "conclusion": "c",
        "sections": [{"title": "t", "introduction": "i", "questions": ["q01", "q02"]}],
    },
    "questions/only/profiles.yaml": {"all": {"fixed": {"value": 4, "label": "l"}}},
    "questions/only/q01.yaml": {
        "title": "t", "statement": "s", "marking": "m",
        "results": {
            "added": {"computation": "add", "params": {"last": {"role": "most"}}},
            "drawn": {"computation": "draw", "params": {"last": {"role": "fixed"}}},
        },
        "tables": {
            "sums": {**EXHIBIT, "from": "added", "table": "sums", "columns": {"number": "n", "sum": {"title": "s"}}},
            "both": {
                **EXHIBIT, "row_title": "r", "rows": [{"from": "added", "label": "l"}],
                "columns": {"sum": {"title": "s", "format": "decimal", "digits": 2}},
            },
        },
        "figures": {
            "curve": {
                **EXHIBIT, "alt": "a", "from": "drawn", "figure": "curve", "panel_caption": "p", "panel_finding": "f",
            },
            "parts": {
                **EXHIBIT, "alt": "a", "solution": False,
                "panels": [{"from": "drawn", "figure": "curve", "caption": "c", "alt": "a", "finding": "f"}],
            },
        },
        "expected": [
            {"metric": "added.sum", "value": 31415926, "source": "computed"},
            {"incomparable": "i", "value": 31415926, "source": "known"},
        ],
    },
}  # fmt: skip
GONE, KEPT = "zqteacher", "zqstudent"
NUMBER = "31415926"


def places(data: Any, where: Where = ()) -> Iterator[tuple[Where, Any, Any]]:
    """Every text with its place, and what holds it under which key."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, dict | list):
            yield from places(value, (*where, key))
        elif isinstance(value, str):
            yield (*where, key), data, key


def patterns(name: str) -> tuple[str, ...]:
    last = Path(name).name
    return TEXTS.get(last, (*TEXTS[""], "expected.*.source", "expected.*.incomparable"))


def withheld(name: str) -> set[str]:
    """What is for teachers alone, said once more: were the list of the editions to lose one, this would notice."""
    if name.endswith("course.yaml"):
        return {"introduction", "conclusion"}
    if name.endswith("lab.yaml"):
        return {"conclusion"}
    findings = {"tables.*.finding", "figures.*.finding", "figures.*.panel_finding", "figures.*.panels.*.finding"}
    return {"marking", "expected", *findings}


@dataclasses.dataclass
class Planted:
    """The course, with a word in each of its texts; what was planted where in which pattern."""

    course: CourseHere
    kept: list[str] = dataclasses.field(default_factory=list)
    gone: list[str] = dataclasses.field(default_factory=list)
    seen: dict[str, set[str]] = dataclasses.field(default_factory=dict)

    def plant(self, name: str, data: Any, to: str, texts_alone: bool = False) -> None:
        """Write a file with a word in each text, or a translation that has the texts alone."""
        data = copy.deepcopy(data)
        for where, holder, key in [*places(data)]:
            dotted = ".".join(map(str, where))
            found = max((one for one in patterns(name) if fnmatchcase(dotted, one)), key=len, default="")
            if not found or dotted.endswith((".format", ".role")):
                continue
            gone = any(
                is_among(where[:n], [tuple(w.split(".")) for w in withheld(name)]) for n in range(len(where) + 1)
            )
            words = self.gone if gone else self.kept
            words.append(f"{GONE if gone else KEPT}{len(words):04}x")
            holder[key] = ("computed " if found == "expected.*.source" else f"{holder[key]} ") + words[-1]
            self.seen.setdefault(Path(name).name, set()).add(found)
        if texts_alone:
            data = only_texts(data)
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
        self.course.write(
            to, f"# {GONE} above\n" + text.replace("\ntitle: ", f"\n# {GONE} between\ntitle: ") + f"# {GONE}\n"
        )


def only_texts(data: Any) -> Any:
    """What a translation may hold of a file: everything in which a word was planted."""
    if isinstance(data, dict):
        found = {key: only_texts(value) for key, value in data.items()}
        return {key: value for key, value in found.items() if value not in (None, {}) and key != "expected"} or None
    if isinstance(data, list):
        return [only_texts(value) for value in data] if any(map(only_texts, data)) else None
    return data if isinstance(data, str) and (GONE in data or KEPT in data) else None


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    course = write_sums(tmp_path / "sums")
    (course.folder / "answers").rename(course.folder / "solutions")
    found = Planted(course)
    for name, data in FILES.items():
        found.plant(name, data, name)
        french = f"questions/fr/{name.removeprefix('questions/')}"
        found.plant(name, data, french, texts_alone=True)
    course.write("questions/fr/words.yaml", f"# {GONE}\nx: x in {KEPT}0000x\n")
    for path in (course.folder / "solutions").rglob("*.md"):
        path.write_text(f"{GONE}\n{path.read_text()}")
    course.write("solutions/fr/only/q02.md", f"{GONE} {{{{ multiplied.product }}}}\n")
    course.write("references.bib", BIBLIOGRAPHY.replace("SECRET", GONE).replace("KEPT", f"{KEPT}0000x"))
    course.write("computations/drawing.py", FIGURES.replace("KEPT", f"{KEPT}0000x"))
    course.write("computations/test_adding.py", f"def test():\n    assert '{GONE}'\n")
    course.write("data/points.txt", f"{KEPT}0000x")
    course.write("data/unread.txt", GONE)
    course.write("notes.txt", GONE)
    course.write("questions/only/q01-old.bak", GONE)
    return found


def settings(course: CourseHere) -> Settings:
    base = course.folder.parent
    return Settings(folders=Folders(base / "own-data", base / "cache", course.folder))


def handed_out(course: CourseHere, name: str = "handout") -> Released:
    return release(settings(course), course.folder.parent / name)


def text_of(folder: Path) -> str:
    """All that the files of a folder hold, and their names."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "\n".join(f"{path.relative_to(folder)}\n{path.read_text()}" for path in files)


def test_every_text_that_there_is_was_planted(planted: Planted) -> None:
    assert planted.seen == {name: {*patterns(name)} for name in ("course.yaml", "lab.yaml", "profiles.yaml")} | {
        "q01.yaml": {*patterns("q01.yaml")}
    }
    free = {name for name, one in ExpectedEntry.model_fields.items() if one.annotation is str}
    assert free - {"metric", "table", "column", "spread", "unless", "profile"} == {"source", "incomparable"}
    course = open_session(settings(planted.course)).course
    assert course.question("only/q01").figures["parts"].panels[0].finding.startswith(f"f {GONE}")


def test_no_word_of_the_teachers_is_handed_out_and_all_others_are(planted: Planted) -> None:
    done = handed_out(planted.course)
    text = text_of(done.folder)
    assert [line for line in text.splitlines() if GONE in line or NUMBER in line] == []
    assert len(planted.gone) > 20
    assert [word for word in (*planted.kept, f"{KEPT}0000x") if word not in text] == []
    assert len(planted.kept) > 60
    assert text.count(f"{KEPT}0000x") >= 4
    assert done.left_out == {
        "answer": 2, "introduction or conclusion": 3, "marking note": 1, "published number": 2, "finding": 6, "test": 1,
    }  # fmt: skip
    assert done.unused == ("notes.txt",)
    assert (done.labs, done.questions, done.languages, done.solutions) == (1, 2, ("en", "fr"), 3)
    assert sorted(done.files) == sorted(
        path.relative_to(done.folder).as_posix()
        for path in done.folder.rglob("*")
        if path.is_file() and path.name != LISTING
    )


def test_results_have_the_same_fingerprints(planted: Planted) -> None:
    done = handed_out(planted.course)
    for profile in ("short", "long"):
        one, other = (
            open_session(dataclasses.replace(
                settings(CourseHere(folder)), profile=profile, edition=Edition.WORKSHEET,
                folders=dataclasses.replace(settings(planted.course).folders, course=folder),
            )).plan().by_address
            for folder in (planted.course.folder, done.folder)
        )  # fmt: skip
        assert one == other
        assert len(one) == 3


def test_a_course_that_was_handed_out_can_be_handed_on(planted: Planted) -> None:
    done = handed_out(planted.course)
    again = handed_out(CourseHere(done.folder), "again")
    assert again.files == done.files
    assert again.left_out.total() == 0


def test_a_release_replaces_an_empty_folder_and_its_own_and_nothing_else(tmp_path: Path) -> None:
    course = write_sums(tmp_path / "sums")
    (tmp_path / "handout").mkdir()
    handed_out(course)
    course.edit("questions/only/q01.yaml", "A sum", "Another sum")
    course.write("computations/more.py", "")
    handed_out(course)
    assert "Another sum" in text_of(tmp_path / "handout")
    (course.code / "more.py").unlink()
    handed_out(course)
    assert not (tmp_path / "handout/computations/more.py").exists()
    assert [*tmp_path.glob(".*")] == []

    before = text_of(tmp_path / "handout")
    changed = tmp_path / "handout/questions/only/q02.yaml"
    changed.write_text(changed.read_text() + "space: 3\n")
    with pytest.raises(InputError, match=r"holds what no release wrote: questions/only/q02\.yaml"):
        handed_out(course)
    changed.unlink()
    (tmp_path / "handout/mine.md").write_text("Mine.")
    with pytest.raises(InputError, match=r"no release wrote: mine\.md"):
        handed_out(course)
    (tmp_path / "handout/mine.md").unlink()
    handed_out(course)
    assert text_of(tmp_path / "handout") == before


def test_there_are_places_that_no_release_goes_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = write_sums(tmp_path / "sums")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("Mine.")
    (tmp_path / "file").write_text("Mine.")
    for name, said in {
        "link": "is a link", "full": r"holds what no release wrote: notes\.txt", "file": "is no folder",
        "sums/out": "inside the course", "sums/computations/out": "inside the course", ".": "the course inside it",
    }.items():  # fmt: skip
        with pytest.raises(InputError, match=said):
            handed_out(course, name)
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="is where you stand"):
        handed_out(course, "elsewhere")
    assert [*(tmp_path / "elsewhere").iterdir()] == []
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["questions/only/q01.yaml", "computations/steps.py", "questions", "references.bib"])
def test_links_are_not_followed(tmp_path: Path, name: str) -> None:
    course = write_sums(tmp_path / "sums")
    course.write("references.bib", "@misc{known, title = {T}}\n")
    there = course.folder / name
    there.rename(tmp_path / "moved")
    there.symlink_to(tmp_path / "moved")
    with pytest.raises(InputError, match="is a link"):
        handed_out(course)
    assert not (tmp_path / "handout").exists()


@pytest.mark.parametrize(
    "read",
    [
        '.parent.parent / "answers" / "only" / "q01.md"',
        '.parent.parent / "course.yaml"',
        '.parent.parent / "questions"',
    ],
)
def test_code_that_reads_what_stays_behind_is_named(tmp_path: Path, read: str) -> None:
    course = write_sums(tmp_path / "sums")
    course.edit(
        "computations/steps.py",
        "def numbers",
        f"from pathlib import Path\n\nTHERE = Path(__file__){read}\n\n\ndef numbers",
    )
    with pytest.raises(InputError, match=r"steps\.py: reads a file that is not handed out as it is"):
        handed_out(course)


def test_code_that_is_not_copied_is_missed(tmp_path: Path) -> None:
    course = write_sums(tmp_path / "sums")
    course.write("computations/tests/__init__.py", "")
    course.write("computations/tests/steps.py", (course.code / "steps.py").read_text())
    course.edit("computations/adding.py", "from .steps", "from .tests.steps")
    with pytest.raises(InputError, match=r"would not be those of the course\n.*\n?.*only/q01/added \(standard\)"):
        handed_out(course)
    assert not (tmp_path / "handout").exists()


def test_labs_beside_the_course_file_go_below_questions(tmp_path: Path) -> None:
    course = write_sums(tmp_path / "sums")
    course.write("questions/fr/only/q01.yaml", "title: Une somme\n")
    for path in (course.folder / "questions").iterdir():
        path.rename(course.folder / path.name)
    (course.folder / "questions").rmdir()
    done = handed_out(course)
    assert {"questions/only/q01.yaml", "questions/only/q02.yaml", "questions/fr/only/q01.yaml"} <= {*done.files}
    assert done.unused == ()


def test_our_own_course_without_a_word_for_teachers(tmp_path: Path) -> None:
    done = release(Settings(folders=Folders(tmp_path / "data", tmp_path / "cache")), tmp_path / "handout")
    text = "\n".join(file.decode() for file in done.files.values())
    words = " ".join(text.split())
    questions = questions_folder()
    hidden = 0
    for path in sorted(questions.rglob("*.yaml")):
        data = read_yaml(path).data
        paths = [tuple(one.split(".")) for one in withheld(path.name)]
        known = path.stem not in ("words", "profiles")
        for where, holder, key in places(data) if known else ():
            if any(is_among(where[:n], paths) for n in range(len(where) + 1)) and len(holder[key]) > 40:
                hidden += 1
                assert " ".join(holder[key].split()) not in words, f"{path}: {where}"
    assert hidden > 150
    assert (done.labs, done.questions, done.left_out["answer"]) == (4, 44, 44)
    assert not [line for line in text.splitlines() if line.lstrip().startswith("#")]


def test_a_course_with_mistakes_is_not_handed_out(tmp_path: Path) -> None:
    course = write_sums(tmp_path / "sums")
    course.write("questions/fr/only/q01.yaml", "statement: Une faute [@nobody].\n")
    with pytest.raises(InputError, match=r"fr/only/q01\.yaml:1"):
        handed_out(course)
    assert [path.name for path in tmp_path.iterdir() if path.name not in ("sums", "cache")] == []


def test_a_failure_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = write_sums(tmp_path / "sums")
    handed_out(course)
    before = text_of(tmp_path / "handout")
    course.edit("questions/only/q01.yaml", "A sum", "Another sum")
    renamed = Path.rename

    def rename(path: Path, target: Path) -> Path:
        if path.name == "course":
            raise OSError(28, "full")
        return renamed(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(Exception, match="No space left"):
        handed_out(course)
    assert text_of(tmp_path / "handout") == before
    assert [*tmp_path.glob(".*")] == []
