"""Each rule finds what was planted for it, and takes no offence at what is right."""

from __future__ import annotations

import pytest

from tests.shaken.reader import RULES, read, sentences

WRONG = {
    "one with a plural": [
        "In 1 steps it is there.", "With 1 test images nothing is seen.", "The reverse happens 1 times.",
        "By 1 percentage points.", "1 latent values are few.", "It lists 1 classes.",
    ],
    "several with a singular": [
        "After 2 step it stops.", "All 12 layer are drawn.", "0 image is left.", "12 class stay.",
    ],
    "one with a plural verb": [
        "1 of the other 3 layers are better.", "1 are negative.", "Of these, 1 get their class.",
        "1 of 10 photographs keep their class.", "2 layers gain by it and 1 lose by more.",
    ],
    "several with a singular verb": ["2 of the other 4 layers is better.", "3 of 10 has more."],
    "one with a determiner": ["The 1 image is shown.", "Of the other 1 layer nothing is known.", "All 1 run ended."],
    "ends that are equal": [
        "Everything from 100 to 100 is within it.",
        "It is 40 % (95 % interval from 3.0\u202f% to 3.0\u202f%).",
        "(7.0\u202f% to 7.0\u202f%)",
    ],
    "a number instead of itself": ["It takes 0.97 instead of 0.97 there."],
    "a part of nothing": [
        "On the 0 images that both fooled.", "It is right on 2 of 0 images.", "Of the 0 layers all fell.",
    ],
    "a part larger than the whole": ["11 of 10 photographs keep it.", "3 of its 2 images."],
    "a missing value": [
        "of which – are right", "It says “–”.", "It is nan here.", "None", "It is ∞ there.", "not a number",
    ],
    "a negative zero": ["From −1.9 to −0.0 points.", "It is −0."],
    "a p value of zero": ["It may be chance (p = 0.00)."],
    "chance, although p is small": [
        "It keeps 0.97, no proven gain over the gradient (p = 0.001).",
        "It is 3 against 5, which may be chance (p = 3.2\u202f×\u202f10⁻⁴, Wilcoxon).",
        "It brings nothing that can be shown: 3 before (p = 0.04).",
        "As many (p = 0.01, Mann and Whitney), no difference to build on.",
    ],
    "more than chance, although p is not small": ["The SVM is better by more than chance (p = 0.30)."],
    "an empty place": [
        "Diverged: .", "Higher: ; lower: none.", "The best are , and others.", "It is “”.", "( none)", "()",
    ],
    "an interval the wrong way round": [
        "It has 5.0\u202f% (7.0\u202f% to 3.0\u202f%).", "a 95 % interval from 3.1 to 2.9",
    ],
    "a value outside its interval": ["It is 5.0\u202f% (7.0\u202f% to 8.0\u202f%)."],
    "a change with a sign of its own": ["It gains −3.2 percentage points.", "The colour scale costs −2.0 points."],
    "a share of more than all": ["It holds 104.2\u202f% of the images."],
    "a rise that is none": ["It rises from 3.0 to 2.0.", "It goes from 3.0\u202f% up to 3.0\u202f%."],
    "a fall that is none": [
        "It falls from 0.246 to 0.246.", "Top-1 falls from 3.0\u202f% to 4.0\u202f%.", "from 1 down to 2",
    ],
    "more, but it is not": [
        "94.0\u202f%, more than the 94.0\u202f% before.", "3 is more than 4.", "It is rougher (0.40 against 0.40).",
    ],
    "less, but it is not": ["81.3\u202f%, less than the 74.9\u202f% after.", "It is smoother (2 against 1)."],
}  # fmt: skip
RIGHT = [
    "It may be chance (p = 0.30); the SVM is better by more than chance (p = 2.0\u202f×\u202f10⁻⁵).",
    "In 1 step it is there, and 1 of the other 3 layers is better.",
    "Table 1 shows 21 steps; question 1 asks for 1 000 images, the 1 000 classes of ImageNet.",
    "Of all 1 000 classes, 11 of 11 images are fooled.",
    "1 of them that are wrong stays, 2 of the 4 layers are better.",
    "It ends between 44.1\u202f% and 44.1\u202f%.",
    "The range from 0 to 1 holds values between 0 and 1.",
    "It falls from 95.9\u202f% to 38.9\u202f%, rises from 1.0 to 2.0, and goes from 3.0\u202f% down to 2.0\u202f%.",
    "It takes 3 ms instead of 5 ms, and 12.5 %, less than the 13.0 % before.",
    "It is right on 4 of 10, or 40.0\u202f% (16.8\u202f% to 68.7\u202f%), which is 0 of the 5 left.",
    "A 28 × 28 pixel image, a 7 × 7 grid, a 12-step climb, 64 maps of 55 × 55, 2 of each kind.",
    "L2, L∞ and the Jensen–Shannon divergence; 3–5 images; None of these is a number.",
    "All of the source and none of the target: −0.05 points, p = 0.05, p = 0.004.",
    "It is lower: none; diverged: × 2 and × 3 (Table 3), with 100.0\u202f% of the images.",
    "Epoch 13 of 18 is taken, and 100.0\u202f% of them are right.",
    "It takes 138.4 million parameters of the 140 million, and 1.5 times as many steps.",
]


def rules_broken(words: str) -> set[str]:
    return {finding.rule for finding in read(words)}


@pytest.mark.parametrize(("rule", "words"), [(rule, words) for rule, all_ in WRONG.items() for words in all_])
def test_a_planted_defect_is_found(rule, words):
    assert rule in rules_broken(words)


def test_every_rule_has_a_planted_defect():
    assert {rule.name for rule in RULES} == set(WRONG)


@pytest.mark.parametrize("words", RIGHT)
def test_a_sentence_that_is_right_passes(words):
    assert rules_broken(words) == set()


def test_sentences_end_where_they_do():
    words = "It is 3.5 % (Table 1.2). The net’s answer, “no.” Then it ends! (In brackets.) See fig. 3."
    assert len(sentences(words)) == 5
