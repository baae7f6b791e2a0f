"""The ledger in short, from claims alone."""

from __future__ import annotations

from pathlib import Path

from generator.answers.claims import Claim
from generator.render.content.ledger import Surprise, summed_up


def claim(holds: bool, *after: str, sentence: str = "Words.", anchor: str = "") -> Claim:
    return Claim("a > b", Path(), 1, holds, {}, after, False, sentence, anchor)


def test_what_no_condition_of_a_claim_expected_is_named_in_the_order_of_the_report() -> None:
    claims = {
        "2-b/q01": [claim(False, anchor="first"), claim(True), claim(False, anchor="second")],
        "2-a/q01": [claim(False), claim(True, "a > b")],  # the second condition holds: no last resort
        "2-a/q02": [claim(False), claim(False, "a > b", anchor="third")],
        "2-a/q03": [claim(False, sentence="")],  # prints nothing
    }
    ledger = summed_up(claims, ["2-a/q01", "2-a/q02", "2-a/q03", "2-b/q01", "2-b/q02"])
    assert (ledger.judged, ledger.holding) == (8, 2)
    assert ledger.surprises == (Surprise("2-a/q02", 1, "third"), Surprise("2-b/q01", 2, "first"))


def test_a_report_without_claims_has_nothing_to_sum_up() -> None:
    assert summed_up({}, ["2-a/q01"]) == summed_up({"2-a/q01": []}, [])
