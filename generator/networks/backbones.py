"""Networks ready for use in eval mode: torchvision's with ImageNet weights, or one that a job of the build trained."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlparse

import torch
import torchvision
from safetensors.torch import load_file
from torch import nn

from generator.errors import DataMissingError
from generator.networks.narrow import NARROW_ARCHITECTURES, build_narrow
from generator.networks.preprocessing import IMAGENET_MEAN, IMAGENET_STD, normalised, scaled
from generator.networks.weights import EMBEDDED_WEIGHTS
from generator.registry import Network
from generator.results import Result

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LABELS = {
    "alexnet": "AlexNet",
    "convnext_tiny": "ConvNeXt-T",
    "densenet121": "DenseNet121",
    "efficientnet_b0": "EfficientNet-B0",
    "efficientnet_v2_s": "EfficientNetV2-S",
    "googlenet": "GoogLeNet",
    "inception_v3": "Inception v3",
    "maxvit_t": "MaxViT-T",
    "mnasnet1_0": "MNASNet",
    "mobilenet_v2": "MobileNetV2",
    "mobilenet_v3_large": "MobileNetV3-L",
    "regnet_y_1_6gf": "RegNetY-1.6GF",
    "resnet18": "ResNet18",
    "resnet50": "ResNet50",
    "resnet152": "ResNet152",
    "resnext50_32x4d": "ResNeXt50",
    "shufflenet_v2_x1_0": "ShuffleNetV2",
    "squeezenet1_0": "SqueezeNet 1.0",
    "squeezenet1_1": "SqueezeNet 1.1",
    "swin_t": "Swin-T",
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "vit_b_16": "ViT-B/16",
    "wide_resnet50_2": "Wide ResNet50",
    **NARROW_ARCHITECTURES,
}
#: Where torchvision keeps downloaded weights, below TORCH_HOME; the data folder has the same layout.
CHECKPOINTS = Path("torch/hub/checkpoints")


@dataclass(frozen=True, eq=False)
class Backbone:
    """A trained classifier in eval mode, with all that is needed to feed it and to read its output.

    ``module`` takes (n, 3, input_size, input_size) and returns logits (n, classes); its parameters require no gradient.
    ``label`` is the name for prose. ``class_names`` are in the order of the outputs. ``mean`` and ``std`` are those of
    the inputs that it was trained on, per channel, on the scale [0, 1]. ``untrained`` are the classes of which it never
    saw an image: it has an output for them, and knows nothing of them.
    """

    name: str
    label: str
    module: nn.Module
    input_size: int
    class_names: tuple[str, ...]
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    untrained: frozenset[str] = frozenset()

    def preprocess(self, images: Sequence[NDArray[np.uint8]], *, normalise: bool = True) -> torch.Tensor:
        """uint8 (height, width, 3) images as input (n, 3, input_size, input_size) on the network's device.

        ``normalise=False`` leaves the values in [0, 1], to show what goes wrong then.
        """
        device = next(self.module.parameters()).device
        pixels = scaled(images, self.input_size).to(device)
        return normalised(pixels, self.mean, self.std) if normalise else pixels

    def layer(self, name: str) -> nn.Module:
        """A layer by its torchvision path ("features.0") or, for VGG networks, its paper name ("conv1_1", "relu6").

        Raises KeyError with the known names.
        """
        path = {paper: path for path, paper in paper_names(self.module).items()}.get(name, name)
        modules = dict(self.module.named_modules())
        if path not in modules:
            raise KeyError(f"{self.label} has no layer {name!r}; it has {', '.join(filter(None, modules))}")
        layer: nn.Module = modules[path]
        return layer

    def layer_label(self, path: str) -> str:
        """What to call the layer at a torchvision path in prose: the paper's name where there is one."""
        return paper_names(self.module).get(path, path)


def load_backbone(network: Network, data: Path, device: str = "cpu") -> Backbone:
    """Put a network in eval mode on ``device``: a torchvision name, with weights from ``data``, or a job's result.

    Nothing is ever downloaded. Raises DataMissingError where the weight file is not there or not whole, ValueError for
    a name that torchvision has no ImageNet weights for.
    """
    backbone = _trained(network) if isinstance(network, Result) else _pretrained(network, data)
    backbone.module.eval().requires_grad_(False).to(device)
    return backbone


def build_architecture(name: str) -> nn.Module:
    """Build a torchvision classifier of 1,000 classes without weights, on the meta device; ValueError if unknown."""
    known = torchvision.models.list_models(module=torchvision.models)
    if name not in known:
        raise ValueError(f"torchvision has no classifier {name!r}; it has {', '.join(known)}")
    # Random initial weights would be thrown away: drawing VGG16's 138 million takes longer than reading them.
    module: nn.Module
    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of how two of the architectures draw those weights
        try:
            module = torchvision.models.get_model(name, weights=None)
        except NotImplementedError:  # RegNet computes its widths with tensors, which have no values there
            with _on_meta():
                module = torchvision.models.get_model(name, weights=None).to("meta")
    return module


