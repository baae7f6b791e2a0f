"""A linear support vector machine on a network's features: fitting, scoring, cross-validation."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generator.results import Result
from generator.workspace import stream_seed

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

#: Passes over the data before the solver gives up; scikit-learn's 1,000 are few for features that aren't normalised.
MOST_STEPS = 2000


@dataclass(frozen=True, eq=False)
class Split:
    """Features (images, values) and labels (images,) of the training and of the test part.

    The groups (images,) say which images are no independent evidence, see ImageSet; None where all are.
    """

    train: Floats
    test: Floats
    train_labels: Labels
    test_labels: Labels
    train_groups: Labels | None = None
    test_groups: Labels | None = None

    def normalised(self) -> Split:
        """The same with rows of length 1; a row of zeros has no direction and stays as it is."""
        return replace(self, train=l2_normalised(self.train), test=l2_normalised(self.test))


@dataclass(frozen=True, eq=False)
class Fit:
    """What a fitted machine says: predicted classes of both parts, decision values (test images, classes), and cost.

    ``fit_seconds`` and ``image_seconds`` (for one test image) are processor time.
    """

    train_predicted: Labels
    test_predicted: Labels
    decisions: NDArray[np.float64]
    fit_seconds: float
    image_seconds: float
    converged: bool


def split_of(features: Result, layer: str) -> Split:
    """One layer's features from ``extract_features``; KeyError with the known layers for one that is not there."""
    if f"train/{layer}" not in features.arrays:
        known = [name.removeprefix("train/") for name in features.arrays if name.startswith("train/")]
        raise KeyError(f"no features of layer {layer!r}; there are {', '.join(known)}")
    train, test = (np.asarray(features.arrays[f"{part}/{layer}"], dtype=np.float32) for part in ("train", "test"))
    labels = (np.asarray(features.arrays[f"{part}/labels"], dtype=np.int64) for part in ("train", "test"))
    return Split(train, test, *labels, *(groups_of(features, part) for part in ("train", "test")))


def groups_of(features: Result, part: str) -> Labels | None:
    """The groups of one part's images from ``extract_features``, or None where the images are independent."""
    found = features.arrays.get(f"{part}/groups")
    return None if found is None else np.asarray(found, dtype=np.int64)


def l2_normalised(rows: Floats) -> Floats:
    """Each row divided by its Euclidean length, if it has one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Floats = np.divide(rows, lengths, out=rows.copy(), where=lengths > 0)
    return found


def fit_svm(split: Split, c: float, seed: int) -> Fit:
    """Fit one machine against the rest for each class, with squared hinge loss and penalty ``c``, as LinearSVC does."""
    began = time.process_time()
    machine, converged = _fit(split.train, split.train_labels, c, seed)
    fitted = time.process_time()
    decisions = _decisions(machine, split.test)
    done = time.process_time()
    return Fit(
        train_predicted=machine.predict(split.train).astype(np.int64),
        test_predicted=machine.classes_[decisions.argmax(axis=1)].astype(np.int64),
        decisions=decisions,
        fit_seconds=fitted - began,
        image_seconds=(done - fitted) / len(split.test),
        converged=converged,
    )


def cross_validated(split: Split, cs: Sequence[float], folds: int, seed: int) -> NDArray[np.float64]:
    """Accuracy (values of C, folds) on held-out parts of the TRAINING rows; test rows are not looked at.

    Images of one group are held out together, so that no fold is asked about a place that the machine was fitted to.
    """
    rows, labels = split.train, split.train_labels
    parts = folds_of(labels, split.train_groups, folds, seed)
    found = np.empty((len(cs), len(parts)))
    for fold, (fitted, held) in enumerate(parts):
        for number, c in enumerate(cs):
            machine, _ = _fit(rows[fitted], labels[fitted], c, seed)
            found[number, fold] = float((machine.predict(rows[held]) == labels[held]).mean())
    return found


def folds_of(labels: Labels, groups: Labels | None, folds: int, seed: int) -> list[tuple[Labels, Labels]]:
    """The rows to fit and the rows to hold out for each of ``folds`` folds, classes spread evenly, groups whole."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    shuffled = kind(folds, shuffle=True, random_state=stream_seed(seed, "folds") % 2**32)
    return list(shuffled.split(np.zeros(len(labels)), labels, groups))


def _fit(rows: Floats, labels: Labels, c: float, seed: int):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    # The primal solver's steps grow with the square of the coordinates, the dual one's with the rows.
    dual = rows.shape[1] >= rows.shape[0]
    machine = LinearSVC(C=c, dual=dual, max_iter=MOST_STEPS, random_state=stream_seed(seed, "svm") % 2**32)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ConvergenceWarning)
        machine.fit(rows, labels)
    return machine, not any(issubclass(one.category, ConvergenceWarning) for one in said)


def _decisions(machine, rows: Floats) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """One column for each class, also where there are two and scikit-learn gives one."""
    values: NDArray[np.float64] = np.asarray(machine.decision_function(rows), dtype=np.float64)
    return np.stack([-values, values], axis=1) if values.ndim == 1 else values
