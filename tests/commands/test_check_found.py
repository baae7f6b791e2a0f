"""Which answers count as the same."""

from __future__ import annotations

from generator.commands.check_found import Looked, answer_digest, compared


def test_answers_are_alike_whatever_their_comments_signs_and_capitals() -> None:
    text = "A long enough answer, in which the same words come in the same order."
    assert answer_digest(text) == answer_digest("{# mine #}\n**" + text.upper().replace(",", " –") + "**")
    assert answer_digest(text) != answer_digest(text + " Not quite.")
    assert answer_digest("{# " + text + " #}") == ""
    found = [Looked(name, digests={"2-a/q01": "x", "2-a/q02": name}) for name in ("a", "b", "c")]
    assert [looked.alike for looked in compared(found)] == [("2-a/q01: b, c",), ("2-a/q01: a, c",), ("2-a/q01: a, b",)]


def test_a_class_that_copied_is_summed_up() -> None:
    found = compared(Looked(f"s{number:03}", digests={"2-a/q01": "x"}) for number in range(400))
    assert found[0].alike[0].endswith("s010 and 389 more")
