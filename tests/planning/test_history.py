"""What changed since the last time is named exactly, and a damaged history is only forgotten."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from generator.planning.fingerprint import Ingredients
from generator.planning.history import Cause, History, Reason, explain

CODE = {"a.py::f": "1.1", "a.py::g": "2.1"}
OLD = Ingredients("train", {"train": "m"}, {"width": 4, "rate": 0.1}, {"net": "aa"}, {"mnist": "d1"}, CODE)
SEVERAL = dataclasses.replace(OLD, inputs={"net": "aa", "runs": ("bb", "cc")})
NEW = {"train": "n"}  # another meaning of the code


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({}, ["no longer in the cache"]),
        ({"computation": "fit"}, ["computation: train → fit"]),
        ({"code": {"a.py::f": "1.1", "a.py::g": "3.1"}, "meaning": NEW}, ["code a.py::g"]),
        ({"code": {"a.py::f": "1.2", "a.py::g": "2.1"}, "meaning": NEW}, ["code a.py::f"]),
        ({"code": {"a.py::f": "1.1", "b.py::h": "3.1"}, "meaning": NEW},
         ["code a.py::g: present → absent", "code b.py::h: absent → present"]),
        ({"code": {"a.py::f": "1.2", "b.py::g": "2.3"}}, ["no longer in the cache"]),
        ({"code": {"a.py::f": "3.2", "b.py::g": "2.3"}, "meaning": NEW}, ["code a.py::f"]),
        ({"parameters": {"width": 5, "rate": 0.1}}, ["parameter width: 4 → 5"]),
        ({"parameters": {"width": 4, "seed": 0}}, ["parameter rate: 0.1 → absent", "parameter seed: absent → 0"]),
        ({"parameters": {"width": 4, "rate": "x"}}, ['parameter rate: 0.1 → "x"']),
        ({"inputs": {"net": "bb"}}, ["input net"]),
        ({"data": {"mnist": "d2"}}, ["data mnist"]),
        ({"data": {}}, ["data mnist: present → absent"]),
        ({"data": {}, "parameters": {}}, ["parameter rate: 0.1 → absent", "parameter width: 4 → absent",
                                          "data mnist: present → absent"]),
    ],
)  # fmt: skip
def test_reasons_name_what_changed_and_nothing_else(change: dict[str, object], reasons: list[str]) -> None:
    assert [str(reason) for reason in explain(OLD, dataclasses.replace(OLD, **change))] == reasons


@pytest.mark.parametrize(
    ("runs", "reasons"),
    [
        (("bb", "dd"), ["input runs[1]"]),
        (("cc", "bb"), ["input runs[0]", "input runs[1]"]),
        (("bb",), ["input runs[1]: present → absent"]),
        (("bb", "cc", "dd"), ["input runs[2]: absent → present"]),
        (("bb", "cc"), ["no longer in the cache"]),
    ],
)
def test_of_several_inputs_the_changed_are_named(runs: tuple[str, ...], reasons: list[str], tmp_path: Path) -> None:
    history = History(tmp_path / "history.json")
    history.note("quick", "1-a/q01/mean", SEVERAL, 1.0)
    history.save()
    record = History(tmp_path / "history.json").record("quick", "1-a/q01/mean")
    assert record is not None
    assert record.ingredients == SEVERAL
    changed = dataclasses.replace(SEVERAL, inputs={"net": "aa", "runs": runs})
    assert [str(reason) for reason in explain(record.ingredients, changed)] == reasons


def test_what_was_never_computed_says_so() -> None:
    assert explain(None, OLD) == (Reason(Cause.NEVER),)
    assert str(Reason(Cause.NEVER)) == "never computed"


def test_records_are_kept_by_profile_and_address(tmp_path: Path) -> None:
    history = History(tmp_path / "history.json")
    history.note("quick", "1-a/q01/net", OLD, 2.0)
    history.save()
    again = History(tmp_path / "history.json")
    record = again.record("quick", "1-a/q01/net")
    assert record is not None
    assert (record.ingredients, record.duration) == (OLD, 2.0)
    assert again.record("course", "1-a/q01/net") is None
    assert again.record("quick", "1-a/q01/other") is None


def test_an_unchanged_history_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    history = History(path)
    history.note("quick", "1-a/q01/net", OLD, 2.0)
    history.save()
    path.unlink()
    history.note("quick", "1-a/q01/net", OLD, 2.0)
    history.save()
    assert not path.exists()


def test_estimates_come_from_the_profile_first(tmp_path: Path) -> None:
    history = History(tmp_path / "history.json")
    assert _estimate(history, OLD) is None
    history.note("course", "1-a/q01/a", OLD, 100.0)
    assert _estimate(history, OLD) == pytest.approx(100.0)
    history.note("quick", "1-a/q01/b", OLD, 3.0)
    assert _estimate(history, OLD) == pytest.approx(3.0)
    assert _estimate(history, dataclasses.replace(OLD, computation="fit")) is None


def test_an_address_whose_parameters_are_the_same_takes_as_long_as_the_last_time(tmp_path: Path) -> None:
    history = History(tmp_path / "history.json")
    history.note("quick", "1-a/q01/b", OLD, 3.0)
    history.note("quick", "1-a/q01/new", dataclasses.replace(OLD, meaning={"train": "old code"}), 8.0)
    assert _estimate(history, OLD) == 8.0


def _estimate(history: History, ingredients: Ingredients) -> float | None:
    return history.estimate("quick", "1-a/q01/new", ingredients, lambda taken: {})


GOOD = {"ingredients": dataclasses.asdict(OLD), "duration": 1.0}


@pytest.mark.parametrize(
    "records",
    [None, [], {"quick:x": 3}, {"quick:x": {}}, {"quick:x": GOOD | {"duration": "long"}},
     {"quick:x": GOOD | {"duration": None}},
     {"quick:x": GOOD | {"ingredients": {"computation": "train"}}},
     {"quick:x": GOOD | {"ingredients": GOOD["ingredients"] | {"more": 1}}},
     {"quick:x": GOOD | {"ingredients": GOOD["ingredients"] | {"code": [1]}}}],
)  # fmt: skip
def test_damaged_records_are_forgotten(tmp_path: Path, records: object) -> None:
    if isinstance(records, dict):
        records = {**records, "quick:good": GOOD}
    (tmp_path / "history.json").write_text(json.dumps({"version": 1, "records": records}))
    history = History(tmp_path / "history.json")
    assert history.record("quick", "x") is None
    assert (history.record("quick", "good") is not None) == isinstance(records, dict)
    history.note("quick", "x", OLD, 1.0)
    history.save()
    assert History(tmp_path / "history.json").record("quick", "x") is not None
