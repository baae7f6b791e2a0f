"""Is a course's own cover right? Filled in for each edition, with authors and without, before anything is computed."""

from __future__ import annotations

import dataclasses

from generator.course.cover_markup import NoPictureError, Placed
from generator.course.cover_page import Shown, faults
from generator.course.editions import Edition
from generator.course.project import pictures
from generator.course.spec import CourseSpec
from generator.errors import Mistake

_AUTHORS = (("Ada Example", "12345"), ("Bob Example", ""))


def check_cover(course: CourseSpec) -> list[Mistake]:
    """What is wrong with the cover, or would be in another edition or a student's report."""
    if course.cover is None:
        return []
    there = {path.relative_to(course.root).as_posix() for path in pictures(course.root)}

    def picture(source: str) -> Placed:
        if source not in there:
            raise NoPictureError(f"there is no picture {source!r}")
        return Placed(source, 1, 1)

    found: list[Mistake] = []
    for edition in Edition:
        for authors in ((), _AUTHORS[:1], _AUTHORS):
            report = dataclasses.replace(course, edition=edition, authors=authors)
            for profile in course.profiles.values():
                found += faults(course.cover, Shown(report, profile), picture)
    return list(dict.fromkeys(found))
