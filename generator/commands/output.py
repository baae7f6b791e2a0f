"""What commands say as plain data, with --json: one form for all of them.

Its schema is docs/reference/output.schema.json. Every key is always there; a command fills in those that are its own.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from generator import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from generator.commands.build import BuildReport
    from generator.commands.check_found import Looked
    from generator.commands.doctor import Check
    from generator.commands.session import Session, Settings
    from generator.course.spec import QuestionSpec
    from generator.errors import GenreportError, Mistake
    from generator.planning.plan import Plan, PlannedJob

FORMAT = 1  # of this form; it grows when a key changes its meaning or goes, not when one is added


@dataclass(frozen=True)
class MistakeData:
    """A mistake in a file: where it is, what was expected there and what was found."""

    message: str
    file: str | None = None
    line: int | None = None
    place: str = ""
    expected: str = ""
    got: str = ""
    hint: str = ""


@dataclass(frozen=True)
class OriginData:
    """How a cached result came about: when it was finished, in how many seconds, where, and under which versions."""

    finished: str
    seconds: float
    device: str
    versions: dict[str, str]
    origin: str


@dataclass(frozen=True)
class JobData:
    """A job: what it computes, for which places of the report, and whether its result is there.

    ``standing`` is "cached", "to compute", "data missing", or "waiting" for a job that lacks data. ``seconds`` is how
    long it should take, ``reasons`` are what changed since its result was there.
    """

    fingerprint: str
    computation: str
    parameters: dict[str, Any]
    inputs: dict[str, str]
    places: list[str]
    standing: str
    seconds: float | None
    reasons: list[str]
    problem: str | None
    hint: str | None
    other_versions: list[str]
    origin: OriginData | None
    last_failure: str | None


@dataclass(frozen=True)
class QuestionData:
    """A question: its files, its exhibits, its jobs by standing, and for a student's report whether it is answered."""

    address: str
    title: str
    lab: str
    mark: str
    file: str
    answer: str
    answered: bool | None
    mistakes: list[MistakeData]
    jobs: dict[str, int]
    tables: list[str]
    figures: list[str]


@dataclass(frozen=True)
class FailedData:
    """A job that failed, or was skipped as one of its inputs failed."""

    places: list[str]
    state: str
    reason: str
    hint: str


@dataclass(frozen=True)
class BuildData:
    """What a build did. ``documents`` are the files to open; ``left_out`` says why a question is in no report."""

    jobs: int
    computed: int
    cached: int
    failed: list[FailedData]
    problems: list[str]
    warnings: list[str]
    unanswered: list[str]
    left_out: dict[str, str]
    strict: bool
    written: bool
    documents: list[str]


@dataclass(frozen=True)
class CheckData:
    """One thing that `doctor` looked at; ``state`` is "ok", "warn" or "fail"."""

    name: str
    state: str
    found: str
    mend: str


@dataclass(frozen=True)
class SubmissionData:
    """What `check` found in one submission; ``problem`` says why there is no report, where there is none."""

    name: str
    authors: str
    questions: int
    answered: int
    unanswered: list[str]
    contradicted: list[str]
    unsupported: list[str]
    differing: list[str]
    own: list[str]
    faults: list[str]
    alike: list[str]
    problem: str
    page: str


@dataclass(frozen=True)
class Output:
    """All that a command has to say. With exit code 2 or an ``error``, nothing but that and the ``mistakes``."""

    command: str
    exit_code: int = 0
    format: int = FORMAT
    version: str = __version__
    course: str = ""
    profile: str = ""
    project: str | None = None
    error: str | None = None
    hint: str = ""
    mistakes: list[MistakeData] = field(default_factory=list)
    questions: list[QuestionData] = field(default_factory=list)
    jobs: list[JobData] = field(default_factory=list)
    build: BuildData | None = None
    checks: list[CheckData] = field(default_factory=list)
    submissions: list[SubmissionData] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def text(self) -> str:
        """As JSON."""
        return json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False, default=str)


def schema() -> dict[str, Any]:
    """The JSON Schema of what every command writes."""
    from pydantic import TypeAdapter

    return TypeAdapter(Output).json_schema(mode="serialization")


