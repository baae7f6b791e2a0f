"""From a saliency map to a box around the object, and whether the box holds what the network needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.shared.metrics import logits_of
from generator.labs.shared.statistics import holm_adjusted
from generator.labs.visualising.paired import least_p, signed_rank_p
from generator.labs.visualising.saliency.explained import Explained, load_explained
from generator.labs.visualising.saliency.maps import enlarged, grad_cam, last_maps, saliency_maps
from generator.labs.visualising.saliency.measures import highest_region
from generator.labs.visualising.saliency.pictures import framed, photographs
from generator.registry import Dataset, Network, computation
from generator.results import ImageGrid, Result, Table, Value
from generator.workspace import Workspace

if TYPE_CHECKING:
    from generator.results import Array

Box = tuple[int, int, int, int]
Seen = tuple[NDArray[np.float64], NDArray[np.bool_]]
#: The gradient map is blurred by this part of the image's side, so that its scattered points make one region.
BLUR = 0.05
SHOWN = 10
METHODS = {"gradient": "gradient", "cam": "Grad-CAM"}


@computation(
    metrics={
        "exact": ["label", "images", "region", "random_boxes", "shown"],
        "measured": ["right", "whole", "gradient_area", "gradient_inside", "gradient_outside", "cam_inside", "overlap"],
        "seeded": ["gradient_random_inside", "gradient_random_outside", "cam_random_inside"],
        "margins": ["gradient_inside_p", "gradient_outside_p", "cam_inside_p", "least_p"],
    },
    tables={
        "conditions": ["method", "left", "probability", "random_probability", "hits", "random_hits", "p"],
    },
    figures=["boxes"],
)  # fmt: skip
def saliency_boxes(
    workspace: Workspace, *, network: Network, dataset: Dataset, images: int, region: float = 0.2,
    random_boxes: int = 4, seed: int = 0,
) -> Result:  # fmt: skip
    """Box what the network names in each image, and show it only one side of the box.

    The box holds the largest connected part of the ``region`` (a share of the image) in which the map of the predicted
    class is highest: the blurred gradient map (Simonyan et al. 2014, section 3.2, without the graph cut) or, as
    ``cam_…``, Grad-CAM's. What is hidden gets the mean colour of the training images, zero after normalisation.
    ``…_inside`` is the mean probability of that class when only the box is left, ``…_outside`` when only the rest is;
    ``…_random_…`` the mean over ``random_boxes`` boxes of the same size, anywhere in the same image. ``hits`` counts
    images that keep their answer (``random_hits`` a mean over the random boxes); ``…_p`` is Wilcoxon's exact
    signed-rank probability by Holm's adjustment for the four tests of the table; none can be below ``least_p``.
    ``gradient_area`` is the median share of the image, ``overlap`` the median intersection over union of the two
    methods' boxes. ``right`` of the ``images`` are classified right; the box needs no more than the network's answer.
    """
    explained = load_explained(workspace, network, dataset, images)
    inputs, predicted = explained.inputs, explained.predicted
    module, layer = explained.backbone.module, last_maps(explained.backbone)
    maps = {
        "gradient": blurred(saliency_maps(module, inputs, predicted)),
        "cam": enlarged(grad_cam(module, layer, inputs, predicted), explained.size),
    }
    boxes = {name: [box_of(part) for part in highest_region(found, region)] for name, found in maps.items()}
    rows: list[dict[str, Value]] = []
    for done, (name, found) in enumerate(boxes.items(), start=1):
        random = [_moved(workspace, box, explained.size, random_boxes, (seed, number))
                  for box, number in zip(found, explained.numbers, strict=True)]  # fmt: skip
        rows += [{"method": METHODS[name], **row} for row in _test_boxes(explained, found, random)]
        workspace.progress(done, len(boxes), f"boxes from {METHODS[name]}")
    count, rows = len(explained.images), _adjusted(rows)
    shown = np.linspace(0, count - 1, min(SHOWN, count)).round().astype(int).tolist()
    return Result(
        metrics={
            "label": explained.backbone.label,
            "images": count,
            "region": region,
            "random_boxes": random_boxes,
            "right": int((predicted == explained.labels).sum()),
            "whole": float(explained.probabilities.gather(1, predicted.cpu()[:, None]).double().mean()),
            "shown": len(shown),
            "overlap": float(np.median([overlap(*pair) for pair in zip(*boxes.values(), strict=True)])),
            "gradient_area": float(np.median([area(box) for box in boxes["gradient"]])) / (explained.size[0] ** 2),
            **_said(rows, count),
        },
        tables={"conditions": Table.of(rows)},
        figures={"boxes": _grid(explained, shown, [boxes["gradient"][place] for place in shown])},
    )


def _adjusted(rows: list[dict[str, Value]]) -> list[dict[str, Value]]:
    """The rows with their p values adjusted for each other."""
    p_values = holm_adjusted([float(str(row["p"])) for row in rows])
    return [{**row, "p": p} for row, p in zip(rows, p_values, strict=True)]


def _said(rows: list[dict[str, Value]], pairs: int) -> dict[str, Value]:
    """What the metrics repeat of the table, for texts."""
    names = {"": "probability", "random_": "random_probability"}
    gradient = dict(zip(("inside", "outside"), rows[:2], strict=True))
    return {
        **{f"gradient_{more}{side}": row[name] for side, row in gradient.items() for more, name in names.items()},
        **{f"gradient_{side}_p": row["p"] for side, row in gradient.items()},
        **{f"cam_{more}inside": rows[2][name] for more, name in names.items()},
        "cam_inside_p": rows[2]["p"],
        "least_p": least_p(pairs, len(rows)),
    }


def blurred(maps: torch.Tensor) -> torch.Tensor:
    """Maps (n, height, width) after a Gaussian of :data:`BLUR` times their longer side."""
    from scipy import ndimage

    width = BLUR * max(maps.shape[1:])
    return torch.from_numpy(np.stack([ndimage.gaussian_filter(values, width) for values in maps.numpy()]))


def box_of(region: NDArray[np.bool_]) -> Box:
    """The box (top, left, bottom, right; the last two excluded) around the largest connected part of a region.

    Of parts of one size the first in reading order counts; the box of an empty region is the whole image.
    """
    from scipy import ndimage

    parts, count = ndimage.label(region)
    if not count:
        return 0, 0, region.shape[0], region.shape[1]
    largest = int(np.argmax(np.bincount(parts.ravel())[1:]))
    rows, columns = ndimage.find_objects(parts)[largest]
    return rows.start, columns.start, rows.stop, columns.stop


def area(box: Box) -> int:
    """How many positions a box holds; 0 for one whose ends have crossed."""
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def overlap(first: Box, second: Box) -> float:
    """Intersection over union of two boxes, in [0, 1]."""
    common = area((max(first[0], second[0]), max(first[1], second[1]), min(first[2], second[2]),
                   min(first[3], second[3])))  # fmt: skip
    return common / (area(first) + area(second) - common)


def _moved(workspace: Workspace, box: Box, size: tuple[int, int], count: int, source: tuple[int, int]) -> list[Box]:
    """Boxes of the same height and width anywhere in the image; ``source`` is the seed and the image's number."""
    rng = workspace.numpy_rng(source[0], f"boxes, image {source[1]}")
    height, width = box[2] - box[0], box[3] - box[1]
    tops = rng.integers(0, size[0] - height + 1, count).tolist()
    lefts = rng.integers(0, size[1] - width + 1, count).tolist()
    return [(top, left, top + height, left + width) for top, left in zip(tops, lefts, strict=True)]


