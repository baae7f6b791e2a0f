"""A student's texts that have mistakes: each fails alone, and the rest of the report is built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from generator.course.editions import Edition
from generator.course.spec import CourseSpec, LabSpec, QuestionSpec, SectionSpec
from generator.errors import Mistake

_Found = Mapping[Path, tuple[Mistake, ...]]


def set_apart(course: CourseSpec, mistakes: Iterable[Mistake]) -> tuple[CourseSpec, list[Mistake]]:
    """The course with the mistakes of the student's own texts at these texts, and the mistakes of all other files.

    YAML files and those of the course are not the student's to get wrong, or say what the report is to be at all.
    """
    if course.edition is not Edition.STUDENT:
        return course, [*mistakes]
    own = {question.answer.path for question in course.questions()} | {*course.own_texts.values()}
    found: dict[Path, tuple[Mistake, ...]] = {}
    others = []
    for mistake in dict.fromkeys(mistakes):
        if mistake.path in own:
            found[mistake.path] = (*found.get(mistake.path, ()), mistake)
        else:
            others.append(mistake)
    return (_with_faults(course, found) if found else course), others


def _with_faults(course: CourseSpec, found: _Found) -> CourseSpec:
    told = {name: found[path] for name, path in course.own_texts.items() if path in found}
    own_faults = {**told, **course.own_faults}

    def lab(spec: LabSpec) -> LabSpec:
        sections = tuple(map(section, spec.sections))
        return replace(spec, sections=sections, conclusion=unless_faulty(f"{spec.id}/conclusion", spec.conclusion))

    def section(spec: SectionSpec) -> SectionSpec:
        return replace(spec, questions=tuple(map(question, spec.questions)))

    def question(spec: QuestionSpec) -> QuestionSpec:
        faults = (*spec.answer.faults, *found.get(spec.answer.path, ()))
        return replace(spec, answer=replace(spec.answer, faults=faults))

    def unless_faulty(name: str, text: str) -> str:
        return "" if name in own_faults else text

    introduction = unless_faulty("introduction", course.introduction)
    conclusion = unless_faulty("conclusion", course.conclusion)
    labs = tuple(map(lab, course.labs))
    return replace(course, labs=labs, introduction=introduction, conclusion=conclusion, own_faults=own_faults)
