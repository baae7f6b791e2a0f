"""Line charts: curves with their names at their ends, and in words what is no curve."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from generator.render.figures.ends import End, close_early, fit_named, names_height
from generator.render.figures.layout import Box, text_height, wrap
from generator.render.figures.style import MARKERS, QUIET, TEXT, colour
from generator.render.figures.words import constant_value, said_constant
from generator.results import LineChart, Series

_MOST_OWN_TICKS = 10  # places on a logarithmic axis that are all named; powers of ten may be far apart
_MOST_MARKED = 12  # points of a curve that each get a marker
_MOST_TOLD_BY_COLOUR = 4  # curves that bear no marker where they have many points
_MORE = 0.4  # inches by which a chart may be higher for its names
_STEPS = (1, 2, 5, 10)  # of the numbers on an axis


def line_chart_height(chart: LineChart, width: float) -> float:
    """A flat rectangle, less flat where it is narrow, or where names ask for a little more."""
    flat = min(0.62 * width, 2.05) + 0.25
    ends = _ends(chart, _levels(chart))
    needed = names_height(ends, width) if len(ends) > 1 else 0.0
    return needed if flat < needed < flat + _MORE else flat


def draw_line_chart(chart: LineChart, box: Box) -> Axes | None:
    """Curves with their names at their right ends.

    A series that keeps one value is a thin line across with that value in words; where there is nothing else, the words
    stand alone and there are no axes.
    """
    levels = _levels(chart)
    if levels and len(levels) == len(chart.series):
        _say(chart, levels, box)
        return None
    axes = box.axes()
    _scale(chart, axes, box.width)
    for number in range(len(chart.series)):
        if number in levels:
            axes.axhline(levels[number], color=QUIET, linewidth=0.9, linestyle=(0, (1, 1.5)))
        else:
            _draw_curve(chart, number, axes)
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    if chart.y_limits is not None:
        axes.set_ylim(chart.y_limits)
    axes.margins(x=0.01)
    axes.grid(axis="y")
    ends = _ends(chart, levels)
    close_early(axes, ends)
    fit_named(axes, ends if len(ends) > 1 else (), box)
    return axes


def _levels(chart: LineChart) -> dict[int, float]:
    """The series that are no curves, with their values."""
    return {number: value for number, one in enumerate(chart.series) if (value := _level(one)) is not None}


def _level(series: Series) -> float | None:
    """The value of a series that keeps it from end to end, band and all."""
    value = constant_value(series.y)
    bands = [band for band in (series.low, series.high) if band is not None]
    return value if value is not None and all(constant_value(band) == value for band in bands) else None


def _say(chart: LineChart, levels: dict[int, float], box: Box) -> None:
    """What a chart without any curve holds, in words."""
    if len(levels) == 1:
        words = [chart.y_label, *map(said_constant, levels.values())]
    else:
        words = [chart.y_label, *(f"{chart.series[one].name}, {said_constant(value)}" for one, value in levels.items())]
    lines = "\n".join(wrap(line, box.width, TEXT) for line in words)
    box.stack(box.width / 2, (box.height - text_height(lines, TEXT)) / 2, lines)


def _scale(chart: LineChart, axes: Axes, width: float) -> None:
    if chart.x_log:
        axes.set_xscale("log")
        _plain_ticks(axes.xaxis)
        if len(places := np.unique(np.concatenate([series.x for series in chart.series]))) <= _MOST_OWN_TICKS:
            axes.set_xticks(places)
    else:
        whole = all(np.asarray(series.x).dtype.kind in "iu" for series in chart.series)
        count = min(10, max(2, int(width / 0.4)))
        axes.xaxis.set_major_locator(MaxNLocator(count, steps=_STEPS, integer=whole, min_n_ticks=2))
    if chart.y_log:
        axes.set_yscale("log")
        _plain_ticks(axes.yaxis)
    else:
        axes.yaxis.set_major_locator(MaxNLocator("auto", steps=_STEPS, min_n_ticks=2))


def _draw_curve(chart: LineChart, number: int, axes: Axes) -> None:
    """One curve with its band; a shape goes with each colour where markers do not hide the curve or its dashes."""
    series = chart.series[number]
    count = len(series.x)
    several = len(chart.series) > _MOST_TOLD_BY_COLOUR
    marked = not series.dashed and (count <= _MOST_MARKED or several)
    y = np.asarray(series.y, float)
    low, high = chart.y_limits or (-np.inf, np.inf)
    inside = not np.any((y < low) | (y > high))
    axes.plot(
        series.x, y, "--" if series.dashed else "-", color=colour(number), label=series.name, markersize=3.2,
        marker=MARKERS[number % len(MARKERS)] if marked else "", clip_on=not inside,
        markevery=None if count <= _MOST_MARKED else _spaced(count, number, len(chart.series)),
    )  # fmt: skip
    if series.low is not None and series.high is not None:
        axes.fill_between(series.x, series.low, series.high, color=colour(number), alpha=0.18, linewidth=0)


def _spaced(count: int, number: int, series: int) -> list[int]:
    """A few points of a curve, elsewhere than those of the others, and its last one, where its name stands."""
    step = max(1, count // 5)
    return [*range(number * step // series, count - step // 2, step), count - 1]


def _ends(chart: LineChart, levels: dict[int, float]) -> list[End]:
    """Where each name belongs: at the last point of its curve; those of the same constant value share one."""
    ends = []
    for number, series in enumerate(chart.series):
        if number in levels:
            continue
        measured = np.flatnonzero(np.isfinite(np.asarray(series.y, float)))
        point = (float(series.x[measured[-1]]), float(series.y[measured[-1]])) if measured.size else None
        ends.append(End(series.name, colour(number), point, early=_ends_early(chart, number)))
    for value in dict.fromkeys(levels.values()):
        names = [chart.series[number].name for number, level in levels.items() if level == value]
        ends.append(End(",\n".join(names), QUIET, (np.inf, value), after=said_constant(value)))
    return ends


def _ends_early(chart: LineChart, number: int) -> bool:
    """Whether a curve ends before others that are measured at the same places: a run that was shorter, or was lost."""
    places = [np.asarray(one.x)[np.isfinite(np.asarray(one.y, float))] for one in chart.series]
    own = places.pop(number)
    others = [np.asarray(one.x) for place, one in enumerate(chart.series) if place != number]
    if not own.size or not others:
        return bool(own.size) and own[-1] < np.asarray(chart.series[number].x)[-1]
    alike = np.isin(own, np.concatenate(others)).all()
    return bool(alike and own[-1] < max([np.asarray(chart.series[number].x)[-1], *(p[-1] for p in places if p.size)]))


def _plain_ticks(axis: Axis) -> None:
    """0.001, 1, 100 on a logarithmic axis: matplotlib's own labels are formulas, which are not read as such here."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())
