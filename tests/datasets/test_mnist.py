"""MNIST against its published form, read from torchvision's layout."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from generator.datasets.pixels import load_pixels
from generator.errors import DataMissingError

DATA = Path(os.environ.get("GENREPORT_DATA") or Path(__file__).resolve().parents[3] / "shared/data")


def test_the_real_digits_have_their_known_counts():
    if not (DATA / "MNIST/raw").is_dir():
        pytest.skip("MNIST is not in the data folder")
    train, test = (load_pixels("mnist", DATA, part) for part in ("train", "test"))
    assert train.images.shape == (60_000, 28, 28)
    assert test.images.shape == (10_000, 28, 28)
    # The counts of each digit and the mean that everyone normalises with, 0.1307.
    assert np.bincount(train.labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert train.images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)


def test_missing_digits_are_an_error_that_says_how_to_get_them(tmp_path):
    with pytest.raises(DataMissingError, match="MNIST/raw") as raised:
        load_pixels("mnist", tmp_path, "train")
    assert "genreport fetch" in raised.value.hint
