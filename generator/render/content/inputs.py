"""What questions and other texts are made from, as digests: what one of them comes to read must be among its inputs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from generator.answers.addresses import Address
from generator.course.editions import Edition
from generator.course.spec import Answer, LabSpec, QuestionSpec
from generator.course.yaml_source import Source
from generator.jobs import Outcome
from generator.render.content.homes import Homes
from generator.render.text.numbering import Numbering
from generator.store.plain import Short, digest_of, plain

if TYPE_CHECKING:
    from generator.render.content.document import Report

#: A file of the course is as its bytes are, and as its translation makes it.
SHORT: Short = {Source: lambda source: [str(source.path), source.digest, source.translated]}


@dataclass(frozen=True)
class Inputs:
    """All that a part of a question is made from, the program that makes it included.

    ``scope`` are the questions whose results it can name: its own and those whose addresses stand in its texts.
    """

    digest: str
    scope: frozenset[str]


def inputs_of(report: Report, spec: QuestionSpec, common: str, homes: Homes) -> tuple[Inputs, Inputs]:
    """What the exhibits of a question are made from, and what its answer is, which may be of all.

    ``homes`` are those of the report's results, ``common`` is the digest of what all questions share (see
    :func:`common_inputs`).
    """
    answer = json.dumps(plain(spec.answer))
    others = json.dumps(plain(replace(spec, answer=Answer("", spec.answer.path)), SHORT))
    exhibits = _inputs(report, homes, spec.address, others, [common, others, plain(spec.source, SHORT)])
    return exhibits, _inputs(report, homes, spec.address, others + answer, [exhibits.digest, answer])


def _inputs(report: Report, homes: Homes, address: str, words: str, read: list[Any]) -> Inputs:
    """What is read together with the results that these words can name."""
    scope = homes.named(words) | {address}
    refs = homes.refs(scope)
    return Inputs(digest_of([*read, refs, states(report, refs)]), scope)


def prose_inputs(report: Report, homes: Homes, name: str, text: str, read: list[Any]) -> Inputs:
    """What an introduction or conclusion is made from: its text, the results that it can name, what else is read."""
    return _inputs(report, homes, name, text, ["prose", name, text, *read])


def common_inputs(report: Report, numbering: Numbering, absent: frozenset[str], keys: frozenset[str]) -> str:
    """The digest of what all questions of a report are made from: the program, the course's own, every number.

    Empty where none are kept. ``keys`` are those of the bibliography.
    """
    if report.kept is None:
        return ""
    nothing: dict[str, Any] = {"introduction": "", "conclusion": "", "cover": None, "style": None}
    course = replace(report.course, labs=(), profiles={}, files={}, **nothing)
    framed = report.frames or course.edition is Edition.WORKSHEET
    numbers = replace(numbering, cited={})
    return digest_of(
        [
            report.kept.program,
            course,
            report.profile,
            [report.name, report.only is None, report.frames, report.fields, absent],
            report.bound if framed else {},
            numbers,
            keys,
            report.kept.pictures,
            os.environ.get("SOURCE_DATE_EPOCH"),
        ],
        SHORT,
    )


def lab_inputs(report: Report, spec: LabSpec, common: str, results: str) -> str:
    """The digest of all that the questions of a lab are made from; ``results`` is that of all (:func:`all_states`)."""
    return digest_of([common, results, spec], SHORT)


def all_states(report: Report) -> str:
    """The digest of which results there are, and of all that can be seen of the ends of their jobs."""
    numbers: dict[int, int] = {}  # of each end, which many results may share
    ends: list[Any] = []
    found: dict[str, int] = {}
    for ref in (one for points in report.refs.values() for one in points):
        outcome = report.outcomes.get(name := str(ref))
        if id(outcome) not in numbers:
            numbers[id(outcome)] = len(ends)
            ends.append(_state(outcome))
        found[name] = numbers[id(outcome)]
    return digest_of([report.refs, found, ends])


def states(report: Report, refs: Mapping[str, tuple[Address, ...]]) -> dict[str, Any]:
    """What can be seen of the ends of the jobs behind some results."""
    return {str(ref): _state(report.outcomes.get(str(ref))) for points in refs.values() for ref in points}


def _state(outcome: Outcome | None) -> Any:
    """What can be seen of a job's end: how its result came about, or why there is none."""
    if outcome is None:
        return None
    return [outcome.fingerprint, outcome.has_result or outcome.state.value, outcome.provenance, outcome.failure]
