"""How far saliency maps can be relied on: noise that changes no prediction, and weights that know nothing."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from generator.labs.shared.image_properties import image_properties
from generator.labs.shared.metrics import logits_of
from generator.labs.shared.statistics import holm_adjusted
from generator.labs.visualising.paired import least_p, signed_rank_p
from generator.labs.visualising.saliency.explained import Explained, load_explained, places_of
from generator.labs.visualising.saliency.maps import coarse, enlarged, grad_cam, last_maps, saliency_maps, smooth_grad
from generator.labs.visualising.saliency.measures import rank_correlations
from generator.labs.visualising.saliency.pictures import COLOURS, photographs, shown_map
from generator.networks.narrow import initialise
from generator.networks.preprocessing import scaled
from generator.registry import Dataset, Network, computation
from generator.results import ImageGrid, LineChart, Result, Series, Table, Value
from generator.workspace import Workspace

if TYPE_CHECKING:
    from generator.results import Array

Floats = NDArray[np.float64]
Maps = Mapping[str, torch.Tensor]
#: Side of the grid to which a map is averaged, to see whether it is steadier as a coarse one.
GRID = 7
METHODS = {"plain": "gradient", "coarse": "gradient, 7 × 7", "smooth": "SmoothGrad", "cam": "Grad-CAM"}


@dataclass(frozen=True, eq=False)
class _Level:
    """One noise level: how many images kept their class, the agreement of their maps by method, and all plain maps."""

    level: float
    kept: int
    agreement: dict[str, Floats]
    plain: torch.Tensor


@computation(
    metrics={
        "exact": ["label", "images", "samples", "smoothing", "first_level", "last_level", "shown_level"],
        "measured": ["plain_edges"],
        "seeded": ["first_kept", "last_kept", "plain_first", "plain_last", "coarse_first", "coarse_last",
                   "smooth_none", "smooth_first", "smooth_last", "cam_first", "cam_last", "plain_random", "cam_random"],
        "margins": ["coarse_p", "smooth_p", "cam_p", "least_p"],
    },
    tables={
        "levels": ["level", "kept", "plain", "plain_low", "plain_high", "coarse", "coarse_low", "coarse_high",
                   "smooth", "smooth_low", "smooth_high", "cam", "cam_low", "cam_high"],
    },
    figures=["levels", "maps"],
)  # fmt: skip
def saliency_stability(
    workspace: Workspace, *, network: Network, dataset: Dataset, images: int, cases: Result, levels: list[float],
    samples: int, smoothing: float = 0.15, seed: int = 0,
) -> Result:  # fmt: skip
    """Compare each map with the map of the same image after Gaussian noise, by Spearman's rank correlation.

    ``levels`` are the noise's standard deviations in steps of 8-bit images (1/255), rising. Maps are of the class that
    is predicted without noise, and an image counts at a level while noise leaves that class the prediction (``kept``).
    Given are the median over images and, as ``…_low`` and ``…_high``, the quartiles: of the plain gradient map, of its
    averages on a 7 × 7 grid, of SmoothGrad with ``samples`` noisy copies at ``smoothing`` times the image's range, and
    of Grad-CAM at its layer's own resolution. SmoothGrad draws afresh for each map, so that at level 0 it compares two
    runs on the same image. ``…_random`` compares with the same network with weights drawn anew (Adebayo et al. 2018),
    ``plain_edges`` a map with the strength of the image's edges. ``…_p`` is Wilcoxon's exact signed-rank
    probability for a method against the plain map at the first level, where the most images keep their class, by Holm's
    adjustment for the three methods; none can be below ``least_p``. ``cases`` are shown.
    """
    explained = load_explained(workspace, network, dataset, images)
    base = _all_maps(workspace, explained, explained.inputs, samples, smoothing, (seed, "smoothing"))
    found: list[_Level] = []
    for number, level in enumerate([0.0, *levels]):
        moved = _noisy(workspace, explained, level, seed)
        maps = _all_maps(workspace, explained, moved, samples, smoothing, (seed, f"smoothing at level {number}"))
        same = (logits_of(explained.backbone, moved).argmax(1) == explained.predicted.cpu()).numpy()
        agreement = {name: rank_correlations(base[name], maps[name])[same] for name in METHODS}
        found.append(_Level(level, int(same.sum()), agreement, maps["plain"]))
        workspace.progress(number + 1, len(levels) + 2, f"noise of {level:g}/255")
    shown = found[min(2, len(levels))]  # the second level: visible in the maps, and hardly in the image
    table = _table(found)
    return Result(
        metrics={
            "label": explained.backbone.label,
            "images": len(explained.images),
            "samples": samples,
            "smoothing": smoothing,
            "shown_level": shown.level,
            **_summary(found),
            **_controls(workspace, explained, explained.backbone.module, base, seed),
        },
        tables={"levels": table},
        figures={
            "levels": _chart(table),
            "maps": _grid(explained, places_of(cases, explained), base, shown.plain),
        },
    )


def _table(found: list[_Level]) -> Table:
    rows: list[dict[str, Value]] = []
    for one in found:
        row: dict[str, Value] = {"level": one.level, "kept": one.kept}
        for name in METHODS:
            ends = (name, f"{name}_low", f"{name}_high")
            row |= dict(zip(ends, _quartiles(one.agreement[name]), strict=True))
        rows.append(row)
    return Table.of(rows)


def _summary(found: list[_Level]) -> dict[str, Value]:
    """The first and the last level, and whether the other methods keep more than the plain map at the first."""
    none, first, last = found[0], found[1], found[-1]
    metrics: dict[str, Value] = {"smooth_none": _quartiles(none.agreement["smooth"])[0]}
    for end, one in (("first", first), ("last", last)):
        metrics |= {f"{end}_level": one.level, f"{end}_kept": one.kept}
        metrics |= {f"{name}_{end}": _quartiles(one.agreement[name])[0] for name in METHODS}
    others = [name for name in METHODS if name != "plain"]
    tests = [signed_rank_p(first.agreement["plain"], first.agreement[name]) for name in others]
    metrics |= {f"{name}_p": p for name, p in zip(others, holm_adjusted(tests), strict=True)}
    return {**metrics, "least_p": least_p(first.kept, len(others))}


def _all_maps(
    workspace: Workspace, explained: Explained, inputs: torch.Tensor, samples: int, smoothing: float,
    purpose: tuple[int, str],
) -> dict[str, torch.Tensor]:  # fmt: skip
    module, classes = explained.backbone.module, explained.predicted
    seed, use = purpose
    generators = [workspace.rng(seed, f"{use}, image {number}") for number in explained.numbers]
    plain = saliency_maps(module, inputs, classes)
    return {
        "plain": plain,
        "coarse": coarse(plain, (GRID, GRID)),
        "smooth": smooth_grad(module, inputs, classes, generators, samples, smoothing),
        "cam": grad_cam(module, last_maps(explained.backbone), inputs, classes),
    }


def _noisy(workspace: Workspace, explained: Explained, level: float, seed: int) -> torch.Tensor:
    """The inputs after Gaussian noise of ``level`` / 255 on the pixels' scale; the same pattern at each level."""
    std = torch.tensor(explained.backbone.std).view(3, 1, 1)
    shape = explained.inputs.shape[1:]
    noise = [torch.randn(shape, generator=workspace.rng(seed, f"noise, image {n}")) for n in explained.numbers]
    return explained.inputs + (level / 255 * torch.stack(noise) / std).to(explained.inputs)


