"""A course of texts that asks for no result, so that building its report takes no computing, for tests of builds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.commands.build import BuildReport, build
from generator.commands.session import Folders, OutputSettings, Settings
from generator.course.editions import Edition
from generator.course.project import read_project

COURSE = """\
title: A course
year: 2026
introduction: "The introduction SECRETINTRODUCTION."
conclusion: "The conclusion SECRETCONCLUSION."
answers: ../answers
code: genreport
labs: [1-a, 1-b]
profiles:
  quick: {title: Quick, description: Small, roles: {}}
  light: {title: Light, description: Real, roles: {}}
"""
LAB = """\
title: Lab
conclusion: "It ends SECRETLABCONCLUSION."
sections: [{title: First, questions: [q01]}]
"""
QUESTION = """\
title: A question
statement: What is it?
marking: SECRETMARKING
"""


@dataclass
class TextCourse:
    """The course below ``folder``, and how it is built."""

    folder: Path

    def settings(
        self, output: str, edition: Edition, profile: str = "quick", formats: Iterable[str] = ("html",)
    ) -> Settings:
        below = self.folder
        return Settings(
            profile=profile,
            edition=edition,
            project=read_project(below / "mine") if edition is Edition.STUDENT else None,
            folders=Folders(below / "data", below / "cache", below / "questions"),
            output=OutputSettings(below / output, frozenset(formats)),
        )

    def build(
        self, edition: Edition = Edition.REFERENCE, *, output: str = "build", profile: str = "quick",
        formats: Iterable[str] = ("html",), **options: Any,
    ) -> BuildReport:  # fmt: skip
        return build(self.settings(output, edition, profile, formats), **options)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


def text_course(folder: Path) -> TextCourse:
    course = TextCourse(folder)
    course.write("questions/course.yaml", COURSE)
    course.write("questions/references.bib", "@book{known, title = {T}, author = {A}, year = 2000}\n")
    for lab in ("1-a", "1-b"):
        course.write(f"questions/{lab}/lab.yaml", LAB)
        course.write(f"questions/{lab}/q01.yaml", QUESTION)
        course.write(f"answers/{lab}/q01.md", f"The answer SECRETANSWER of {lab} [@known].\n")
    course.write("mine/report.yaml", "authors: [{name: Ada}]\n")
    course.write("mine/answers/1-a/q01.md", "My own answer.\n")
    return course
