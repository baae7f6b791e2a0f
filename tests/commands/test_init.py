"""Every example in every file that `init` lays out works when it is pasted below its comment, as it stands."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.commands.init import begin_project
from generator.commands.session import Folders, Session, Settings, open_session
from generator.course.editions import Edition
from generator.course.project import read_project
from generator.folders import questions_folder
from generator.jobs import Outcome, State
from generator.render.content.answers import AnswerWriter
from generator.render.content.values import Results
from generator.render.text.numbering import number_course
from generator.render.text.words import telling
from tests.shaken.snapshot import read_jobs

ANSWERS = 44
EXAMPLE = re.compile(r"\{\{ (?:ref|metric)\([^)]*\) \}\}")

METRICS = re.compile(r"^  (\S.*)\.NAME\n      NAME: ((?:.|\n      (?!results/))+)", re.MULTILINE)


def examples(starter: str) -> list[str]:
    """What stands in a scaffolded file to be pasted: tags, references, each metric by its name."""
    found = [line.strip() for line in starter.splitlines() if line.startswith(("  {{", "  {%"))]
    found += EXAMPLE.findall(starter)
    for result, names in re.findall(
        r"^  (\S.*)\.NAME\n      NAME: ((?:.|\n      (?!results/))+)", starter, re.MULTILINE
    ):
        found += [f"{{{{ {result}.{name.strip()} }}}}" for name in names.split(",")]
    return found


def pasted(folder: Path, profile: str) -> tuple[Session, int]:
    """A new project with the examples of each file below its comment, opened, and how many examples there are."""
    settings = Settings(profile, folders=Folders(folder / "data", folder / "cache", questions_folder()))
    count = 0
    for path in begin_project(folder / "mine", settings):
        if path.suffix == ".md":
            tried = examples(path.read_text(encoding="utf-8"))
            count += len(tried)
            path.write_text(path.read_text(encoding="utf-8") + "\n\n".join(tried), encoding="utf-8")
    project = read_project(folder / "mine")
    assert project.form.profile == profile
    return open_session(dataclasses.replace(settings, edition=Edition.STUDENT, project=project)), count


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, int]:
    return pasted(tmp_path_factory.mktemp("quick"), "quick")


def test_every_example_passes_the_checks(quick: tuple[Session, int]) -> None:
    """Also those of points of a grid that only this profile has."""
    session, count = quick
    assert len([*session.course.questions()]) == ANSWERS
    assert count > 20 * ANSWERS
    assert [*map(str, session.course.faults())] == []


def test_every_example_can_be_written_from_real_results(quick: tuple[Session, int]) -> None:
    session, _ = quick
    outcomes = {
        address: Outcome(State.HIT, str(job.number), load=lambda job=job: job.result)
        for job in read_jobs()
        for address in job.addresses
    }
    results = Results(session.bindings.refs, outcomes, {})
    writer = AnswerWriter(results, number_course(session.shown), session.profile)
    with telling(session.shown.language, session.shown.words):
        written = {question.address: writer.write(*_text(question)) for question in session.shown.questions()}
    assert len([text for text in written.values() if "more than nothing" in text]) > ANSWERS / 2
    assert [*_contradicted(writer)] == []


def _text(question):
    return question.answer.text, question.answer.path, question


def _contradicted(writer: AnswerWriter) -> Iterator[str]:
    for name, claims in writer.claims.items():
        yield from (f"{name}: {claim.expression}" for claim in claims if claim.contradicted)
