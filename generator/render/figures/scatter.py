"""Clouds of points in the plane."""

from __future__ import annotations

import numpy as np

from generator.render.figures.layout import Box, fit
from generator.render.figures.style import MARKERS, QUIET, colour
from generator.results import Scatter


def scatter_height(scatter: Scatter, width: float) -> float:
    """Nearly square, and never taller than a third of a page."""
    return min(0.85 * width, 3.1)


def draw_scatter(scatter: Scatter, box: Box) -> None:
    """Clouds of points with a legend at the right; a shape goes with each colour, so that colour is not needed."""
    axes = box.axes()
    total = sum(len(cloud.x) for cloud in scatter.clouds)
    size = float(np.clip(6000 / max(total, 1), 3, 18))
    for number, cloud in enumerate(scatter.clouds):
        axes.scatter(
            cloud.x, cloud.y, s=size, color=colour(number), marker=MARKERS[number % len(MARKERS)],
            linewidths=0, alpha=0.8, label=cloud.name,
        )  # fmt: skip
    axes.set_xlabel(scatter.x_label)
    axes.set_ylabel(scatter.y_label)
    if not scatter.x_label and not scatter.y_label:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
    if len(scatter.clouds) > 1:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), labelcolor=QUIET, handletextpad=0.2, markerscale=1.6)
    fit(axes, box)
