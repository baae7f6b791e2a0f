"""What the latent vector stands for: ways from one to another, and one vector with every label."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from generator.labs.gan.judge import judged, load_judge
from generator.labs.gan.progress import picture
from generator.labs.gan.real_images import to_bytes
from generator.labs.gan.sampling import draw_images, latent_vectors, trained_generator
from generator.networks.gan import ImageGenerator
from generator.registry import computation
from generator.results import ImageGrid, LineChart, Result, Series
from generator.workspace import Workspace


@computation(
    metrics={
        "exact": ["paths", "steps", "nz", "even_step"],
        "seeded": [
            "end_length", "linear_length", "spherical_length", "end_confidence", "linear_confidence",
            "spherical_confidence", "largest_step",
        ],
    },
    figures=["linear", "spherical", "confidence"],
)  # fmt: skip
def interpolate_latents(
    workspace: Workspace,
    *,
    gan: Result,
    judge: Result,
    paths: int = 200,
    steps: int = 11,
    shown: int = 5,
    seed: int = 0,
) -> Result:
    """Follow an unconditional generator's images from one latent vector to another, in a line and on a sphere.

    Of ``paths`` pairs the first ``shown`` are drawn, ``steps`` images each, ends included. ``…_length`` are mean
    Euclidean lengths of the vectors at the ends and in the middle, ``…_confidence`` the judge's mean confidence there.
    ``largest_step`` is the largest change from one image to the next on the linear way, as a share of all changes on it
    (Euclidean distances of pixels), the mean over paths; ``even_step`` is what it would be if all were alike. Raises
    ValueError for a generator that takes labels.
    """
    generator = trained_generator(gan, workspace.device)
    if generator.classes:
        raise ValueError("expected a generator without labels")
    network = load_judge(judge, workspace.device)
    ends = latent_vectors(workspace, seed, 2 * paths, generator.nz)
    along = torch.linspace(0.0, 1.0, steps, device=workspace.device)
    ways = {"linear": linear_way, "spherical": spherical_way}
    latents = {name: way(ends[:paths], ends[paths:], along) for name, way in ways.items()}
    images = {name: to_bytes(draw_images(generator, latent.flatten(0, 1))) for name, latent in latents.items()}
    sure = {name: _confidences(judged(network, one)[1], paths) for name, one in images.items()}
    middle = (steps - 1) // 2
    lengths = {name: float(latent[:, middle].norm(dim=1).mean()) for name, latent in latents.items()}
    changes = images["linear"].view(paths, steps, -1).float().diff(dim=1).norm(dim=2)
    return Result(
        metrics={
            "paths": paths,
            "steps": steps,
            "nz": generator.nz,
            "end_length": float(ends.norm(dim=1).mean()),
            **{f"{name}_length": value for name, value in lengths.items()},
            "end_confidence": float(sure["linear"][[0, -1]].mean()),
            **{f"{name}_confidence": float(values[middle]) for name, values in sure.items()},
            "largest_step": float((changes.amax(1) / changes.sum(1).clamp(min=1e-9)).mean()),
            "even_step": 1 / (steps - 1),
        },
        figures={
            **{name: _grid(one[: shown * steps], steps) for name, one in images.items()},
            "confidence": _confidence_chart(sure, steps),
        },
    )


def linear_way(start: torch.Tensor, end: torch.Tensor, along: torch.Tensor) -> torch.Tensor:
    """Vectors (n, steps, nz) at the shares ``along`` (steps,) of the straight way from ``start`` to ``end`` (n, nz)."""
    share = along[None, :, None]
    return (1 - share) * start[:, None] + share * end[:, None]


def spherical_way(start: torch.Tensor, end: torch.Tensor, along: torch.Tensor) -> torch.Tensor:
    """The same at a constant angular speed (Shoemake 1985; White 2016), which keeps the vectors' usual length."""
    # Opposite vectors have no one way between them, equal ones no angle to divide by.
    cosine = functional.cosine_similarity(start, end, dim=1).clamp(-0.9999, 0.9999)
    angle = torch.arccos(cosine)[:, None, None]
    share = along[None, :, None]
    weights = torch.sin((1 - share) * angle), torch.sin(share * angle)
    return (weights[0] * start[:, None] + weights[1] * end[:, None]) / torch.sin(angle)


