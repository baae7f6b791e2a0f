"""Random edits of a course and a project: each build gives, byte for byte, what one with nothing kept gives."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from generator.commands.build import build
from generator.commands.session import Folders
from generator.course.editions import Edition
from generator.render.content import kept
from tests.campaigns.campaign import Campaign
from tests.commands.text_course import TextCourse, text_course

LABS = ("1-a", "1-b")
PIECES = [
    "A word more.", "See {{ ref('1-a/q01') }}.", "See {{ ref('1-b/q01') }}.", "As said [@known].", "As said [@other].",
    "$$a = b^{2}$$ (eq)", "From {{ ref('eq:eq') }}.", "# A heading", "* an item", "A note.[^1]\n\n[^1]: Here.",
    "{% claim 1 < 2 %}So it is.{% otherwise %}Or not.{% endclaim %}", r"$\frac{1}{2}$", "![dots](images/dots.png)",
]  # fmt: skip


def extend_answer(course: TextCourse, rng: random.Random) -> None:
    """Another paragraph in one answer; one that asks for what is not there is taken back by who sees the error."""
    path = course.folder / rng.choice([f"answers/{rng.choice(LABS)}/q01.md", "mine/answers/1-a/q01.md"])
    path.write_text(f"{path.read_text()}\n{rng.choice(PIECES)}\n")


def shorten_answer(course: TextCourse, rng: random.Random) -> None:
    path = course.folder / f"answers/{rng.choice(LABS)}/q01.md"
    path.write_text("\n\n".join(path.read_text().split("\n\n")[:-1]) or "Short.\n")


def change_line(course: TextCourse, rng: random.Random) -> None:
    """Another word at the end of a line that is a text."""
    name = rng.choice([f"{rng.choice(LABS)}/q01.yaml", f"{rng.choice(LABS)}/lab.yaml", "course.yaml"])
    path = course.folder / "questions" / name
    lines = path.read_text().splitlines()
    texts = [n for n, line in enumerate(lines) if line.startswith(("title:", "statement:", "marking:"))]
    lines[rng.choice(texts)] += f" {rng.choice(['*more*', 'less', '[@known]'])}"
    path.write_text("\n".join(lines) + "\n")


def turn_labs(course: TextCourse, rng: random.Random) -> None:
    path = course.folder / "questions/course.yaml"
    one, other = "labs: [1-a, 1-b]", "labs: [1-b, 1-a]"
    text = path.read_text()
    path.write_text(text.replace(one, other) if one in text else text.replace(other, one))


def cite_another(course: TextCourse, rng: random.Random) -> None:
    entry = f"@book{{other, title = {{T{rng.randrange(9)}}}, author = {{B}}, year = 2001}}\n"
    path = course.folder / "questions/references.bib"
    path.write_text(path.read_text().split("@book{other")[0] + entry)


def draw_dots(course: TextCourse, rng: random.Random) -> None:
    """Another picture under the same name."""
    path = course.folder / "mine/images/dots.png"
    path.parent.mkdir(exist_ok=True)
    pixels = np.random.default_rng(rng.randrange(2**32)).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def damage(folder: Path, rng: random.Random) -> None:
    """Another byte in a file of the report, whose time then says nothing of it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name[0] != "." and path.stat().st_size)
    if files:
        path = rng.choice(files)
        seen, content = path.stat(), bytearray(path.read_bytes())
        content[rng.randrange(len(content))] ^= 1
        path.write_bytes(content)
        os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns + 1))


EDITS: list[Callable[[TextCourse, random.Random], None]] = [
    extend_answer, extend_answer, extend_answer, shorten_answer, change_line, turn_labs, cite_another, draw_dots,
]  # fmt: skip


def built(course: TextCourse, edition: Edition, cache: str, output: str) -> tuple[str, dict[str, bytes]]:
    """What a build says and writes with what is kept in a cache, over what is in the output folder."""
    kept._HELD.clear()  # as in a process of its own
    settings = course.settings(output, edition)
    done = build(
        replace(settings, folders=Folders(settings.folders.data, course.folder / cache, settings.folders.course))
    )
    files = [path for path in (course.folder / output).rglob("*") if path.is_file() and path.name[0] != "."]
    said = "\n".join(map(str, (*done.problems, *done.warnings, *done.rendering.gaps)))
    return said, {path.relative_to(course.folder / output).as_posix(): path.read_bytes() for path in files}


def test_edits_give_what_a_cold_build_gives(campaign: Campaign, tmp_path: Path) -> None:
    for case in campaign.run(full=60, short=1):
        with case:
            course = text_course(tmp_path / str(case.number))
            cite_another(course, case.rng)
            for step in range(8):
                edit = case.rng.choice(EDITS)
                before = {path: path.read_bytes() for path in course.folder.glob("[aqm]*/**/*.*")}
                edit(course, case.rng)
                edition = case.rng.choice(list(Edition))
                warmed = f"warm {edition.value}"
                case.note(f"{edit.__name__}, {edition.value}")
                try:
                    if case.rng.random() < 0.2:
                        shutil.rmtree(course.folder / warmed, ignore_errors=True)
                    if case.rng.random() < 0.1:
                        damage(course.folder / warmed, case.rng)
                    warm = built(course, edition, "cache", warmed)
                except Exception as error:  # an edit that does not fit
                    case.note(error)
                    for path, content in before.items():
                        path.write_bytes(content)
                    continue
                of_code = shutil.ignore_patterns(
                    "kept", "drawings"
                )  # what is read of code takes long, and is no matter here
                shutil.copytree(course.folder / "cache", course.folder / f"cold {step}", ignore=of_code)
                cold = built(course, edition, f"cold {step}", f"cold output {step}")
                differing = [name for name in {**warm[1], **cold[1]} if warm[1].get(name) != cold[1].get(name)]
                case.hold(not differing and warm[0] == cold[0], "stale", f"other bytes in {differing}")
                case.hold(len(warm[1]) > 5, "wrong", f"only {sorted(warm[1])} were compared")
