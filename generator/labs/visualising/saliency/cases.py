"""Saliency maps of many photographs, and which of them are shown: chosen by a measure, never by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.shared.statistics import wilson_interval
from generator.labs.visualising.paired import least_p, signed_rank_p
from generator.labs.visualising.saliency.explained import Explained, load_explained, random_classes
from generator.labs.visualising.saliency.maps import enlarged, grad_cam, last_maps, saliency_maps
from generator.labs.visualising.saliency.measures import highest_region, rank_correlations, shares_inside
from generator.labs.visualising.saliency.pictures import COLOURS, photographs, shown_map
from generator.registry import Dataset, Network, computation
from generator.results import ImageGrid, Panels, Result, Table, Value
from generator.workspace import Workspace

if TYPE_CHECKING:
    from generator.results import Array

Floats = NDArray[np.float64]
#: Photographs in the overview, and in a row of it.
SHOWN, ACROSS = 10, 5
#: Classes drawn for each photograph as a control: what the maps of any two classes have in common.
DRAWN = 3


@computation(
    metrics={
        "exact": ["label", "images", "region"],
        "measured": ["right", "wrong", "without_region", "median_share", "median_elsewhere", "highest_share",
                     "lowest_share", "higher", "compared", "higher_share", "right_share", "wrong_share",
                     "rival_correlation", "rival_compared"],
        "seeded": ["drawn_correlation"],
        "margins": ["higher_low", "higher_high", "higher_p", "groups_p", "rival_p", "rival_least_p"],
    },
    tables={
        "cases": ["case", "image", "true_class", "predicted_class", "probability", "share", "elsewhere", "correlation"],
        "images": ["case", "image", "true_class", "predicted_class", "probability", "share", "elsewhere",
                   "correlation"],
    },
    figures=["cases", "overview"], columns={"measured": ["probability", "share", "elsewhere", "correlation"]},
)  # fmt: skip
def saliency_cases(
    workspace: Workspace, *, network: Network, dataset: Dataset, images: int, region: float = 0.2, seed: int = 0
) -> Result:
    """Make the saliency maps of ``images`` test photographs, and show the most and the least consistent ones.

    A map of the predicted class is consistent when much of it lies where Grad-CAM, a coarser method, sees the same
    class. ``share`` is the part of the map's sum inside the ``region`` (a share of the image, ``region`` = 0.2 the
    highest fifth) of Grad-CAM's own map; ``elsewhere`` the mean of the same over the other images' regions, which
    accounts for objects being in the middle of most photographs. The overview has up to ten photographs, evenly spread
    over them. The cases are, of the photographs that the network gets
    right and of those that it gets wrong, the one with the largest and the one with the smallest share.

    ``higher`` counts the images whose share is above ``elsewhere``, of ``compared``, with the 95 % Wilson interval of
    the proportion and the exact p value of a fair coin; ``groups_p`` is Mann and Whitney's for the shares of right and
    wrong images. The *rival* of the predicted class is the true one where that is another, else the second most
    probable. ``correlation`` is Spearman's between the maps of these two, ``rival_correlation`` its median.
    ``drawn_correlation`` is the median of the mean correlation of the predicted class's map with those of
    :data:`DRAWN` classes drawn by ``seed``: what the maps of any two classes have in common. ``rival_p`` is Wilcoxon's
    exact signed-rank probability for the two, paired over the ``rival_compared`` images; it cannot be below
    ``rival_least_p``. Other metrics are None where there is no image to measure them on.
    """
    explained = load_explained(workspace, network, dataset, images)
    module = explained.backbone.module
    true_maps, maps, second_maps = _three_maps(workspace, explained)
    cam = grad_cam(module, last_maps(explained.backbone), explained.inputs, explained.predicted)
    regions = highest_region(enlarged(cam, explained.size), region)
    inside = shares_inside(maps, regions)
    share, elsewhere = np.diag(inside), _elsewhere(inside)
    right = (explained.predicted == explained.labels).cpu().numpy()
    rival_maps = torch.where(torch.from_numpy(right)[:, None, None], second_maps, true_maps)
    correlations = rank_correlations(rival_maps, maps)
    cases = _choose(share, right)
    every = [("right" if hit else "wrong", place) for place, hit in enumerate(right)]
    drawn = _drawn(workspace, explained, maps, seed)
    metrics = {**_summary(share, elsewhere, right), **_rivals(correlations, drawn)}
    panels = _panels(explained, cases, (true_maps, maps, second_maps))
    return Result(
        metrics={"label": explained.backbone.label, "images": len(share), "region": region, **metrics},
        tables={
            name: Table.of(_row(explained, place, case, share, elsewhere, correlations) for case, place in chosen)
            for name, chosen in (("cases", cases), ("images", every))
        },
        figures={"cases": panels, "overview": _overview(explained, maps)},
    )


def _three_maps(workspace: Workspace, explained: Explained) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Each image's map for the true, the predicted and the second most probable class."""
    asked = {"true": explained.labels, "predicted": explained.predicted, "second": explained.second}
    made = []
    for number, (kind, classes) in enumerate(asked.items(), start=1):
        made.append(saliency_maps(explained.backbone.module, explained.inputs, classes))
        workspace.progress(number, 4, f"maps of the {kind} classes")
    true_maps, maps, second_maps = made
    return true_maps, maps, second_maps


def _drawn(workspace: Workspace, explained: Explained, maps: torch.Tensor, seed: int) -> Floats:
    """The mean correlation of each map with those of classes drawn for the same image."""
    module, inputs = explained.backbone.module, explained.inputs
    drawn = random_classes(workspace, explained, DRAWN, seed)
    means: Floats = np.mean([rank_correlations(maps, saliency_maps(module, inputs, some)) for some in drawn], axis=0)
    return means


