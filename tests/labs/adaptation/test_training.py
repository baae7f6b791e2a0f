"""Training on two domains: what comes out, how repeatably, and after being killed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator.labs.adaptation import training
from generator.labs.adaptation.domains import load_domain
from generator.labs.adaptation.runs import HITS, hits_of
from generator.labs.adaptation.training import train_adaptation
from generator.store.checkpoints import DiskCheckpoints
from tests.labs.trainings_for_tests import run_until_killed, same_arrays

SETS = {"source": "embedded_mnist", "target": "embedded_mnist_m"}
# Without reversal, because so short a training with it would not get past guessing, and count as lost.
SHORT = {
    **SETS, "method": "no_reversal", "epochs": 3, "train_images": 200, "test_images": 60, "epoch_images": 200,
    "batch_size": 4, "learning_rate": 0.01, "seed": 3,
}  # fmt: skip


def untimed(result):
    """Everything but the measured times."""
    metrics = {name: value for name, value in result.metrics.items() if "seconds" not in name}
    records = result.tables["history"].records()
    rows = [{name: value for name, value in row.items() if name != "seconds"} for row in records]
    return metrics, rows


def same(first, second):
    assert untimed(first) == untimed(second)
    same_arrays(first, second)


KILLED = f"""
from generator.labs.adaptation.runs import HITS, hits_of
from generator.labs.adaptation.training import train_adaptation
train_adaptation(workspace, **{SHORT!r})
"""


def test_a_killed_training_goes_on_to_the_same_numbers(workspace, tmp_path):
    run_until_killed(KILLED, tmp_path / "kept", 2)
    epochs = []
    resumed = replace(
        workspace,
        progress=lambda done, *_: epochs.append(done),
        checkpoints=DiskCheckpoints(tmp_path / "kept"),
    )
    result = train_adaptation(resumed, **SHORT)
    assert epochs == [3]
    same(result, train_adaptation(workspace, **SHORT))


def test_the_seed_decides(workspace):
    first, other = (train_adaptation(workspace, **{**SHORT, "epochs": 1, "seed": seed}) for seed in (3, 4))
    assert any((first.arrays[name] != other.arrays[name]).any() for name in first.arrays)


@pytest.mark.parametrize("method", ["naive", "target", "no_reversal"])
def test_each_method_reports_what_it_trained(workspace, method):
    result = train_adaptation(workspace, **{**SHORT, "epochs": 2, "method": method})
    metrics, (row, _) = result.metrics, result.tables["history"].records()
    adversarial = method == "no_reversal"
    assert (metrics["domain_accuracy"] is not None) == (row["domain_loss"] is not None) == adversarial
    assert row["factor"] == metrics["final_factor"] == (-1 if adversarial else 0)
    assert metrics["source_accuracy_low"] <= metrics["source_accuracy"] <= metrics["source_accuracy_high"]
    assert metrics["epochs_run"] == 2
    assert metrics["updates"] == 2 * 200 / 4
    losses = [one["class_loss"] for one in result.tables["history"].records()]
    assert metrics["loss_change"] == pytest.approx(losses[1] / losses[0] - 1)


def test_which_test_images_are_right_is_kept(workspace):
    result = train_adaptation(workspace, **{**SHORT, "epochs": 1})
    for domain in ("source", "target"):
        hits = hits_of(result, domain)
        assert hits.dtype == bool
        assert hits.shape == (60,)
        assert hits.mean() == result.metrics[f"{domain}_accuracy"]


def test_the_untrained_part_keeps_its_weights(workspace):
    first, second = (train_adaptation(workspace, **{**SHORT, "epochs": n, "method": "naive"}) for n in (1, 2))
    for name, array in first.arrays.items():
        if name.startswith(HITS):
            continue
        assert (array == second.arrays[name]).all() == name.startswith("domain."), name


def test_the_last_epoch_is_what_is_reported(workspace):
    result = train_adaptation(workspace, **{**SHORT, "curve_images": 20})
    rows = result.tables["history"].records()
    for name in ("source_accuracy", "target_accuracy", "source_domain_accuracy", "target_domain_accuracy"):
        assert rows[-1][name] == result.metrics[name]
    assert all((row["target_accuracy"] * 20) % 1 == 0 for row in rows[:-1])


def test_a_diverged_training_stops_and_is_still_a_result(workspace):
    result = train_adaptation(workspace, **{**SHORT, "learning_rate": 1e4, "epochs": 6})
    metrics = result.metrics
    assert metrics["diverged"]
    assert metrics["diverged_epoch"] == metrics["epochs_run"] < 6
    assert len(result.tables["history"].rows) == metrics["epochs_run"]
    assert metrics["class_loss"] is None
    assert 0 <= metrics["target_accuracy"] <= 1
    assert result.tables["history"].records()[-1]["target_accuracy"] == metrics["target_accuracy"]


@pytest.mark.parametrize(("method", "unseen"), [("naive", "target"), ("target", "source")])
def test_images_that_are_not_learnt_from_are_not_read(workspace, monkeypatch, method, unseen):
    def load(workspace, name, part, limit=0):
        assert (name, part) != (SETS[unseen], "train")
        return load_domain(workspace, name, part, limit)

    monkeypatch.setattr(training, "load_domain", load)
    result = train_adaptation(workspace, **{**SHORT, "method": method, "epochs": 1})
    assert result.metrics["train_images"] == SHORT["train_images"]


def test_a_short_training_beats_chance_and_knows_its_data(workspace):
    result = train_adaptation(workspace, **SETS, epochs=3, batch_size=16, learning_rate=0.05, method="naive")
    metrics = result.metrics
    assert metrics["source_accuracy_low"] > 0.5
    assert metrics["train_images"] == 1300
    assert sum(array.size for name, array in result.arrays.items() if not name.startswith(HITS)) == 522_691
    history = result.tables["history"].records()
    assert history[-1]["class_loss"] < history[0]["class_loss"] / 2


def test_the_reversal_factor_rises_as_planned(workspace):
    result = train_adaptation(workspace, **{**SHORT, "method": "dann", "slope": 4.0, "multiplier": 2.0, "epochs": 1})
    assert result.metrics["final_factor"] == pytest.approx(2 * np.tanh(2))
    (row,) = result.tables["history"].records()
    # 50 steps: the last begins when 49/50 of the training are over.
    assert row["factor"] == pytest.approx(2 * np.tanh(2 * 49 / 50))
