"""Curves, bars and scatter plots."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import EngFormatter, FuncFormatter, MaxNLocator, NullFormatter

from generator.render.figures.layout import POINT, Box, fit, text_width, wrap
from generator.render.figures.style import INK, MARKERS, MUTED, QUIET, SMALL, colour, readable
from generator.results import Bars, LineChart, Scatter

_MOST_DIRECT_LABELS = 6
_MOST_OWN_TICKS = 10  # places on a logarithmic axis that are all named; powers of ten may be far apart


def line_chart_height(chart: LineChart, width: float) -> float:
    """A flat rectangle, less flat where it is narrow."""
    return min(0.62 * width, 2.05) + 0.25


def draw_line_chart(chart: LineChart, box: Box) -> None:
    """Curves with their names at their right ends; a legend above when there are many."""
    axes = box.axes()
    if chart.x_log:
        axes.set_xscale("log")
        _plain_ticks(axes.xaxis)
        if len(places := np.unique(np.concatenate([series.x for series in chart.series]))) <= _MOST_OWN_TICKS:
            axes.set_xticks(places)
    if chart.y_log:
        axes.set_yscale("log")
        _plain_ticks(axes.yaxis)
    for number, series in enumerate(chart.series):
        style = "--" if series.dashed else "-"
        marker = "o" if len(series.x) <= 12 and not series.dashed else ""  # markers would hide the dashes
        axes.plot(series.x, series.y, style, color=colour(number), label=series.name, marker=marker, markersize=3)
        if series.low is not None and series.high is not None:
            axes.fill_between(series.x, series.low, series.high, color=colour(number), alpha=0.18, linewidth=0)
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    if chart.y_limits is not None:
        axes.set_ylim(chart.y_limits)
    axes.margins(x=0.01)
    axes.grid(axis="y")
    if not chart.x_log and all(np.asarray(series.x).dtype.kind in "iu" for series in chart.series):
        axes.xaxis.set_major_locator(MaxNLocator(max(2, int(box.width / 0.5)), integer=True))
    if 1 < len(chart.series) <= _MOST_DIRECT_LABELS:
        _label_ends(axes, chart, box.height)
    elif len(chart.series) > 1:
        axes.legend(ncols=4, loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2, handlelength=1.5)
    fit(axes, box)


def _label_ends(axes: Axes, chart: LineChart, height: float) -> None:
    """Name each curve at its right end, moved up or down where the names would touch."""
    axes.autoscale_view()  # limits are worked out late, and transData does not ask for them
    ends = []
    for number, series in enumerate(chart.series):
        finite = np.flatnonzero(np.isfinite(np.asarray(series.y, dtype=float)))
        if finite.size:
            point = (float(series.x[finite[-1]]), float(series.y[finite[-1]]))
            place = axes.transAxes.inverted().transform(axes.transData.transform(point))
            ends.append((float(np.clip(place[1], 0, 1)), number, series.name))
    spaced = spread([end[0] for end in ends], SMALL * 1.2 * POINT / (0.75 * height))
    for (_, number, name), level in zip(ends, spaced, strict=True):
        axes.annotate(
            name, (1, level), (5, 0), xycoords="axes fraction", textcoords="offset points",
            va="center", color=readable(colour(number)), fontsize=SMALL, annotation_clip=False,
        )  # fmt: skip


def _plain_ticks(axis: Axis) -> None:
    """0.001, 1, 100 on a logarithmic axis: matplotlib's own labels are formulas, which are not read as such here."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def spread(levels: Sequence[float], least: float) -> list[float]:
    """Levels moved as little as needed so that neighbours are ``least`` apart, in the order given."""
    order = sorted(range(len(levels)), key=lambda index: levels[index])
    moved = list(levels)
    for below, above in pairwise(order):
        moved[above] = max(moved[above], moved[below] + least)
    excess = max(moved, default=0.0) - max(1.0, max(levels, default=0.0))
    if excess > 0:  # pushed out at the top: give the room back downwards
        moved[order[-1]] -= excess
        for above, below in pairwise(order[::-1]):
            moved[below] = min(moved[below], moved[above] - least)
    return moved


def bars_height(bars: Bars, width: float) -> float:
    """One line for each bar when they lie, a fixed height when they stand."""
    if bars.horizontal:
        return 0.5 + len(bars.categories) * max(0.2, 0.13 * len(bars.series) + 0.07)
    return min(0.6 * width, 2.0) + 0.25


def draw_bars(bars: Bars, box: Box) -> None:
    """Bars with their intervals; a legend above when there are several series, else each bar's value at its end."""
    axes = box.axes()
    count = len(bars.series)
    thickness = 0.72 / count
    places = np.arange(len(bars.categories))
    for number, series in enumerate(bars.series):
        offset = (number - (count - 1) / 2) * thickness
        shades = _shades(bars, number)
        errors = None
        if series.low is not None and series.high is not None:
            values, low, high = (np.asarray(ends, float) for ends in (series.values, series.low, series.high))
            errors = np.abs(np.stack([values - low, high - values]))
        whisker = {"elinewidth": 0.8, "ecolor": INK, "capsize": 0}
        if bars.horizontal:
            axes.barh(places + offset, series.values, thickness * 0.94, color=shades, xerr=errors, error_kw=whisker)
        else:
            axes.bar(places + offset, series.values, thickness * 0.94, color=shades, yerr=errors, error_kw=whisker)
        axes.plot([], [], "s", color=colour(number), label=series.name)
    if bars.horizontal:
        names = [wrap(name, 0.42 * box.width, SMALL, 2) for name in bars.categories]
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.set_xlabel(bars.value_label)
        axes.xaxis.set_major_locator(MaxNLocator(4))
    else:
        slot = 0.85 * box.width / len(places)
        names = [wrap(name, slot, SMALL) for name in bars.categories]
        turn = 90 if any(text_width(name) > slot for name in names) else 0
        axes.set_xticks(places, bars.categories if turn else names, rotation=turn)
        axes.set_ylabel(bars.value_label)
    _finish_bars(bars, axes)
    fit(axes, box)


def _shades(bars: Bars, number: int) -> list[str]:
    if bars.highlight is None or len(bars.series) > 1:
        return [colour(number)] * len(bars.categories)
    return [colour(0) if index == bars.highlight else MUTED for index in range(len(bars.categories))]


def _finish_bars(bars: Bars, axes: Axes) -> None:
    value_axis = axes.xaxis if bars.horizontal else axes.yaxis
    if bars.value_limits is not None:
        (axes.set_xlim if bars.horizontal else axes.set_ylim)(bars.value_limits)
    axes.grid(axis="x" if bars.horizontal else "y")
    category_axis = axes.yaxis if bars.horizontal else axes.xaxis
    category_axis.set_tick_params(length=0)
    largest = max((float(np.nanmax(np.abs(series.values.astype(float)))) for series in bars.series), default=0.0)
    if largest >= 1e5:
        value_axis.set_major_formatter(EngFormatter(sep=" "))
    if len(bars.series) > 1:
        axes.legend(ncols=4, loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2, handletextpad=0.2)


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
