"""Recorded steps against the same steps run as they are, and that a step copies nothing to or from the device."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from generator.labs.adaptation import learning, training
from generator.labs.adaptation.domains import Domain, Normalisation
from generator.labs.adaptation.learning import new_learner
from generator.labs.adaptation.recipe import Batches, Recipe
from generator.labs.adaptation.training import train_adaptation
from generator.labs.gan import match, step
from generator.labs.gan.step import Adversaries, Batch, train_step
from generator.labs.gan.training import train_gan
from generator.labs.shared.replay import ASKED, WARM_UP, CudaGraphs, Replayed, recorder_for
from generator.networks.dann import build_domain_network
from generator.networks.gan import Discriminator, ImageGenerator
from generator.workspace import Workspace
from tests.labs.trainings_for_tests import same_arrays

ON_A_CARD = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA card here")
DOMAINS = {"source": "embedded_mnist", "target": "embedded_mnist_m"}
#: Six batches of 16 and a short one.
DANN = {**DOMAINS, "epochs": 2, "batch_size": 16, "epoch_images": 100, "train_images": 200, "test_images": 100}
GAN = {"dataset": "embedded_mnist", "training_images": 96, "ngf": 2, "ndf": 2, "nz": 4, "epochs": 2, "batch_size": 16}
RECIPE = Recipe("dann", 1, 4, 0.01, "epoch", "half", "linear", "increasing", 2.0, 1.0, "independent", 0)


class Plain:
    """Replays by doing the work again, into the same tensor and from the same buffers, as a graph would."""

    def __init__(self):
        self.warmed = self.recorded = self.replayed = 0

    def warm(self, work):
        self.warmed += 1
        return work()

    def record(self, work):
        self.recorded += 1
        output = None

        def replay():
            nonlocal output
            self.replayed += 1
            done = work()
            output = done if output is None else output.copy_(done)
            return output

        return replay


class Crossings(TorchDispatchMode):
    """Collects what waits for another device: numbers that are read, lists that become tensors, copies between two."""

    WAITING = ("aten::_local_scalar_dense", "aten::lift_fresh", "aten::nonzero")

    def __init__(self, device):
        super().__init__()
        self.device, self.found, self.seen = device, [], 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        output = operation(*args, **(kwargs or {}))
        tensors = [leaf for leaf in tree_leaves((args, kwargs, output)) if isinstance(leaf, torch.Tensor)]
        self.seen += 1
        if operation.name().partition(".")[0] in self.WAITING or any(t.device.type != self.device for t in tensors):
            self.found.append(operation.name())
        return output


@pytest.fixture
def in_float32(monkeypatch):
    """The device "meta", on which nothing is computed, has no other format."""
    for module in (learning, step):
        monkeypatch.setattr(module, "running_in", lambda *_: contextlib.nullcontext())


def test_a_step_is_recorded_after_the_warm_up_and_only_for_its_shapes():
    total, plain = torch.zeros(()), Plain()

    def add(values):
        total.add_(values.sum())
        return total.clone()

    replayed = Replayed(add, plain)
    found = [float(replayed(torch.full((n,), float(k)))) for k, n in enumerate((2, 2, 2, 2, 1, 2), start=1)]
    assert found == [2, 6, 12, 20, 25, 37]
    assert (plain.warmed, plain.recorded, plain.replayed) == (WARM_UP, 1, 2)


def test_without_a_recorder_every_step_runs_as_it_is(monkeypatch):
    assert Replayed(lambda value: value + 1, None)(torch.ones(1)).tolist() == [2]
    monkeypatch.setenv(ASKED, "1")
    assert recorder_for(torch.device("cpu")) is None
    monkeypatch.delenv(ASKED)
    assert recorder_for(torch.device("cuda")) is None


@pytest.mark.parametrize(
    ("module", "train", "settings", "eager"),
    [
        (training, train_adaptation, {**DANN, "method": "dann"}, 2),  # the short last batch of each epoch
        (training, train_adaptation, {**DANN, "method": "naive", "scheduler": "step"}, 2),
        (match, train_gan, {**GAN, "conditional": True}, 0),
        (match, train_gan, {**GAN, "conditional": False}, 0),
    ],
)
def test_recorded_trainings_end_with_the_very_same_numbers(module, train, settings, eager, monkeypatch, tmp_path):
    expected = train(Workspace("cpu", tmp_path), **settings)
    plain = Plain()
    monkeypatch.setattr(module, "recorder_for", lambda device: plain)
    found = train(Workspace("cpu", tmp_path), **settings)
    same_arrays(found, expected)
    assert found.metrics == expected.metrics
    updates = found.metrics.get("updates") or found.metrics["steps"]
    assert (plain.warmed, plain.recorded) == (WARM_UP, 1)
    assert plain.replayed == updates - WARM_UP - eager


def steps_of_dann(device):
    """A learner, what makes one step of it, and an epoch's arguments of that; its optimiser has made its state."""
    network = build_domain_network(10, torch.Generator().manual_seed(0)).to(device)
    learner = new_learner(network, Normalisation((0.1,) * 3, (0.5,) * 3), "float32")
    images, labels = torch.zeros(10, 28, 28, 3, dtype=torch.uint8), torch.zeros(10, dtype=torch.int64)
    domains = {name: Domain(images.to(device), labels.to(device)) for name in ("source", "target")}
    drawn = Batches(RECIPE, domains, 0, {f"{name} order": torch.Generator() for name in domains}).draw()
    run = training._step(learner, RECIPE, domains, torch.zeros(2, device=device))
    factor = torch.zeros((), device=device)
    epoch = [(factor, *batch) for batch in drawn]
    run(*epoch[0])
    return learner, run, epoch


