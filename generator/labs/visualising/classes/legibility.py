"""How legible a made image is: what its own network and another one say to it, how rough it is, and how to show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from generator.datasets.images import ImageSet
from generator.labs.shared.metrics import logits_of, true_ranks
from generator.labs.shared.statistics import wilson_interval
from generator.labs.visualising.scores import class_index, pictures
from generator.networks.backbones import Backbone
from generator.networks.preprocessing import denormalised
from generator.results import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The share of an image's values at either end that may become black or white when its contrast is stretched.
CUT_OFF = 0.005


@dataclass(frozen=True)
class Reading:
    """What is measured of one image that was made for a class.

    ``score`` and ``own_confidence`` are the logit and the softmax probability of the class in the network that the
    image was made with. ``confidence`` and ``rank`` (1 is the highest) are those of the class in the other network, the
    judge, which says ``said`` with ``said_confidence``. ``roughness`` and ``contrast`` as in :func:`roughness`.
    """

    class_name: str
    score: float
    own_confidence: float
    confidence: float
    rank: int
    said: str
    said_confidence: float
    roughness: float
    contrast: float


def read_images(
    backbone: Backbone, judge: Backbone, images: Sequence[NDArray[np.uint8]], class_names: Sequence[str]
) -> list[Reading]:
    """Measure saved pictures, uint8 (height, width, 3), each made for the class of the same place in ``class_names``.

    Both networks get the picture as 8-bit values, prepared as usual, so that what they say holds for the saved image.
    Raises ValueError where one of them does not know a class.
    """
    own_labels, labels = (np.array([class_index(network, n) for n in class_names]) for network in (backbone, judge))
    own, judged = (_logits(network, images) for network in (backbone, judge))
    ranks, likely = true_ranks(judged, labels), judged.softmax(1)
    readings = []
    for place, name in enumerate(class_names):
        said = int(judged[place].argmax())
        rough, contrast = roughness(images[place])
        readings.append(
            Reading(
                class_name=name,
                score=float(own[place, own_labels[place]]),
                own_confidence=float(own[place].softmax(0)[own_labels[place]]),
                confidence=float(likely[place, labels[place]]),
                rank=int(ranks[place]),
                said=judge.class_names[said],
                said_confidence=float(likely[place, said]),
                roughness=rough,
                contrast=contrast,
            )
        )
    return readings


def verdict(judge: Backbone, reading: Reading, digits: int) -> tuple[str, str]:
    """The judge's confidence in a class, and whether it puts it first, as the words and the tone of a title.

    Both are empty where the judge was never trained on the class: what it says then means nothing.
    """
    if reading.class_name in judge.untrained:
        return "", ""
    return f"{100 * reading.confidence:.{digits}f} %", "good" if reading.rank == 1 else "bad"


def _logits(network: Backbone, images: Sequence[NDArray[np.uint8]]) -> torch.Tensor:
    """Logits (n, classes), one picture at a time: the last digits of a batch depend on its size."""
    return torch.cat([logits_of(network, network.preprocess([image])) for image in images]).double()


def roughness(image: NDArray[np.uint8]) -> tuple[float, float]:
    """How much a picture, uint8 (height, width, 3), changes from pixel to pixel, and its contrast.

    The contrast is the standard deviation of its values about each channel's mean, on the scale [0, 1]. The roughness
    is the mean absolute difference of vertical and horizontal neighbours (the total variation for each pair) over the
    contrast: 2/√π ≈ 1.13 for independent normal values, 0 for a picture of one colour.
    """
    if not np.ptp(image, axis=(0, 1)).any():  # asked of the integers: rounding leaves a variance behind
        return 0.0, 0.0
    values = image.astype(np.float64) / 255
    contrast = float(np.sqrt(values.var(axis=(0, 1)).mean()))
    differences = [np.abs(np.diff(values, axis=axis)).ravel() for axis in (0, 1)]
    return float(np.concatenate(differences).mean()) / contrast, contrast


def stretched(backbone: Backbone, images: torch.Tensor) -> tuple[NDArray[np.uint8], ...]:
    """Normalised images (n, 3, height, width) as pictures whose contrast is stretched for the eye, each on its own.

    One scale for all channels, so that hues stay: the lowest ``CUT_OFF`` of an image's values become black, the highest
    white. Measures are taken of the images as they are, see :func:`read_images`.
    """
    shown = []
    for pixels in denormalised(images, backbone.mean, backbone.std):
        low, high = np.quantile(pixels.numpy(), [CUT_OFF, 1 - CUT_OFF])
        scaled = ((pixels - float(low)) / max(float(high - low), 1e-6)).clamp(0, 1) * 255
        shown.append(scaled.round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy())
    return tuple(shown)


def saved(backbone: Backbone, images: Sequence[torch.Tensor]) -> tuple[NDArray[np.uint8], ...]:
    """Normalised images, each (3, height, width), as the 8-bit pictures that they would be saved as."""
    return pictures(backbone, torch.stack(list(images)))


def judged_metrics(readings: Sequence[Reading]) -> dict[str, Value]:
    """Means over images, and how many the judge recognises with the 95 % interval of that share.

    ``surest_…`` and ``doubted_…`` are the images of the highest and lowest confidence of the judge, ``lowest_score`` is
    the lowest of the made images' scores.
    """
    best, worst = (pick(readings, key=lambda reading: reading.confidence) for pick in (max, min))
    hits = sum(reading.rank == 1 for reading in readings)
    low, high = wilson_interval(hits, len(readings))
    return {
        "images": len(readings),
        "score": float(np.mean([reading.score for reading in readings])),
        "lowest_score": min(reading.score for reading in readings),
        "own_confidence": float(np.mean([reading.own_confidence for reading in readings])),
        "confidence": float(np.mean([reading.confidence for reading in readings])),
        "recognised": hits,
        "recognised_share": hits / len(readings),
        "recognised_low": low,
        "recognised_high": high,
        "roughness": float(np.mean([reading.roughness for reading in readings])),
        "contrast": float(np.mean([reading.contrast for reading in readings])),
        "surest_class": best.class_name,
        "surest_confidence": best.confidence,
        "doubted_class": worst.class_name,
        "doubted_confidence": worst.confidence,
        "doubted_rank": worst.rank,
        "doubted_said": worst.said,
        "doubted_said_confidence": worst.said_confidence,
    }


def against_chance(readings: Sequence[Reading], judge: Backbone) -> dict[str, Value]:
    """How likely a judge that guesses puts as many classes first: exact, one-sided.

    ``chance`` is one among the classes that it was trained on, as it says no others. ``recognised_needed`` is how many
    would give a probability below 0.05 (None: not even all).
    """
    from scipy.stats import binom, binomtest  # late: SciPy takes longer to import than most computations need it for

    trained = len(judge.class_names) - len(judge.untrained)
    hits = sum(reading.rank == 1 for reading in readings)
    p = binomtest(hits, len(readings), 1 / trained, alternative="greater").pvalue
    as_many = binom.sf(np.arange(len(readings) + 1) - 1, len(readings), 1 / trained)  # or more
    needed = int(np.argmax(as_many < 0.05)) or None
    shares: dict[str, Value] = {"judge_trained": trained, "chance": 1 / trained}
    return {**shares, "recognised_p": float(p), "recognised_needed": needed}


def photograph_metrics(backbone: Backbone, judge: Backbone, photographs: ImageSet) -> dict[str, Value]:
    """The same measures of real photographs of known classes: what made images are to be compared with."""
    names = [photographs.true_class(index) for index in range(len(photographs))]
    images = saved(backbone, list(backbone.preprocess(photographs.images).cpu()))
    readings = read_images(backbone, judge, images, names)
    return {
        "photographs": len(photographs),
        "photograph_score": float(np.mean([reading.score for reading in readings])),
        "photograph_highest_score": max(reading.score for reading in readings),
        "photograph_confidence": float(np.mean([reading.confidence for reading in readings])),
        "photograph_recognised_share": float(np.mean([reading.rank == 1 for reading in readings])),
        "photograph_roughness": float(np.mean([reading.roughness for reading in readings])),
        "photograph_contrast": float(np.mean([reading.contrast for reading in readings])),
    }
