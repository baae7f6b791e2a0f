"""What classifiers on features have to agree on, for draws that look like real results."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from generator.results import Value
from tests.shaken.draws import Drawn
from tests.shaken.recipe_parts import Hits, coin, hits_of, interval, part, whole


def svm_by_layer(drawn: Drawn) -> None:
    """Hits image by image, from which the computation's own tests and summary are made."""
    from generator.labs.shared.metrics import accuracy_row
    from generator.labs.transfer.layers import _summary, _with_tests

    rows, arrays = drawn.tables["layers"], drawn.arrays
    split = SimpleNamespace(test_groups=arrays.get("test/groups"))
    fits: dict[str, Any] = {}
    fits_all = drawn.rng.random() < 0.15
    for row in rows:
        images = len(arrays[f"hits/{row['layer']}"])
        hits, raw = (hits_of(drawn, part(row[name]), images) for name in ("test", "raw_test"))
        solved = SimpleNamespace(converged=drawn.rng.random() < 0.7)
        fits[str(row["layer"])] = SimpleNamespace(hits=hits, raw_hits=raw, split=split, raw=solved, unit=solved)
        row |= accuracy_row(hits, split.test_groups)
        row |= {f"raw_{name}": value for name, value in accuracy_row(raw, split.test_groups).items()}
        row["train"] = 1.0 if fits_all else drawn.share(part(row["train"]))
        row["validation"] = drawn.share(part(row["validation"]))
        row["zero_rows"] = drawn.count(0, 3) if drawn.mood.extreme else 0
        arrays[f"hits/{row['layer']}"] = hits
    reference = str(drawn.job.parameters["reference"])
    rows[:] = _with_tests(rows, fits, reference)
    drawn.metrics |= _summary(rows, fits, reference)


def train_head(drawn: Drawn) -> None:
    """The epoch that is taken is one of those that were run."""
    run = drawn.rng.randint(1, 40) if drawn.mood.reach >= 0.5 else max(1, whole(drawn.metrics["epochs_run"]))
    drawn.metrics |= {"epochs_run": run, "best_epoch": drawn.rng.randint(1, run)}


def svm_confusions(drawn: Drawn) -> None:
    """A matrix of confusions, from which the computation's own tables and extremes are made."""
    from generator.labs.shared.statistics import wilson_interval
    from generator.labs.transfer.confusions import _extremes, _pair_table
    from generator.results import Table

    rows = drawn.tables["classes"]
    names = tuple(str(row["class_name"]) for row in drawn.job.result.tables["classes"].records())
    images = whole(drawn.metrics["class_images"])
    matrix = np.zeros((len(names), len(names)), dtype=np.int64)
    faultless = drawn.rng.random() < 0.15
    for place in range(len(names)):
        right = images if faultless else drawn.count(images - 1, images)
        matrix[place, place] = right
        for _ in range(images - right):
            others = [other for other in range(len(names)) if other != place]
            matrix[place, drawn.rng.choice(others[:2] if drawn.mood.reach < 0.3 else others)] += 1
    for place, row in enumerate(rows):
        right = int(matrix[place, place])
        low, high = wilson_interval(right, images)
        row |= {"class_name": names[place], "images": images, "right": right, "accuracy": right / images, "low": low,
                "high": high}  # fmt: skip
    rows.sort(key=lambda row: part(row["accuracy"]))
    drawn.tables["pairs"][:] = _pair_table(matrix, names).records()
    classes, pairs = Table.of(rows), Table.of(drawn.tables["pairs"])
    errors = int(matrix.sum() - np.trace(matrix))
    drawn.metrics |= {
        "test": float(np.trace(matrix) / matrix.sum()),
        "errors": errors,
        "shown": min(10, errors),
        **_extremes(classes, pairs, matrix, names),
    }


def network_on_scenes(drawn: Drawn) -> None:
    """What is right about one image follows from the answers."""
    metrics = drawn.metrics
    metrics["shared_classes"] = drawn.rng.choice((0, 0, 1, 3))
    right = bool(drawn.pinned.get("svm_right", drawn.rng.random() < 0.6))
    metrics |= {
        "svm_right": right,
        "svm_class": metrics["true_class"] if right else drawn.tables["classes"][0]["class_name"],
    }
    own = bool(drawn.pinned.get("network_right", drawn.rng.random() < 0.3))
    metrics |= {"network_right": own, "network_class": metrics["true_class"] if own else "disk brake"}
    metrics["kinds_median"] = float(drawn.rng.randint(1, 12))
    for name in ("mapped", "svm"):
        metrics |= interval(name, part(metrics[name]), 270)


def choose_penalty(drawn: Drawn) -> None:
    """The choice, and what the test images would have chosen, as the computation makes them from its rows."""
    from generator.labs.shared.metrics import accuracy_row
    from generator.labs.shared.statistics import paired_p
    from generator.labs.transfer.svm_settings import _choice

    rows = drawn.tables["values"]
    default = next(place for place, row in enumerate(rows) if row["c"] == drawn.metrics["default_c"])
    hits = [hits_of(drawn, part(row["test"]), 270) for row in rows]
    folds = np.array([[drawn.share(part(row["validation"])) for _ in range(5)] for row in rows])
    for row, own, fold in zip(rows, hits, folds, strict=True):
        row |= {"validation": float(fold.mean()), **accuracy_row(own), "p": paired_p(own, hits[default])}
    drawn.metrics |= _choice(rows, folds, default)