def test_no_step_of_dann_crosses_between_devices(in_float32):
    _, run, epoch = steps_of_dann(torch.device("meta"))
    with Crossings("meta") as crossings:
        for arguments in epoch:
            run(*arguments)
    assert [len(first) for _, first, *_ in epoch] == [4, 4, 2]
    assert crossings.seen > 100
    assert crossings.found == []


def test_what_a_step_once_did_counts_as_crossing():
    scale = Normalisation((0.1,) * 3, (0.5,) * 3)
    with Crossings("meta") as crossings:
        scale.on(torch.device("meta"))
        torch.arange(3).to("meta")
    assert crossings.found == ["aten::lift_fresh"] * 2 + ["aten::arange", "aten::_to_copy"]


@pytest.mark.parametrize("conditional", [False, True])
def test_no_step_of_a_gan_crosses_between_devices(conditional, in_float32):
    classes = 10 if conditional else 0
    generator, discriminator = ImageGenerator(8, 4, 1, 32, classes), Discriminator(4, 1, 32, classes)
    rivals = [network.to("meta") for network in (generator, discriminator)]
    pair = Adversaries(*rivals, _Still(), _Still(), "float32")
    labels = torch.zeros(6, dtype=torch.int64, device="meta") if conditional else None
    batch = Batch(torch.zeros(6, 1, 32, 32, device="meta"), labels, torch.zeros(6, 8, device="meta"))
    with Crossings("meta") as crossings:
        train_step(pair, batch, "usual")
    assert crossings.seen > 100
    assert crossings.found == []


class _Still:
    """An optimiser that does nothing: on a processor Adam counts its steps in tensors of the processor."""

    def zero_grad(self):
        pass

    def step(self):
        pass


@ON_A_CARD
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize(
    ("train", "settings"),
    [(train_adaptation, DANN), (train_gan, {**GAN, "conditional": True}), (train_gan, {**GAN, "conditional": False})],
)
def test_a_card_ends_with_the_same_numbers_to_rounding_with_graphs(train, settings, precision, monkeypatch, tmp_path):
    settings = {**settings, "epochs": 1, "precision": precision}
    eager = train(Workspace("cuda:0", tmp_path), **settings)
    monkeypatch.setenv(ASKED, "1")
    assert isinstance(recorder_for(torch.device("cuda:0")), CudaGraphs)
    graphs = train(Workspace("cuda:0", tmp_path), **settings)
    for name, array in eager.arrays.items():
        if not name.startswith("hits/"):
            np.testing.assert_allclose(graphs.arrays[name], array, rtol=1e-2, atol=2e-3, err_msg=name)


@ON_A_CARD
def test_no_step_of_dann_waits_for_a_card(tmp_path):
    """torch's own detector raises at any synchronisation."""
    learner, run, epoch = steps_of_dann(torch.device("cuda:0"))
    torch.cuda.set_sync_debug_mode("error")
    try:
        for arguments in epoch:
            learner.set_rate(0.02)
            run(*arguments)
    finally:
        torch.cuda.set_sync_debug_mode("default")
