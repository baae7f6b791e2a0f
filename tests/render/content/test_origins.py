"""The ids of results, and the words on where they came from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.answers.addresses import Address
from generator.render.content.origins import origins
from generator.render.content.values import Results
from tests.render.sample_report import sample_report


@pytest.fixture
def results(tmp_path: Path) -> Results:
    """The sample's four networks, each with a fingerprint, seed and torch of its own."""
    report = sample_report(tmp_path)
    outcomes = dict(report.outcomes)
    for number, address in enumerate(report.refs["2-a/q01/networks"]):
        outcome = outcomes[str(address)]
        assert outcome.provenance is not None
        record = replace(
            outcome.provenance,
            fingerprint=f"{number}" * 64,
            parameters={"architecture": address.point[0][1], "seed": number, "layers": list(range(40))},
            versions={"torch": "2.9" if number else "2.8", "numpy": "2.1"},
        )
        outcomes[str(address)] = replace(outcome, provenance=record, fingerprint=record.fingerprint)
    return Results(report.refs, outcomes)


def test_an_id_is_the_beginning_of_a_fingerprint_and_many_are_counted(results: Results) -> None:
    found = origins(results.refs["2-a/q01/networks"], results)
    assert found.ids == ("00000000", "11111111", "22222222", "33333333")
    assert all(origin.fingerprint.startswith(origin.id) for origin in found.results)
    assert found.short == "00000000, 11111111, 22222222 + 1"
    assert origins(results.refs["2-a/q01/networks"][:1] * 5, results).short == "00000000"


def test_what_runs_have_in_common_is_said_once(results: Results) -> None:
    found = origins(results.refs["2-a/q01/networks"], results)
    ((call, runs),) = found.calls
    assert "architecture=vgg16 | alexnet | resnet50 | squeezenet1_1, seed=0 | 1 | 2 | 3, layers=[0, 1" in call
    assert "…" in call
    assert (runs, found.circumstances) == ("4 runs", ("2 CPU cores", "4.9\u202fs"))
    assert found.versions == ("numpy 2.1, torch 2.8", "numpy 2.1, torch 2.9")


def test_who_asks_for_reproducible_documents_gets_no_time(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert origins(results.refs["2-a/q01/networks"], results).circumstances == ("2 CPU cores",)


def test_results_that_went_in_are_called_by_their_ids(results: Results) -> None:
    first = results.refs["2-a/q01/networks"][0]
    outcome = results.outcomes[str(first)]
    assert outcome.provenance is not None
    taken = {"runs": "jobs 0a1b2c3d4e5f, 5f4e3d2c1b0a", "model": "job 0123456789ab", "note": "job of two"}
    others = {str(first): replace(outcome, provenance=replace(outcome.provenance, parameters=taken))}
    ((call, _),) = origins([first], Results(results.refs, others)).calls
    assert call.endswith("(runs=0a1b2c3d, 5f4e3d2c, model=01234567, note=job of two)")


def test_what_failed_or_was_not_computed_has_no_origin(results: Results) -> None:
    found = origins([Address("2-a/q03", "broken"), Address("2-a/q04", "later")], results)
    assert (found.calls, found.circumstances, found.results, found.short) == ((), (), (), "")
