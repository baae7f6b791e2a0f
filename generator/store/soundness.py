"""Is what an entry holds a result that a computation may return? A checksum only says that it is what was written."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Hashable, Iterator, Mapping
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, cast, get_args, get_origin, get_type_hints

from generator.jobs import Provenance
from generator.results import (
    Bars,
    Cloud,
    Figure,
    Frames,
    Heatmap,
    ImageGrid,
    Panels,
    Result,
    Series,
    Table,
    Value,
)

if TYPE_CHECKING:
    from generator.results import Array

#: Beyond this, whole numbers are neither counts nor seeds, and many a library fails on them.
LARGEST = 2**64


def check_result(result: Result) -> None:
    """Raise ValueError unless everything in a result has the type and the shape that its definition states."""
    for what, values, hint in (
        ("metric", result.metrics, Value),
        ("table", result.tables, Table),
        ("figure", result.figures, Figure),
    ):
        for name, value in values.items():
            if not _fits(value, hint):
                raise ValueError(f"{what} {name!r} is not of its type")
            if reason := _misshapen(value):
                raise ValueError(f"{what} {name!r}: {reason}")


def read_provenance(plain: Any) -> Provenance:
    """A provenance from its stored form; raises ValueError when it is none.

    Entries made before versions were recorded have torch's alone.
    """
    try:
        fields = dict(plain)
        if "origin" in fields:
            raise ValueError("an entry cannot say where it was brought from")
        if "torch" in fields:
            fields["versions"] = {"torch": fields.pop("torch")}
        provenance = Provenance(**fields)
    except (TypeError, ValueError) as error:
        raise ValueError(f"its provenance is not readable ({error})") from None
    if not _fits(provenance, Provenance) or not all(isinstance(item, str) for item in provenance.versions.values()):
        raise ValueError("its provenance is not of its type")
    return provenance


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of an annotation's type; of a dataclass, whether its fields are too."""
    if get_origin(hint) in (Union, UnionType):
        return any(_fits(value, part) for part in get_args(hint))
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and _items_fit(value, get_args(hint))
    if dataclasses.is_dataclass(hint):
        return type(value) is hint and all(
            _fits(getattr(value, name), kind) for name, kind in _hints(cast(Hashable, hint)).items()
        )
    if hint in (int, float):
        number = isinstance(value, int | float) if hint is float else isinstance(value, int)
        return number and not isinstance(value, bool) and (isinstance(value, float) or abs(value) <= LARGEST)
    return isinstance(value, get_origin(hint) or hint)


def _items_fit(items: tuple[Any, ...], hints: tuple[Any, ...]) -> bool:
    if hints[-1] is Ellipsis:
        return all(_fits(item, hints[0]) for item in items)
    return len(items) == len(hints) and all(map(_fits, items, hints))


@functools.cache
def _hints(kind: Any) -> Mapping[str, Any]:
    if not any("Array" in str(field.type) for field in dataclasses.fields(kind)):
        return get_type_hints(kind)  # planning reads provenances, and has no need of NumPy
    import numpy as np

    return get_type_hints(kind, localns={"Array": np.ndarray})


def _misshapen(value: Any) -> str:
    """What is wrong with the shapes in a table or figure, whose types are right; empty when nothing is."""
    match value:
        case Panels():
            found = (_misshapen(panel) for panel in value.panels)
            return next(filter(None, found), "") or ("" if value.columns > 0 else "it has no column")
        case ImageGrid():
            sound = value.columns > 0 and all(map(_is_image, value.images))
            return "" if sound and (value.value_range or not value.colour_label) else "its images cannot be drawn"
        case Frames():
            sizes = {image.shape for image in value.images}
            sound = len(sizes) == 1 and all(map(_is_image, value.images)) and value.seconds > 0
            places = all(0 <= key < len(value.images) for key in value.keys)
            return "" if sound and places and len(value.captions) == len(value.images) else "its frames do not agree"
        case Heatmap():
            labels = (len(value.row_labels), len(value.column_labels))
            return "" if value.values.shape == labels and _is_real(value.values) else "its labels do not fit its matrix"
        case Bars():
            lengths = (len(value.categories),)
            return _unlike(lengths, (array for series in value.series for array in _arrays_of(series)))
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, Table):  # charts of curves or points
            curves = [part for field in dataclasses.fields(value) for part in _parts(getattr(value, field.name))]
            return next(filter(None, (_unlike((curve.x.size,), _arrays_of(curve)) for curve in curves)), "")
    return ""


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        yield from (part for part in value if isinstance(part, Series | Cloud))


def _arrays_of(series: Any) -> Iterator[Array]:
    values = (getattr(series, field.name) for field in dataclasses.fields(series))
    yield from (value for value in values if hasattr(value, "shape"))


def _unlike(shape: tuple[int, ...], arrays: Iterator[Array]) -> str:
    return "" if all(array.shape == shape and _is_real(array) for array in arrays) else "its curves differ in shape"


def _is_image(array: Array) -> bool:
    grey, colour = array.ndim == 2, array.ndim == 3 and array.shape[2] == 3
    return (grey or colour) and array.size > 0 and _is_real(array)


def _is_real(array: Array) -> bool:
    return array.dtype.kind in "biuf"
