"""Courses and projects with random edits of their files: each is built, or refused in words; never a traceback."""

from __future__ import annotations

import json
import random
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.test_pictures import mutated, picture
from tests.end_to_end.project import Project
from tests.render.test_hostile import ESCAPES, MARKUP
from tests.store.test_soundness import WRONG, places

LONGEST = 600.0  # seconds for one mutant on however busy a machine; measured: below one
WORDS = [
    "vgg16",
    "walks[seed=1]",
    "nothing",
    "layers",
    "sizes",
    "{{",
    "}}",
    "{%",
    "%}",
    "$",
    "$$",
    "[@known]",
    "|",
    "`",
]
WORDS += [
    "- ",
    ": ",
    "\n",
    "\t",
    "\0",
    "é",
    "\u202e",
    "\ue001",
    "#",
    "---",
    "&a",
    "*a",
    "!!x",
    "9" * 400,
    "1e999",
    ".nan",
]
WORDS += [
    r"$\textcolor{red}{x}$",
    r"$\text{}$",
    "![x](images/own.png)",
    '{{ figure("sizes") }}',
    '{{ table("layers") }}',
]


def edited_text(text: str, rng: random.Random) -> str:
    """The text with a line or some letters taken out, doubled, moved, or replaced with what has a meaning somewhere."""
    lines = text.splitlines(keepends=True) or [""]
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(7):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at] = rng.choice(["  ", " ", ""]) + lines[at].lstrip()
        case 3:
            place = rng.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:place] + rng.choice(WORDS) + lines[at][place + rng.randrange(3) :]
        case 4:
            place = rng.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:place] + rng.choice([*ESCAPES, *MARKUP]) + lines[at][place:]
        case 5:
            words = lines[at].split(" ")
            words[rng.randrange(len(words))] = rng.choice(WORDS)
            lines[at] = " ".join(words)
        case _:
            lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
    return "".join(lines)


def edited_data(text: str, rng: random.Random) -> str:
    """A YAML file with a value, or the name of one, replaced."""
    data: Any = yaml.safe_load(text)
    holder, key = rng.choice(places(data, []))
    if isinstance(holder, dict) and rng.random() < 0.3:
        value = holder.pop(key)
        if rng.random() < 0.6:
            holder[rng.choice([*holder, "title", "", 3, None, "x"])] = value
    else:
        holder[key] = rng.choice([*WRONG, *WORDS, rng.choice(places(data, []))[1]])
    try:
        return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    except ValueError:  # half a character
        return text


def mutate(case: Case, folder: Path, files: list[str]) -> None:
    """Edit one to three places in the files of a folder."""
    for name in case.rng.choices(files, k=case.rng.randint(1, 3)):
        path = folder / name
        if path.suffix in (".png", ".jpg"):
            path.write_bytes(mutated(path.read_bytes(), case.rng))
            case.note(f"{name}: bytes changed")
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        try:
            change = edited_data if path.suffix == ".yaml" and case.rng.random() < 0.4 else edited_text
            changed = change(text, case.rng)
        except (yaml.YAMLError, IndexError, TypeError, AttributeError):  # it is no YAML any more
            changed = edited_text(text, case.rng)
        path.write_text(changed, encoding="utf-8", errors="replace")
        case.note(f"--- {name}\n{changed}")


class Renderer:
    """A process that renders the checkout, started again when it hangs or dies."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        program = Path(__file__).with_name("rendering_for_tests.py")
        return subprocess.Popen(
            [sys.executable, str(program)], cwd=self.project.folder, env=self.project.environment(), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def render(self, folder: str) -> tuple[str, str]:
        """What came of it, in one word and many."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{folder}\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], LONGEST)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.close()
            self.process = self._start()
            return ("died", "") if ready else ("hung", "")
        return tuple(json.loads(line))

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def renderer(toy: Project, tmp_path: Path) -> Iterator[Renderer]:
    project = toy.copy(tmp_path / "project")
    project.run("init", "mine")
    (project.folder / "mine/images").mkdir(exist_ok=True)
    (project.folder / "mine/images/own.png").write_bytes(picture(random.Random(6))[1])
    for path in (project.folder / "mine/answers").glob("2-a/q*.md"):
        reference = project.folder / "templates/answers" / path.relative_to(project.folder / "mine/answers")
        path.write_text(reference.read_text() + "\n![Own](images/own.png)\n")
    found = Renderer(project)
    yield found
    found.close()


def hunt(campaign: Campaign, renderer: Renderer, folder: str, patterns: list[str], full: int, short: int) -> None:
    """Edit files of a folder, render, and put them back, again and again."""
    place = renderer.project.folder / folder
    files = sorted(path.relative_to(place).as_posix() for one in patterns for path in place.glob(one) if path.is_file())
    before = {name: (place / name).read_bytes() for name in files}
    assert renderer.render(folder)[0] == "report"
    for case in campaign.run(full, short):
        with case:
            mutate(case, place, files)
            outcome, words = renderer.render(folder)
            case.note(words)
            case.hold(outcome != "traceback", "tracebacks", "where words were promised")
            case.hold(outcome not in ("died", "hung"), "wrong", f"rendering {outcome}")
            case.hold(outcome != "words" or ":" in words, "wrong", "an error without a place")
        for name, content in before.items():
            (place / name).write_bytes(content)


def test_courses(campaign: Campaign, renderer: Renderer) -> None:
    hunt(campaign, renderer, "", ["questions/**/*", "templates/answers/**/*"], full=2500, short=12)


def test_projects(campaign: Campaign, renderer: Renderer) -> None:
    hunt(campaign, renderer, "mine", ["report.yaml", "answers/**/*", "images/*"], full=1000, short=6)
