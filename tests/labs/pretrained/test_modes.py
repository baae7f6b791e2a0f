"""Train mode shakes predictions, eval mode does not, and measuring it leaves the network as it was."""

from __future__ import annotations

import pytest
import torch
import torchvision

from generator.labs.pretrained import modes
from generator.labs.pretrained.modes import mode_effect
from generator.networks.backbones import Backbone
from generator.networks.narrow import build_narrow, initialise

ARGUMENTS = {"network": "anything", "dataset": "embedded_scenes", "examples": [0, 5], "passes": 3, "seed": 1}


@pytest.fixture
def with_module(monkeypatch, workspace):
    """Runs the computation on a module of the test's own."""

    def run(module, **changes):
        names = tuple(f"class {number}" for number in range(15))
        backbone = Backbone("own", "own network", module.eval(), 32, names)
        monkeypatch.setattr(modes, "load_backbone", lambda *_: backbone)
        return mode_effect(workspace, **{**ARGUMENTS, **changes})

    return run


def vgg():
    module = build_narrow("narrow_vgg16", 2, 32, 15)
    initialise(module, torch.Generator().manual_seed(0))
    return module


def test_dropout_shakes_train_mode_only(network, workspace):
    result = mode_effect(workspace, **{**ARGUMENTS, "network": network, "passes": 6})
    metrics = result.metrics
    assert (metrics["dropout_layers"], metrics["batch_norm_layers"]) == (2, 0)
    assert metrics["eval_changed"] == 0
    assert metrics["eval_spread"] < 1e-6
    assert metrics["train_changed"] > 0
    assert metrics["train_spread"] > 0.01
    assert metrics["buffers_changed"] == 0
    assert metrics["train_top1_worst"] <= metrics["train_top1"] <= metrics["train_top1_best"]
    assert metrics["eval_changed_share"] == 0 < metrics["train_changed_share"]


def test_without_random_layers_both_modes_agree(with_module):
    module = vgg()
    module.classifier[2] = module.classifier[5] = torch.nn.Identity()
    metrics = with_module(module).metrics
    assert metrics["dropout_layers"] == 0
    assert metrics["train_changed"] == metrics["eval_changed"] == 0
    assert metrics["train_top1"] == metrics["eval_top1"]
    assert metrics["first_pass_p"] == 1.0


def test_batch_normalisation_drifts_on_a_copy_and_the_network_stays_as_it_was(with_module):
    torch.manual_seed(0)
    module = torchvision.models.resnet18(weights=None, num_classes=15)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    metrics = with_module(module).metrics
    assert (metrics["dropout_layers"], metrics["batch_norm_layers"]) == (0, 20)
    assert metrics["buffers_changed"] == 60  # mean, variance and count of each
    assert metrics["train_spread"] > metrics["eval_spread"]
    assert not module.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())


def test_the_seed_decides_and_torchs_own_generator_is_left_alone(with_module):
    torch.manual_seed(4)
    expected = torch.rand(2)
    torch.manual_seed(4)
    first = with_module(vgg())
    assert torch.equal(torch.rand(2), expected)
    assert with_module(vgg()).metrics == first.metrics
    assert with_module(vgg(), seed=2).metrics["train_spread"] != first.metrics["train_spread"]


def test_the_figure_follows_each_example_through_the_passes(with_module):
    panels = with_module(vgg()).figures["passes"]
    assert [title.partition(":")[0] for title in panels.titles] == ["astronaut", "bricks"]
    assert panels.columns == len(panels.panels) == 2
    train, evaluation = panels.panels[0].series
    assert (len(train.y), evaluation.dashed) == (3, True)
    assert evaluation.y.max() - evaluation.y.min() < 1e-6
    assert train.y.max() - train.y.min() > 1e-3
