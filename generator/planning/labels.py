"""What the results of a list of inputs are called beside one another: as a question says, or by what sets them apart.

A computation that takes one list of results and ``labels: list[str]`` gets a label with each result, so that there
cannot be more or fewer of them, nor in another order.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from generator.answers.addresses import Address, parse_address
from generator.course.given import InputSpec
from generator.course.parsing import nearest
from generator.course.yaml_source import Source, Where
from generator.errors import Mistake
from generator.planning.catalogue import LABELS, Signature

AXIS = re.compile(r"\{([^{}]*)\}")  # a parameter of the grid in a label
Named = tuple[InputSpec, Sequence[Address]]  # an entry of the list, and the results that it names


def labels_of(entries: Sequence[Named], own: Collection[str]) -> list[str]:
    """A label for each result, where :func:`label_mistakes` finds nothing; ``own`` is the grid of who takes them."""
    return [_label(entry, ref, own) for entry, refs in entries for ref in refs]


def _label(entry: InputSpec, ref: Address, own: Collection[str]) -> str:
    point = {name: str(value) for name, value in ref.point}
    if entry.label:
        return AXIS.sub(lambda found: point.get(found[1], found[0]), entry.label)
    chosen = {*own, *dict(parse_address(entry.result, ref.question, named=False).point)}
    return ", ".join(value for name, value in point.items() if name not in chosen) or ref.result.replace("_", " ")


def label_mistakes(
    signature: Signature, name: str, entries: Sequence[Named], own: Collection[str], source: Source, where: Where
) -> Iterator[Mistake]:
    """What is wrong with the labels in the inputs of the parameter ``name``, which stand at ``where``."""
    for number, (entry, refs) in enumerate(entries):
        place = (*where, number, "label")
        axes = [axis for axis, _ in refs[0].point] if refs else []
        if entry.label and name != signature.labelled:
            expected = f"the result alone: {signature.name} has no {LABELS}"
            yield source.mistake(f"{name!r} takes no labels", place, expected=expected, got=repr(entry.label))
        elif refs and (unknown := [axis for axis in AXIS.findall(entry.label) if axis not in axes]):
            expected = "one of " + ", ".join(axes) if axes else "no braces: it is no grid"
            details = {"expected": expected, "got": repr(unknown[0]), "hint": nearest(unknown[0], axes)}
            yield source.mistake("the grid has no such parameter", place, **details)
    labels = labels_of(entries, own) if name == signature.labelled else []
    for label in dict.fromkeys(one for number, one in enumerate(labels) if one in labels[:number]):
        hint = "put {from: …, label: …} in the place of the result"
        yield source.mistake("two results have the same label", where, got=repr(label), hint=hint)
