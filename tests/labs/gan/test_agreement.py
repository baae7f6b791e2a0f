"""Two conditional generators are compared sample by sample, over the same latent vectors and labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from generator.labs.gan.agreement import compare_agreement
from generator.labs.gan.measures import measure_gan
from generator.results import Result

DRAWN = {"samples": 100, "nz": 8, "seed": 0}


def heeding(hits: list[bool], **drawn: int) -> Result:
    return Result(metrics={**DRAWN, **drawn}, arrays={"hits": np.array(hits)})


def test_only_the_samples_that_one_of_them_got_right_decide(workspace):
    few, many = heeding([True] * 40 + [False] * 60), heeding([True] * 38 + [False] * 2 + [True] * 12 + [False] * 48)
    found = compare_agreement(workspace, measure=few, other=many).metrics
    assert found["difference"] == pytest.approx(0.1)
    assert found["p"] == pytest.approx(binomtest(2, 14, 0.5).pvalue)
    assert (found["higher"], found["lower"]) == (True, False)
    back = compare_agreement(workspace, measure=many, other=few).metrics
    assert (back["difference"], back["p"]) == (-found["difference"], found["p"])
    assert (back["higher"], back["lower"]) == (False, True)
    same = compare_agreement(workspace, measure=few, other=few).metrics
    assert same == {"difference": 0.0, "p": 1.0, "higher": False, "lower": False}


@pytest.mark.parametrize("drawn", [{"nz": 9}, {"seed": 1}, {"samples": 99}])
def test_samples_of_other_latent_vectors_are_no_pairs(workspace, drawn):
    with pytest.raises(ValueError, match="the same latent vectors"):
        compare_agreement(workspace, measure=heeding([True] * 100), other=heeding([True] * 100, **drawn))


def test_measures_of_one_generator_agree_with_themselves_and_unlabelled_ones_have_nothing_to_heed(
    workspace, judge, small_cgan, small_gan
):
    measure = measure_gan(workspace, gan=small_cgan, judge=judge, samples=2000)
    assert measure.arrays["hits"].mean() == pytest.approx(measure.metrics["agreement"])
    assert compare_agreement(workspace, measure=measure, other=replace(measure)).metrics["p"] == 1.0
    unlabelled = measure_gan(workspace, gan=small_gan, judge=judge, samples=2000)
    with pytest.raises(ValueError, match="conditional"):
        compare_agreement(workspace, measure=measure, other=unlabelled)
