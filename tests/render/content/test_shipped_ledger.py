"""The ledger of the built-in course, over every answer, caption and introduction, with results drawn at random.

Each entry names the condition of its own tag, says what is printed there, and leads to an id that the page has.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from generator.answers.addresses import Address
from generator.answers.claims import Claim
from generator.commands.session import Session, Settings, open_session
from generator.course.spec import QuestionSpec
from generator.render.content.answers import AnswerWriter
from generator.render.content.sentences import TextPlace
from generator.render.content.values import Results
from generator.render.text.markdown import Surroundings, to_html, to_words
from generator.render.text.numbering import Numbering, number_course

TAG = re.compile(r"\{%-?\s*(?:or\s+)?claim\s(.*?)-?%\}", re.DOTALL)
DRAWS = 3  # of all results
WORDS = {"label", "kind", "outcome", "case"}


class DrawnTable:
    """Two rows that have any column."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.rows = (0, 1)

    def records(self) -> Iterator[Any]:
        return iter([DrawnRow(self.rng), DrawnRow(self.rng)])


class DrawnRow:
    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def __contains__(self, name: str) -> bool:
        return True

    def __getitem__(self, name: str) -> Any:
        return drawn(self.rng, name)


def drawn(rng: Random, name: str) -> Any:
    """A word or a number; numbers are small or large, so that most conditions come out either way."""
    if name in WORDS:
        return rng.choice(["higher", "lower", "diverged", "gradient, 7 × 7"])
    return rng.uniform(*rng.choice([(-3, 0), (0, 0.05), (0.05, 1), (1, 40)]))


class DrawnResults(Results):
    """Another number at each read."""

    rng = Random(0)

    def metric(self, ref: Address, name: str) -> Any:
        return dict(ref.point)[name] if name in dict(ref.point) else drawn(self.rng, name)

    def table(self, ref: Address, name: str) -> Any:
        return DrawnTable(self.rng)


@cache
def session() -> Session:
    return open_session(Settings())


@cache
def numbering() -> Numbering:
    return number_course(session().course)


def writer() -> AnswerWriter:
    return AnswerWriter(DrawnResults(session().bindings.refs, {}), numbering(), session().profile)


def spelt(text: str) -> set[str]:
    """The conditions of all tags of a source, found without Jinja."""
    return {" ".join(tag[1].split()).removesuffix(" as seen") for tag in TAG.finditer(text)}


def surroundings(address: str = "") -> Surroundings:
    equations = {name: numbered for (home, name), numbered in numbering().equations.items() if home == address}
    return Surroundings(lambda tex, display: html.escape(tex), numbering().citations, equations)


QUESTIONS = [question.address for question in session().course.questions()]
found: Counter[str] = Counter()


@pytest.mark.parametrize("address", QUESTIONS)
def test_each_entry_of_an_answer_has_its_condition_its_sentence_and_its_place(address: str) -> None:
    question = session().course.question(address)
    anchor = numbering().questions[address].anchor
    source = question.answer.path.read_text(encoding="utf-8").splitlines()
    for _ in range(DRAWS):
        one, around = writer(), surroundings(address)
        markdown = one.write(
            question.answer.text, question.answer.path, question, place=TextPlace(address, anchor, around)
        )
        page = f'<section id="{anchor}">{to_html(markdown, around)}</section>'
        ids = re.findall(r'\bid="([^"]*)"', page)
        words = to_words(markdown, around)
        for claim in one.claims.get(address, []):
            assert ids.count(claim.anchor) == 1
            assert claim.sentence in words
            assert tag_begins_on(source, claim)
            found["answers"] += 1
            if claim.anchor != anchor:  # the link leads to the very place
                (after,) = re.findall(rf'<span id="{re.escape(claim.anchor)}"></span>(.*)', page, re.DOTALL)
                begun = re.match(r"[^.!?]{0,30}", " ".join(html.unescape(re.sub(r"<[^>]*>", "", after)).split()))
                assert begun is not None
                assert begun[0].strip() in claim.sentence
                found["places"] += 1


def tag_begins_on(source: list[str], claim: Claim) -> bool:
    """Whether the condition stands in a tag that begins on the line of the entry."""
    rest = "\n".join(source[claim.line - 1 :])
    ends = len(source[claim.line - 1])
    return any(
        tag.start() <= ends and " ".join(tag[1].split()).removesuffix(" as seen") == claim.expression
        for tag in TAG.finditer(rest)
    )


def captions(question: QuestionSpec) -> Iterator[tuple[str, str]]:
    for spec in (*question.tables.values(), *question.figures.values()):
        yield spec.name, spec.caption
        yield spec.name, spec.finding
        yield spec.name, getattr(spec, "alt", "")


def test_each_entry_of_a_caption_or_an_introduction_has_its_condition_and_its_sentence() -> None:
    course = session().course
    texts = [(course.introduction, "introduction"), (course.conclusion, "conclusion")]
    for lab in course.labs:
        texts += [(lab.introduction, lab.id), (lab.conclusion, f"{lab.id}/conclusion")]
    for text, name in texts:
        one, around = writer(), surroundings()
        markdown = one.write(text, Path("lab.yaml"), place=TextPlace(name, "top", around))
        check(one.claims.get(name, []), text, to_words(markdown, around))
    for question in course.questions():
        for name, text in captions(question):
            if "claim" in text:
                one = writer()
                written = one.write(text, Path("q.yaml"), question, place=TextPlace(name, "it"), caption=True)
                check(one.claims[name], text, to_words(written))
                assert {claim.anchor for claim in one.claims[name]} == {"it"}


def check(claims: list[Claim], text: str, words: str) -> None:
    for claim in claims:
        assert claim.expression in spelt(text)
        assert claim.sentence in words
        found["elsewhere"] += 1


def test_hundreds_of_entries_were_looked_at() -> None:
    """After all others: a test that met no claim says nothing."""
    assert found["answers"] > 150 * DRAWS
    assert found["places"] > 100 * DRAWS
    assert found["elsewhere"] >= 3
