"""Fills in a course's cover: the values that its template may name, and what is wrong with what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Template, TemplateError
from markupsafe import Markup

from generator.answers.language import AnswerEnvironment
from generator.course.cover import TEXTS, CourseCover
from generator.course.cover_markup import HEAD, SETTING, Picture, written_anew
from generator.course.editions import Edition
from generator.course.spec import CourseSpec, ProfileSpec
from generator.course.translations import untranslated
from generator.errors import InputError, Mistake
from generator.languages import gettext, typeset

#: Those of the texts that are in some language; the others are names and numbers.
_IN_WORDS = ("title", "subtitle", "programme")
_ERRORS = (TemplateError, AttributeError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError)


@dataclass(frozen=True)
class Shown:
    """What a cover stands before: a report of the ``course``, or a ``part`` of one, as a page or ``paged``."""

    course: CourseSpec
    profile: ProfileSpec
    paged: bool = False
    part: bool = False


def write_cover(cover: CourseCover, shown: Shown, picture: Picture) -> str:
    """The cover's HTML, with HEAD and SETTING in the places of what the program puts there.

    Raises InputError with file and line.
    """
    try:
        html = _compiled(cover).render(_values(shown))
    except _ERRORS as error:
        raise InputError([Mistake(str(error), cover.path, _line_of(error, cover.path))]) from error
    worksheet = shown.course.edition is Edition.WORKSHEET
    return written_anew(html, cover.path, cover.text, picture, needs_head=worksheet)


@cache  # checking fills the same one in for every edition
def _compiled(cover: CourseCover) -> Template:
    environment = AnswerEnvironment()
    environment.autoescape = True
    return Template.from_code(environment, environment.compile(cover.text, filename=str(cover.path)), {})


def _values(shown: Shown) -> dict[str, Any]:
    course, profile = shown.course, shown.profile
    names = {Edition.REFERENCE: gettext("Reference edition"), Edition.WORKSHEET: gettext("Worksheet")}

    def text(value: str, *where: str) -> str:
        apart = where[0] not in course.given and untranslated(course.source, where)
        return Markup('<span lang="{}">{}</span>').format(course.written, value) if apart and value else typeset(value)

    about = {name: text(getattr(profile, name), "profiles", profile.name, name) for name in ("title", "description")}
    return {
        **{name: getattr(course, name) for name in TEXTS},
        **{name: text(getattr(course, name), name) for name in _IN_WORDS},
        "authors": [{"name": name, "number": number} for name, number in course.authors],
        "edition": course.edition.value,
        "edition_name": names.get(course.edition, ""),
        "head": HEAD if course.edition is Edition.WORKSHEET else "",
        "language": course.language,
        "paged": shown.paged,
        "part": shown.part,
        "profile": {"name": profile.name, **about},
        "setting": SETTING,
    }


def _line_of(error: BaseException, path: Path) -> int | None:
    """The template's line in a traceback, which Jinja rewrites to point into the template."""
    line = getattr(error, "lineno", None)
    traceback = error.__traceback__
    while traceback is not None:
        line = traceback.tb_lineno if traceback.tb_frame.f_code.co_filename == str(path) else line
        traceback = traceback.tb_next
    return line


def faults(cover: CourseCover, shown: Shown, picture: Picture) -> tuple[Mistake, ...]:
    """What is wrong with the cover of a report, as a page and on sheets."""
    found: list[Mistake] = []
    for paged in (False, True):
        try:
            write_cover(cover, Shown(shown.course, shown.profile, paged, shown.part), picture)
        except InputError as error:
            found += error.mistakes
    return tuple(dict.fromkeys(found))
