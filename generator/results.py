"""What a computation returns: metrics, tables, figures as data, and arrays; never a picture and never prose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.generic]

Value = int | float | str | bool | None


@dataclass(frozen=True)
class Table:
    """Rows of plain values; ``columns`` names them. Titles, units and number formats belong to the question's YAML."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"row {number} has {len(row)} values for {len(self.columns)} columns")

    @classmethod
    def of(cls, records: Iterable[Mapping[str, Value]]) -> Table:
        """Rows by column name, in the order of the first. Raises ValueError where two have other columns."""
        rows = list(records)
        columns = tuple(rows[0]) if rows else ()
        for number, row in enumerate(rows):
            if row.keys() != set(columns):
                raise ValueError(f"row {number} has the columns {', '.join(row)}, the first {', '.join(columns)}")
        return cls(columns, tuple(tuple(row[name] for name in columns) for row in rows))

    def records(self) -> list[dict[str, Value]]:
        """One mapping from column name to value for each row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, eq=False)
class Series:
    """One curve: ``x`` and ``y`` of shape (n,), with an optional band from ``low`` to ``high``."""

    name: str
    x: Array
    y: Array
    low: Array | None = None
    high: Array | None = None
    dashed: bool = False


@dataclass(frozen=True, eq=False)
class LineChart:
    """Curves over a shared axis. Limits are (low, high) or None for automatic."""

    series: tuple[Series, ...]
    x_label: str
    y_label: str
    x_log: bool = False
    y_log: bool = False
    y_limits: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class ImageGrid:
    """Images in reading order, ``columns`` to a row.

    Each image is uint8 (height, width) grey or (height, width, 3) RGB, or float (height, width) drawn with ``colormap``
    over ``value_range`` (each image's own range when None). ``titles`` stand above single images, ``row_titles`` at the
    left, ``column_titles`` on top; ``tones`` ("good", "bad" or "") colours a title. ``colour_label`` non-empty asks for
    a colour scale, which needs ``value_range``.
    """

    images: tuple[Array, ...]
    columns: int
    titles: tuple[str, ...] = ()
    row_titles: tuple[str, ...] = ()
    column_titles: tuple[str, ...] = ()
    tones: tuple[str, ...] = ()
    colormap: str = "gray"
    value_range: tuple[float, float] | None = None
    colour_label: str = ""
    smooth: bool = True


@dataclass(frozen=True, eq=False)
class BarSeries:
    """Bar lengths of shape (categories,), with optional interval ends ``low`` and ``high`` of the same shape."""

    name: str
    values: Array
    low: Array | None = None
    high: Array | None = None


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars by category, grouped when there are several series. ``highlight`` is the index of the bar to stress."""

    categories: tuple[str, ...]
    series: tuple[BarSeries, ...]
    value_label: str
    horizontal: bool = False
    value_limits: tuple[float, float] | None = None
    highlight: int | None = None


@dataclass(frozen=True, eq=False)
class Heatmap:
    """A matrix of shape (rows, columns) with its labels and colour scale."""

    values: Array
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    colour_label: str
    row_title: str = ""
    column_title: str = ""
    value_range: tuple[float, float] | None = None
    annotate: bool = False


@dataclass(frozen=True, eq=False)
class Cloud:
    """One group of points, ``x`` and ``y`` of shape (n,)."""

    name: str
    x: Array
    y: Array


@dataclass(frozen=True, eq=False)
class Scatter:
    """Groups of points in the plane; axes without labels are drawn without ticks (embeddings have no units)."""

    clouds: tuple[Cloud, ...]
    x_label: str = ""
    y_label: str = ""


@dataclass(frozen=True, eq=False)
class Frames:
    """An animation: uint8 images of one size with captions, ``seconds`` each; ``keys`` index the key frames."""

    images: tuple[Array, ...]
    captions: tuple[str, ...]
    keys: tuple[int, ...]
    seconds: float = 0.2


@dataclass(frozen=True, eq=False)
class Panels:
    """Several figures drawn as one picture, ``columns`` to a row, with heads for rows and columns.

    ``widths`` are the relative widths of the columns (all equal when empty).
    """

    panels: tuple[Figure, ...]
    columns: int
    titles: tuple[str, ...] = ()
    row_titles: tuple[str, ...] = ()
    column_titles: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()


Figure = LineChart | ImageGrid | Bars | Heatmap | Scatter | Frames | Panels

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (LineChart, Series, ImageGrid, Bars, BarSeries, Heatmap, Scatter, Cloud, Frames, Panels, Table)
}


@dataclass(frozen=True, eq=False)
class Result:
    """Everything that one job produced.

    ``metrics`` are single values by name; ``arrays`` are named numeric arrays that later jobs take as input (features,
    a trained network's parameters under their ``state_dict`` names).
    """

    metrics: Mapping[str, Value] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)


def encode(result: Result) -> tuple[dict[str, Any], dict[str, Array]]:
    """Split a result into a JSON document and the arrays that it refers to by name."""
    arrays: dict[str, Array] = {f"arrays/{name}": array for name, array in result.arrays.items()}

    def plain(value: Any, place: str) -> Any:
        if type(value).__name__ in KINDS:
            content = {f.name: plain(getattr(value, f.name), f"{place}/{f.name}") for f in fields(value)}
            return {"kind": type(value).__name__, **content}
        if isinstance(value, tuple | list):
            return [plain(item, f"{place}/{number}") for number, item in enumerate(value)]
        if hasattr(value, "dtype") and hasattr(value, "shape") and value.shape != ():
            arrays[place] = value
            return {"array": place}
        return value.item() if hasattr(value, "item") else value

    document = {
        "metrics": {name: plain(value, name) for name, value in result.metrics.items()},
        "tables": {name: plain(value, f"tables/{name}") for name, value in result.tables.items()},
        "figures": {name: plain(value, f"figures/{name}") for name, value in result.figures.items()},
        "arrays": sorted(result.arrays),
    }
    return document, arrays


def decode(document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Result:
    """Put a result together again; the inverse of :func:`encode` (numpy scalars come back as Python numbers)."""

    def rich(value: Any) -> Any:
        if isinstance(value, list):
            return tuple(rich(item) for item in value)
        if isinstance(value, dict) and "array" in value:
            return arrays[value["array"]]
        if isinstance(value, dict):
            content = {name: rich(item) for name, item in value.items() if name != "kind"}
            return KINDS[value["kind"]](**content)
        return value

    return Result(
        metrics=dict(document["metrics"]),
        tables={name: rich(value) for name, value in document["tables"].items()},
        figures={name: rich(value) for name, value in document["figures"].items()},
        arrays={name: arrays[f"arrays/{name}"] for name in document["arrays"]},
    )
