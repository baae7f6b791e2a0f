"""The report on disk is left alone exactly when the same input would give it and nobody touched it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from generator.commands.up_to_date import NAME, Rendering, is_current, mark_current, render_key
from generator.jobs import Failure, Outcome, Provenance, State
from generator.store.memo import Memo


@pytest.fixture
def output(tmp_path: Path) -> Path:
    folder = tmp_path / "build"
    for name in ("report.html", "report.pdf", "results/metrics.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def rendering(output: Path, *names: str) -> Rendering:
    files = tuple(output / name for name in names)
    return Rendering(files[:1], files, ("a problem",), ("a warning",))


def test_the_report_is_current_for_its_key_only(output: Path) -> None:
    written = rendering(output, "report.html", "results/metrics.json")
    mark_current(output, "all", "key", written)
    assert is_current(output, "all", "key") == written
    assert is_current(output, "all", "other key") is None
    assert is_current(output, "2-a/q01", "key") is None


@pytest.mark.parametrize("edit", ["same size", "size", "gone"])
@pytest.mark.parametrize("name", ["report.html", "results/metrics.json"])
def test_a_touched_file_makes_it_stale(output: Path, name: str, edit: str) -> None:
    mark_current(output, "all", "key", rendering(output, "report.html", "results/metrics.json"))
    path = output / name
    if edit == "gone":
        path.unlink()
    else:
        path.write_text(name.upper() if edit == "same size" else name + " and more")
    assert is_current(output, "all", "key") is None


def test_several_parts_stand_side_by_side(output: Path) -> None:
    mark_current(output, "all", "key", rendering(output, "report.html"))
    mark_current(output, "2-a/q01", "other", rendering(output, "report.pdf"))
    assert is_current(output, "all", "key") is not None
    assert is_current(output, "2-a/q01", "other") is not None
    (output / "report.pdf").write_text("another part was written over it")
    assert is_current(output, "all", "key") is not None
    assert is_current(output, "2-a/q01", "other") is None


def test_a_moved_report_is_still_current(output: Path, tmp_path: Path) -> None:
    mark_current(output, "all", "key", rendering(output, "report.html"))
    moved = Path(shutil.move(output, tmp_path / "moved"))
    known = is_current(moved, "all", "key")
    assert known is not None
    assert known.main == (moved / "report.html",)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"all": 3}', '{"all": []}', '{"all": {"key": "key"}}', '{"all": {"key": "key", "files": ["x"]}}',
     '{"all": {"key": "key", "files": {"report.html": 3}, "main": []}}',
     '{"all": {"key": "key", "files": {}, "main": 3, "problems": [], "warnings": []}}',
     '{"all": {"key": "key", "files": {"\\u0000": [1, 2]}, "main": []}}'],
)  # fmt: skip
def test_a_damaged_stamp_is_ignored(output: Path, content: str) -> None:
    (output / NAME).write_text(content)
    assert is_current(output, "all", "key") is None
    mark_current(output, "all", "key", rendering(output, "report.html"))
    assert is_current(output, "all", "key") is not None


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


def test_the_stamp_is_plain_json(output: Path) -> None:
    mark_current(output, "all", "key", rendering(output, "report.html"))
    kept = {"key", "main", "files", "problems", "warnings", "gaps"}
    assert set(json.loads((output / NAME).read_text())["all"]) == kept
