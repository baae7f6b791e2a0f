"""What is said beforehand of the figures that a report will ask for is what it then asks for, in this order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from generator.course.editions import Edition
from generator.jobs import Failure, Outcome, State
from generator.render.content import kept as kept_module
from generator.render.content.document import Report
from generator.render.content.gather import gather
from generator.render.content.kept import KeptParts
from generator.render.figures import Drawing
from generator.render.figures.kept import KeptDrawings
from generator.results import Figure
from generator.store.parts import PartStore
from tests.render.sample_report import sample_report, silent


@dataclass
class Noted:
    """What a report said beforehand, and what it asked for; ``over`` when nothing more is asked for."""

    store: PartStore
    said: list[tuple[Figure, float]] = field(default_factory=list)
    asked: list[tuple[Figure, float]] = field(default_factory=list)
    times: int = 0
    over: bool = False

    @contextmanager
    def ahead(self, wanted: Iterable[tuple[Figure, float]]) -> Iterator[None]:
        self.times += 1
        self.said += wanted
        assert not self.asked
        try:
            yield
        finally:
            self.over = True

    def draw(self, figure: Figure, width: float) -> Drawing:
        assert not self.over
        self.asked.append((figure, width))
        return Drawing(b"", b"<svg/>", width, 1.0, kept="ab" * 32)

    def gather(self, report: Report) -> None:
        kept_module._HELD.clear()
        kept = KeptParts(self.store, "this", lambda name: Drawing(b"", b"<svg/>", 1.0, 1.0, kept=name))
        gather(replace(report, kept=kept, draw=self.draw, ahead=self.ahead), silent)
        kept.keep()


@pytest.fixture
def noted(tmp_path: Path) -> Noted:
    return Noted(PartStore(tmp_path / "kept"))


def names(figures: list[tuple[Figure, float]]) -> list[str]:
    """Under which the drawings of some figures would be kept."""
    return [KeptDrawings(Path())._name(*one) for one in figures]


def test_each_figure_is_named_at_its_width_before_the_first_is_asked_for(noted: Noted, tmp_path: Path) -> None:
    noted.gather(sample_report(tmp_path))
    assert len(noted.asked) >= 8
    assert names(noted.said) == names(noted.asked)
    assert noted.times == 1
    assert noted.over


def test_nothing_is_named_of_questions_that_are_kept(noted: Noted, tmp_path: Path) -> None:
    report = sample_report(tmp_path)
    noted.gather(report)
    again = Noted(noted.store)
    again.gather(report)
    assert (again.times, again.said, again.asked) == (0, [], [])


def test_results_that_failed_and_frames_are_passed_over(noted: Noted, tmp_path: Path) -> None:
    report = sample_report(tmp_path)
    failed = {address: Outcome(State.FAILED, "ef56" * 16, failure=Failure("it broke")) for address in report.outcomes}
    noted.gather(replace(report, outcomes=failed))
    assert (noted.said, noted.asked) == ([], [])
    worksheet = replace(report, frames=True, course=replace(report.course, edition=Edition.WORKSHEET))
    framed = Noted(PartStore(tmp_path / "other"))
    framed.gather(worksheet)
    assert (framed.said, framed.asked) == ([], [])
