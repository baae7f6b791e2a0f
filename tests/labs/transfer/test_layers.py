"""The sweep over layers, against counts made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator.labs.shared.statistics import (
    detectable_difference,
    grouped_interval,
    holm_adjusted,
    mcnemar_p,
    paired_p,
    wilson_interval,
)
from generator.labs.transfer.layers import svm_by_layer
from generator.labs.transfer.svm import fit_svm, split_of


def test_the_rows_are_the_machines_own(transfer, features):
    rows = {row["layer"]: row for row in transfer.tables["layers"].records()}
    assert list(rows) == ["relu2_2@2", "relu7", "fc8"]
    split = split_of(features, "fc8")
    hits = fit_svm(split.normalised(), 1.0, 0).test_predicted == split.test_labels
    raw = fit_svm(split, 1.0, 0).test_predicted == split.test_labels
    row = rows["fc8"]
    assert (row["test"], row["raw_test"]) == (hits.mean(), raw.mean())
    assert (row["low"], row["high"]) == grouped_interval(hits, split.test_groups)
    np.testing.assert_array_equal(transfer.arrays["hits/fc8"], hits)
    assert (rows["relu7"]["p"], rows["relu7"]["detectable"]) == (None, None)
    assert row["detectable"] == detectable_difference(
        hits, transfer.arrays["hits/relu7"], split.test_groups, level=0.025
    )


def test_the_p_values_of_a_column_are_adjusted_for_one_another(transfer, features):
    split, rows = split_of(features, "fc8"), transfer.tables["layers"].records()
    hits = {row["layer"]: transfer.arrays[f"hits/{row['layer']}"] for row in rows}
    others = [layer for layer in hits if layer != "relu7"]
    single = [paired_p(hits[layer], hits["relu7"], split.test_groups) for layer in others]
    assert [row["p"] for row in rows if row["layer"] in others] == holm_adjusted(single)
    raw = [fit_svm(split_of(features, layer), 1.0, 0).test_predicted == split.test_labels for layer in hits]
    length = [paired_p(one, own, split.test_groups) for one, own in zip(hits.values(), raw, strict=True)]
    assert [row["normal_p"] for row in rows] == holm_adjusted(length)


def test_independent_images_get_the_usual_interval_and_test(workspace, features):
    single = replace(features, arrays={k: v for k, v in features.arrays.items() if not k.endswith("/groups")})
    result = svm_by_layer(workspace, features=single, reference="relu7")
    row = next(row for row in result.tables["layers"].records() if row["layer"] == "fc8")
    hits = result.arrays["hits/fc8"]
    assert (row["low"], row["high"]) == wilson_interval(int(hits.sum()), 60)
    rows = [other for other in result.tables["layers"].records() if other["layer"] != "relu7"]
    single = [mcnemar_p(result.arrays[f"hits/{one['layer']}"], result.arrays["hits/relu7"]) for one in rows]
    assert [one["p"] for one in rows] == holm_adjusted(single)
    assert "test/groups" not in result.arrays


def test_the_summary_agrees_with_the_table(transfer):
    rows, metrics = transfer.tables["layers"].records(), transfer.metrics
    chosen = max(rows, key=lambda row: row["validation"])
    assert (metrics["chosen"], metrics["chosen_test"]) == (chosen["layer"], chosen["test"])
    assert metrics["best_test"] == max(row["test"] for row in rows)
    assert metrics["worse"] + metrics["better"] + metrics["undecided"] == metrics["others"] == 2
    assert transfer.arrays["hits/relu7"].mean() == metrics["reference_test"]
    assert metrics["zero_rows"] == 0


def test_an_unknown_reference_is_refused(workspace, features):
    with pytest.raises(KeyError, match="no features of 'relu6'"):
        svm_by_layer(workspace, features=features, reference="relu6")
