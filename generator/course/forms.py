"""The shape of each YAML file, as pydantic models."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from generator.formats import ColumnFormat
from generator.languages import CODE, ENGLISH

FILE_NAME = "[A-Za-z0-9][A-Za-z0-9_-]*"
LONGEST_NAME = 64  # characters
MOST_PLACES = 8  # to copy results from: each may cost its two seconds
BIBLIOGRAPHY = "references.bib"  # which a course may lack, unless it names it
#: The name of a lab's folder, a question's file or the bibliography: a part of addresses ("2-a/q03") and of paths.
FileName = Annotated[str, Field(pattern=f"^{FILE_NAME}$", max_length=LONGEST_NAME)]


def is_file_name(text: str) -> bool:
    """Whether a text is a FileName; for files that do not fit their model, of which names are read all the same."""
    return len(text) <= LONGEST_NAME and re.fullmatch(FILE_NAME, text) is not None


class Strict(BaseModel):
    """Unknown keys are errors and nothing is converted: "3" is not 3."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class InputEntry(Strict):
    """One result, or all of a grid, among the inputs of a parameter that takes many."""

    source: str = Field(alias="from")
    label: str = Field(min_length=1)


class ResultEntry(Strict):
    """``results.<name>``: a ``computation``, or what it is ``like``, with what is given for the parameters."""

    computation: str = ""
    like: str = ""
    params: dict[str, Any] = Field(default_factory=dict)
    grid: dict[str, Any] = Field(default_factory=dict)
    inputs: dict[str, str | list[str | InputEntry]] = Field(default_factory=dict)


class ColumnEntry(Strict):
    """A column written out in full."""

    title: str
    format: ColumnFormat = "auto"
    digits: int | None = Field(default=None, ge=0, le=9)
    unit: str = ""
    best: Literal["", "max", "min"] = ""
    interval: list[str] | None = Field(default=None, min_length=2, max_length=2)


class RowsEntry(Strict):
    """One source of rows."""

    source: str = Field(alias="from")
    label: str = ""


class EmptyRowsEntry(Strict):
    """The rows of an empty table by the list of a parameter: what it holds, or only how many."""

    labels: str = ""
    as_many_as: str = ""


class TableEntry(Strict):
    """``tables.<name>``: ``from`` and ``table``, or ``rows``."""

    caption: str = Field(min_length=1)
    columns: dict[str, str | ColumnEntry] = Field(min_length=1)
    source: str = Field(default="", alias="from")
    table: str = ""
    rows: str | list[str | RowsEntry] = Field(default_factory=list)
    row_title: str = ""
    appendix: bool = False
    further: bool = False
    finding: str = ""
    solution: bool = False
    empty_rows: Annotated[int, Field(ge=1, le=60)] | list[str | int | list[str | int]] | EmptyRowsEntry | None = None


class PanelEntry(Strict):
    """One sub-figure."""

    source: str = Field(alias="from")
    figure: str
    caption: str = ""
    alt: str = ""
    finding: str = ""


class FigureEntry(Strict):
    """``figures.<name>``: ``from`` and ``figure``, or ``panels``."""

    caption: str = Field(min_length=1)
    alt: str = Field(min_length=1)
    source: str = Field(default="", alias="from")
    figure: str = ""
    panel_caption: str = ""
    panel_finding: str = ""
    panels: list[PanelEntry] = Field(default_factory=list)
    columns: int = Field(default=1, ge=1, le=4)
    appendix: bool = False
    further: bool = False
    finding: str = ""
    solution: bool = False


class ExpectedEntry(Strict):
    """A published number, beside a metric, a cell of a result's table, or the reason why there is none to compare."""

    metric: str = ""
    table: str = ""
    row: dict[str, str | int | float | bool] = Field(default_factory=dict)
    column: str = ""
    incomparable: str = ""
    value: float | int
    images: int | None = Field(default=None, ge=1)
    interval: list[str] | None = Field(default=None, min_length=2, max_length=2)
    spread: str = ""
    unless: str = ""
    source: str
    profile: str = ""


class QuestionFile(Strict):
    """``questions/<lab>/q03.yaml``."""

    title: str = Field(min_length=1)
    mark: Literal["", "starred", "bonus"] = ""
    statement: str = Field(min_length=1)
    results: dict[str, ResultEntry] = Field(default_factory=dict)
    tables: dict[str, TableEntry] = Field(default_factory=dict)
    figures: dict[str, FigureEntry] = Field(default_factory=dict)
    expected: list[ExpectedEntry] = Field(default_factory=list)
    marking: str = ""
    space: int | None = Field(default=None, ge=1, le=60)
    hidden: bool = False


class SectionEntry(Strict):
    """A heading with its questions."""

    title: str = Field(min_length=1)
    introduction: str = ""
    questions: list[FileName] = Field(min_length=1)


class LabFile(Strict):
    """``questions/<lab>/lab.yaml``."""

    title: str = Field(min_length=1)
    introduction: str = ""
    conclusion: str = ""
    sections: list[SectionEntry] = Field(min_length=1)


class ProfileEntry(Strict):
    """``profiles.<name>``; the values of roles are checked when they are bound."""

    title: str
    description: str
    note: str = ""
    roles: dict[str, Any] = Field(default_factory=dict)


class AuthorEntry(Strict):
    """One author."""

    name: str = Field(min_length=1)
    number: str = ""


class DataFile(Strict):
    """One file of a data set or network: where it lies under the data folder, and where it comes from."""

    path: str = Field(min_length=1, max_length=300)
    url: str = ""
    sha256: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    size: int | None = Field(default=None, ge=0)


class DataEntry(Strict):
    """A data set or network of the course's own."""

    title: str = Field(min_length=1)
    files: list[DataFile] = Field(min_length=1)
    licence: str = ""
    citation: str = ""
    obtain: str = ""


class CourseFile(Strict):
    """``course.yaml``; the first three keys say what it needs and where its parts lie, see ``course.folder``."""

    requires: str = ""
    answers: str = Field(default="answers", min_length=1)
    code: str | list[str] = Field(default_factory=list)

    title: str = Field(min_length=1)
    subtitle: str = ""
    course: str = ""
    institution: str = ""
    programme: str = ""
    year: str | int = ""
    authors: list[AuthorEntry] = Field(default_factory=list)
    introduction: str = ""
    conclusion: str = ""
    language: str = Field(default=ENGLISH, pattern=CODE, min_length=1)
    theme: Literal["chapters", "sections"] = "chapters"
    labs: list[FileName] = Field(min_length=1)
    questions: list[str] = Field(default_factory=list)
    bibliography: str = Field(default=BIBLIOGRAPHY, pattern=rf"^{FILE_NAME}\.bib$", max_length=LONGEST_NAME)
    profiles: dict[str, ProfileEntry] = Field(default_factory=dict)
    datasets: dict[FileName, DataEntry] = Field(default_factory=dict)
    networks: dict[FileName, DataEntry] = Field(default_factory=dict)
    read_cache: list[str] = Field(default_factory=list, alias="read-cache", max_length=MOST_PLACES)