def reduce_dimensions(drawn: Drawn) -> None:
    """The smallest number of dimensions that cannot be told from all, as the computation finds it in its rows."""
    from generator.labs.shared.metrics import accuracy_row
    from generator.labs.shared.statistics import holm_adjusted, paired_p
    from generator.labs.transfer.svm_settings import _reduction

    rows = drawn.tables["dimensions"]
    full = hits_of(drawn, part(drawn.metrics["full_test"]), 270)
    hits: dict[tuple[int, str], Hits] = {}
    for row in rows:
        own = hits_of(drawn, part(row["test"]), 270)
        hits[whole(row["dimensions"]), str(row["order"])] = own
        row |= accuracy_row(own)
    for row, p in zip(rows, holm_adjusted([paired_p(one, full) for one in hits.values()]), strict=True):
        row["p"] = p
    possible = sorted({size for size, _ in hits})
    first = possible[0]
    drawn.metrics |= {
        "full_test": float(full.mean()),
        **_reduction(rows, float(full.mean()), possible),
        "order_p": paired_p(hits[first, "before"], hits[first, "after"]),
    }


def classify_images(drawn: Drawn) -> None:
    """Hits among the first five are at least those of the first."""
    metrics = drawn.metrics
    images, examples = whole(metrics["images"]), whole(metrics["examples"])
    first = drawn.count(whole(metrics["top1_hits"]), images)
    five = first + drawn.count(1, images - first)
    right = min(first, drawn.count(whole(metrics["examples_right"]), examples))
    among = right + min(five - right, drawn.count(0, examples - right))
    metrics |= {"top1_hits": first, "top5_hits": five, "examples_right": right, "examples_in_five": among}
    metrics |= interval("top1", first / images, images) | interval("top5", five / images, images)


def normalisation_effect(drawn: Drawn) -> None:
    """Accuracy with and without normalisation, from images lost and gained."""
    metrics, images = drawn.metrics, 10
    right = round(part(metrics["top1"]) * images)
    lost = drawn.count(whole(metrics["top1_lost"]), right)
    gained = drawn.count(whole(metrics["top1_gained"]), images - right)
    metrics |= interval("top1", right / images, images)
    metrics |= interval("raw_top1", (right - lost + gained) / images, images)
    changed = lost + gained + drawn.count(0, images - lost - gained)
    metrics |= {"top1_lost": lost, "top1_gained": gained, "top1_p": coin(lost, gained)}
    metrics["changed_share"] = changed / images


def mode_effect(drawn: Drawn) -> None:
    """How many images get another class from pass to pass; the batches' own statistics only where there are any."""
    metrics = drawn.metrics
    images = whole(metrics["images"])
    layers = drawn.rng.choice((0, 0, 4)) if drawn.mood.reach > 0.3 else whole(metrics["batch_norm_layers"])
    layers = whole(drawn.pinned.get("batch_norm_layers", layers))
    metrics |= {"batch_norm_layers": layers, "buffers_changed": 3 * layers}
    changed, still = drawn.count(whole(metrics["train_changed"]), images), drawn.rng.choice((0, 0, 0, 1))
    metrics |= {"train_changed": changed, "train_changed_share": changed / images}
    metrics |= {"eval_changed": still, "eval_changed_share": still / images}
    metrics["eval_top1"] = round(part(metrics["eval_top1"]) * images) / images
    lower, upper = sorted(round(drawn.share(part(metrics["train_top1"])) * images) / images for _ in range(2))
    metrics |= {"train_top1_worst": lower, "train_top1_best": upper, "train_top1": (lower + upper) / 2}


def activation_maps(drawn: Drawn) -> None:
    """Each map follows one property or none."""
    metrics: dict[str, Value] = drawn.metrics
    left, edgeless = whole(metrics["maps"]), drawn.rng.random() < 0.1
    for name in ("vertical_edges", "horizontal_edges", "oblique_edges", "edge_strength", "luminance", "colour"):
        none = name.endswith("_edges") and edgeless
        metrics[name] = 0 if none else drawn.count(whole(metrics[name]), left // 2)
        left -= whole(metrics[name])
    metrics["edges"] = sum(whole(metrics[f"{name}_edges"]) for name in ("vertical", "horizontal", "oblique"))
    metrics |= {"unexplained": left, "explained_share": 1 - left / whole(metrics["maps"])}
    metrics["silent_maps"] = drawn.count(whole(metrics["silent_maps"]), whole(metrics["maps"]) // 4)


def train_narrow_network(drawn: Drawn) -> None:
    """Accuracy with its interval."""
    images: Any = drawn.metrics["test_images"]
    drawn.metrics |= interval("top1", round(part(drawn.metrics["top1"]) * images) / images, images)
