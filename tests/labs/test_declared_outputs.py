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

LABS_FOLDER = Path(generator.labs.__file__).parent
for path in sorted(LABS_FOLDER.rglob("[a-z]*.py")):
    importlib.import_module(".".join(("generator.labs", *path.relative_to(LABS_FOLDER).with_suffix("").parts)))

LABS = [name for name in REGISTRY if REGISTRY[name].function.__module__.startswith("generator.labs.")]
ON_IMAGES = {"dataset": "embedded_scenes"}
DIGITS = {"dataset": "embedded_digits"}
ARGUMENTS = {
    "activation_maps": {**ON_IMAGES, "image": 0, "layer": "last"},
    "choose_penalty": {"layer": "relu7", "cs": [0.1, 1.0], "folds": 2},
    "classify_images": {**ON_IMAGES, "examples": [0, 5]},
    "compare_gan": {},
    "compare_transfers": {},
    "extract_features": {**ON_IMAGES, "layers": ["relu7", "fc8"]},
    "generator_losses": {},
    "grey_equivalence": {**ON_IMAGES, "images": 2},
    "interpolate_latents": {"paths": 4, "steps": 3, "shown": 2},
    "label_by_latent": {"columns": 2, "measured": 4},
    "measure_gan": {"samples": 500, "shown": 4},
    "mode_effect": {**ON_IMAGES, "examples": [0], "passes": 2},
    "nearest_real_images": {**DIGITS, "samples": 20, "shown": 2},
    "network_costs": {"architectures": ["squeezenet1_1", "vit_b_16"]},
    "network_summary": {"architecture": "squeezenet1_1"},
    "network_on_scenes": {**ON_IMAGES, "layer": "relu7", "image": 0},
    "normalisation_effect": ON_IMAGES,
    "output_scores": {**ON_IMAGES, "image": 0},
    "pool_gans": {},
    "precision_effect": {**ON_IMAGES, "layers": ["relu7"], "images": 4},
    "reduce_dimensions": {"layer": "relu7", "dimensions": [2, 5]},
    "show_strips": {},
    "svm_by_layer": {"reference": "relu7", "folds": 2},
    "svm_confusions": {**ON_IMAGES, "layer": "relu7"},
    "train_gan": {**DIGITS, "training_images": 64, "ngf": 2, "ndf": 2, "nz": 4, "epochs": 1, "batch_size": 32},
    "train_head": {**ON_IMAGES, "svm_layer": "relu7", "epochs": 1},
    "train_judge": {**DIGITS, "training_images": 200, "epochs": 1},
    "train_narrow_network": {"architecture": "narrow_squeezenet", "width": 8, "image_size": 32, "epochs": 1},
    "train_on_samples": {**DIGITS, "samples": 100, "epochs": 1},
}


@pytest.fixture(params=LABS)
def computed(request, workspace, network, features, transfer, gans):
    computation = REGISTRY[request.param]
    arguments = dict(ARGUMENTS[request.param])
    results = {"network": network, "features": features, "svm": transfer, "reference": transfer, "other": transfer}
    if computation.function.__module__.startswith("generator.labs.gan."):
        results |= gans
    if request.param == "interpolate_latents":
        results["gan"] = gans["unlabelled"]
    for name, annotation in computation.function.__annotations__.items():
        if annotation in ("Network", "Result", "list[Result]") and name in results:
            arguments[name] = results[name]
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
