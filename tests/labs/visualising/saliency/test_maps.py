"""Saliency, SmoothGrad and Grad-CAM against captum, and against a network whose maps are known."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn

from generator.datasets.images import load_images
from generator.labs.visualising.saliency.maps import coarse, enlarged, grad_cam, last_maps, saliency_maps, smooth_grad
from generator.networks.backbones import Backbone, load_backbone

CLASSES = torch.tensor([0, 3, 7])


@pytest.fixture
def backbone(network, workspace):
    return load_backbone(network, workspace.data)


@pytest.fixture
def inputs(backbone, workspace):
    return backbone.preprocess(load_images("embedded_scenes", workspace.data).images[:3])


def untrained(name):
    torch.manual_seed(0)
    module = torchvision.models.get_model(name, weights=None, num_classes=10).eval().requires_grad_(False)
    return Backbone(name, name, module, 64, tuple("abcdefghij"))


def random_inputs():
    return torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(1))


@pytest.fixture(params=["trained", "squeezenet1_1", "mobilenet_v2"])
def case(request, backbone, inputs):
    """The narrow VGG16 on photographs, and torchvision's architectures with random weights on noise."""
    return (backbone, inputs) if request.param == "trained" else (untrained(request.param), random_inputs())


def assert_same(ours, theirs):
    torch.testing.assert_close(ours, theirs.detach(), rtol=1e-6, atol=1e-6 * float(theirs.abs().max()))


def test_the_map_is_captums(case):
    captum = pytest.importorskip("captum.attr")
    backbone, inputs = case
    theirs = captum.Saliency(backbone.module).attribute(inputs.clone(), target=CLASSES, abs=True)
    assert_same(saliency_maps(backbone.module, inputs, CLASSES), theirs.amax(1))


def test_grad_cam_is_captums(case):
    captum = pytest.importorskip("captum.attr")
    backbone, inputs = case
    layer = last_maps(backbone)
    theirs = captum.LayerGradCam(backbone.module, layer).attribute(inputs, target=CLASSES, relu_attributions=True)
    ours = grad_cam(backbone.module, layer, inputs, CLASSES)
    assert float(ours.max()) > 0
    assert_same(ours, theirs.detach()[:, 0])
    larger = captum.LayerAttribution.interpolate(theirs.detach(), (40, 50), interpolate_mode="bilinear")
    assert_same(enlarged(ours, (40, 50)), larger[:, 0])


def test_smooth_grad_is_captums_mean_of_gradients_over_the_same_noise(backbone, inputs):
    captum = pytest.importorskip("captum.attr")
    ours = smooth_grad(backbone.module, inputs, CLASSES, _generators(), samples=4, level=0.1)
    generators, total = _generators(), torch.zeros_like(inputs)
    spread = 0.1 * (inputs.amax((1, 2, 3), keepdim=True) - inputs.amin((1, 2, 3), keepdim=True))
    for _ in range(4):
        noise = torch.stack([torch.randn(inputs.shape[1:], generator=rng) for rng in generators])
        total += captum.Saliency(backbone.module).attribute(inputs + spread * noise, target=CLASSES, abs=False)
    assert_same(ours, (total / 4).abs().amax(1))


def test_smooth_grad_without_noise_is_the_plain_map(backbone, inputs):
    smooth = smooth_grad(backbone.module, inputs, CLASSES, _generators(), samples=3, level=0.0)
    torch.testing.assert_close(smooth, saliency_maps(backbone.module, inputs, CLASSES), rtol=1e-5, atol=1e-6)


def test_smooth_grad_of_an_image_does_not_depend_on_its_companions(backbone, inputs):
    together = smooth_grad(backbone.module, inputs, CLASSES, _generators(), samples=3, level=0.1)
    alone = smooth_grad(backbone.module, inputs[1:2], CLASSES[1:2], _generators()[1:2], samples=3, level=0.1)
    torch.testing.assert_close(together[1:2], alone, rtol=1e-4, atol=1e-5)


def test_the_maps_of_a_network_that_can_be_worked_out_by_hand():
    """The score is 2 · the sum of the left half of the red channel − the sum of the right half of the green one."""
    weight = torch.zeros(1, 3, 4, 4)
    weight[0, 0, :, :2], weight[0, 1, :, 2:] = 2.0, -1.0

    class Known(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(nn.Identity(), nn.MaxPool2d(1))

        def forward(self, images):
            return (self.features(images) * weight).sum((1, 2, 3))[:, None]

    known, images = Known(), torch.ones(1, 3, 4, 4)
    expected = torch.tensor([[2.0, 2.0, 1.0, 1.0]]).expand(4, 4)[None]
    assert torch.equal(saliency_maps(known, images, torch.tensor([0])), expected)
    # Grad-CAM weighs each whole map by its mean gradient: red by 1, green by −1/2, blue by 0.
    layer = last_maps(Backbone("known", "known", known, 4, ("one",)))
    assert torch.equal(grad_cam(known, layer, images, torch.tensor([0])), torch.full((1, 4, 4), 0.5))


@pytest.mark.parametrize(("name", "place"), [("vgg16", "features.29"), ("squeezenet1_1", "features.12"),
                                             ("mobilenet_v2", "features.18"), ("resnet18", "layer4.1")])  # fmt: skip
def test_grad_cam_looks_at_the_last_layer_that_has_maps(name, place):
    with torch.device("meta"):
        module = torchvision.models.get_model(name, weights=None)
    assert last_maps(Backbone(name, name, module, 224, ())) is module.get_submodule(place)


def test_a_network_without_maps_is_refused():
    with pytest.raises(ValueError, match="Tiny has no sequence of layers called features or layer4"):
        last_maps(Backbone("tiny", "Tiny", nn.Linear(2, 2), 2, ("a", "b")))


def test_coarse_maps_keep_the_mean():
    maps = torch.rand(2, 12, 12, generator=torch.Generator().manual_seed(0))
    small = coarse(maps, (3, 4))
    assert small.shape == (2, 3, 4)
    torch.testing.assert_close(small.mean((1, 2)), maps.mean((1, 2)))


def _generators():
    return [torch.Generator().manual_seed(number) for number in range(3)]
