"""Checking on results that were brought from elsewhere: refused, trusted, or a sample of them computed again."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli.main import cli
from generator.commands.audit import Audit, Trust, audit, settle_trust
from generator.commands.build import compute
from generator.commands.session import Folders, Session, Settings, open_session
from generator.errors import InputError
from generator.jobs import Provenance
from generator.planning.plan import Standing
from generator.results import Result
from tests.courses_for_tests import CourseHere, write_sums

BROUGHT = "class.genreport, unpacked on 2026-11-20"


def settings(folder: Path, cache: str = "cache") -> Settings:
    return Settings(folders=Folders(folder / "data", folder / cache, folder / "course"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a course and a cache in which both results are marked as brought; the product is false."""
    folder = tmp_path_factory.mktemp("made")
    write_sums(folder / "course")
    assert compute(settings(folder)) == ()
    session = open_session(settings(folder))
    plan, elsewhere = session.plan(), folder / "elsewhere"
    shutil.copytree(folder / "cache", elsewhere)
    for address, fingerprint in plan.by_address.items():
        theirs = open_session(settings(folder, "elsewhere")).cache
        if "multiplied" in address:
            with theirs.lock(fingerprint):
                theirs.save(fingerprint, Result(metrics={"product": 999}), theirs.provenance(fingerprint))
        session.cache.remove(fingerprint)
        session.cache.import_(fingerprint, theirs.export(fingerprint), BROUGHT)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def session(folder: Path) -> Session:
    return open_session(settings(folder))


def audited(session: Session, percent: float) -> Audit:
    return audit(session, None, percent, lambda event: None)


def test_a_check_rests_on_no_result_that_was_brought_unless_it_is_told_to(folder: Path) -> None:
    with pytest.raises(InputError, match="2 results were brought from elsewhere") as caught:
        settle_trust(settings(folder), None, Trust(), lambda event: None)
    assert caught.value.mistakes[0].got == BROUGHT
    settle_trust(settings(folder), None, Trust(whole=True), lambda event: None)
    settle_trust(settings(folder), frozenset(), Trust(), lambda event: None)  # of no lab that is handed in


def test_what_is_computed_again_and_differs_is_named(session: Session) -> None:
    done = audited(session, 100)
    assert (done.brought, done.same, done.alike, done.failed, done.elsewhere) == (2, 1, 0, {}, 0)
    assert done.differing == {"only/q02/multiplied": ("only/q02/multiplied.product: 999 instead of 120",)}
    assert {planned.standing for planned in session.plan().jobs.values()} == {Standing.HIT}  # the cache is as it was


def test_a_share_is_of_at_least_one(session: Session) -> None:
    done = audited(session, 5)
    assert done.same + len(done.differing) == 1


def test_a_result_within_the_spread_is_alike(session: Session) -> None:
    fingerprint = session.plan().by_address["only/q02/multiplied"]
    theirs = session.cache.export(fingerprint)
    record = dataclasses.replace(session.cache.provenance(fingerprint), origin="")
    with session.cache.lock(fingerprint):
        session.cache.save(fingerprint, Result(metrics={"product": 120.0001}), record)
    assert session.cache.export(fingerprint) != theirs
    session.cache.remove(other := session.plan().by_address["only/q01/added"])
    assert other != fingerprint
    again = session.cache.export(fingerprint)
    session.cache.remove(fingerprint)
    session.cache.import_(fingerprint, again, BROUGHT)
    done = audited(session, 100)
    assert (done.brought, done.same, done.alike, done.differing) == (1, 0, 1, {})


def test_what_cannot_be_computed_again_says_why(session: Session, folder: Path) -> None:
    CourseHere(folder / "course").edit("computations/multiplying.py", "product *= number", "product *= number / 0")
    session = open_session(settings(folder))
    fingerprint = session.plan().by_address["only/q02/multiplied"]
    record = Provenance("multiply", {}, fingerprint, "cpu", 1.0, 1, "2026-11-20T12:00:00+00:00")
    with session.cache.lock(fingerprint):
        session.cache.save(fingerprint, Result(metrics={"product": 120}), record)
    files = session.cache.export(fingerprint)
    session.cache.remove(fingerprint)
    session.cache.import_(fingerprint, files, BROUGHT)
    done = audited(session, 100)
    assert "ZeroDivisionError" in done.failed["only/q02/multiplied"]


def test_the_command_refuses_and_audits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    where = ["--course", "course", "--cache", "cache"]
    run = CliRunner().invoke
    assert run(cli, ["init", "mine", *where]).exit_code == 0
    refused = run(cli, ["check", "mine", *where])
    assert isinstance(refused.exception, InputError)
    assert "--audit 5" in str(refused.exception)
    done = run(cli, ["check", "mine", "--audit", "100", *where])
    assert done.exit_code == 1
    assert "only/q02/multiplied differs" in done.output
