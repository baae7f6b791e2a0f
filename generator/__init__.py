"""Generate deep-learning lab reports from YAML questions, real computations and Jinja answers.

The names below are the public face for authors of computations, with their types. From version 1.0 on they keep their
meaning until the first number of the version changes; what is not among them may change without notice.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generator.registry import Dataset, Network, computation
    from generator.results import (
        Bars,
        BarSeries,
        Cloud,
        Frames,
        Heatmap,
        ImageGrid,
        LineChart,
        Panels,
        Result,
        Scatter,
        Series,
        Table,
    )
    from generator.workspace import Workspace

__version__ = "0.1.0"
__all__ = [
    "BarSeries",
    "Bars",
    "Cloud",
    "Dataset",
    "Frames",
    "Heatmap",
    "ImageGrid",
    "LineChart",
    "Network",
    "Panels",
    "Result",
    "Scatter",
    "Series",
    "Table",
    "Workspace",
    "computation",
]

_ELSEWHERE = {"computation": "registry", "Dataset": "registry", "Network": "registry", "Workspace": "workspace"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `genreport --help` needs none of them, and NumPy takes its time."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, 'results')}"), name)
    globals()[name] = value
    return value
