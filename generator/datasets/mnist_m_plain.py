"""MNIST-M as Ganin and Lempitsky (2015) describe it: MNIST's grey digits blended with crops of photographs."""

from __future__ import annotations

from pathlib import Path

from generator.datasets import mnist_m
from generator.datasets.images import Part
from generator.datasets.pixels import PixelSet


def load(data: Path, part: Part) -> PixelSet:
    """The same digits on the same crops as ``mnist_m``, with soft edges: the digits keep their grey values."""
    return mnist_m.made(data, part, None, "MNIST-M with grey digits")
