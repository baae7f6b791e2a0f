"""Renders every text of a course many times, each time from other results, and reads what is printed."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import nodes

from generator.answers.prose import reading_environment
from generator.registry import matches
from generator.results import Result, Value
from tests.shaken.aim import Aim, aim_of, close_together, numbers_of, parts_of, reads_of
from tests.shaken.branches import Arm, Fork, written
from tests.shaken.contradictions import unborne
from tests.shaken.draws import LIKELY, MARGIN, MOODS, NEAR, Draw, Mood, Recipe, is_setting
from tests.shaken.judgements import Named, said
from tests.shaken.reader import Finding, read, sentences
from tests.shaken.senses import unmeant
from tests.shaken.snapshot import KeptJob
from tests.shaken.texts import CourseTexts, Text, in_words

Key = tuple[str, int, int]
_SAME = 1e-6
_LONGEST = 90  # characters of what is said of a computation that failed


@dataclass(frozen=True)
class Effort:
    """How often texts are rendered: rounds with every text, tries for each branch, draws for each close comparison."""

    rounds: int = 72
    tries: int = 150
    close: int = 4


@dataclass
class Found:
    """One kind of fault in one text: an example of it, and how often it was printed."""

    text: str
    finding: Finding
    draw: str
    loose: bool = False
    times: int = 1


@dataclass
class Report:
    """What came of it."""

    seed: str
    renderings: int = 0
    printed: set[str] = field(default_factory=set)
    arms: dict[Key, Arm] = field(default_factory=dict)
    reached: set[Key] = field(default_factory=set)
    elsewhere: set[Key] = field(default_factory=set)  # what was only looked for with other settings, after all else
    found: dict[tuple[str, str, str], Found] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)

    @property
    def faults(self) -> list[Found]:
        """What a build with these settings could print."""
        return [one for one in self.found.values() if not one.loose]

    @property
    def never(self) -> list[Arm]:
        """The branches that no draw reached."""
        return sorted(arm for key, arm in self.arms.items() if key not in self.reached)

    def summary(self) -> str:
        """The first lines of the report."""
        kinds = Counter(one.finding.rule for one in self.faults)
        return "\n".join(
            [
                f"seed {self.seed}: {self.renderings} renderings, {len(self.printed)} different sentences read",
                f"branches: {len(self.reached & self.arms.keys())} of {len(self.arms)} reached, "
                f"{len(self.elsewhere & self.reached)} of them with other settings only; "
                f"{len(self.never)} never reached",
                f"faults: {sum(kinds.values())}" + "".join(f"; {name}: {count}" for name, count in kinds.items()),
                f"texts that could not be written: {len(self.mistakes)}, comparisons that failed: {len(self.failures)}",
            ]
        )

    def troubles(self) -> Iterator[str]:
        """What has to be mended, each with the draw that shows it."""
        yield from _told(self.faults)
        for words, draw in (*self.mistakes.items(), *self.failures.items()):
            yield f"{words} (draw {draw})"

    def lines(self) -> Iterator[str]:
        """The whole report."""
        yield self.summary()
        yield from self.troubles()
        yield from _told([one for one in self.found.values() if one.loose])
        for arm in sorted(self.arms[key] for key in self.elsewhere & self.reached):
            yield f"reached with other settings: {arm}"
        for arm in self.never:
            yield f"never reached: {arm}"


def _told(found: Iterable[Found]) -> Iterator[str]:
    for one in found:
        settings = "with other settings, " if one.loose else ""
        times = f"{one.times} times, draw {one.draw}"
        yield f"{settings}{one.text}: {one.finding.rule}: “{one.finding.words}” ({times})"
        yield f"    {one.finding.sentence}"


class Shaking:
    """A course, the results that its texts are rendered from, and what they may be."""

    def __init__(
        self,
        course: CourseTexts,
        jobs: list[KeptJob],
        recipes: Mapping[str, Recipe],
    ) -> None:
        self.course = course
        self.jobs = jobs
        self.recipes = recipes
        known = {address: job.number for job in jobs for address in job.addresses}
        self.numbers = {address: known[address] for address in course.bindings.by_address if address in known}
        self.texts = list(course.texts())
        self.forks = {text.name: course.forks(text) for text in self.texts}
        self.most = dict(self._parts())

    def exact(self, job: KeptJob, name: str) -> bool:
        """Whether a metric is the same in every draw: its computation says so, or says nothing and it looks so."""
        kind = self.course.catalogue[job.computation].kind(name) if job.computation in self.course.catalogue else ""
        return kind == "exact" if kind else is_setting(job, name)

    def missing(self) -> list[str]:
        """What the kept results lack of the course as it is now; none of it can be rendered."""
        lacking = [address for address in self.course.bindings.by_address if address not in self.numbers]
        for address, number in self.numbers.items():
            binding, job = self.course.bindings.by_address[address], self.jobs[number]
            lacking += [
                f"{address}.{name}"
                for name in binding.signature.metrics
                if not any(matches(known, (name,)) for known in job.result.metrics)
            ]
            for table, columns in binding.signature.tables.items():
                kept = job.result.tables.get(table)
                if kept is None or not {*columns} <= {*kept.columns}:
                    lacking.append(f"{address}.{table}")
        return lacking

    def run(self, seed: str, effort: Effort) -> Report:
        """Everything, in the same order for the same seed."""
        report = Report(
            seed, arms={_key(arm): arm for forks in self.forks.values() for one in forks for arm in one.arms}
        )
        for number in range(effort.rounds):
            draw = self.draw(f"{seed}/round {number}", MOODS[number % len(MOODS)])
            for text in self.texts:
                self._read(text, draw, report)
        for text in self.texts:
            for fork in self.forks[text.name]:
                self._aim(text, fork, report, effort.tries)
                self._close(text, fork, report, effort.close)
        return report

    def draw(
        self, seed: str, mood: Mood, pinned: Mapping[int, Mapping[str, Value]] | None = None, *, forced: bool = False
    ) -> Draw:
        """One draw of all results."""
        return Draw(
            self.jobs, seed, mood, recipes=self.recipes, most=self.most, exact=self.exact, pinned=pinned, forced=forced
        )

    def _read(self, text: Text, draw: Draw, report: Report, *, loose: bool = False) -> None:
        """Render a text once and read it; with settings that are ``loose``, no computation need cope with them."""
        rendered = self.course.render(text, _Lazy(draw, self.numbers))
        report.renderings += 1
        report.reached |= rendered.arms
        for passage in rendered.passages:
            fresh = [one for one in sentences(passage.words) if one not in report.printed]
            report.printed |= {*fresh}
            for sentence in fresh:
                self._note(text, read(sentence), draw, report, loose)
        for claim in rendered.claims:
            self._note(text, unborne(claim, in_words(claim.sentence.strip())), draw, report, loose)
        for one in said(rendered.claims, in_words, partial(self._between, text, draw)):
            self._note(text, unmeant(one), draw, report, loose)
        for mistake in rendered.mistakes if not loose else ():
            report.mistakes.setdefault(f"{text.name}: {mistake}", draw.name)
        for number, words in draw.failures.items() if not loose else ():
            kind = words if len(words) <= _LONGEST else words[:_LONGEST] + "…"
            report.failures.setdefault(f"{self.jobs[number].computation}: {kind}", draw.name)

    def _between(self, text: Text, draw: Draw, difference: str) -> Iterator[tuple[Named, Named]]:
        """The numbers of the two results that a result compares, of which a metric of it is the difference."""
        tree: Any = reading_environment().parse("{{ " + difference + " }}")
        for address in reads_of(tree.body[0].nodes[0]):
            for number in numbers_of(address, _home(text), self.course.bindings, self.numbers)[:1]:
                job, value = self.jobs[number], draw.result(number).metrics.get(address.name)
                first, second = (job.inputs.get(name) for name in ("first", "second"))
                if isinstance(first, int) and isinstance(second, int) and isinstance(value, float):
                    ends = []
                    for one, on in ((first, "first_on"), (second, "second_on")):
                        name = f"{job.parameters.get(on, 'target')}_accuracy"
                        ends.append((f"{self.jobs[one].addresses[0]}.{name}", draw.result(one).metrics.get(name)))
                    before, after = (end for _, end in ends)
                    if isinstance(before, float) and isinstance(after, float) and abs(after - before - value) < _SAME:
                        yield (ends[0][0], before), (ends[1][0], after)

    def _note(self, text: Text, found: Iterator[Finding], draw: Draw, report: Report, loose: bool) -> None:
        for finding in found:
            key = (text.name, finding.rule, _without_numbers(finding.words) + " with other settings" * loose)
            if key in report.found:
                report.found[key].times += 1
            else:
                report.found[key] = Found(text.name, finding, draw.name, loose)

    def _aim(self, text: Text, fork: Fork, report: Report, tries: int) -> None:
        """Look for draws that reach the arms of a fork that nothing has reached."""
        aim = self._aim_of(text, (*fork.conditions, *fork.around))
        missed = {_key(arm) for arm in fork.arms} - report.reached
        likely = {key for key in missed if not self._is_settled(text, fork, key[2])}
        self._try(text, fork, self._seeded(aim), report, likely, tries)
        missed -= report.reached
        report.elsewhere |= missed
        self._try(text, fork, aim, report, missed, tries, loose=True)

    def _try(
        self, text: Text, fork: Fork, aim: Aim, report: Report, wanted: set[Key], tries: int, *, loose: bool = False
    ) -> None:
        """Aim so often, or until all wanted arms are reached; ``loose`` draws may have any settings."""
        for number in range(tries) if wanted else ():
            seed = f"{report.seed}/{fork.arms[0]}/{'other settings ' * loose}{number}"
            rng = random.Random(seed)
            mood, pins = rng.choice((*MOODS, *LIKELY)), aim.pins(rng, self.jobs, self.exact)
            self._read(text, self.draw(seed, mood, pins, forced=loose), report, loose=loose)
            if wanted <= report.reached:
                return

    def _is_settled(self, text: Text, fork: Fork, place: int) -> bool:
        """Whether settings and sizes alone, which no draw changes, keep an arm from being taken."""
        wanted = [*fork.around, *fork.conditions[place : place + 1]]
        unwanted = fork.conditions[:place]
        parts = [part for one in wanted for part in _conjuncts(one)]
        return any(self._constant(text, one) is False for one in parts) or any(
            self._constant(text, one) is True for one in unwanted
        )

    def _constant(self, text: Text, condition: nodes.Expr) -> bool | None:
        """What a condition comes to that reads only exact numbers; None for others."""
        metrics = self._aim_of(text, (condition,)).metrics
        if not metrics or not all(self.exact(self.jobs[number], name) for number, name in metrics):
            return None
        source = f"{{% claim {written(condition)} %}}x{{% otherwise %}}{{% endclaim %}}"
        results = {address: self.jobs[number].result for address, number in self.numbers.items()}
        asked = Text("condition", source, Path("condition.md"), question=text.question)
        return bool(self.course.render(asked, results).passages)

    def _close(self, text: Text, fork: Fork, report: Report, times: int) -> None:
        """Render comparisons of two numbers a hair apart, where nothing else says how far apart they have to be."""
        for place, condition in enumerate(fork.conditions):
            if any(MARGIN.search(address.name) for address in reads_of(condition)):
                continue
            for compared in _comparisons(condition):
                reads = [one for side in (compared.expr, compared.ops[0].expr) for one in reads_of(side)]
                homes = [numbers_of(one, _home(text), self.course.bindings, self.numbers) for one in reads]
                if len(reads) == 2 and all(homes):
                    sides = [(home[0], one.name) for home, one in zip(homes, reads, strict=True)]
                    if any(self.exact(self.jobs[number], name) for number, name in sides):
                        continue
                    aim = self._seeded(self._aim_of(text, (condition, *fork.around)))
                    for number in range(times):
                        self._hair(text, sides, aim, f"{report.seed}/{fork.arms[place]}/close {number}", report)

    def _hair(self, text: Text, sides: list[tuple[int, str]], aim: Aim, seed: str, report: Report) -> None:
        rng = random.Random(seed)
        pair = close_together(rng, *(self.jobs[number].result.metrics.get(name) for number, name in sides))
        if pair is None:
            return
        pinned = aim.pins(rng, self.jobs, self.exact)
        for (number, name), value in zip(sides, pair if rng.random() < 0.5 else pair[::-1], strict=True):
            pinned.setdefault(number, {})[name] = value
        self._read(text, self.draw(seed, NEAR, pinned), report)

    def _aim_of(self, text: Text, conditions: tuple[nodes.Expr, ...]) -> Aim:
        return aim_of(conditions, _home(text), self.course.bindings, self.numbers)

    def _seeded(self, aim: Aim) -> Aim:
        """Without what is the same in every draw."""
        return replace(aim, metrics=tuple(one for one in aim.metrics if not self.exact(self.jobs[one[0]], one[1])))

    def _parts(self) -> Iterator[tuple[tuple[int, str], str]]:
        """For each count that is printed as a part of another, the metric that is the whole."""
        for text in self.texts:
            for source in self.course.sources(text):
                for result, name, whole in parts_of(source):
                    tree: Any = reading_environment().parse("{{ " + f"{result}.{name}" + " }}")
                    for address in reads_of(tree.body[0].nodes[0]):
                        for number in numbers_of(address, _home(text), self.course.bindings, self.numbers):
                            yield (number, name), whole


class _Lazy(Mapping[str, Result]):
    """The results of a draw by address, each made when it is asked for."""

    def __init__(self, draw: Draw, numbers: Mapping[str, int]) -> None:
        self.draw = draw
        self.numbers = numbers

    def __getitem__(self, address: str) -> Result:
        return self.draw.result(self.numbers[address])

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)


def _conjuncts(condition: nodes.Expr) -> Iterator[nodes.Expr]:
    """What all has to hold for a condition to hold."""
    if isinstance(condition, nodes.And):
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    elif isinstance(condition, nodes.Not) and isinstance(condition.node, nodes.Or):
        yield from _conjuncts(nodes.Not(condition.node.left))
        yield from _conjuncts(nodes.Not(condition.node.right))
    else:
        yield condition


def _comparisons(condition: nodes.Expr) -> Iterator[nodes.Compare]:
    """The comparisons of two sides of which all have to hold."""
    for part in _conjuncts(condition):
        if isinstance(part, nodes.Compare) and len(part.ops) == 1 and part.ops[0].op in ("lt", "gt"):
            yield part


def _home(text: Text) -> str:
    return text.question.address if text.question else ""


def _key(arm: Arm) -> Key:
    return (arm.path, arm.fork, arm.place)


def _without_numbers(words: str) -> str:
    return re.sub(r"[\d.,\u202f−]+", "#", words)
