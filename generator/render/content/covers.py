"""Whether a course's own cover does for a report, with its pictures."""

from __future__ import annotations

from generator.course.cover import CourseCover
from generator.course.cover_page import Shown, faults
from generator.errors import Mistake
from generator.render.content.document import Report
from generator.render.text.own_images import OwnImages


def usable_cover(report: Report, images: OwnImages) -> tuple[CourseCover | None, tuple[Mistake, ...]]:
    """The course's cover, or none where it has none or one with faults, which then are returned too."""
    cover = report.course.cover
    if cover is None:
        return None, ()
    shown = Shown(report.course, report.profile, part=report.only is not None)
    found = faults(cover, shown, images.placed)
    return None if found else cover, found
