"""Every computation returns exactly what it declares, in a form that can be kept and read back."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import numpy as np
import pytest

import generator.labs
from generator.registry import REGISTRY
from generator.results import decode, encode

for module in Path(generator.labs.__file__).parent.glob("[a-z]*.py"):
    importlib.import_module(f"generator.labs.{module.stem}")

LABS = [name for name in REGISTRY if REGISTRY[name].function.__module__.startswith("generator.labs.")]
ON_IMAGES = {"dataset": "embedded_scenes"}
ARGUMENTS = {
    "activation_maps": {**ON_IMAGES, "image": 0, "layer": "last"},
    "classify_images": {**ON_IMAGES, "examples": [0, 5]},
    "mode_effect": {**ON_IMAGES, "examples": [0], "passes": 2},
    "network_summary": {"architecture": "squeezenet1_1"},
    "normalisation_effect": ON_IMAGES,
    "output_scores": {**ON_IMAGES, "image": 0},
    "train_narrow_network": {"architecture": "narrow_squeezenet", "width": 8, "image_size": 32, "epochs": 1},
}


@pytest.fixture(params=LABS)
def computed(request, workspace, network):
    computation = REGISTRY[request.param]
    arguments = dict(ARGUMENTS[request.param])
    if "network" in computation.function.__annotations__:
        arguments["network"] = network
    return computation, computation.function(workspace, **arguments)


def test_declared_and_returned_names_are_the_same(computed):
    computation, result = computed
    assert set(result.metrics) == set(computation.metrics)
    assert set(result.figures) == set(computation.figures)
    assert {name: table.columns for name, table in result.tables.items()} == computation.tables


def test_a_result_survives_being_kept(computed):
    _, result = computed
    document, arrays = encode(result)
    again = decode(json.loads(json.dumps(document, allow_nan=False)), arrays)
    assert again.metrics == dict(result.metrics)
    assert again.tables == dict(result.tables)
    assert again.figures.keys() == result.figures.keys()
    assert all(np.array_equal(again.arrays[name], array) for name, array in result.arrays.items())
