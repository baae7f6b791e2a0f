"""Bars by category, lying or standing, alone or in groups."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import EngFormatter, MaxNLocator

from generator.render.figures.layout import SPACING, Box, fit, text_height, text_width, wrap
from generator.render.figures.style import HATCHES, INK, MUTED, QUIET, SMALL, colour, luminance
from generator.render.figures.words import constant_value, localised, said_constant, short
from generator.results import Bars, BarSeries

_LYING = 0.2  # inches for one line of words with its bar
_NAMES = 0.42  # of the width, at most, for the names of lying bars
_INSIDE = 0.6  # of the axis: a longer bar bears its value inside
_MANY = 1e5  # numbers from here on are written with k, M, G


def bars_height(bars: Bars, width: float) -> float:
    """As high as the names of lying bars ask for, a fixed height when they stand."""
    if bars.horizontal:
        heights = [text_height(name) for name in _names(bars, width)]
        touching = max(((one + other) / 2 for one, other in pairwise(heights)), default=0.0)
        slot = max(_LYING, 0.13 * len(_drawn(bars)) + 0.07, touching + 0.01)
        return 0.35 + (0.15 if bars.value_label else 0.0) + len(bars.categories) * slot
    return min(0.6 * width, 2.0) + 0.25


def draw_bars(bars: Bars, box: Box) -> Axes:
    """Bars with their intervals; each lying bar's value at its end, or a legend above when there are several series.

    Series are told apart by hatching as well as by colour. One whose bars are all alike is a line across the others.
    """
    axes = box.axes()
    drawn = _drawn(bars)
    thickness = 0.72 / len(drawn)
    places = np.arange(len(bars.categories))
    handles: list[Patch | Line2D] = []
    for place, number in enumerate(drawn):
        series = bars.series[number]
        offset = (place - (len(drawn) - 1) / 2) * thickness
        errors = None
        if series.low is not None and series.high is not None:
            values, low, high = (np.asarray(ends, float) for ends in (series.values, series.low, series.high))
            errors = np.abs(np.stack([values - low, high - values]))
        shades, hatch = _shades(bars, number), HATCHES[place % len(HATCHES)]
        style: dict[str, Any] = {"color": shades, "hatch": hatch, "edgecolor": "white", "linewidth": 0}
        whisker: dict[str, Any] = {"elinewidth": 0.8, "ecolor": INK, "capsize": 0}
        if bars.horizontal:
            axes.barh(places + offset, series.values, thickness * 0.94, xerr=errors, error_kw=whisker, **style)
        else:
            axes.bar(places + offset, series.values, thickness * 0.94, yerr=errors, error_kw=whisker, **style)
        handles.append(Patch(facecolor=colour(number), hatch=hatch, edgecolor="white", lw=0, label=series.name))
    for series in [one for number, one in enumerate(bars.series) if number not in drawn]:
        handles.append(_across(bars, series, axes))
    _name_bars(bars, box, axes)
    _finish_bars(bars, axes, handles)
    fit(axes, box)
    return axes


def _drawn(bars: Bars) -> list[int]:
    """The numbers of the series that are drawn as bars: not those of a group that are the same for each category."""
    alike = [one.low is None and constant_value(one.values) is not None for one in bars.series]
    return [number for number, is_alike in enumerate(alike) if len(alike) == 1 or all(alike) or not is_alike]


def _across(bars: Bars, series: BarSeries, axes: Axes) -> Line2D:
    """A line at the value of a series that is the same for each category, and what the legend says of it."""
    value = float(series.values[0])
    style: dict[str, Any] = {"color": QUIET, "linewidth": 1.0, "linestyle": (0, (3, 1.5))}
    (axes.axvline if bars.horizontal else axes.axhline)(value, **style)
    return Line2D([], [], label=f"{series.name}, {said_constant(value)}", **style)


def _shades(bars: Bars, number: int) -> list[str]:
    if bars.highlight is None or len(bars.series) > 1:
        return [colour(number)] * len(bars.categories)
    return [colour(0) if index == bars.highlight else MUTED for index in range(len(bars.categories))]


def _names(bars: Bars, width: float) -> list[str]:
    return [wrap(name, _NAMES * width, SMALL, 2) for name in bars.categories]


def _name_bars(bars: Bars, box: Box, axes: Axes) -> None:
    """Names of categories, and what the bars measure."""
    places = np.arange(len(bars.categories))
    if bars.horizontal:
        axes.set_yticks(places, _names(bars, box.width), linespacing=SPACING)
        axes.invert_yaxis()
        axes.set_xlabel(bars.value_label)
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
        return
    slot = 0.85 * box.width / len(places)
    names = [wrap(name, slot, SMALL) for name in bars.categories]
    turn = 90 if any(text_width(name) > slot for name in names) else 0
    axes.set_xticks(places, bars.categories if turn else names, rotation=turn, linespacing=SPACING)
    axes.set_xlim(-0.6, len(places) - 0.4)
    axes.set_ylabel(bars.value_label)


def _finish_bars(bars: Bars, axes: Axes, handles: list[Patch | Line2D]) -> None:
    value_axis = axes.xaxis if bars.horizontal else axes.yaxis
    if bars.value_limits is not None:
        (axes.set_xlim if bars.horizontal else axes.set_ylim)(bars.value_limits)
    axes.grid(axis="x" if bars.horizontal else "y")
    category_axis = axes.yaxis if bars.horizontal else axes.xaxis
    category_axis.set_tick_params(length=0)
    largest = max((float(np.nanmax(np.abs(series.values.astype(float)))) for series in bars.series), default=0.0)
    if largest >= _MANY:
        value_axis.set_major_formatter(EngFormatter(sep=" "))
    if len(bars.series) > 1:
        axes.legend(
            handles=handles, ncols=4, loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2,
            handlelength=1.6, handleheight=0.9, handletextpad=0.5,
        )  # fmt: skip
    elif bars.horizontal and bars.series[0].low is None:
        _write_values(bars, axes)


def _write_values(bars: Bars, axes: Axes) -> None:
    """Write each lying bar's value beyond its end; within, where the bar is long."""
    low, high = sorted(axes.get_xlim())
    for place, value in enumerate(bars.series[0].values.astype(float)):
        if not np.isfinite(value):
            continue
        inside = abs(value) > _INSIDE * (high - low)
        left = (value >= 0) != inside
        shade = _shades(bars, 0)[place]
        ink = "white" if inside and luminance(shade) < 0.25 else INK
        axes.annotate(
            _value(value), (value, place), (3 if left else -3, 0), textcoords="offset points", fontsize=SMALL,
            ha="left" if left else "right", va="center", color=ink, annotation_clip=False,
        )  # fmt: skip


def _value(value: float) -> str:
    """Two digits that count; no more than three places after the point."""
    if 0 < abs(value) < 0.001:
        return "< " + localised("0.001") if value > 0 else "> " + localised("−0.001")
    if abs(value) >= _MANY:
        return EngFormatter(sep=" ", places=1)(value)
    return short(value)
