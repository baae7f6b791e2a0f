"""Whether two networks look at the same places: their saliency maps for the same photographs and classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.shared.statistics import holm_adjusted
from generator.labs.visualising.paired import least_p, signed_rank_p
from generator.labs.visualising.saliency.explained import Explained, load_explained, places_of, random_classes
from generator.labs.visualising.saliency.maps import coarse, enlarged, grad_cam, last_maps, saliency_maps
from generator.labs.visualising.saliency.measures import correlations_across, rank_correlations
from generator.labs.visualising.saliency.pictures import COLOURS, photographs, shown_map
from generator.registry import Dataset, Network, computation
from generator.results import ImageGrid, Result, Table, Value
from generator.workspace import Workspace

if TYPE_CHECKING:
    from generator.results import Array

Floats = NDArray[np.float64]
#: Side of the grid on which coarse maps, and those of Grad-CAM with its own resolution in each network, are compared.
GRID = 7
#: What the metrics repeat of each kind, for texts.
SAID = {
    "plain": ("same", "others", "p"),
    "coarse": ("same", "others", "p", "drawn", "drawn_p"),
    "cam": ("same", "others", "p", "drawn", "drawn_p"),
}
#: Classes drawn for each photograph as a control: maps of the same photograph that answer another question.
DRAWN = 3
KINDS = {"plain": "gradient, every pixel", "coarse": "gradient, 7 × 7", "cam": "Grad-CAM, 7 × 7"}


@computation(
    metrics={
        "exact": ["label", "other_label", "other_untrained", "images", "side"],
        "measured": ["right"],
        "seeded": ["other_right", "both_right", "plain_same", "plain_others", "coarse_same", "coarse_others",
                   "coarse_drawn", "cam_same", "cam_others", "cam_drawn", "highest_class", "highest", "lowest_class",
                   "lowest", "agreeing", "agreeing_coarse", "disagreeing_coarse"],
        "margins": ["plain_p", "coarse_p", "coarse_drawn_p", "cam_p", "cam_drawn_p", "least_p", "agreeing_p"],
    },
    tables={
        "kinds": ["kind", "images", "same", "same_low", "same_high", "others", "p", "drawn", "drawn_p"],
        "images": ["image", "true_class", "predicted", "other_predicted", "plain", "coarse", "cam"],
    },
    figures=["maps"],
)  # fmt: skip
def saliency_agreement(
    workspace: Workspace, *, network: Network, other: Network, dataset: Dataset, images: int, cases: Result,
    seed: int = 0,
) -> Result:  # fmt: skip
    """Correlate the maps that two networks give for the true class of the same test photographs.

    Spearman's rank correlation, of the gradient maps pixel by pixel and averaged on a 7 × 7 grid, and of Grad-CAM's on
    that grid. Where the networks' inputs differ in size, the larger maps are first averaged to the ``side`` of the
    smaller, in pixels. ``other_untrained`` counts the classes of which ``other`` never saw an image. ``…_same`` is the
    median over images. There are two yardsticks. ``…_others`` is the median over all pairs of *different* images, whose
    maps share nothing but that objects tend to be in the middle; each image is compared with the median of its maps
    with those of other images. ``…_drawn`` is the median over images of the mean correlation of the first network's map
    with the second's for :data:`DRAWN` classes drawn by ``seed``: the same photograph, another question. ``…p`` are
    Wilcoxon's exact signed-rank probabilities for these pairs, by Holm's adjustment for the six tests of the table;
    none can be below ``least_p``. ``agreeing`` counts the images for which the networks predict the same class,
    ``…agreeing_coarse`` are medians over these and over the rest (None where there are none), with Mann and Whitney's
    ``agreeing_p`` (1 where one group is empty). ``cases`` are shown.
    """
    first, second = (load_explained(workspace, one, dataset, images) for one in (network, other))
    maps = []
    for number, explained in enumerate((first, second)):
        maps.append(_maps(explained, explained.labels))
        workspace.progress(number + 1, 2, f"maps of {explained.backbone.label}")
    side = min(*first.size, *second.size)
    across = {name: correlations_across(*(_compared(own[name], side) for own in maps)) for name in KINDS}
    drawn = _drawn(workspace, maps[0], second, side, seed)
    summaries = _summaries(across, drawn)
    metrics = {f"{name}_{key}": summaries[name][key] for name, keys in SAID.items() for key in keys}
    rows = [{"kind": words, **summaries[name]} for name, words in KINDS.items()]
    right, other_right = ((one.predicted == one.labels).cpu().numpy() for one in (first, second))
    return Result(
        metrics={
            **_named(first, second),
            "images": len(right),
            "side": side,
            "right": int(right.sum()),
            "other_right": int(other_right.sum()),
            "both_right": int((right & other_right).sum()),
            **metrics,
            "least_p": least_p(max(int(str(row["images"])) for row in rows), 2 * len(rows)),
            **_extremes(first, second, across),
        },
        tables={"kinds": Table.of(rows), "images": _table(first, second, across)},
        figures={"maps": _grid(first, second, places_of(cases, first), maps)},
    )


def _named(first: Explained, second: Explained) -> dict[str, Value]:
    """What the two networks are called, and of how many classes the second one never saw an image."""
    own, other = first.backbone, second.backbone
    return {"label": own.label, "other_label": other.label, "other_untrained": len(other.untrained)}


def _maps(explained: Explained, labels: torch.Tensor) -> dict[str, torch.Tensor]:
    module, inputs = explained.backbone.module, explained.inputs
    plain = saliency_maps(module, inputs, labels)
    cam = enlarged(grad_cam(module, last_maps(explained.backbone), inputs, labels), explained.size)
    return {"plain": plain, "coarse": coarse(plain, (GRID, GRID)), "cam": coarse(cam, (GRID, GRID))}


def _compared(maps: torch.Tensor, side: int) -> torch.Tensor:
    """Maps that are larger than ``side`` averaged to it; others as they are."""
    return coarse(maps, (side, side)) if maps.shape[-1] > side else maps


def _drawn(
    workspace: Workspace, maps: dict[str, torch.Tensor], other: Explained, side: int, seed: int
) -> dict[str, Floats]:
    """The mean correlation, by image, of the first network's maps with the other's for classes that were drawn.

    Empty maps, as Grad-CAM gives for some classes, are left out; NaN where nothing is left.
    """
    found: dict[str, list[Floats]] = {name: [] for name in KINDS}
    for classes in random_classes(workspace, other, DRAWN, seed):
        others = _maps(other, classes)
        for name, values in found.items():
            values.append(rank_correlations(*(_compared(own[name], side) for own in (maps, others))))
    return {name: _finite_mean(np.stack(values)) for name, values in found.items()}


def _finite_mean(values: Floats) -> Floats:
    """The mean along the first dimension of what is finite, NaN where nothing is."""
    counts = np.isfinite(values).sum(axis=0)
    means: Floats = np.divide(np.nansum(values, axis=0), counts, out=np.full(len(counts), np.nan), where=counts > 0)
    return means


def _summaries(across: dict[str, Floats], drawn: dict[str, Floats]) -> dict[str, dict[str, Value]]:
    """What is said of each kind of map, with the p values of all kinds adjusted together."""
    summaries = {name: _summary(across[name], drawn[name]) for name in KINDS}
    places = [(name, key) for name in KINDS for key in ("p", "drawn_p")]
    adjusted = holm_adjusted([float(str(summaries[name][key])) for name, key in places])
    for (name, key), p in zip(places, adjusted, strict=True):
        summaries[name][key] = p
    return summaries


def _summary(across: Floats, drawn: Floats) -> dict[str, Value]:
    """Same image against different images, of correlations (n, n) in which images with an empty map are NaN."""
    same = np.diag(across)
    others = across.copy()
    np.fill_diagonal(others, np.nan)
    usable = np.isfinite(same) & np.isfinite(others).any(axis=1)
    own, another = same[usable], drawn[usable & np.isfinite(drawn)]
    if not len(own):
        nothing: dict[str, Value] = dict.fromkeys(("same", "same_low", "same_high", "others", "drawn"))
        return {"images": 0, **nothing, "p": 1.0, "drawn_p": 1.0}
    low, middle, high = np.quantile(own, [0.25, 0.5, 0.75])
    return {
        "images": len(own),
        "same": float(middle),
        "same_low": float(low),
        "same_high": float(high),
        "others": float(np.nanmedian(others)),
        "p": signed_rank_p(own, np.nanmedian(others[usable], axis=1)),
        "drawn": float(np.median(another)) if len(another) else None,
        "drawn_p": signed_rank_p(same, drawn),
    }


def _extremes(first: Explained, second: Explained, across: dict[str, Floats]) -> dict[str, Value]:
    """The photographs on which the two networks' coarse maps agree most and least, and what agreement goes with."""
    from scipy.stats import mannwhitneyu

    same = np.diag(across["coarse"])
    agreeing = (first.predicted == second.predicted).cpu().numpy()
    usable = np.isfinite(same)
    groups = {"agreeing_coarse": same[agreeing & usable], "disagreeing_coarse": same[~agreeing & usable]}
    metrics: dict[str, Value] = {"agreeing": int(agreeing.sum())}
    for name, values in groups.items():
        metrics[name] = float(np.median(values)) if len(values) else None
    both = all(len(values) for values in groups.values())
    metrics["agreeing_p"] = float(mannwhitneyu(*groups.values()).pvalue) if both else 1.0
    for name, sign in (("highest", 1), ("lowest", -1)):
        place = int(np.nanargmax(sign * same)) if usable.any() else None
        metrics[f"{name}_class"] = None if place is None else first.images.true_class(place)
        metrics[name] = None if place is None else float(same[place])
    return metrics


