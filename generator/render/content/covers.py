"""The pictures that a report shows, and whether the course's own cover does for it, with these."""

from __future__ import annotations

from generator.course.cover import CourseCover
from generator.course.cover_page import Shown, faults
from generator.course.editions import Edition
from generator.errors import Mistake
from generator.render.content.document import Report
from generator.render.text.own_images import OwnImages


def pictures_of(report: Report) -> tuple[OwnImages, OwnImages]:
    """Those of the course, and those that answers show: a student's are from their own folder."""
    of_course = OwnImages(report.course.root, "the course")
    return of_course, OwnImages(report.images) if report.course.edition is Edition.STUDENT else of_course


def usable_cover(report: Report, images: OwnImages) -> tuple[CourseCover | None, tuple[Mistake, ...]]:
    """The course's cover, or none where it has none or one with faults, which then are returned too."""
    cover = report.course.cover
    if cover is None:
        return None, ()
    shown = Shown(report.course, report.profile, part=report.only is not None)
    found = faults(cover, shown, images.placed)
    return None if found else cover, found
