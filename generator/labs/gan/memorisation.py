"""Whether a generator repeats its training images: each sample beside the training image that is nearest to it."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.gan.measures import draw_samples
from generator.labs.gan.progress import picture
from generator.labs.gan.real_images import load_real_images
from generator.registry import Dataset, computation
from generator.results import ImageGrid, LineChart, Result, Series
from generator.workspace import Workspace

#: Distances are taken from so many images at a time to all training images: 100 × 60,000 numbers take 24 MB.
ROWS = 100
#: Share of the test images that are closest to a training image; a sample among them counts as close.
CLOSE = 0.01


@computation(
    metrics={
        "exact": ["samples", "training_images"],
        "measured": ["test_median"],
        "seeded": ["median", "ratio", "close_share", "copies"],
    },
    figures=["pairs", "closest", "distances"],
)  # fmt: skip
def nearest_real_images(
    workspace: Workspace, *, gan: Result, dataset: Dataset, samples: int = 1000, shown: int = 10, seed: int = 0
) -> Result:
    """The training image nearest to each of ``samples`` generated images, and the same for as many test images.

    Distances are root mean square differences of pixels, on the scale from 0 (black) to 1 (white), to all images that
    the GAN was trained on. ``median`` is that of the samples, ``test_median`` of the test images, which cannot be
    copies; ``ratio`` is of the medians. ``close_share`` is the share of the samples that are nearer than the nearest
    hundredth of the test images, 0.01 for samples like the test images; ``copies`` is how many are nearer than any test
    image. ``pairs`` shows the first samples, ``closest`` the nearest ones of all.
    """
    size, count = (int(str(gan.metrics[name])) for name in ("image_size", "training_images"))
    train = load_real_images(dataset, workspace.data, "train", size, count, device=workspace.device)
    test = load_real_images(dataset, workspace.data, "test", size, samples, device=workspace.device)
    drawn, _ = draw_samples(workspace, gan, samples, seed)
    own, nearest = nearest_of(drawn, train.pixels)
    real, _ = nearest_of(test.pixels, train.pixels)
    closest = np.argsort(own)[:shown]
    return Result(
        metrics={
            "samples": samples,
            "training_images": len(train),
            "median": float(np.median(own)),
            "test_median": float(np.median(real)),
            "ratio": float(np.median(own) / np.median(real)),
            "close_share": float((own < float(np.quantile(real, CLOSE))).mean()),
            "copies": int((own < real.min()).sum()),
        },
        figures={
            "pairs": _pairs(drawn, train.pixels, nearest, np.arange(shown)),
            "closest": _pairs(drawn, train.pixels, nearest, closest),
            "distances": _distances(own, real),
        },
    )


def nearest_of(images: torch.Tensor, known: torch.Tensor) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """For each of ``images`` the distance to the nearest of ``known``, and its index; bytes (n, channels, h, w)."""
    flat, others = (one.flatten(1).float() / 255 for one in (images, known))
    found = [torch.cdist(rows, others).min(dim=1) for rows in torch.split(flat, ROWS)]
    distances = torch.cat([one.values for one in found]).double() / flat.shape[1] ** 0.5
    return distances.cpu().numpy(), torch.cat([one.indices for one in found]).cpu().numpy()


def _pairs(
    drawn: torch.Tensor, known: torch.Tensor, nearest: NDArray[np.int64], chosen: NDArray[np.int64]
) -> ImageGrid:
    """Samples in the upper row, the nearest training image of each below it."""
    rows = drawn[torch.from_numpy(chosen)], known[torch.from_numpy(nearest[chosen])]
    images = tuple(picture(image) for row in rows for image in row.cpu().numpy())
    return ImageGrid(images, columns=len(chosen), row_titles=("generated", "nearest"))


def _distances(own: NDArray[np.float64], real: NDArray[np.float64]) -> LineChart:
    """How large a share of the images is nearer to a training image than each distance."""
    series = (
        Series(name, np.sort(values), np.arange(1, len(values) + 1) / len(values), dashed=name == "test images")
        for name, values in (("generated", own), ("test images", real))
    )
    return LineChart(
        tuple(series), x_label="distance to the nearest training image", y_label="share nearer", y_limits=(0.0, 1.0)
    )