def _elsewhere(inside: Floats) -> Floats:
    """The mean share of each map in the regions of the other images."""
    others = inside.copy()
    np.fill_diagonal(others, np.nan)
    counts = np.isfinite(others).sum(axis=1)
    means: Floats = np.divide(np.nansum(others, axis=1), counts, out=np.full(len(others), np.nan), where=counts > 0)
    return means


def _choose(share: Floats, right: NDArray[np.bool_]) -> list[tuple[str, int]]:
    """Name and place of each case; a group of one image gives one case, an empty one none."""
    cases = []
    for name, group in (("right", right), ("wrong", ~right)):
        places = np.flatnonzero(group & np.isfinite(share))
        if len(places):
            cases.append((f"{name}, consistent", int(places[np.argmax(share[places])])))
        if len(places) > 1:
            cases.append((f"{name}, inconsistent", int(places[np.argmin(share[places])])))
    return cases


def _row(
    explained: Explained, place: int, case: str, share: Floats, elsewhere: Floats, correlations: Floats
) -> dict[str, Value]:
    predicted = int(explained.predicted[place])
    return {
        "case": case,
        "image": explained.numbers[place],
        "true_class": explained.images.true_class(place),
        "predicted_class": explained.backbone.class_names[predicted],
        "probability": float(explained.probabilities[place, predicted]),
        "share": _finite(share[place]),
        "elsewhere": _finite(elsewhere[place]),
        "correlation": _finite(correlations[place]),
    }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _panels(
    explained: Explained,
    cases: list[tuple[str, int]],
    maps: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> Panels:
    """One grid for the right and one for the wrong photographs, side by side, a row for each case."""
    true_maps, predicted_maps, second_maps = maps
    # Where the prediction is right, its map is the true class's; the next class tells more beside it.
    groups = {
        "right": ("second class", second_maps, explained.second),
        "wrong": ("predicted class", predicted_maps, explained.predicted),
    }
    shown = photographs(explained)
    grids, heads_of_groups = [], []
    for group, (other, other_maps, index) in groups.items():
        rows = [(case, place) for case, place in cases if case.startswith(group)]
        images: list[Array] = []
        titles: list[str] = []
        for _, place in rows:
            images += [shown[place], shown_map(true_maps[place]), shown_map(other_maps[place])]
            titles += [explained.images.true_class(place), explained.answer(place, explained.labels)]
            titles.append(explained.answer(place, index))
        names = tuple(case.split(", ")[1] for case, _ in rows)
        heads = ("photograph", "true class", other)
        if rows:
            heads_of_groups.append(f"classified {group}")
            grids.append(ImageGrid(tuple(images), 3, tuple(titles), names, heads, colormap=COLOURS,
                                   value_range=(0.0, 1.0)))  # fmt: skip
    return Panels(tuple(grids), columns=len(grids), titles=tuple(heads_of_groups))


def _overview(explained: Explained, maps: torch.Tensor) -> ImageGrid:
    """Up to :data:`SHOWN` photographs in rows of :data:`ACROSS`, under each row the maps of what they are taken for."""
    count = min(SHOWN, len(maps))
    count -= count % ACROSS if count > ACROSS else 0  # no row that is half empty
    places = np.linspace(0, len(maps) - 1, count).round().astype(int).tolist()
    shown = photographs(explained)
    images: list[Array] = []
    titles: list[str] = []
    for start in range(0, len(places), ACROSS):
        row = places[start : start + ACROSS]
        images += [shown[place] for place in row] + [shown_map(maps[place]) for place in row]
        titles += [explained.images.true_class(place) for place in row]
        titles += [explained.answer(place, explained.predicted) for place in row]
    return ImageGrid(tuple(images), min(ACROSS, count), tuple(titles), colormap=COLOURS, value_range=(0.0, 1.0))


def _summary(share: Floats, elsewhere: Floats, right: NDArray[np.bool_]) -> dict[str, Value]:
    from scipy.stats import binomtest, mannwhitneyu

    usable = np.isfinite(share) & np.isfinite(elsewhere)
    higher, compared = int((share > elsewhere)[usable].sum()), int(usable.sum())
    low, high = wilson_interval(higher, compared) if compared else (0.0, 1.0)
    of_right, of_wrong = share[usable & right], share[usable & ~right]
    both = len(of_right) > 0 and len(of_wrong) > 0
    return {
        "right": int(right.sum()),
        "wrong": int((~right).sum()),
        "without_region": len(share) - compared,
        "median_share": _median(share[usable]),
        "median_elsewhere": _median(elsewhere[usable]),
        "highest_share": float(share[usable].max()) if compared else None,
        "lowest_share": float(share[usable].min()) if compared else None,
        "higher": higher,
        "compared": compared,
        "higher_share": higher / compared if compared else None,
        "higher_low": low,
        "higher_high": high,
        "higher_p": float(binomtest(higher, compared, 0.5).pvalue) if compared else 1.0,
        "right_share": _median(of_right),
        "wrong_share": _median(of_wrong),
        "groups_p": float(mannwhitneyu(of_right, of_wrong).pvalue) if both else 1.0,
    }


def _rivals(correlations: Floats, drawn: Floats) -> dict[str, Value]:
    """The maps of rivals, against those of classes drawn for the same images."""
    usable = np.isfinite(correlations) & np.isfinite(drawn)
    own, others, compared = correlations[usable], drawn[usable], int(usable.sum())
    return {
        "rival_correlation": _median(own),
        "drawn_correlation": _median(others),
        "rival_compared": compared,
        "rival_p": signed_rank_p(own, others),
        "rival_least_p": least_p(compared),
    }


def _median(values: Floats) -> float | None:
    return float(np.median(values)) if len(values) else None
