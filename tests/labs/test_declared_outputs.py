"""Every computation returns exactly what it declares, in a form that can be kept and read back."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import numpy as np
import pytest

import generator.labs
from generator.registry import REGISTRY, matches
from generator.results import decode, encode

LABS_FOLDER = Path(generator.labs.__file__).parent
for path in sorted(LABS_FOLDER.rglob("[a-z]*.py")):
    importlib.import_module(".".join(("generator.labs", *path.relative_to(LABS_FOLDER).with_suffix("").parts)))

LABS = [name for name in REGISTRY if REGISTRY[name].function.__module__.startswith("generator.labs.")]
ON_IMAGES = {"dataset": "embedded_scenes"}
DOMAINS = {"source": "embedded_mnist", "target": "embedded_mnist_m"}
DIGITS = {"dataset": "embedded_mnist"}
ARGUMENTS = {
    "activation_maps": {**ON_IMAGES, "image": 0, "layer": "last"},
    "choose_penalty": {"layer": "relu7", "cs": [0.1, 1.0], "folds": 2},
    "classify_images": {**ON_IMAGES, "examples": [0, 5]},
    "compare_attacks": {
        **ON_IMAGES,
        "images": [0, 21],
        "targets": ["cat", "moon"],
        "epsilons": [4],
        "radii": [1.0],
        "pixel_images": 1,
        "most_steps": 5,
        "pgd_steps": 2,
        "rounds": 1,
        "round_steps": 5,
        "population": 5,
        "generations": 1,
    },
    "compare_hits": {},
    "compare_runs": {"labels": ["first", "second"]},
    "compare_agreement": {},
    "compare_gan": {},
    "compare_heads": {"layer": "relu7", "labels": ["frozen", "tuned"]},
    "compare_training": {"layer": "relu7"},
    "compare_made_images": {},
    "compare_transfers": {},
    "domain_samples": DOMAINS,
    "embed_domains": {**DOMAINS, "per_class": 4, "perplexity": 5.0},
    "extract_features": {**ON_IMAGES, "layers": ["relu7", "fc8"]},
    "fool_images": {**ON_IMAGES, "images": [0, 21], "targets": ["cat", "moon"], "most_steps": 5},
    "generator_losses": {},
    "grey_equivalence": {**ON_IMAGES, "images": 2},
    "interpolate_latents": {"paths": 4, "steps": 3, "shown": 2},
    "label_by_latent": {"columns": 2, "measured": 4},
    "measure_gan": {"samples": 2000, "shown": 4},
    "mode_effect": {**ON_IMAGES, "examples": [0], "passes": 2},
    "nearest_real_images": {**DIGITS, "samples": 20, "shown": 2},
    "network_costs": {"architectures": ["squeezenet1_1", "vit_b_16"]},
    "network_summary": {"architecture": "squeezenet1_1"},
    "network_on_scenes": {**ON_IMAGES, "layer": "relu7", "image": 0},
    "normalisation_effect": ON_IMAGES,
    "output_scores": {**ON_IMAGES, "image": 0},
    "pool_gans": {},
    "pool_normalisations": {},
    "precision_effect": {**ON_IMAGES, "layers": ["relu7"], "images": 4},
    "pool_seeds": {},
    "pool_transfers": {"labels": ["first", "second"]},
    "reduce_dimensions": {"layer": "relu7", "dimensions": [2, 5]},
    "saliency_agreement": {**ON_IMAGES, "images": 4},
    "saliency_boxes": {**ON_IMAGES, "images": 60, "random_boxes": 1},
    "saliency_cases": {**ON_IMAGES, "images": 4},
    "saliency_stability": {**ON_IMAGES, "images": 2, "levels": [1.0, 2.0], "samples": 1},
    "show_fooling": {**ON_IMAGES, "images": [0, 21], "targets": ["cat", "moon"], "most_steps": 5},
    "sweep_class_settings": {
        "classes": ["cat", "moon"],
        "steps": [2, 3],
        "rates": [1.0],
        "decays": [0.1],
        "combined": [[1.0, 0.1]],
    },
    "show_strips": {},
    "svm_by_layer": {"reference": "relu7", "folds": 2},
    "svm_confusions": {**ON_IMAGES, "layer": "relu7"},
    "train_gan": {**DIGITS, "training_images": 64, "ngf": 2, "ndf": 2, "nz": 4, "epochs": 1, "batch_size": 32},
    "train_head": {**ON_IMAGES, "epochs": 1},
    "train_judge": {**DIGITS, "training_images": 200, "epochs": 1},
    "train_narrow_network": {"architecture": "narrow_squeezenet", "width": 8, "image_size": 32, "epochs": 1},
    "transfer_fooling": {**ON_IMAGES, "factors": [1, 2]},
    "visualise_classes": {**ON_IMAGES, "classes": ["cat", "moon"], "steps": 2},
    "visualise_from_photographs": {**ON_IMAGES, "journeys": [["cat", "cat"], ["moon", "cat"]], "steps": 2},
    "train_adaptation": {**DOMAINS, "epochs": 1, "epoch_images": 64},
    "train_on_pseudo_labels": {**DOMAINS, "epoch_images": 64, "rounds": 2, "epochs": 1, "threshold": 0.11},
    "train_on_samples": {**DIGITS, "samples": 100, "epochs": 1},
}

#: The fixtures with the results that computations of several take.
RUNS = {"compare_heads": "heads", "pool_normalisations": "normalisations", "pool_transfers": "pairs"}


def _results(module, fixture):
    """The results that a lab's computations take, by the names of their parameters; those of no other lab are made."""
    if module.startswith("generator.labs.gan."):
        return dict(fixture("gans"))
    if module.startswith("generator.labs.adaptation."):
        return dict(fixture("adaptation"))
    if module.startswith("generator.labs.visualising."):
        made = fixture("made_images")
        return {"cases": fixture("cases"), "fooled": fixture("fooled"), "first": made, "second": made}
    transfer = fixture("transfer")
    same = dict.fromkeys(("svm", "reference", "other"), transfer)
    return {"features": fixture("features"), **same, "training": fixture("heads")[0]}


