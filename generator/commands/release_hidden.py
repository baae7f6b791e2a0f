"""What a course that is handed out keeps of its hidden questions: their place, and the results that others need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from generator.answers.addresses import ROLES, Address, AddressError, parse_address, split_target
from generator.answers.syntax import parse_answer
from generator.course.exhibits import FigureSpec, TableSpec
from generator.course.given import Inputs, Written
from generator.course.held_back import TEXTS
from generator.course.left_out import results_shown, texts_of
from generator.course.rewriting import rewrite
from generator.course.roles import role_jobs
from generator.course.spec import CourseSpec, QuestionSpec, ResultSpec
from generator.planning.plan import Plan


@dataclass(frozen=True)
class Hidden:
    """The hidden questions of a course that is handed out; ``kept`` are those of their results that others need."""

    course: CourseSpec
    questions: Mapping[str, QuestionSpec]
    kept: frozenset[str]

    @classmethod
    def of(cls, course: CourseSpec) -> Hidden:
        """Those of a course that was read without what is for teachers."""
        questions = {one.address: one for one in course.questions() if one.hidden}
        return cls(course, questions, _needed(course, questions))

    def place(self, address: str, path: Path, raw: bytes) -> bytes:
        """The file of a hidden question: its results that others need, and its exhibits, most of them without names."""
        question = self.questions[address]
        gone = [name for name in question.results if f"{address}/{name}" not in self.kept]
        without = {*TEXTS, "tables", "figures", *(f"results.{name}" for name in gone)}
        without |= {"results"} if len(gone) == len(question.results) else set()
        written = rewrite(path, raw, without).content
        named = {name for home, name in self._referred() if home == address}
        exhibits = {"tables": _places(question.tables, named), "figures": _places(question.figures, named)}
        rest = {kind: places for kind, places in exhibits.items() if places}
        return written + (yaml.safe_dump(rest, sort_keys=False).encode() if rest else b"")

    def drops(self, address: str) -> bool:
        """Whether a result ("2-a/q03/training[seed=1]") is not handed out."""
        parsed = parse_address(address)
        return parsed.question in self.questions and str(parsed.whole) not in self.kept

    def of_others(self, plan: Plan) -> dict[str, str]:
        """The fingerprints of the results that are handed out, and of the jobs behind roles that they need."""
        own = {address: fp for address, fp in plan.by_address.items() if parse_address(address).question != ROLES}
        kept = [fp for address, fp in own.items() if not self.drops(address)]
        needed = {planned.job.fingerprint for planned in plan.with_inputs(kept)}
        return {one: fp for one, fp in plan.by_address.items() if fp in needed and not self.drops(one)}

    def _referred(self) -> Iterator[tuple[str, str]]:
        """The exhibits that texts of other questions refer to, and so do introductions."""
        for question in self.course.questions():
            for exhibit in _exhibits(question) if question.address not in self.questions else ():
                for text in texts_of(exhibit):
                    refs = parse_answer(text, Path(), caption=True).refs
                    yield from (split_target(reference.name, question.address) for reference in refs)
        for lab in self.course.labs:
            for text in (lab.introduction, *(section.introduction for section in lab.sections)):
                yield from (split_target(reference.name, "") for reference in parse_answer(text, Path()).refs)


def _needed(course: CourseSpec, hidden: Mapping[str, QuestionSpec]) -> frozenset[str]:
    """The results of hidden questions that what is handed out names, and those that they name themselves."""
    results = {str(one.ref): one for question in course.questions() for one in question.results.values()}
    open_ = [*_named_by_texts(course)]
    for question in course.questions():
        if question.address not in hidden:
            open_ += results_shown(question)
            open_ += [address for result in question.results.values() for address in _named(result)]
    for profile in course.profiles.values():
        open_ += [address for job, _, _ in role_jobs(profile.roles) for address in _like(job.like, ROLES)]
    needed: set[str] = set()
    while open_:
        address = open_.pop()
        if address.question in hidden and (key := str(address)) not in needed and key in results:
            needed.add(key)
            open_ += _named(results[key])
    return frozenset(needed)


def _named_by_texts(course: CourseSpec) -> Iterator[Address]:
    """The results that introductions of labs and sections read."""
    for lab in course.labs:
        for text in (lab.introduction, *(section.introduction for section in lab.sections)):
            syntax = parse_answer(text, Path())
            yield from (read.address.whole for read in (*syntax.metrics, *syntax.tables))


def _named(result: ResultSpec) -> Iterator[Address]:
    """What a result is like, and what it takes as inputs."""
    home = result.ref.question
    yield from _like(result.like, home)
    yield from _inputs(result.inputs, home)


def _like(like: Written | None, home: str) -> Iterator[Address]:
    if like is not None:
        yield from _address(like.value, home)


def _inputs(inputs: Inputs, home: str) -> Iterator[Address]:
    for given in inputs.values():
        for text in [given] if isinstance(given, str) else [one.result for one in given]:
            yield from _address(text, home)


def _address(text: str, home: str) -> Iterator[Address]:
    try:
        yield parse_address(text, home, named=False).whole
    except AddressError:  # said where it is bound
        return


def _exhibits(question: QuestionSpec) -> list[TableSpec | FigureSpec]:
    return [*question.tables.values(), *question.figures.values()]


def _places(exhibits: Mapping[str, TableSpec | FigureSpec], named: Iterable[str]) -> dict[str, dict[str, bool]]:
    """The places of tables or of figures under the names that are referred to, and under others."""
    known = {*named}
    places = {}
    for number, (name, one) in enumerate(exhibits.items(), start=1):
        kind = "table" if isinstance(one, TableSpec) else "figure"
        flags = {"appendix": one.appendix, "further": one.further, "solution": one.solution}
        free = f"{kind}_{number}"
        while free in known:
            free += "_"
        places[name if name in known else free] = {flag: True for flag, on in flags.items() if on}
    return places
