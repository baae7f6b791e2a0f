"""The same digits as both domains show them, and in what the pixels of the two differ."""

from __future__ import annotations

import numpy as np

from generator.datasets.pixels import PixelSet, load_pixels
from generator.registry import Dataset, computation
from generator.results import ImageGrid, Result, Table, Value
from generator.workspace import Workspace

#: Pixel values below this share of the brightest count as dark.
DARK = 0.1


@computation(
    metrics={
        "exact": [
            "classes", "same_digits", "shown", "side", "source", "source_dark", "source_images", "target",
            "target_dark", "target_images",
        ],
    },
    tables={"parts": ["domain", "part", "images", "mean", "std", "dark", "digest"]},
    figures=["source", "target"],
)  # fmt: skip
def domain_samples(workspace: Workspace, *, source: Dataset, target: Dataset, each: int = 4, seed: int = 0) -> Result:
    """Show ``each`` random test images of every class in both domains, and describe the pixels of both.

    Each class has a column of the grid; where the target is made from the source (``same_digits``: as many test images,
    of the same classes), both grids show the same digits. Mean and standard deviation are over all pixels and channels
    on the scale [0, 1], ``dark`` is the share of values below 0.1, a digest the first twelve hexadecimal digits of a
    part's SHA-256. Metrics of these names are those of the training parts.
    """
    names = {"source": source, "target": target}
    test = {domain: load_pixels(name, workspace.data, "test") for domain, name in names.items()}
    metrics: dict[str, Value] = {
        "source": test["source"].title,
        "target": test["target"].title,
        "side": test["source"].images.shape[1],
        "classes": len(test["source"].class_names),
        "shown": each,
        "same_digits": np.array_equal(test["source"].labels, test["target"].labels),
    }
    rows: list[dict[str, Value]] = []
    for domain, name in names.items():
        described = _described(load_pixels(name, workspace.data, "train"))
        metrics |= {f"{domain}_{key}": described[key] for key in ("images", "dark")}
        title = test[domain].title
        rows.append({"domain": title, "part": "training", **described})
        rows.append({"domain": title, "part": "test", **_described(test[domain])})
    return Result(
        metrics=metrics,
        tables={"parts": Table.of(rows)},
        figures={
            domain: _grid(pixels, each, workspace.numpy_rng(seed, "shown"))  # the same places for both
            for domain, pixels in test.items()
        },
    )


def _described(pixels: PixelSet) -> dict[str, Value]:
    """How many images, mean, standard deviation and share of dark values, and the digest."""
    counts = np.bincount(pixels.images.reshape(-1), minlength=256)  # exact, and no copy of the images in floats
    shares, values = counts / counts.sum(), np.arange(256) / 255
    mean = float(shares @ values)
    std = float(np.sqrt(shares @ (values - mean) ** 2))
    return {
        "images": len(pixels),
        "mean": mean,
        "std": std,
        "dark": float(shares[values < DARK].sum()),
        "digest": pixels.digest()[:12],
    }


def _grid(pixels: PixelSet, each: int, rng: np.random.Generator) -> ImageGrid:
    """Rows of one image of each class."""
    images, labels = pixels.rgb(), range(len(pixels.class_names))
    chosen = [rng.permutation(np.flatnonzero(pixels.labels == label))[:each] for label in labels]
    order = [int(places[row]) for row in range(min(map(len, chosen))) for places in chosen]
    return ImageGrid(
        images=tuple(np.ascontiguousarray(images[place]) for place in order),
        columns=len(chosen),
        column_titles=pixels.class_names,
        smooth=False,
    )
