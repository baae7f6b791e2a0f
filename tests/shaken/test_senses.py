"""What claims are made to say against their numbers is found; what may be meant otherwise is passed over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.answers.claims import Claim
from generator.formats import THIN
from tests.shaken.judgements import Named, said
from tests.shaken.senses import unmeant
from tests.shaken.texts import Text
from tests.shaken.turning import turned

#: What was printed, the conditions that were judged for it with the verdict on the last, and the values.
Case = tuple[str, list[str], bool, dict[str, Any]]

A_B = {"a.svm": 0.8, "a.tuned": 0.6}
WRONG: dict[str, list[Case]] = {
    "sure of what may be chance": [
        ("The classes differ (p = 0.30).", ["a.p < 0.05"], True, {"a.p": 0.3}),
        ("That is more than guessing.", ["a.test_low > 1 / a.classes"], True, {"a.test_low": 0.05, "a.classes": 10}),
        (": it overfits.", ["a.train > a.test_high"], True, {"a.train": 0.5, "a.test_high": 0.8}),
        ("Both differ.", ["a.p < 0.05 and b.p < 0.05"], True, {"a.p": 0.3, "b.p": 0.01}),
        ("One of both differs.", ["a.p < 0.05 or b.p < 0.05"], True, {"a.p": 0.3, "b.p": 0.2}),
    ],
    "nothing shown, but it is": [
        ("No difference that could be shown.", ["a.p < 0.05"], False, {"a.p": 0.001}),
        ("That cannot be told from guessing.", ["a.low > 0.1"], False, {"a.low": 0.4}),
        ("That the SVM is better cannot be shown.", ["a.p < 0.05 and a.svm > a.tuned"], False, {"a.p": 0.001, **A_B}),
        ("The score is 80 % and 60 %, no gain shown.", ["a.p < 0.05 and a.x > a.y", "a.p < 0.05"], False,
         {"a.p": 0.001, "a.x": 0.8, "a.y": 0.6}),
    ],
    "more, but it is not": [
        ("The tuned network is better than the SVM.", ["a.tuned < a.svm"], True, A_B),
        ("Fine-tuning brings it to 60.0 %, a gain.", ["a.tuned > a.svm"], True, A_B),
        ("It is rougher (0.60 against 0.80).", ["a.tuned > a.svm"], True, A_B),
        ("It rises from 80.0 % to 60.0 %.", ["a.tuned > a.svm"], True, A_B),
        ("With it the network is better.", ["pair.difference > 0"], True, {"pair.difference": -0.2}),
    ],
    "less, but it is not": [
        ("The SVM is worse than the tuned network.", ["a.svm < a.tuned"], True, A_B),
        ("The distance is better, 0.80 against 0.60.", ["a.fid < b.fid"], True, {"a.fid": 0.8, "b.fid": 0.6}),
    ],
    "not so, but it is": [("It is not sparser, with 0.80 against 0.60.", ["a.svm > a.tuned + 0.01"], False, A_B)],
    "no difference, but there is": [("80 % and 60 %: no clear difference.", ["a.tuned > a.svm + 0.05"], False, A_B)],
    "much, but it is not": [("It still tells them apart.", ["a.distance > 1.5"], True, {"a.distance": 0.2})],
    "little, but it is not": [
        ("It hardly tells them apart.", ["a.distance > 1.5"], False, {"a.distance": 1.9}),
        ("The images hardly change.", ["a.step < 0.9 * a.even"], True, {"a.step": 0.5, "a.even": 0.1}),
    ],
    "a part of another size": [
        ("Most of them are there.", ["a.share > 0.5"], True, {"a.share": 0.2}),
        ("It has less than a quarter of them.", ["a.x < b.x / 4"], True, {"a.x": 90, "b.x": 100}),
        ("More than half of a map is outside.", ["a.share < 0.5"], True, {"a.share": 0.7}),
    ],
    "none, but there are": [
        ("None is silent.", ["a.silent > 0"], False, {"a.silent": 3}),
        ("No run was lost.", ["a.lost + b.lost == 0"], True, {"a.lost": 1, "b.lost": 0}),
    ],
    "some, but there are none": [("Errors: 0.", ["a.errors > 0"], True, {"a.errors": 0})],
    "too few, but there are enough": [("Too few runs are left.", ["a.seeds > 1"], False, {"a.seeds": 3})],
    "one, but there are more": [("; with one run of a setting.", ["a.seeds > 1"], False, {"a.seeds": 3})],
    "all, but it is not so": [
        ("All 10 digits are seen.", ["a.seen == a.all"], True, {"a.seen": 9, "a.all": 10}),
        ("Not every digit is seen.", ["a.seen < a.all"], True, {"a.seen": 10, "a.all": 10}),
    ],
}  # fmt: skip
RIGHT: list[Case] = [
    ("The classes differ (p = 0.01).", ["a.p < 0.05"], True, {"a.p": 0.01}),
    ("Whether they differ is open.", ["a.p < 0.05"], False, {"a.p": 0.3}),
    # the other way round, it is shown: so it cannot be shown this way
    ("That the SVM is worse cannot be shown.", ["a.p < 0.05 and a.svm < a.tuned"], False, {"a.p": 0.001, **A_B}),
    ("The SVM is better than the tuned network.", ["a.tuned < a.svm"], True, A_B),
    ("It falls from 80.0 % to 60.0 %.", ["a.tuned > a.svm"], False, A_B),
    ("80.0 % at first and 60.0 % at last, a loss.", ["a.svm > a.tuned"], True, A_B),
    ("It gets 80.0 % and 60.0 %.", ["a.svm > a.tuned"], False, A_B),
    ("It is not sparser, with 0.60 against 0.80.", ["a.tuned > a.svm + 0.01"], False, A_B),
    ("The distance is better, 0.60 against 0.80.", ["a.fid < b.fid"], True, {"a.fid": 0.6, "b.fid": 0.8}),
    ("It is better and worse.", ["a.svm < a.tuned"], True, A_B),
    # the p value is spelt as the other number is, and is not it
    (
        "higher, p = 0.005",
        ["a.p < 0.05 and a.rate > a.base + 0.05"],
        True,
        {"a.p": 0.005, "a.rate": 80.6, "a.base": 0.00515},
    ),
    # nor is the base of a power of ten
    (
        "higher, p = 3.8 × 10⁻⁵",
        ["a.p < 0.05 and a.rate > a.base + 0.05"],
        True,
        {"a.p": 3.8e-5, "a.rate": 12.95, "a.base": 10.13},
    ),
    ("It hardly tells them apart.", ["a.distance > 1.5"], False, {"a.distance": 0.2}),
    ("Less than half of a map is outside.", ["a.share < 0.5"], False, {"a.share": 0.7}),
    ("None is silent.", ["a.silent > 0"], False, {"a.silent": 0}),
    ("Too few runs are left.", ["a.seeds > 1"], False, {"a.seeds": 1}),
    ("Not every digit is seen.", ["a.seen < a.all"], True, {"a.seen": 9, "a.all": 10}),
    ("This run ended so.", ["a.finished"], True, {"a.finished": True}),
]


def rules_broken(words: str, conditions: list[str], holds: bool, values: dict[str, Any]) -> set[str]:
    words = words.replace(" %", f"{THIN}%")
    last = len(conditions) - 1
    claims = [
        Claim(one, Path("q.md"), 1, holds and place == last, values, tuple(conditions[:place]), sentence=words)
        for place, one in enumerate(conditions)
    ]

    def between(read: str) -> list[tuple[Named, Named]]:
        return [(("before.test", 0.7), ("after.test", 0.5))] if read == "pair.difference" else []

    (one,) = said(claims, str, between)
    return {finding.rule for finding in unmeant(one)}


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in WRONG.items() for case in cases])
def test_what_is_said_against_the_numbers_is_found(rule, case):
    assert rule in rules_broken(*case)


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case[0])
def test_what_is_right_passes(case):
    assert rules_broken(*case) == set()


def test_each_comparison_of_a_claim_is_turned_by_itself():
    source = (
        "{% if a.x > 1 %}A{% endif %}{% claim a.x < 1 and b.y >= 2 %}B{% or claim c > 3 %}{{ 1 < 2 }}{% otherwise %}C"
    )
    source += "{% endclaim %}"
    found = list(turned(Text("a", source, Path("a.md"))))
    assert [one.text.source for one in found] == [
        source.replace("a.x < 1", "a.x > 1"), source.replace(">= 2", "<= 2"), source.replace("c > 3", "c < 3"),
    ]  # fmt: skip
    assert [str(one) for one in found][1] == "a, line 1: claim a.x < 1 and b.y >= 2 (comparison 2)"
