"""What results and the jobs behind roles give to their computations, each value with its place in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.course.yaml_source import Source, Where

#: What every result and every job behind a role says.
COMPUTED = "either computation:, or like: and the name of another one"


@dataclass(frozen=True)
class Written:
    """A parameter's value as it stands in a file: that of the result which has it, or of the one that this is like."""

    value: Any
    source: Source = field(compare=False, repr=False)
    where: Where = field(compare=False)


@dataclass(frozen=True)
class InputSpec:
    """One entry of a list of inputs: the results that it names, and what they are called beside the others.

    A ``label`` may hold parameters of their grid, "{epochs} epochs"; an empty one is made up while planning.
    """

    result: str
    label: str = ""


#: For each parameter that takes results: the text that names one, or the entries of a list.
Inputs = Mapping[str, str | tuple[InputSpec, ...]]


@dataclass(frozen=True)
class RoleJob:
    """A role's value that has to be computed. ``name`` tells it from the others where a role holds several.

    ``like`` names another job of the profile, or a result, whose computation and parameters it has taken over.
    """

    name: str
    computation: str
    params: Mapping[str, Written]
    like: Written | None = field(default=None, compare=False)


def written(params: Mapping[str, Any], source: Source, where: Where) -> dict[str, Written]:
    """The parameters that stand at a place of a file."""
    return {name: Written(value, source, (*where, name)) for name, value in params.items()}