def _test_boxes(explained: Explained, boxes: list[Box], random: list[list[Box]]) -> list[dict[str, Value]]:
    """The probability of the predicted class inside and outside the boxes, and of boxes elsewhere."""
    rows: list[dict[str, Value]] = []
    for side, words in (("inside", "the box alone"), ("outside", "all but the box")):
        own, hits = _probabilities(explained, boxes, inside=side == "inside")
        others = [_probabilities(explained, list(some), inside=side == "inside")
                  for some in zip(*random, strict=True)]  # fmt: skip
        elsewhere = np.mean([values for values, _ in others], axis=0)
        rows.append({
            "left": words,
            "probability": float(own.mean()),
            "random_probability": float(elsewhere.mean()),
            "hits": int(hits.sum()),
            "random_hits": float(np.mean([kept.sum() for _, kept in others])),
            "p": signed_rank_p(own, elsewhere),
        })  # fmt: skip
    return rows


def _probabilities(explained: Explained, boxes: list[Box], *, inside: bool) -> Seen:
    """Probability of the predicted class, and whether it stays first, when one side of each box is all that is left."""
    mask = torch.zeros_like(explained.inputs[:, :1])
    for row, (top, left, bottom, right) in enumerate(boxes):
        mask[row, :, top:bottom, left:right] = 1
    logits = logits_of(explained.backbone, explained.inputs * (mask if inside else 1 - mask))
    own = explained.predicted.cpu()
    probabilities = logits.double().softmax(1).gather(1, own[:, None])[:, 0].numpy()
    return probabilities, (logits.argmax(1) == own).numpy()


def _grid(explained: Explained, places: list[int], boxes: list[Box]) -> ImageGrid:
    """The photographs with their boxes from the gradient map, five to a row."""
    everything = photographs(explained)
    images: list[Array] = [framed(everything[place], box) for place, box in zip(places, boxes, strict=True)]
    return ImageGrid(tuple(images), 5, titles=tuple(explained.answer(place, explained.predicted) for place in places))
