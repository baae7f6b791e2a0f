"""The frozen specifications of exhibits: tables with their columns and rows, figures with their sub-figures."""

from __future__ import annotations

from dataclasses import dataclass

from generator.course.yaml_source import Place
from generator.formats import ColumnFormat


@dataclass(frozen=True)
class ColumnSpec:
    """One column of a table: which metric (or table column) it shows and how.

    ``interval`` names the two columns with the ends of the 95 % interval; ``best`` is "max", "min" or "".
    """

    source: str
    title: str
    format: ColumnFormat = "auto"
    digits: int | None = None
    unit: str = ""
    best: str = ""
    interval: tuple[str, str] | None = None


@dataclass(frozen=True)
class RowsSpec:
    """Rows of a table taken from the metrics of a result, one for each of its grid points."""

    result: str
    label: str = ""


@dataclass(frozen=True)
class EmptyRows:
    """The rows of a table whose results nobody has, as an empty frame shows it.

    Either the first ``cells`` of each, or as many as the list ``source`` has, which is a parameter of the table's own
    result, or of another ("2-b/q05/fooled.targets"). What the list holds stands in front where they are ``labelled``.
    """

    cells: tuple[tuple[str, ...], ...] = ()
    source: str = ""
    labelled: bool = False


@dataclass(frozen=True)
class TableSpec:
    """A numbered table: either ``table`` of one result, or one row for each result (or grid point) in ``rows``.

    Its ``caption`` says what is listed; its ``finding`` what is to be seen, which the reference edition adds. One that
    is ``further`` is folded away on the page, and left to the page by the PDF. One that is a ``solution`` answers its
    own question: a worksheet has a frame in its place, a student's report shows it if the student's own texts name it.
    """

    name: str
    caption: str
    columns: tuple[ColumnSpec, ...]
    source: str = ""  # "vgg16" or "vgg16[architecture=alexnet]"; empty when rows are given
    table: str = ""
    rows: tuple[RowsSpec, ...] = ()
    row_title: str = ""
    appendix: bool = False
    further: bool = False
    finding: str = ""
    solution: bool = False
    empty_rows: EmptyRows | None = None
    place: Place | None = None


@dataclass(frozen=True)
class PanelSpec:
    """One sub-figure: a figure of a result; a result with a grid gives one sub-figure for each point."""

    source: str
    figure: str
    caption: str = ""
    alt: str = ""
    finding: str = ""


@dataclass(frozen=True)
class FigureSpec:
    """A numbered figure of one or more panels, with the same as a table beside its caption.

    Captions, findings and alternative texts are answer templates (Jinja).
    """

    name: str
    caption: str
    alt: str
    panels: tuple[PanelSpec, ...]
    columns: int = 1
    appendix: bool = False
    further: bool = False
    finding: str = ""
    solution: bool = False
    place: Place | None = None
