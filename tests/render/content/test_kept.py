"""Questions that are kept: found for the same inputs, made anew for any other, and the same page either way.

Covers render/content/inputs.py, render/content/making.py, render/content/references.py, render/content/shelves.py too.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from generator.course.editions import Edition
from generator.course.spec import LeftOut, QuestionSpec, RoleSpec
from generator.jobs import Failure, Outcome, State
from generator.render.content import kept as kept_module
from generator.render.content.document import Document, Report
from generator.render.content.gather import gather
from generator.render.content.kept import KeptParts
from generator.render.content.making import QuestionMaker
from generator.render.content.values import Results
from generator.render.figures.kept import KeptDrawings
from generator.render.outputs import exports
from generator.render.outputs.html import Page
from generator.store.parts import PartStore
from tests.render.sample_report import sample_report, silent

DRAWINGS = "drawings"


@dataclass
class Builder:
    """Builds the page of a report from what is kept in a folder, and notes which questions were made anew."""

    folder: Path
    made: list[str]

    def page(self, report: Report, store: str = "kept", program: str = "this", shelved: str = "") -> str:
        drawings = KeptDrawings(self.folder / DRAWINGS)
        kept = KeptParts(PartStore(self.folder / store), program, drawings.find, shelved=shelved)
        self.made.clear()
        kept_module._HELD.clear()  # as in a process of its own
        document = gather(replace(report, kept=kept, draw=drawings.draw), silent)
        text = Page(document).text()
        kept.keep()
        return text


@pytest.fixture
def builder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Builder:
    made: list[str] = []
    make = QuestionMaker.answer

    def noted(self: QuestionMaker, spec: QuestionSpec) -> Any:
        made.append(spec.id)
        return make(self, spec)

    monkeypatch.setattr(QuestionMaker, "answer", noted)
    return Builder(tmp_path_factory.getbasetemp() / "kept questions", made)  # drawings are shared by all tests


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "kept")


@pytest.fixture
def report(tmp_path: Path) -> Report:
    return sample_report(tmp_path)


def test_nothing_is_made_twice_and_both_pages_are_the_same(builder: Builder, store: str, report: Report) -> None:
    first = builder.page(report, store)
    assert builder.made == ["q01", "q02", "q03", "q04"]
    assert builder.page(report, store) == first
    assert builder.made == []


def test_what_else_a_document_has_is_the_same(builder: Builder, tmp_path: Path, report: Report) -> None:
    def gathered() -> Document:
        drawings = KeptDrawings(builder.folder / DRAWINGS)
        kept = KeptParts(PartStore(tmp_path / "kept"), "this", drawings.find)
        document = gather(replace(report, kept=kept, draw=drawings.draw), silent)
        kept.keep()
        return document

    first, again = gathered(), gathered()
    for name in ("claims", "ledger", "problems", "warnings", "gaps", "reproduction", "appendix", "references"):
        assert getattr(first, name) == getattr(again, name)
    assert [one.panels for one in first.exhibits()] == [one.panels for one in again.exhibits()]
    assert [one.table for one in first.exhibits()] == [one.table for one in again.exhibits()]


def other_result(report: Report, name: str = "2-a/q01/vgg16") -> Report:
    before = report.outcomes[name]
    metrics = {**before.load().metrics, "parameters": 7_000_000}
    changed = Outcome(
        State.COMPUTED, "cd34" * 16, before.provenance, load=lambda: replace(before.load(), metrics=metrics)
    )
    return replace(report, outcomes={**report.outcomes, name: changed})


def failed_result(report: Report) -> Report:
    failed = Outcome(State.FAILED, "ef56" * 16, failure=Failure("it broke"))
    return replace(report, outcomes={**report.outcomes, "2-a/q02/effect": failed})


def with_role(report: Report) -> Report:
    roles = {**report.profile.roles, "width": RoleSpec(9, "wide")}
    return replace(report, profile=replace(report.profile, roles=roles))


EVERY = ["q01", "q02", "q03", "q04"]
CHANGES: dict[str, tuple[Callable[[Report], Report], list[str]]] = {
    "a result": (other_result, ["q01", "q02"]),  # the second names a result of the first
    "a failure": (failed_result, ["q02"]),
    "a role": (with_role, EVERY),
    "the title": (
        lambda report: replace(report, course=replace(report.course, title="T")),
        ["q01", "q02", "q03", "q04"],
    ),
    "an edition": (
        lambda report: replace(report, course=replace(report.course, edition=Edition.WORKSHEET)),
        EVERY,
    ),
    "what is left out": (
        lambda report: replace(report, course=replace(report.course, left_out={"2-a/q02": LeftOut.HIDDEN})),
        ["q01", "q03", "q04"],
    ),
    "the introduction": (lambda report: replace(report, course=replace(report.course, introduction="Else.")), []),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_reads_a_change_is_made_anew(builder: Builder, store: str, report: Report, change: str) -> None:
    changed, expected = CHANGES[change]
    builder.page(report, store)
    page = builder.page(changed(report), store)
    assert [name for name in builder.made if name in expected] == expected
    if change in ("a failure", "the introduction"):
        assert builder.made == expected
    assert page == builder.page(changed(report), f"{store} cold")


def test_a_result_is_not_read_for_a_figure_that_was_drawn_of_it(builder: Builder, store: str, report: Report) -> None:
    def unreadable() -> Any:
        raise AssertionError("read for its figures")

    def closed(outcome: Outcome) -> Outcome:
        return replace(outcome, facts=outcome.load, load=unreadable) if outcome.has_result else outcome

    builder.page(report, store)
    changed = with_role(report)
    shut = replace(changed, outcomes={name: closed(outcome) for name, outcome in changed.outcomes.items()})
    page = builder.page(shut, store)
    assert len(builder.made) == 4
    assert page == builder.page(changed, f"{store} cold")
    other, name = other_result(report), "2-a/q01/vgg16"
    with pytest.raises(AssertionError, match="read for its figures"):
        builder.page(replace(other, outcomes={**other.outcomes, name: closed(other.outcomes[name])}), store)


@pytest.mark.parametrize("change", ["a result", "a failure", "what is left out"])
def test_exported_metrics_are_those_of_the_report(tmp_path: Path, report: Report, change: str) -> None:
    changed, _ = CHANGES[change]
    found = []
    for shown, name in ((report, "kept"), (changed(report), "kept"), (changed(report), "cold")):
        kept = KeptParts(PartStore(tmp_path / name), "this", lambda name: None)
        results = Results(shown.refs, shown.outcomes)
        document: Any = SimpleNamespace(report=replace(shown, kept=kept), results=results)
        found.append(exports._metrics(document))
        kept.keep()
    assert found[1] == found[2] != found[0]


def test_one_answer_and_another_program_are_made_anew(builder: Builder, store: str, tmp_path: Path) -> None:
    builder.page(sample_report(tmp_path), store)
    builder.page(sample_report(tmp_path, answers={"q04": "Other words."}), store)
    assert builder.made == ["q04"]
    builder.page(sample_report(tmp_path), store, program="another")
    assert len(builder.made) == 4


def test_what_is_read_outside_of_the_inputs_is_not_kept(
    builder: Builder, store: str, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = QuestionMaker.answer

    def curious(self: QuestionMaker, spec: QuestionSpec) -> Any:
        self.writer.results.select(self.report.refs["2-a/q02/effect"][0])
        return make(self, spec)

    monkeypatch.setattr(QuestionMaker, "answer", curious)
    builder.page(report, store)
    builder.page(report, store)
    assert "q04" in builder.made
    assert "q02" not in builder.made


def test_problems_are_not_kept(builder: Builder, store: str, tmp_path: Path) -> None:
    report = sample_report(tmp_path, answers={"q04": r"A formula that is none: $\frac{1}$"})
    first = builder.page(report, store)
    assert builder.page(report, store) == first
    assert builder.made == ["q04"]


def test_a_process_that_builds_again_reads_nothing_twice(tmp_path: Path, builder: Builder, report: Report) -> None:
    def gathered(store: Path) -> Document:
        drawings = KeptDrawings(builder.folder / DRAWINGS)
        kept = KeptParts(PartStore(store), "this", drawings.find)
        document = gather(replace(report, kept=kept, draw=drawings.draw), silent)
        kept.keep()
        return document

    gathered(tmp_path / "kept")
    first = gathered(tmp_path / "kept")
    shutil.rmtree(tmp_path / "kept")
    builder.made.clear()
    again = gathered(tmp_path / "kept")
    assert builder.made == []
    assert [id(one.panels) for one in again.exhibits()] == [id(one.panels) for one in first.exhibits()]
    gathered(tmp_path / "another")
    assert len(builder.made) == 4


def test_what_is_damaged_or_gone_is_made_anew(builder: Builder, store: str, report: Report) -> None:
    first = builder.page(report, store)
    for place in (path for path in Path(store).rglob("*") if path.is_file()):
        place.write_bytes(place.read_bytes()[:-1])
    assert builder.page(report, store) == first
    assert len(builder.made) == 4


def single_files(store: str) -> list[Path]:
    """The files of parts alone, without the shelves."""
    places = [path for path in Path(store).glob("??/*") if path.is_file()]
    return [path for path in places if b'"key"' not in path.read_bytes().partition(b"\n")[0]]


def test_a_shelf_has_all_that_a_lab_is_made_of(builder: Builder, store: str, report: Report) -> None:
    first = builder.page(report, store, shelved="whole")
    assert builder.made == EVERY
    for place in single_files(store):
        place.unlink()
    assert builder.page(report, store, shelved="whole") == first
    assert builder.made == []
    for place in Path(store).glob("??/*"):
        place.write_bytes(place.read_bytes()[:-1])
    assert builder.page(report, store, shelved="whole") == first
    assert builder.made == EVERY


def test_of_what_is_on_a_shelf_no_file_of_its_own_is_looked_for(
    builder: Builder, store: str, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    holds = PartStore.holds
    monkeypatch.setattr(PartStore, "holds", lambda self, name: looked.append(name) or holds(self, name))
    builder.page(report, store, shelved="whole")
    assert looked
    looked.clear()
    builder.page(report, store, shelved="whole")
    assert not looked


@pytest.mark.parametrize("change", CHANGES)
def test_a_shelf_of_another_report_hides_no_change(builder: Builder, store: str, report: Report, change: str) -> None:
    changed, expected = CHANGES[change]
    builder.page(report, store, shelved="whole")
    for place in single_files(store):
        place.unlink()
    page = builder.page(changed(report), store, shelved="whole")
    assert [name for name in builder.made if name in expected] == expected
    assert page == builder.page(changed(report), f"{store} cold")
    assert builder.page(changed(report), store, shelved="whole") == page


def test_an_answer_takes_the_others_from_the_shelf_of_before(builder: Builder, store: str, tmp_path: Path) -> None:
    builder.page(sample_report(tmp_path), store, shelved="whole")
    for place in single_files(store):
        place.unlink()
    builder.page(sample_report(tmp_path, answers={"q04": "Other words."}), store, shelved="whole")
    assert builder.made == ["q04"]


def prose_of(report: Report, text: str) -> Report:
    """The report with a text as the conclusion of its first lab."""
    first, *others = report.course.labs
    return replace(report, course=replace(report.course, labs=(replace(first, conclusion=text), *others)))


def test_introductions_and_conclusions_are_kept_like_questions(
    builder: Builder, store: str, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    make = QuestionMaker.prose

    def noted(self: QuestionMaker, text: str, *others: Any, **more: Any) -> Any:
        written.append(text)
        return make(self, text, *others, **more)

    monkeypatch.setattr(QuestionMaker, "prose", noted)
    claim = "{% claim metric('2-a/q01/vgg16.parameters') > 1e7 %}Many.{% otherwise %}Few.{% endclaim %}"
    reads, plain = prose_of(report, claim), prose_of(report, "Nothing of results.")
    for shown in (reads, plain):
        builder.page(shown, store)
    written.clear()
    pages = [builder.page(shown, store) for shown in (reads, plain)]
    assert written == []
    assert "Many." in pages[0]
    changed = [builder.page(other_result(shown), store) for shown in (reads, plain)]
    assert written == [claim]  # 7 million: the other reads no result
    assert "Few." in changed[0]
    assert changed == [builder.page(other_result(shown), f"{store} cold") for shown in (reads, plain)]


WORDS = [
    "One word more.", "A link, {{ ref('2-a/q01/layers') }}.", "Cited [@krizhevsky2012imagenet].", "$$x^2$$ (eq)",
    "{{ metric('2-a/q01/vgg16.parameters') | millions }}.", "{{ role('width') }}.", "# A heading", "* an item",
    "{% claim metric('2-a/q01/vgg16.parameters') > 1e7 %}Many.{% otherwise %}Few.{% endclaim %}",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_random_edits_give_the_page_of_a_cold_build(builder: Builder, store: str, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    plain = sample_report(tmp_path)
    answers = {spec.id: spec.answer.text for spec in plain.course.questions()}
    reports = [plain, other_result(plain), failed_result(plain), with_role(plain)]
    anew = 0
    for step in range(6):
        edited = rng.choice(sorted(answers))
        answers[edited] = "\n\n".join([answers[edited], rng.choice(WORDS)])
        shown, base = sample_report(tmp_path, answers=answers), rng.choice(reports)
        report = replace(base, course=shown.course)
        page = builder.page(report, store, shelved="whole" if seed else "")
        anew += len(builder.made)
        assert page == builder.page(report, f"{store} {step}"), answers
    assert anew < 6 * 4
