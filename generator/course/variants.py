"""What is ``like`` another takes its computation and what is given for the parameters, but for what it says itself."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any

from generator.answers.addresses import ROLES, AddressError, parse_address
from generator.course.given import Inputs, InputSpec, RoleJob, Written
from generator.course.parsing import nearest
from generator.course.references import Unread
from generator.course.roles import role_jobs
from generator.course.spec import CourseSpec, QuestionSpec, ResultSpec, RoleSpec, SectionSpec
from generator.errors import Mistake


@dataclass(frozen=True)
class _Form:
    """A result or a role's job as it stands in its file; ``home`` is its question ("2-a/q03"), or the roles."""

    home: str
    computation: str
    like: Written | None
    params: Mapping[str, Written]
    inputs: Inputs = field(default_factory=dict)
    grid: frozenset[str] = frozenset()

    @property
    def base(self) -> str:
        """The address of the one that it is like; empty where the text is no name, or names a point of a grid."""
        try:
            base = parse_address(self.like.value if self.like else "", self.home, named=False)
        except AddressError:
            return ""
        return "" if base.point else str(base)

    def over(self, base: _Form) -> _Form:
        """What this form says, and of all else what ``base`` does."""
        said = {*self.params, *self.inputs, *self.grid}
        params = {name: value for name, value in base.params.items() if name in self.params or name not in said}
        inputs = {name: _in_full(given, base.home) for name, given in base.inputs.items() if name not in said}
        params, inputs = {**params, **self.params}, {**inputs, **self.inputs}
        return replace(self, computation=base.computation, like=None, params=params, inputs=inputs)


def _in_full(given: str | tuple[InputSpec, ...], home: str) -> str | tuple[InputSpec, ...]:
    """The names of inputs as they are known outside their question."""
    if isinstance(given, tuple):
        return tuple(replace(one, result=str(_in_full(one.result, home))) for one in given)
    try:
        return str(parse_address(given, home, named=False))
    except AddressError:  # said where it is bound
        return given


def write_out(course: CourseSpec, mistakes: list[Mistake]) -> CourseSpec:
    """The course, each of whose results and jobs says all that it gives to its computation.

    Whatever is wrong is added to ``mistakes``, and what it is wrong with stays without a computation.
    """
    variants = _Variants(course, mistakes)
    labs = tuple(replace(lab, sections=tuple(map(variants.section, lab.sections))) for lab in course.labs)
    profiles = {
        name: replace(profile, roles=variants.roles(profile.roles)) for name, profile in course.profiles.items()
    }
    return replace(course, labs=labs, profiles=profiles)


class _Variants:
    """Follows what each form is like, and says what is wrong with that."""

    def __init__(self, course: CourseSpec, mistakes: list[Mistake]) -> None:
        self.unread = Unread.of(course)
        self.mistakes = mistakes
        self.known: dict[str, _Form] = {}  # those that others are like, written out
        self.forms = {
            str(result.ref): _Form(
                question.address, result.computation, result.like, result.params, result.inputs, frozenset(result.grid)
            )
            for question in course.questions()
            for result in question.results.values()
        }

    def section(self, section: SectionSpec) -> SectionSpec:
        """A section of a lab, all of whose results are written out."""
        return replace(section, questions=tuple(map(self._question, section.questions)))

    def _question(self, question: QuestionSpec) -> QuestionSpec:
        if all(one.like is None for one in question.results.values()):
            return question
        return replace(question, results={name: self._result(one) for name, one in question.results.items()})

    def _result(self, result: ResultSpec) -> ResultSpec:
        if result.like is None:
            return result
        whole = self._whole(self.forms[str(result.ref)], self.forms, self.known)
        return replace(result, computation=whole.computation, params=whole.params, inputs=whole.inputs)

    def roles(self, roles: Mapping[str, RoleSpec]) -> dict[str, RoleSpec]:
        """The roles of one profile, all of whose jobs are written out."""
        forms = {f"{ROLES}/{job.name}": _job_form(job) for job, _, _ in role_jobs(roles)} | self.forms
        known = ChainMap[str, _Form]({}, self.known)

        def out(value: Any) -> Any:
            if isinstance(value, list):
                return [*map(out, value)]
            return self._job(value, forms, known) if isinstance(value, RoleJob) else value

        return {name: replace(role, value=out(role.value)) for name, role in roles.items()}

    def _job(self, job: RoleJob, forms: Mapping[str, _Form], known: MutableMapping[str, _Form]) -> RoleJob:
        whole = self._whole(_job_form(job), forms, known)
        if whole.inputs and job.like:
            message = "takes the results of others, which a job behind a role cannot"
            expected = "one without inputs, or params: for " + " and ".join(whole.inputs)
            self._wrong(job.like, message, expected=expected, got=repr(job.like.value))
            whole = replace(whole, computation="")
        return replace(job, computation=whole.computation, params=whole.params)

    def _whole(self, form: _Form, forms: Mapping[str, _Form], known: MutableMapping[str, _Form]) -> _Form:
        """A form over the one that it is like, which may be like a third; those are filed in ``known``."""
        trail, passed = [form], dict[str, int]()
        while (like := trail[-1].like) is not None:  # not recursive: such a chain may be long
            base = trail[-1].base
            if base in passed:
                bases = [one.base.removeprefix(f"{ROLES}/") for one in trail[passed[base] :]]
                names = [bases[-2:][0], bases[-1], *bases[:-1]]  # beginning with the one at whose place it is said
                self._wrong(like, "they are like each other in a circle", got=" → ".join(names))
                break
            if base not in forms:
                self._unknown(like, trail[-1].home, base, forms)
                break
            passed[base] = len(trail)
            trail.append(known.get(base, forms[base]))
        whole = trail.pop()
        for address in reversed(passed):
            known[address] = whole
            whole = trail.pop().over(whole)
        return whole

    def _wrong(self, like: Written, message: str, **details: str) -> None:
        mistake = like.source.mistake(message, like.where, **details)
        if mistake not in self.mistakes:  # what stands for all profiles would be said for each
            self.mistakes.append(mistake)

    def _unknown(self, like: Written, home: str, base: str, forms: Mapping[str, _Form]) -> None:
        if base and self.unread.holds(parse_address(base).question):
            return
        known = [*(name.removeprefix(f"{home}/") for name in forms), *forms]
        hint = nearest(like.value.partition("[")[0], known)
        message, expected = "there is no such result", "the name of a result, without a point of its grid"
        if home == ROLES:
            message = "there is no such job or result"
            expected = "the name of a job of this profile, or that of a result in full"
        self._wrong(like, message, expected=expected, got=repr(like.value), hint=hint)


def _job_form(job: RoleJob) -> _Form:
    return _Form(ROLES, job.computation, job.like, job.params)
