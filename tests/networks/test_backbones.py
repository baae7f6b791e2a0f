"""Backbones: preprocessing, layer names, weights from the data folder, and what is said when they are not there.

Covers networks/preprocessing.py too.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision

from generator.datasets.images import load_images
from generator.errors import DataMissingError
from generator.labs.shared.metrics import hits_within, logits_of
from generator.networks.backbones import CHECKPOINTS, build_architecture, load_backbone, paper_names
from generator.networks.preprocessing import displayable, normalised, scaled
from generator.networks.weights import EMBEDDED_WEIGHTS

DATA = Path(os.environ.get("GENREPORT_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
real = pytest.mark.skipif(not (DATA / "imagenet_val_25.npz").is_file(), reason="the real data is not here")


@real
@pytest.mark.parametrize(
    ("name", "top1", "top5"), [("squeezenet1_1", 13, 18), ("squeezenet1_0", 14, 19), ("mobilenet_v2", 18, 23)]
)
def test_the_real_weights_give_the_documented_hits(name, top1, top5):
    backbone = load_backbone(name, DATA)
    images = load_images("imagenet_sample", DATA)
    logits = logits_of(backbone, backbone.preprocess(images.images))
    assert hits_within(logits, images.labels, 1).sum() == top1
    assert hits_within(logits, images.labels, 5).sum() == top5
    assert not backbone.module.training
    assert not any(parameter.requires_grad for parameter in backbone.module.parameters())


@pytest.fixture
def squeezenet_weights(tmp_path):
    """Random weights in the place where torchvision's would be."""
    torch.manual_seed(0)
    path = tmp_path / CHECKPOINTS / "squeezenet1_1-b8a52dc0.pth"
    path.parent.mkdir(parents=True)
    torch.save(torchvision.models.squeezenet1_1(weights=None).state_dict(), path)
    return path


def test_weights_are_read_from_the_data_folder(tmp_path, squeezenet_weights):
    backbone = load_backbone("squeezenet1_1", tmp_path)
    state = torch.load(squeezenet_weights, weights_only=True)
    for name, tensor in backbone.module.state_dict().items():
        assert torch.equal(tensor, state[name])
    assert (backbone.label, backbone.input_size) == ("SqueezeNet 1.1", 224)
    assert backbone.class_names[958] == "hay"
    assert backbone.preprocess([np.zeros((5, 7, 3), np.uint8)]).shape == (1, 3, 224, 224)


def test_missing_weights_are_named_with_the_remedy(tmp_path):
    with pytest.raises(DataMissingError) as error:
        load_backbone("vgg16", tmp_path)
    assert str(tmp_path / CHECKPOINTS / "vgg16-397923af.pth") in str(error.value)
    assert "genreport fetch" in error.value.hint


def test_damaged_or_foreign_weights_are_missing_data_and_no_traceback(tmp_path, squeezenet_weights):
    whole = squeezenet_weights.read_bytes()
    squeezenet_weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataMissingError, match="cannot be read"):
        load_backbone("squeezenet1_1", tmp_path)
    torch.save({"features.0.weight": torch.zeros(1)}, squeezenet_weights)
    with pytest.raises(DataMissingError, match="cannot be read"):
        load_backbone("squeezenet1_1", tmp_path)


def test_a_checkpoint_never_runs_code(tmp_path, squeezenet_weights):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "exploded"),)

    torch.save({"features.0.weight": Bomb()}, squeezenet_weights)
    with pytest.raises(DataMissingError):
        load_backbone("squeezenet1_1", tmp_path)
    assert not (tmp_path / "exploded").exists()


def test_vgg_layers_have_their_paper_names_and_others_none():
    names = paper_names(build_architecture("vgg16"))
    assert {names["features.0"], names["features.28"], names["features.30"]} == {"conv1_1", "conv5_3", "pool5"}
    assert [names[f"classifier.{index}"] for index in range(7)] == [
        "fc6", "relu6", "drop6", "fc7", "relu7", "drop7", "fc8",
    ]  # fmt: skip
    assert all(paper_names(build_architecture(name)) == {} for name in ("alexnet", "squeezenet1_1", "resnet50"))


def test_a_layer_is_found_by_either_name(tmp_path, squeezenet_weights):
    backbone = load_backbone("squeezenet1_1", tmp_path)
    assert backbone.layer("features.3.squeeze") is backbone.module.features[3].squeeze
    assert backbone.layer_label("features.0") == "features.0"
    with pytest.raises(KeyError, match="no layer 'relu6'"):
        backbone.layer("relu6")


def test_preprocessing_is_torchvisions_own_for_images_of_the_right_size():
    image = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    ours = normalised(scaled([image], 224), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    transform = torchvision.models.SqueezeNet1_1_Weights.IMAGENET1K_V1.transforms(resize_size=224)
    theirs = transform(torch.from_numpy(image).permute(2, 0, 1))
    torch.testing.assert_close(ours[0], theirs)


def test_resizing_stays_in_range_and_keeps_a_flat_image_flat():
    image = np.full((300, 200, 3), 51, np.uint8)
    small = scaled([image], 64)
    torch.testing.assert_close(small, torch.full((1, 3, 64, 64), 0.2))
    edges = np.zeros((96, 96, 3), np.uint8)
    edges[:, ::2] = 255
    assert 0 <= scaled([edges], 64).min() <= scaled([edges], 64).max() <= 1


def test_a_displayed_input_uses_the_whole_range():
    picture = displayable(torch.linspace(-2.0, 2.6, 48).view(3, 4, 4))
    assert (picture.shape, picture.dtype, picture.min(), picture.max()) == ((4, 4, 3), np.uint8, 0, 255)
    assert displayable(torch.zeros(3, 2, 2)).max() == 0


def test_names_without_weights_are_refused(tmp_path):
    with pytest.raises(ValueError, match="no classifier 'vgg17'"):
        load_backbone("vgg17", tmp_path)


def test_the_embedded_network_is_the_file_that_was_checked() -> None:
    stated = EMBEDDED_WEIGHTS["embedded_squeezenet1_1"]
    assert hashlib.sha256(stated.path.read_bytes()).hexdigest() == stated.sha256
    assert "BSD 3-Clause" in (stated.path.parent / "LICENSE.txt").read_text(encoding="utf-8")
    backbone = load_backbone("embedded_squeezenet1_1", Path("nowhere"))
    assert backbone.label == "SqueezeNet 1.1"
    assert {parameter.dtype for parameter in backbone.module.parameters()} == {torch.float32}


@real
def test_the_embedded_network_agrees_with_the_published_one_on_the_five_likeliest_classes() -> None:
    images = load_images("imagenet_sample", DATA).images
    published, embedded = (load_backbone(name, DATA) for name in ("squeezenet1_1", "embedded_squeezenet1_1"))
    with torch.no_grad():
        expected, found = (net.module(net.preprocess(images)).topk(5).indices for net in (published, embedded))
    assert torch.equal(found, expected)
