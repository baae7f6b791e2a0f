"""Pseudo-labels: only sure answers count, true labels never do, and an interrupted training goes on unchanged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from generator.datasets import embedded_mnist_m
from generator.labs.adaptation.pseudo_labels import NOT_KEPT, PseudoLabels, train_on_pseudo_labels
from generator.labs.adaptation.runs import HITS, hits_of
from generator.labs.adaptation.training import train_adaptation
from generator.store.checkpoints import DiskCheckpoints
from generator.workspace import Workspace

SETS = {"source": "embedded_mnist", "target": "embedded_mnist_m"}
SHORT = {**SETS, "threshold": 0.3, "rounds": 2, "epochs": 2, "epoch_images": 200, "batch_size": 20}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A source-only network after a few steps: sure of some answers and not of others."""
    workspace = Workspace("cpu", tmp_path_factory.mktemp("data"))
    return train_adaptation(workspace, **SETS, method="naive", epochs=2, epoch_images=1000, batch_size=20)


class InterruptedRunError(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("epoch", [1, 2])
def test_an_interrupted_training_goes_on_with_the_labels_of_its_round(workspace, run, tmp_path, epoch):
    def stop(done, total, message):
        if done == epoch:
            raise InterruptedRunError

    checkpoints = DiskCheckpoints(tmp_path / "kept")
    with pytest.raises(InterruptedRunError):
        train_on_pseudo_labels(replace(workspace, progress=stop, checkpoints=checkpoints), run=run, **SHORT)
    resumed = train_on_pseudo_labels(replace(workspace, checkpoints=checkpoints), run=run, **SHORT)
    whole = train_on_pseudo_labels(workspace, run=run, **SHORT)
    assert dict(resumed.metrics) == dict(whole.metrics)
    assert resumed.tables == whole.tables
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(resumed.arrays[name], array)


def test_true_labels_of_the_target_change_measurements_only(workspace, run, monkeypatch):
    honest = train_on_pseudo_labels(workspace, run=run, **SHORT)
    load = embedded_mnist_m.load

    def mislabelled(data, part):
        pixels = load(data, part)
        return replace(pixels, labels=(pixels.labels + 1) % 10)

    monkeypatch.setattr(embedded_mnist_m, "load", mislabelled)
    other = train_on_pseudo_labels(workspace, run=run, **SHORT)
    assert other.metrics["target_accuracy"] != honest.metrics["target_accuracy"]
    assert other.metrics["last_label_accuracy"] != honest.metrics["last_label_accuracy"]
    assert other.metrics["last_kept"] == honest.metrics["last_kept"] > 0
    for name, array in honest.arrays.items():
        if name.startswith(HITS):
            continue
        np.testing.assert_array_equal(other.arrays[name], array)


def test_the_network_at_the_end_is_measured_on_all_test_images_however_few_it_learns_from(workspace, run):
    result = train_on_pseudo_labels(workspace, run=run, **SHORT, train_images=300)
    hits = hits_of(result, "target")
    assert hits.shape == (500,)
    assert hits.mean() == result.metrics["target_accuracy"]
    assert result.metrics["first_kept"] <= 300
    assert result.metrics["first_coverage"] == result.metrics["first_kept"] / 300


def test_without_a_sure_answer_there_is_no_label(workspace, run):
    result = train_on_pseudo_labels(workspace, run=run, **{**SHORT, "threshold": 1.01, "rounds": 1, "epochs": 1})
    assert result.metrics["first_kept"] == result.metrics["first_coverage"] == 0
    assert result.metrics["first_label_accuracy"] is None
    before, after = result.tables["rounds"].records()
    assert (before["round"], before["coverage"], after["kept"]) == (0, None, 0)


def test_labels_are_kept_from_the_threshold_on():
    class Sure:
        def predict(self, images):
            return torch.tensor([[0.9, 0.1], [0.4, 0.6], [0.1, 0.9], [0.5, 0.5]]), torch.zeros(4)

    pseudo = PseudoLabels(4, torch.device("cpu"))
    pseudo.renew(Sure(), torch.zeros(4), 0.9)
    assert pseudo.labels.tolist() == [0, NOT_KEPT, 1, NOT_KEPT]
