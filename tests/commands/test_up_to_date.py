"""A report's key changes exactly when something that it shows does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.commands.up_to_date import render_key
from generator.jobs import Failure, Outcome, Provenance, State
from generator.store.memo import Memo


def outcome(**change: object) -> Outcome:
    provenance = Provenance("train", {}, "f" * 64, "cpu", 1.0, 1, str(change.get("finished", "today")))
    failure = Failure(str(change["reason"])) if "reason" in change else None
    return Outcome(change.get("state", State.HIT), str(change.get("fingerprint", "f")), provenance, failure)  # type: ignore[arg-type]


def key(folder: Path, outcomes: dict[str, Outcome] | None = None, **options: object) -> str:
    files = [folder / name for name in ("questions/1-a/q01.yaml", "questions/1-b/q01.yaml")]
    return render_key(files, {"profile": "quick", **options}, outcomes or {"1-a/q01/net": outcome()}, Memo(None))


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    for lab in ("1-a", "1-b"):
        path = tmp_path / f"project/questions/{lab}/q01.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(f"title: {lab}")
    return tmp_path / "project"


def test_the_key_depends_on_texts_results_options_and_date(questions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = key(questions)
    assert key(questions) == before
    assert key(questions, {"1-a/q01/net": outcome(state=State.COMPUTED)}) == before
    others = {
        key(questions, only=["1-a/q01"]),
        key(questions, {"1-a/q01/net": outcome(fingerprint="e")}),
        key(questions, {"1-a/q01/net": outcome(finished="later")}),
        key(questions, {"1-a/q01/net": outcome(state=State.FAILED, reason="no memory")}),
        key(questions, {"1-a/q01/net": outcome(state=State.FAILED, reason="no disk")}),
        key(questions, {"1-a/q01/net": outcome(state=State.PENDING)}),
    }
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    others.add(key(questions))
    assert len({before, *others}) == 8


def test_texts_that_change_places_between_labs_change_the_key(questions: Path) -> None:
    before = key(questions)
    paths = [questions / f"questions/{lab}/q01.yaml" for lab in ("1-a", "1-b")]
    texts = [path.read_text() for path in paths]
    for path, text in zip(paths, reversed(texts), strict=True):
        path.write_text(text)
    assert key(questions) != before


def test_a_moved_project_keeps_its_key(questions: Path, tmp_path: Path) -> None:
    before = key(questions)
    assert key(Path(shutil.move(questions, tmp_path / "moved"))) == before
