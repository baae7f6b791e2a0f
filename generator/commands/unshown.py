"""Texts that go with questions that a report leaves out: what a build and a check say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.commands.session import Session
from generator.course.answer_files import AnswerFiles
from generator.course.editions import Edition
from generator.course.left_out import has_questions, reads_left_out
from generator.course.spec import Answer, CourseSpec, LeftOut

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def unshown_texts(session: Session) -> Iterator[str]:
    """A line for each text that is not shown."""
    yield from unshown_answers(session)
    course = session.shown
    for name, text in _introductions(course) if course.left_out else ():
        if reads_left_out(course, text):
            yield f"{name}: not shown, as it prints results of questions that are not in this report"


def unshown_answers(session: Session) -> Iterator[str]:
    """The same for answers of a student."""
    if session.settings.edition is not Edition.STUDENT or session.answers is None:
        return
    files = AnswerFiles(Edition.STUDENT, session.answers)
    labs = {lab.id for lab in session.shown.labs}
    for question in session.course.questions():
        why = session.shown.left_out.get(question.address)
        answer = files.read(question.address) if why and question.lab in labs else None
        if why and isinstance(answer, Answer) and _COMMENT.sub("", answer.text).strip():
            reason = "is hidden" if why is LeftOut.HIDDEN else "is not chosen"
            yield f"answers/{question.address}.md: not shown, as {question.address} {reason} and not in this report"


def _introductions(course: CourseSpec) -> Iterator[tuple[str, str]]:
    """The introductions and conclusions that the report would have, by what they are called."""
    yield "the introduction", course.introduction
    for lab in course.labs:
        if has_questions(course, lab):
            yield f"the introduction of {lab.id}", lab.introduction
            for section in lab.sections:
                if any(question.address not in course.left_out for question in section.questions):
                    yield f"the introduction of “{section.title}”", section.introduction
            yield f"the conclusion of {lab.id}", lab.conclusion
    yield "the conclusion", course.conclusion