def _quartiles(values: Floats) -> tuple[float | None, float | None, float | None]:
    """Median, lower and upper quartile of what is finite."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None, None, None
    low, middle, high = np.quantile(finite, [0.25, 0.5, 0.75])
    return float(middle), float(low), float(high)


def _controls(workspace: Workspace, explained: Explained, module: nn.Module, base: Maps, seed: int) -> dict[str, Value]:
    """What an untrained network's maps, and a mere edge detector, have in common with the maps."""
    untrained = copy.deepcopy(module).cpu()
    initialise(untrained, workspace.rng(seed, "weights"))
    untrained.to(explained.inputs.device)
    inputs, predicted = explained.inputs, explained.predicted
    random = {
        "plain": saliency_maps(untrained, inputs, predicted),
        "cam": grad_cam(untrained, untrained.get_submodule(_path(module, explained)), inputs, predicted),
    }
    pixels = scaled(explained.images.images, explained.size[0])
    strength = [image_properties(pixels[n : n + 1], explained.size)["edge strength"] for n in range(len(pixels))]
    edges = torch.from_numpy(np.concatenate(strength))
    correlations = {f"{name}_random": rank_correlations(base[name], maps) for name, maps in random.items()}
    correlations["plain_edges"] = rank_correlations(base["plain"], edges)
    return {name: _quartiles(values)[0] for name, values in correlations.items()}


def _path(module: nn.Module, explained: Explained) -> str:
    layer = last_maps(explained.backbone)
    path: str = next(path for path, found in module.named_modules() if found is layer)
    return path


def _chart(table: Table) -> LineChart:
    """Median correlation with quartile bands over the noise levels."""
    records = table.records()
    x = np.array([record["level"] for record in records], dtype=float)

    def column(name: str) -> Floats:
        return np.array([np.nan if record[name] is None else record[name] for record in records], dtype=float)

    series = tuple(
        Series(label, x, column(name), column(f"{name}_low"), column(f"{name}_high")) for name, label in METHODS.items()
    )
    return LineChart(series, "noise (standard deviation, steps of 1/255)", "rank correlation", y_limits=(0.0, 1.0))


def _grid(explained: Explained, places: list[int], base: Maps, moved: torch.Tensor) -> ImageGrid:
    """A row for each case: photograph, plain map, plain map after noise, SmoothGrad, Grad-CAM."""
    images: list[Array] = []
    cam = enlarged(base["cam"], explained.size)
    shown = photographs(explained)
    for place in places:
        images += [shown[place], shown_map(base["plain"][place]), shown_map(moved[place])]
        images += [shown_map(base["smooth"][place]), shown_map(cam[place])]
    return ImageGrid(
        images=tuple(images),
        columns=5,
        row_titles=tuple(explained.backbone.class_names[int(explained.predicted[place])] for place in places),
        column_titles=("photograph", "gradient", "after noise", "SmoothGrad", "Grad-CAM"),
        colormap=COLOURS,
        value_range=(0.0, 1.0),
    )