@computation(
    metrics={
        "exact": ["columns_measured"],
        "seeded": ["agreement", "ink_correlation", "slant_correlation"],
    },
    figures=["grid"],
)
def label_by_latent(
    workspace: Workspace, *, gan: Result, judge: Result, columns: int = 10, measured: int = 200, seed: int = 0
) -> Result:
    """A conditional generator's images with every label (rows) for each of ``columns`` latent vectors.

    What a column has in common is measured over ``measured`` of them: ``ink_correlation`` is the correlation over
    latent vectors of the images' mean brightness between two labels, the mean over all pairs of labels;
    ``slant_correlation`` the same of their slant (:func:`slants`). ``agreement`` is the share of the measured images
    that are judged to be of their row's class. Raises ValueError for a generator without labels.
    """
    generator = trained_generator(gan, workspace.device)
    if not generator.classes:
        raise ValueError("expected a conditional generator")
    count = max(columns, measured)
    latent = latent_vectors(workspace, seed, count, generator.nz)
    images = torch.stack([_with_label(workspace, generator, latent, label) for label in range(generator.classes)])
    found = judged(load_judge(judge, workspace.device), images.flatten(0, 1))[1].argmax(1)
    asked = torch.arange(generator.classes, device=found.device).repeat_interleave(count)
    grey = images.float().mean(2) / 255  # (classes, count, height, width)
    return Result(
        metrics={
            "columns_measured": count,
            "agreement": float((found == asked).double().mean()),
            "ink_correlation": mean_correlation(grey.mean((2, 3)).cpu().double().numpy()),
            "slant_correlation": mean_correlation(slants(grey.flatten(0, 1)).view(grey.shape[:2]).cpu().numpy()),
        },
        figures={"grid": _grid(images[:, :columns].flatten(0, 1), columns, judge)},
    )


def slants(grey: torch.Tensor) -> torch.Tensor:
    """By how many pixels strokes lean to the left for each pixel down: images (n, height, width), ink in [0, 1].

    The regression of a bright pixel's column on its row, from the image's second moments; 0 for an empty image.
    """
    grey = grey.double()
    height, width = grey.shape[1:]
    rows = torch.arange(height, device=grey.device, dtype=grey.dtype)[None, :, None]
    columns = torch.arange(width, device=grey.device, dtype=grey.dtype)[None, None, :]
    ink = grey.sum((1, 2)).clamp(min=1e-9)
    down, across = ((grey * place).sum((1, 2)) / ink for place in (rows, columns))
    rows, columns = rows - down[:, None, None], columns - across[:, None, None]
    spread = (grey * rows.square()).sum((1, 2))
    return -(grey * rows * columns).sum((1, 2)) / spread.clamp(min=1e-9)


def mean_correlation(values: NDArray[np.float64]) -> float:
    """Pearson's correlation between two rows of ``values`` (rows, n), the mean over all pairs of rows that vary."""
    moving = values[values.std(axis=1) > 0]
    if len(moving) < 2:
        return 0.0
    matrix = np.corrcoef(moving)
    return float(np.mean([matrix[pair] for pair in itertools.combinations(range(len(moving)), 2)]))


def _with_label(workspace: Workspace, generator: ImageGenerator, latent: torch.Tensor, label: int) -> torch.Tensor:
    labels = torch.full((len(latent),), label, device=workspace.device)
    return to_bytes(draw_images(generator, latent, labels))


def _confidences(logits: torch.Tensor, paths: int) -> NDArray[np.float64]:
    """Mean confidence (steps,) from logits (paths · steps, classes)."""
    found: NDArray[np.float64] = logits.double().softmax(1).amax(1).view(paths, -1).mean(0).cpu().numpy()
    return found


def _confidence_chart(sure: dict[str, NDArray[np.float64]], steps: int) -> LineChart:
    along = np.linspace(0.0, 1.0, steps)
    names = {"linear": "in a line", "spherical": "on a sphere"}
    series = (Series(names[name], along, values, dashed=name == "spherical") for name, values in sure.items())
    return LineChart(tuple(series), x_label="share of the way", y_label="mean confidence")


def _grid(pixels: torch.Tensor, columns: int, judge: Result | None = None) -> ImageGrid:
    names = () if judge is None else tuple(str(row["class_name"]) for row in judge.tables["classes"].records())
    return ImageGrid(tuple(picture(image) for image in pixels.cpu().numpy()), columns=columns, row_titles=names)
