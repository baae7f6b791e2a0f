"""The report as data, before it is HTML or PDF: what is asked for, and what will be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from generator.answers.addresses import Address
from generator.answers.claims import Claim
from generator.answers.reads import Print
from generator.course.cover import CourseCover
from generator.course.editions import Edition
from generator.course.exhibits import FigureSpec, TableSpec
from generator.course.spec import CourseSpec, ProfileSpec, QuestionSpec
from generator.errors import Mistake
from generator.jobs import Outcome
from generator.render.content.exhibits import Box, Exhibit
from generator.render.content.frames import Bound
from generator.render.content.ledger import Ledger
from generator.render.content.origins import Origins
from generator.render.content.reproduction import Comparison, Verdict
from generator.render.content.values import Results
from generator.render.figures import Drawing, draw_figure
from generator.render.text.bibliography import Reference
from generator.render.text.numbering import Numbered, slug
from generator.render.text.own_images import OwnImages
from generator.results import Figure

if TYPE_CHECKING:
    from generator.render.content.kept import KeptParts

#: The name of a whole report, whose folders have no other name before theirs.
WHOLE = "report"


@dataclass(frozen=True)
class Report:
    """Everything that rendering needs.

    ``refs`` maps "2-a/q01/networks" to its results in grid order, expanded for this profile; ``outcomes`` maps
    ``str(Address)`` to how its job ended. ``device`` and ``versions`` are in words for the cover. ``only`` names
    the questions ("2-a/q03") of a partial report, which keeps the numbers of the whole one. ``images`` is the folder
    that a student's own pictures are read from; with ``frames``, empty frames stand in place of all exhibits; with
    ``fields``, the PDF of a worksheet has fields to write in instead of ruled lines. ``drawings`` may be shared by
    several reports, and ``draw`` makes what is not among them; ``ahead`` hears which it will be asked for, and may have
    them drawn meanwhile; ``enclosed`` writes the files of other rooms that go
    with the exported results, by name. ``bound`` says what the computation of each result gets; in ``kept``, questions
    of earlier reports are found again; ``modules`` names where the code of each computation is.
    """

    course: CourseSpec
    profile: ProfileSpec
    device: str
    version: str
    refs: Mapping[str, tuple[Address, ...]]
    outcomes: Mapping[str, Outcome]
    only: frozenset[str] | None = None
    images: Path | None = None
    frames: bool = False
    fields: bool = False
    drawings: MutableMapping[tuple[str, str, float], Drawing] = field(default_factory=dict)
    draw: Callable[[Figure, float], Drawing] = draw_figure
    ahead: Callable[[Iterable[tuple[Figure, float]]], AbstractContextManager[None]] = lambda wanted: nullcontext()
    versions: str = ""
    enclosed: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    bound: Bound = field(default_factory=dict)
    kept: KeptParts | None = None
    modules: Mapping[str, str] = field(default_factory=dict)

    def shows(self, question: QuestionSpec) -> bool:
        """Whether this question is part of the report."""
        address = question.address
        return address not in self.course.left_out and (self.only is None or address in self.only)

    def is_framed(self, exhibit: TableSpec | FigureSpec) -> bool:
        """Whether an empty frame stands in its place: a worksheet does not answer its own questions."""
        return self.frames or (exhibit.solution and self.course.edition is Edition.WORKSHEET)

    def is_idle(self, exhibit: TableSpec | FigureSpec) -> bool:
        """Whether nobody would fill in the frame: what few readers look up is no work for a student."""
        return exhibit.further and self.is_framed(exhibit)

    @property
    def name(self) -> str:
        """The documents' name without an ending: report, report-2-a for a whole lab, report-2-a-q03 for a question.

        A worksheet is called so: it may lie beside a student's own report.
        """
        kind = Edition.WORKSHEET.value if self.course.edition is Edition.WORKSHEET else WHOLE
        if self.only is None:
            return kind
        parts = []
        for lab in self.course.labs:
            shown = [question for question in lab.questions() if self.shows(question)]
            whole = len(shown) == sum(question.address not in self.course.left_out for question in lab.questions())
            parts += [lab.id] if whole and shown else [question.address for question in shown]
        return "-".join([kind, *map(slug, parts)])[:120]

    def beside(self, kind: str) -> str:
        """The folder beside the documents that holds what is theirs of a kind: assets, results."""
        return kind if self.name == WHOLE else f"{self.name}-{kind}"


@dataclass(frozen=True)
class QuestionPart:
    """One question as it will be shown; ``statement`` and ``answer`` are Markdown, exhibits come in reading order.

    ``contradicted`` are the claims of the answer that are printed although the results contradict them; ``further`` are
    its exhibits, those of the appendix included, that the page folds and the PDF only names; ``numbers`` are the
    results that it may name; under ``key`` its HTML can be kept, unless that is empty.
    """

    spec: QuestionSpec
    numbered: Numbered
    answer: str
    exhibits: tuple[Exhibit, ...]
    equations: Mapping[str, Numbered]
    box: Box | None = None
    contradicted: tuple[Claim, ...] = ()
    further: tuple[Exhibit, ...] = ()
    numbers: Origins = field(default_factory=Origins)
    key: str = ""


@dataclass(frozen=True)
class SectionPart:
    """A section with its number ("1.2") and introduction in Markdown."""

    number: str
    title: str
    introduction: str
    questions: tuple[QuestionPart, ...]


@dataclass(frozen=True)
class LabPart:
    """A lab with its number ("1")."""

    number: str
    id: str
    title: str
    introduction: str
    conclusion: str
    sections: tuple[SectionPart, ...]


@dataclass(frozen=True)
class Document:
    """The whole report, independent of HTML or PDF.

    ``problems`` are what could not be rendered, ``warnings`` what is printed although the results contradict it, both
    with file and line; ``claims`` is the ledger, by the address of a question or the name of an introduction or
    conclusion, and ``ledger`` sums it up; ``gaps`` are the questions that a student has not answered. ``images`` are
    those of the course, ``own_images`` those that answers show: a student's are from their own folder; ``prints`` is
    what was printed of results, by the id of its place. ``foreign`` names the introductions and conclusions, and, as
    "2-a/title" or "1.2/title", the titles that are not in the report's language. ``say`` tells who waits how far it is.
    """

    report: Report
    introduction: str
    conclusion: str
    labs: tuple[LabPart, ...]
    appendix: tuple[Exhibit, ...]
    references: tuple[Reference, ...]
    citations: Mapping[str, int]
    claims: Mapping[str, list[Claim]]
    ledger: Ledger
    results: Results
    problems: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...]
    gaps: tuple[str, ...]
    reproduction: tuple[Comparison, ...]
    images: OwnImages
    own_images: OwnImages
    cover: CourseCover | None = None
    prints: Mapping[str, tuple[Print, ...]] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()
    say: Callable[[str], None] = field(default=lambda text: None, repr=False, compare=False)

    def verdicts(self) -> list[str]:
        """What came of the published numbers that are compared: how many have which verdict, in the order of these."""
        found = Counter(row.verdict for row in self.reproduction if row.compared)
        return [verdict.counted(found[verdict]) for verdict in Verdict if found[verdict]]

    def uncompared(self) -> dict[str, int]:
        """How many published numbers are not compared, by the reason."""
        return dict(Counter(row.why_not for row in self.reproduction if not row.compared))

    def example(self) -> str:
        """The id of some result that is shown, or nothing."""
        return next((exhibit.origins.ids[0] for exhibit in self.exhibits() if exhibit.origins.ids), "")

    def exhibits(self) -> list[Exhibit]:
        """Every exhibit, those of the appendix last."""
        placed = [
            exhibit
            for lab in self.labs
            for section in lab.sections
            for question in section.questions
            for exhibit in question.exhibits
        ]
        return [*placed, *self.appendix]

    def appended(self, *, paged: bool) -> list[Exhibit]:
        """The exhibits of the appendix that a form shows: on sheets, none that the page folds."""
        return [exhibit for exhibit in self.appendix if not (paged and exhibit.folded)]
