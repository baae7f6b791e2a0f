"""The photographs inside other packages are there, square, and named by classes that ImageNet has.

Covers datasets/packages.py too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.datasets import packages
from generator.datasets.embedded_photographs import SHOWN, files
from generator.datasets.images import load_images
from generator.datasets.local_files import data_files


def test_each_is_a_square_of_its_photograph_with_the_nearest_class() -> None:
    images = load_images("embedded_photographs", Path("nowhere"))
    assert [images.true_class(number) for number in range(len(images))] == [shown.nearest for shown in SHOWN]
    assert all(image.shape[0] == image.shape[1] >= 191 and image.shape[2] == 3 for image in images.images)


def test_their_files_stand_for_the_data_set() -> None:
    assert data_files("embedded_photographs", Path("nowhere")) == files()
    assert all(path.is_file() for path in files())


def test_there_is_no_training_part() -> None:
    with pytest.raises(ValueError, match="no training part"):
        load_images("embedded_photographs", Path("nowhere"), "train")


def test_a_package_that_is_not_installed_is_named_as_pip_knows_it() -> None:
    with pytest.raises(ModuleNotFoundError, match="no-such-package is not installed"):
        packages.package_folder("no_such_module", "no-such-package")
