"""Twenty-five photographs of the ImageNet validation set, already cropped to 224 × 224 pixels."""

from __future__ import annotations

from pathlib import Path

from generator.datasets.images import ImageSet, Part, require_file

FILE = "imagenet_val_25.npz"


def load(data: Path, part: Part = "test") -> ImageSet:
    """Read ``imagenet_val_25.npz`` (X: uint8 (25, 224, 224, 3); y: class indices 0 to 999) from the data folder.

    Source: the RDFIA course's practical on network visualisation; the images are ImageNet's (ILSVRC 2012). There is no
    training part: asking for it raises ValueError.
    """
    if part != "test":
        raise ValueError("the ImageNet sample has no training part")
    import numpy as np
    from torchvision.models import VGG16_Weights  # the names in the order that ImageNet networks count classes

    # Only X and y are read: the file's third entry is a pickled object, which must never be opened.
    with np.load(require_file(data / FILE, "light"), allow_pickle=False) as archive:
        pixels, labels = archive["X"], archive["y"].astype(np.int64)
    return ImageSet(
        images=tuple(pixels),
        labels=labels,
        class_names=tuple(VGG16_Weights.IMAGENET1K_V1.meta["categories"]),
        title="the ImageNet sample",
        description="Twenty-five photographs of the ImageNet validation set, cropped to 224 × 224 pixels.",
    )
