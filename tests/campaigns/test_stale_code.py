"""Generated packages edited again and again under one memo: what was once computed is never taken for another thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.planning.fingerprint import CodeReader
from generator.store.memo import Memo
from tests.campaigns.campaign import Campaign
from tests.planning.code.packages_for_tests import edited, moved, random_package, restyled, value, write
from tests.planning.code.test_staleness import check, differences, folder, identity

__all__ = ["folder"]  # the fixture
EDITS = 6


def remembered(root: Path, memo: Path) -> str:
    """The identity as a build tells it that remembers the builds before."""
    kept = Memo(memo)
    found = CodeReader(kept, root).reach("pkg.lab", "run").identity
    kept.save()
    return found


def test_edited_moved_and_restyled(campaign: Campaign, folder: Path) -> None:
    for case in campaign.run(full=4000, short=40):
        with case:
            try:
                check(folder, random_package(case.rng), case.rng)
            except AssertionError as error:
                case.fault("stale" if str(error).startswith("stale") else "wrong", error)


def test_a_history_of_edits(campaign: Campaign, folder: Path, tmp_path: Path) -> None:
    for case in campaign.run(full=1500, short=15):
        with case:
            packages = [random_package(case.rng)]
            before: dict[str, str] = {}
            computed: dict[str, str] = {}  # what each identity returned: a cache
            for _ in range(EDITS):
                # An edit of the last, or back to what it was some edits before.
                again = case.rng.random() < 0.3
                package = case.rng.choice(packages) if again else edited(packages[-1], case.rng)
                packages.append(package)
                sources = (moved(package, case.rng) if case.rng.random() < 0.3 else package).sources()
                if case.rng.random() < 0.3 and "doc" not in package.shapes:
                    sources = restyled(sources, case.rng)
                case.note(differences(before, sources))
                before, root = sources, write(folder, sources)
                found = remembered(root, tmp_path / f"memo-{case.number}.json")
                returned = value(root, sources)
                case.hold(computed.setdefault(found, returned) == returned, "stale", f"{computed[found]} → {returned}")
                case.hold(found == identity(root), "stale", "what was remembered gives another identity than reading")


def test_a_campaign_counts_what_goes_wrong_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.campaigns.campaign.ONLY", None)
    campaign = Campaign("sample")

    def run() -> None:
        for case in campaign.run(full=3, short=3):
            with case:
                case.note("the file")
                assert case.number != 1, "not so"
                case.hold(case.number != 2, "leaks", "a secret")
                _ = 1 / case.number

    with pytest.raises(pytest.fail.Exception) as caught:
        run()
    assert campaign.line().startswith("sample: 3 cases, 0 stale, 1 wrong, 1 tracebacks, 1 leaks, 0 files lost")
    for words in (
        "GENREPORT_CASE=0: tracebacks",
        "ZeroDivisionError",
        "CASE=1: wrong",
        "CASE=2: leaks: a secret\nthe file",
    ):
        assert words in str(caught.value)
