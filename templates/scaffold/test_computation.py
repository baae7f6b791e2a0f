"""The computation new_name: what is known of its result without running it."""

from pathlib import Path

import numpy as np
import pytest

from generator import Workspace

from .new_name import half_width, new_name


def test_more_values_narrow_the_interval():
    values = np.array([-1.0, 1.0])
    assert half_width(np.tile(values, 100)) == pytest.approx(1.96 / 199**0.5)


def test_the_interval_is_around_the_mean():
    metrics = new_name(Workspace("cpu", Path()), number=50).metrics
    assert metrics["mean_low"] < metrics["mean"] < metrics["mean_high"]
    assert metrics["mean"] == pytest.approx((metrics["mean_low"] + metrics["mean_high"]) / 2)
