"""How results are named: addresses, references to a result or one of its grid points, and the order of inputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from generator.course.spec import CourseSpec, ResultRef

REFERENCE = re.compile(r"(?:(?P<question>[\w-]+/[\w-]+)/)?(?P<result>\w+)(?:\[(?P<point>[^\]]*)\])?")
ROLES = "roles"  # in place of a question, in the address of a job behind a role


def parse_reference(text: str, question: str) -> tuple[str, dict[str, str]] | None:
    """Split a reference: net[width=8] gives ("2-a/q01/net", {"width": "8"}); None when the text is none."""
    found = REFERENCE.fullmatch(text.strip())
    if found is None:
        return None
    pairs = [pair.partition("=") for pair in (found["point"] or "").split(",") if pair.strip()]
    point = {name.strip(): value.strip() for name, _, value in pairs}
    return f"{found['question'] or question}/{found['result']}", point


def split_address(address: str) -> tuple[str, str]:
    """The question and the result of a job's address: "2-a/q01/net[layer=a/b]" gives ("2-a/q01", "net")."""
    question, _, result = address.partition("[")[0].rpartition("/")
    return question, result


def select(refs: Iterable[ResultRef], point: Mapping[str, str]) -> list[ResultRef]:
    """Those results whose grid point has all the given values."""
    wanted = set(point.items())
    return [ref for ref in refs if wanted <= {(name, str(value)) for name, value in ref.point}]


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
        return question in self.names or question.partition("/")[0] in self.names
