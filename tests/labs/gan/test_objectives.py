"""The two losses' values and derivatives, against what their formulas come to by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from generator.labs.gan.objectives import generator_losses


def test_the_derivatives_by_the_logit_are_the_probability_and_its_complement(workspace):
    found = generator_losses(workspace, probability=0.1)
    assert found.metrics["usual_gradient"] == pytest.approx(0.9)
    assert found.metrics["saturating_gradient"] == pytest.approx(0.1)
    assert found.metrics["ratio"] == pytest.approx(9.0)
    assert found.metrics["usual_loss"] == pytest.approx(-math.log(0.1))
    assert found.metrics["saturating_loss"] == pytest.approx(math.log(0.9))
    usual, saturating = found.figures["gradients"].series
    assert np.allclose(usual.y, 1 - usual.x)
    assert np.allclose(saturating.y, saturating.x)


def test_what_the_losses_come_to_where_the_discriminator_cannot_tell(workspace):
    metrics = generator_losses(workspace, points=3).metrics
    assert metrics["balanced_d_loss"] == pytest.approx(2 * math.log(2))
    assert metrics["balanced_usual_loss"] == pytest.approx(math.log(2))
    assert metrics["balanced_saturating_loss"] == pytest.approx(-math.log(2))


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_a_certain_verdict_has_no_logit(workspace, probability):
    with pytest.raises(ValueError, match="between 0 and 1"):
        generator_losses(workspace, probability=probability)
