"""A test beside what it tests; `python -m pytest` in the course's folder runs all of them."""

import numpy as np
import pytest

from .dice import means_so_far


def test_means_and_intervals_are_numpys():
    values = np.array([1, 6, 3, 3])
    means, halves = means_so_far(values)
    assert means == pytest.approx([3.5, 10 / 3, 3.25])
    assert halves[-1] == pytest.approx(1.96 * values.std(ddof=1) / 2)
