"""What is kept in memory between two pages."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator.commands import remembered
from generator.commands.build import compute
from generator.commands.preview import planned
from generator.commands.preview.making import PageMaker
from generator.commands.preview.parts import InputsInMemory, PartsInMemory
from generator.commands.session import Settings
from generator.course.editions import Edition
from generator.course.spec import QuestionSpec
from generator.render.content import kept
from generator.render.content.document import Report
from tests.commands.preview.project_for_tests import write_project


def test_what_neither_of_two_pages_asked_for_is_forgotten() -> None:
    memory = PartsInMemory()
    memory.begin()
    memory.put("one", 1)
    memory.put("other", 2)
    memory.begin()
    assert memory.get("one") == 1
    memory.begin()
    assert (memory.get("one"), memory.get("other")) == (1, None)


@dataclass
class Spec:
    address: str = "1-a/q01"


def test_inputs_are_the_same_as_long_as_all_that_is_read_is_the_very_same() -> None:
    memory, spec, asked = InputsInMemory(), Spec(), []

    def inputs(of: Spec, common: str) -> int:
        return memory.of(of, common, lambda: asked.append(0) or len(asked))

    refs, ends = {}, {"one": object()}
    memory.results(refs, ends)
    assert [inputs(spec, "a"), inputs(spec, "a"), inputs(spec, "b"), inputs(Spec(), "b")] == [1, 1, 2, 3]
    spec = Spec()
    assert inputs(spec, "b") == 4
    memory.results(refs, dict(ends))
    assert inputs(spec, "b") == 4
    memory.results(refs, {"one": object()})
    assert inputs(spec, "b") == 5, "another result"
    memory.results({}, {"one": object()})
    assert inputs(spec, "b") == 6, "other names of results"


def test_what_questions_share_is_compared_so_that_one_and_true_differ() -> None:
    memory, digests = InputsInMemory(), iter("abcdef")

    def common(read: list[object], made: object) -> str:
        return memory.common(read, made, lambda: next(digests))

    title = "A title"
    assert [common([title, 1], {"q": "1.1"}), common([title, 1], {"q": "1.1"})] == ["a", "a"]
    assert common([title, True], {"q": "1.1"}) == "b"
    assert common([title, True], {"q": "1.2"}) == "c"
    assert common([title], {"q": "1.2"}) == "d"


def test_an_edit_of_the_course_s_own_answer_has_the_inputs_of_that_question_alone_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the page is the one of a preview that has just begun."""
    project = write_project(tmp_path)
    project.course.edit("answers/only/q01.md", "The sum", '{{ figure("line") }}\n\nThe sum')
    made: list[str] = []
    plain = kept.inputs_of

    def noted(report: Report, spec: QuestionSpec, *more: Any) -> Any:
        made.append(spec.address)
        return plain(report, spec, *more)

    def settings() -> Settings:
        return dataclasses.replace(project.settings(), project=None, edition=Edition.REFERENCE)

    compute(settings())
    monkeypatch.setattr(kept, "inputs_of", noted)
    monkeypatch.setattr(planned, "is_settled", lambda *stamps: True)  # as if all were of long ago
    monkeypatch.setattr(remembered, "SETTLED", -1)
    maker = PageMaker(settings, ())
    maker.make()
    made.clear()
    project.course.edit("answers/only/q02.md", "The product", "Now the product")
    assert maker.make().page.text == PageMaker(settings, ()).make().page.text
    assert made == ["only/q02", "only/q01", "only/q02"]
