"""A plan that is remembered, and what makes it be made anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from generator.commands.build import compute
from generator.commands.preview import planned
from generator.commands.preview.planned import PlanInMemory
from generator.commands.remembered import Remembered
from generator.commands.session import open_session
from generator.jobs import State
from tests.commands.preview.project_for_tests import ProjectHere, write_project


class Desk:
    """A project whose plan is asked for again and again; ``made`` counts how often it was made."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.project: ProjectHere = write_project(folder)
        self.cache = self.project.settings().folders.cache
        self.made = 0
        self._remembered, self._plan = Remembered(), PlanInMemory()
        plain = planned.compute_results

        def counting(*given, **named):
            self.made += 1
            return plain(*given, **named)

        monkeypatch.setattr(planned, "compute_results", counting)
        for module in ("store.memo", "commands.remembered"):  # however slow the machine is: just written
            monkeypatch.setattr(f"generator.{module}.SETTLED", 10**18)
        self._patch = monkeypatch

    def states(self) -> list[State]:
        session = open_session(self.project.settings(), self._remembered)
        plan, outcomes = self._plan.of(session)
        assert set(outcomes) == set(plan.jobs)
        return sorted((one.state for one in outcomes.values()), key=lambda state: state.value)

    def settle(self) -> None:
        """As if the results were computed long ago."""
        self._patch.setattr("generator.store.memo.SETTLED", -1)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def test_words_change_no_plan_and_results_and_code_do(desk: Desk) -> None:
    assert desk.states() == [State.PENDING, State.PENDING]
    desk.project.edit("The sum is", "It is")
    assert (desk.states(), desk.made) == ([State.PENDING, State.PENDING], 1)
    compute(desk.project.settings())
    assert (desk.states(), desk.made) == ([State.HIT, State.HIT], 2)
    assert (desk.states(), desk.made) == ([State.HIT, State.HIT], 3), "they could change again within the same moment"
    desk.settle()
    desk.states()
    desk.project.edit("It is", "The sum is")
    assert (desk.states(), desk.made) == ([State.HIT, State.HIT], 4)
    shutil.rmtree(next((desk.cache / "entries").glob("*/*")))
    assert desk.states() == [State.HIT, State.PENDING]
    desk.project.course.edit("computations/steps.py", "last + 1)", "last + 2)")
    assert State.PENDING in desk.states()
    assert desk.made == 6


def test_an_entry_that_is_damaged_is_noticed(desk: Desk) -> None:
    compute(desk.project.settings())
    desk.settle()
    assert desk.states() == [State.HIT, State.HIT]
    (manifest,) = [*(desk.cache / "entries").glob("*/*/manifest.json")][:1]
    manifest.write_bytes(manifest.read_bytes().replace(b"sha256", b"sha255", 1))
    os.utime(manifest, (1, 1))
    assert desk.states() == [State.HIT, State.PENDING]
