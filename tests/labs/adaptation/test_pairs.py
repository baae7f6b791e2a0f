"""Two networks on the same images: only those count that one of them alone gets right."""

from __future__ import annotations

import pytest

from generator.labs.adaptation.pairs import compare_hits
from tests.labs.adaptation.made_runs import made_run


def test_images_that_one_alone_gets_right_decide(workspace):
    first, second = made_run(0.40), made_run(0.46, seed=1)
    metrics = compare_hits(workspace, first=first, second=second).metrics
    assert metrics["images"] == 100
    assert metrics["difference"] == pytest.approx(0.06)
    assert (metrics["first_only"], metrics["second_only"]) == (0, 6)
    assert metrics["p"] == pytest.approx(2 * 0.5**6)
    back = compare_hits(workspace, first=second, second=first).metrics
    assert (back["first_only"], back["second_only"], back["p"]) == (6, 0, metrics["p"])


def test_one_network_is_compared_on_two_domains(workspace):
    run = made_run(0.40, source=0.95)
    metrics = compare_hits(workspace, first=run, second=run, first_on="source").metrics
    assert (metrics["first_only"], metrics["second_only"]) == (55, 0)
    assert metrics["difference"] == pytest.approx(-0.55)


def test_other_images_cannot_be_paired(workspace):
    with pytest.raises(ValueError, match="not the same images"):
        compare_hits(workspace, first=made_run(0.4), second=made_run(0.4, images=50))


def test_a_p_value_that_no_float_can_hold_is_not_zero(workspace):
    first, second = made_run(0.0, images=2000), made_run(1.0, images=2000)
    assert compare_hits(workspace, first=first, second=second).metrics["p"] == 1e-300