@contextmanager
def _on_meta() -> Iterator[None]:
    """Move each parameter to the meta device as it is registered; everything else is computed as usual."""
    register = nn.Module.register_parameter

    def moved(module: nn.Module, name: str, parameter: nn.Parameter | None) -> None:
        register(module, name, None if parameter is None else nn.Parameter(parameter.to("meta")))

    nn.Module.register_parameter = moved  # type: ignore[method-assign, assignment]
    try:
        with torch.device("cpu"):
            yield
    finally:
        nn.Module.register_parameter = register  # type: ignore[method-assign]


def paper_names(module: nn.Module) -> dict[str, str]:
    """The layer names of the VGG paper and of Caffe (conv1_1, relu1_1, pool1 … fc6, relu6, drop6 … fc8) by path.

    Empty for networks without VGG's form: a flat ``features`` of 3 × 3 convolutions, ReLUs and poolings, and a flat
    ``classifier``. Simonyan and Zisserman 2015, table 1.
    """
    features, classifier = getattr(module, "features", None), getattr(module, "classifier", None)
    if not isinstance(features, nn.Sequential) or not isinstance(classifier, nn.Sequential):
        return {}
    convolutions = [layer for layer in features if isinstance(layer, nn.Conv2d)]
    flat = (nn.Conv2d, nn.ReLU, nn.MaxPool2d)
    if any(c.kernel_size != (3, 3) or c.stride != (1, 1) for c in convolutions) or not all(
        isinstance(layer, flat) for layer in features
    ):
        return {}
    blocks = sum(isinstance(layer, nn.MaxPool2d) for layer in features)
    return dict([*_feature_names(features), *_classifier_names(classifier, blocks + 1)])


def _feature_names(features: nn.Sequential) -> Iterator[tuple[str, str]]:
    block, number = 1, 0
    for index, layer in enumerate(features):
        if isinstance(layer, nn.MaxPool2d):
            yield f"features.{index}", f"pool{block}"
            block, number = block + 1, 0
        elif isinstance(layer, nn.Conv2d):
            number += 1
            yield f"features.{index}", f"conv{block}_{number}"
        else:
            yield f"features.{index}", f"relu{block}_{number}"


def _classifier_names(classifier: nn.Sequential, first: int) -> Iterator[tuple[str, str]]:
    number = first - 1
    for index, layer in enumerate(classifier):
        if isinstance(layer, nn.Linear):
            number += 1
            yield f"classifier.{index}", f"fc{number}"
        else:
            yield f"classifier.{index}", f"{'relu' if isinstance(layer, nn.ReLU) else 'drop'}{number}"


def _pretrained(name: str, data: Path) -> Backbone:
    embedded = EMBEDDED_WEIGHTS.get(name)
    architecture = embedded.architecture if embedded else name
    module = build_architecture(architecture)
    try:
        weights = torchvision.models.get_model_weights(architecture)["IMAGENET1K_V1"]
    except KeyError:
        raise ValueError(f"torchvision has no IMAGENET1K_V1 weights for {name!r}") from None
    path = embedded.path if embedded else data / CHECKPOINTS / Path(urlparse(weights.url).path).name
    _read_weights(module, path, name)
    return Backbone(name, LABELS.get(architecture, architecture), module, 224, tuple(weights.meta["categories"]))


def _read_weights(module: nn.Module, path: Path, name: str) -> None:
    hint = "run `genreport fetch` for the profile, or name the folder that holds it with `--data DIR`"
    try:
        state = _state(path)
        module.load_state_dict(state, strict=True, assign=True)
    except FileNotFoundError:
        raise DataMissingError(f"the weights of {name} are not there: {path}", hint) from None
    except Exception as error:  # torch raises UnpicklingError, RuntimeError, EOFError … for a file that is not whole
        raise DataMissingError(f"the weights of {name} cannot be read from {path}: {error}", hint) from error


def _state(path: Path) -> dict[str, torch.Tensor]:
    """A network's weights in 32 bits, from a file in safetensors' form (which may hold 16) or in torchvision's."""
    if path.suffix == ".safetensors":
        return {name: tensor.float() for name, tensor in load_file(path).items()}
    state: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def _trained(result: Result) -> Backbone:
    """The narrow network that ``train_narrow_network`` left in a result."""
    metrics = result.metrics
    name, size = str(metrics["architecture"]), int(str(metrics["input_size"]))
    rows = result.tables["classes"].records()
    classes = tuple(str(row["class_name"]) for row in rows)
    untrained = frozenset(str(row["class_name"]) for row in rows if row["training_images"] == 0)
    module = build_narrow(name, int(str(metrics["width"])), size, len(classes))
    # Copied: arrays read from the cache may be read-only, and the caller's result must stay as it is.
    state = {key: torch.tensor(array) for key, array in result.arrays.items() if key != "test/hits"}
    module.load_state_dict(state, strict=True)
    return Backbone(name, LABELS[name], module, size, classes, untrained=untrained)