@pytest.fixture(params=LABS)
def computed(request, workspace):
    computation = REGISTRY[request.param]
    results = _results(computation.function.__module__, request.getfixturevalue)
    if request.param == "interpolate_latents":
        results["gan"] = results["unlabelled"]
    if request.param in RUNS:
        results["runs"] = request.getfixturevalue(RUNS[request.param])
    arguments = dict(ARGUMENTS[request.param])
    for name, annotation in computation.function.__annotations__.items():
        if annotation == "Network":
            arguments[name] = request.getfixturevalue("network")
        elif annotation in ("Result", "list[Result]") and name in results:
            arguments[name] = results[name]
    return computation, computation.function(workspace, **arguments)


def test_declared_and_returned_names_are_the_same(computed):
    computation, result = computed
    assert _same(result.metrics, computation.metrics)
    assert _same(result.figures, computation.figures)
    assert {name: table.columns for name, table in result.tables.items()} == computation.tables


def _same(returned, declared):
    """Nothing that isn't declared, and at least one of each declared family (``score_*``)."""
    unknown = [name for name in returned if not matches(name, tuple(declared))]
    missing = [known for known in declared if not any(matches(name, (known,)) for name in returned)]
    return unknown == missing == []


def test_a_result_survives_being_kept(computed):
    _, result = computed
    document, arrays = encode(result)
    again = decode(json.loads(json.dumps(document, allow_nan=False)), arrays)
    assert again.metrics == dict(result.metrics)
    assert again.tables == dict(result.tables)
    assert again.figures.keys() == result.figures.keys()
    assert all(np.array_equal(again.arrays[name], array) for name, array in result.arrays.items())
