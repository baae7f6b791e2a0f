"""What results need of one another: the order of their inputs, and what cannot be judged because it was not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from generator.answers.addresses import lab_of
from generator.course.spec import CourseSpec


def inputs_first(inputs: Mapping[str, Iterable[str]]) -> tuple[list[str], list[list[str]]]:
    """Addresses in their order, but each after its inputs, and the circles among them (first address repeated)."""
    done: dict[str, None] = {}
    circles: list[list[str]] = []
    for start in inputs:
        trail: dict[str, Iterator[str]] = {} if start in done else {start: iter(inputs[start])}
        while trail:  # not recursive: a chain of inputs may be long
            address, rest = next(reversed(trail.items()))
            target = next(rest, None)
            if target is None:
                done[address] = None
                del trail[address]
            elif target in trail:
                names = list(trail)
                circles.append([*names[names.index(target) :], target])
            elif target in inputs and target not in done:
                trail[target] = iter(inputs[target])
    return list(done), circles


@dataclass(frozen=True)
class Unread:
    """The labs and questions that are listed and could not be read: what names them cannot be judged."""

    names: frozenset[str]

    @classmethod
    def of(cls, course: CourseSpec) -> Unread:
        """What is missing from a course of which some files are wrong."""
        listed = {*course.source.data["labs"]}
        for lab in course.labs:
            sections = lab.source.data["sections"]
            listed |= {f"{lab.id}/{name}" for section in sections for name in section["questions"]}
        read = {lab.id for lab in course.labs} | {question.address for question in course.questions()}
        return cls(frozenset(listed - read))

    def holds(self, question: str) -> bool:
        """Whether a question ("2-a/q03") was listed, or its lab was, and could not be read."""
        return question in self.names or lab_of(question) in self.names