def about(settings: Settings, command: str, exit_code: int = 0, **told: Any) -> Output:
    """What a command says of a course, or of a student's project."""
    project = str(settings.project.folder.resolve()) if settings.project else None
    course = str(settings.folders.course)
    return Output(command, exit_code, course=course, profile=settings.profile, project=project, **told)


def failed(command: str, error: GenreportError, exit_code: int) -> Output:
    """That a command could not do what it was asked to."""
    found = [mistake_data(mistake) for mistake in getattr(error, "mistakes", ())]
    return Output(command, exit_code, error=error.message, hint=error.hint, mistakes=found)


def mistake_data(mistake: Mistake) -> MistakeData:
    """A mistake as data."""
    told = dataclasses.asdict(mistake)
    path = told.pop("path")
    return MistakeData(file=None if path is None else str(path), **told)


def job_data(
    session: Session, jobs: Iterable[PlannedJob], others: Mapping[str, Iterable[str]] | None = None
) -> list[JobData]:
    """Planned jobs as data, with the last failure of those that are to be computed."""
    from generator.commands.last_failures import LastFailures
    from generator.jobs import one_by_one
    from generator.planning.plan import Standing, kept_back

    listed = [*jobs]
    back, failures = kept_back(listed), LastFailures.of(session)
    found = []
    for one in listed:
        job, hit = one.job, one.standing is Standing.HIT
        waits = job.fingerprint in back and one.standing is Standing.MISS
        last = None if hit else failures.last(one.addresses)
        origin = None
        if hit:
            told = session.cache.provenance(job.fingerprint)
            origin = OriginData(told.finished, told.duration, told.device, dict(told.versions), told.origin)
        known = JobData(
            job.fingerprint, job.computation, dict(job.parameters), one_by_one(job.inputs), [*one.addresses],
            "waiting" if waits else one.standing.value, job.seconds, [] if hit else [*map(str, one.reasons)],
            one.failure.reason if one.failure else None, one.failure.hint if one.failure else None,
            [*(others or {}).get(job.fingerprint, ())], origin, last.reason if last else None,
        )  # fmt: skip
        found.append(known)
    return found


def question_data(plan: Plan, question: QuestionSpec, *, own: bool) -> QuestionData:
    """A question as data; ``own`` when the report is a student's."""
    standings = [plan.jobs[fingerprint].standing.value for fingerprint in plan.own([question.address])]
    answer = question.answer
    return QuestionData(
        question.address, question.title, question.lab, question.mark.value, str(question.place.path), str(answer.path),
        not answer.empty if own else None, [mistake_data(one) for one in answer.faults],
        {name: standings.count(name) for name in dict.fromkeys(standings)}, [*question.tables], [*question.figures],
    )  # fmt: skip


def build_data(report: BuildReport) -> BuildData:
    """A build as data."""
    failed = [FailedData([*one.places], one.state.value, one.reason, one.hint) for one in report.failures]
    left_out = {name: why.value for name, why in report.left_out.items()}
    return BuildData(
        report.jobs, report.computed, report.cached, failed, [*report.rendering.problems], [*report.warnings],
        [*report.rendering.gaps], left_out, report.strict, report.written,
        [str(path) for path in report.rendering.documents],
    )  # fmt: skip


def build_output(settings: Settings, report: BuildReport) -> Output:
    """What `build` says."""
    return about(settings, "build", int(report.exit_code), build=build_data(report))


def check_data(check: Check) -> CheckData:
    """A check of the doctor as data."""
    return CheckData(check.name, check.state.value, check.found, check.mend)


def submission_data(looked: Looked) -> SubmissionData:
    """A submission as data."""
    return SubmissionData(
        looked.name, looked.authors, looked.questions, looked.answered, [*looked.gaps], [*looked.contradicted],
        [*looked.unsupported], [*looked.differing], [*looked.own], [*looked.faults], [*looked.alike], looked.problem,
        looked.page,
    )  # fmt: skip


def checked(settings: Settings, found: Iterable[Looked], files: Iterable[Path], exit_code: int) -> Output:
    """What `check` says of all submissions."""
    told = [submission_data(looked) for looked in found]
    return about(settings, "check", exit_code, submissions=told, files=[*map(str, files)])