def _table(first: Explained, second: Explained, across: dict[str, Floats]) -> Table:
    rows: list[dict[str, Value]] = []
    for place, number in enumerate(first.numbers):
        values = {name: float(across[name][place, place]) for name in KINDS}
        rows.append({
            "image": number,
            "true_class": first.images.true_class(place),
            "predicted": first.backbone.class_names[int(first.predicted[place])],
            "other_predicted": second.backbone.class_names[int(second.predicted[place])],
            **{name: value if np.isfinite(value) else None for name, value in values.items()},
        })  # fmt: skip
    return Table.of(rows)


def _grid(first: Explained, second: Explained, places: list[int], maps: list[dict[str, torch.Tensor]]) -> ImageGrid:
    """A row for each case: the photograph, then gradient map and Grad-CAM of each network; the answer stands above."""
    shown = photographs(first)
    images: list[Array] = []
    titles: list[str] = []
    tones: list[str] = []
    for place in places:
        images.append(shown[place])
        titles.append(first.images.true_class(place))
        tones.append("")
        for explained, own in ((first, maps[0]), (second, maps[1])):
            cam = enlarged(own["cam"][place : place + 1], explained.size)[0]
            images += [shown_map(own["plain"][place]), shown_map(cam)]
            right = bool(explained.predicted[place] == explained.labels[place])
            titles += [explained.answer(place, explained.predicted), ""]
            tones += ["good" if right else "bad", ""]
    heads = [head for one in (first, second) for head in (one.backbone.label, "Grad-CAM")]
    return ImageGrid(tuple(images), 5, tuple(titles), (), ("photograph", *heads), tuple(tones), COLOURS, (0.0, 1.0))
