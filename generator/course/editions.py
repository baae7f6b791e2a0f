"""The editions of a report, what of the course's files each of them never reads, and the themes of its layout."""

from __future__ import annotations

from enum import Enum

#: What of a question's file is for teachers alone, each a path of keys; ``*`` is any one.
_FOR_TEACHERS = frozenset(
    {
        "expected",
        "marking",
        "tables.*.finding",
        "figures.*.finding",
        "figures.*.panel_finding",
        "figures.*.panels.*.finding",
    }
)


class Edition(Enum):
    """Whom a report is for."""

    REFERENCE = "reference"  # the teacher: every answer, published number and marking note
    STUDENT = "student"  # a student's own answers around computed results
    WORKSHEET = "worksheet"  # statements, exhibits and room to write

    @property
    def withheld_from_questions(self) -> frozenset[str]:
        """The keys of a question's file, and of what is in it, that are passed over while it is read."""
        return frozenset() if self is Edition.REFERENCE else _FOR_TEACHERS

    @property
    def withheld_from_labs(self) -> frozenset[str]:
        """The keys of a lab's file that are passed over: its conclusion sums up the answers."""
        return frozenset() if self is Edition.REFERENCE else frozenset({"conclusion"})

    @property
    def withheld_from_course(self) -> frozenset[str]:
        """The keys of the course's file that are passed over: they speak of the reference edition."""
        return frozenset() if self is Edition.REFERENCE else frozenset({"introduction", "conclusion"})


class Theme(Enum):
    """How the report is laid out and its exhibits are numbered."""

    CHAPTERS = "chapters"  # a cover, each lab a chapter, Figure 2.1
    SECTIONS = "sections"  # a title above the contents, numbered sections, Figure 7
