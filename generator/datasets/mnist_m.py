"""MNIST-M as in the course: MNIST's digits, made black and white, blended with crops of the BSDS500 photographs."""

from __future__ import annotations

from pathlib import Path

from generator.datasets import mnist
from generator.datasets.blending import blended_set, read_photographs
from generator.datasets.images import Part
from generator.datasets.pixels import PixelSet
from generator.datasets.sources import bsds500_files
from generator.errors import DataMissingError
from generator.workspace import stream_seed

SEED = 0
#: The course's notebook counts every grey value above 0 as part of the digit.
THRESHOLD = 0


def load(data: Path, part: Part) -> PixelSet:
    """60,000 training or 10,000 test images, uint8 (n, 28, 28, 3), in the order of MNIST's; made anew, in seconds.

    Crops come from the 200 training photographs of BSDS500 for both parts, drawn with a fixed seed: the original set
    and the course's were not, so that no two of them are the same.
    """
    return made(data, part, THRESHOLD, "MNIST-M")


def made(data: Path, part: Part, threshold: int | None, title: str) -> PixelSet:
    """MNIST blended with the photographs, under this title; raises DataMissingError where either is not there."""
    import numpy as np

    digits = mnist.load(data, part)
    try:
        photographs = read_photographs([data / file.path for file in bsds500_files()])
    except OSError as error:
        hint = "run `genreport fetch`, or name the folder that holds `BSDS500/train` with `--data DIR`"
        raise DataMissingError(f"a photograph of BSDS500 cannot be read: {error}", hint) from error
    return blended_set(digits, photographs, np.random.default_rng(stream_seed(SEED, f"crops/{part}")), threshold, title)
