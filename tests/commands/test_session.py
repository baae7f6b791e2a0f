"""Settings, selections and overridden roles on the real course; no torch, nothing computed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.commands.session import Folders, Session, Settings, open_session
from generator.errors import InputError
from generator.planning.plan import Standing


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(folders=Folders(tmp_path / "data", tmp_path / "cache"))


@pytest.fixture
def session(settings: Settings) -> Session:
    return open_session(settings)


def test_no_selection_is_everything_in_the_order_of_the_course(session: Session) -> None:
    every = session.questions([])
    assert every == tuple(question.address for question in session.course.questions())
    assert session.questions(["2-a"]) == tuple(address for address in every if address.startswith("2-a/"))


def test_a_selection_keeps_the_order_of_the_course(session: Session) -> None:
    assert session.questions(["2-a/q03", "2-a/q01", "2-a/q03"]) == ("2-a/q01", "2-a/q03")


def test_every_wrong_selection_is_named(session: Session) -> None:
    with pytest.raises(InputError) as raised:
        session.questions(["2-a/q021", "nowhere", "2-a/q02"])
    hints = [mistake.hint for mistake in raised.value.mistakes]
    assert hints == ["did you mean '2-a/q02'?", "`genreport list` shows all"]


def test_an_override_takes_the_place_of_a_role(settings: Settings) -> None:
    changed = replace(settings, profile="light", overrides={"classifier": "vgg16"})
    assert open_session(changed).profile.roles["classifier"].label == "vgg16"


@pytest.mark.parametrize(
    ("overrides", "said"), [({"clasifier": "vgg16"}, "names no role"), ({"classifier": 3}, "wrong type")]
)
def test_a_wrong_override_is_named(settings: Settings, overrides: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        open_session(replace(settings, profile="light", overrides=overrides))


def test_what_a_profile_needs_is_what_its_jobs_read(settings: Settings) -> None:
    quick = open_session(settings)
    light = open_session(replace(settings, profile="light"))
    assert quick.needs()[1] == {"embedded_squeezenet1_1"}
    assert "imagenet_sample" in light.needs()[0]
    assert light.needs()[1] == {"squeezenet1_1", "mobilenet_v2"}


def test_without_data_only_what_reads_it_is_blocked(settings: Settings) -> None:
    plan = open_session(replace(settings, profile="light")).plan()
    blocked = {planned.job.computation for planned in plan.jobs.values() if planned.standing is Standing.BLOCKED}
    assert "classify_images" in blocked
    assert "network_summary" not in blocked
