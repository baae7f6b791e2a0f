"""The sweep over layers and the comparison of two sweeps, against counts made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator.labs.shared.statistics import grouped_interval, mcnemar_p, paired_p, wilson_interval
from generator.labs.transfer.layers import compare_transfers, svm_by_layer
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
    assert row["normal_p"] == paired_p(hits, raw, split.test_groups)
    np.testing.assert_array_equal(transfer.arrays["hits/fc8"], hits)
    assert row["p"] == paired_p(hits, transfer.arrays["hits/relu7"], split.test_groups)
    assert rows["relu7"]["p"] is None


def test_independent_images_get_the_usual_interval_and_test(workspace, features):
    single = replace(features, arrays={k: v for k, v in features.arrays.items() if not k.endswith("/groups")})
    result = svm_by_layer(workspace, features=single, reference="relu7")
    row = next(row for row in result.tables["layers"].records() if row["layer"] == "fc8")
    hits = result.arrays["hits/fc8"]
    assert (row["low"], row["high"]) == wilson_interval(int(hits.sum()), 60)
    assert row["p"] == mcnemar_p(hits, result.arrays["hits/relu7"])
    assert "test/groups" not in result.arrays


def test_the_summary_agrees_with_the_table(transfer):
    rows, metrics = transfer.tables["layers"].records(), transfer.metrics
    chosen = max(rows, key=lambda row: row["validation"])
    assert (metrics["chosen"], metrics["chosen_test"]) == (chosen["layer"], chosen["test"])
    assert metrics["best_test"] == max(row["test"] for row in rows)
    assert metrics["worse"] + metrics["better"] + metrics["like_reference"] == metrics["others"] == 2
    assert transfer.arrays["hits/relu7"].mean() == metrics["reference_test"]
    assert metrics["zero_rows"] == 0


def test_an_unknown_reference_is_refused(workspace, features):
    with pytest.raises(KeyError, match="no features of 'relu6'"):
        svm_by_layer(workspace, features=features, reference="relu6")


def test_two_sweeps_are_compared_image_by_image(workspace, transfer):
    same = compare_transfers(workspace, reference=transfer, other=transfer, layer="relu7").metrics
    assert (same["p"], same["gained"], same["lost"], same["difference"]) == (1.0, 0, 0, 0.0)
    result = compare_transfers(workspace, reference=transfer, other=transfer)
    assert result.metrics["layers"] == 3
    assert result.metrics["layers_apart"] == 0
    with pytest.raises(KeyError, match="was not tried on layer 'conv9'"):
        compare_transfers(workspace, reference=transfer, other=transfer, layer="conv9")


def test_gained_and_lost_are_counted(workspace, transfer):
    from dataclasses import replace

    hits = np.array(transfer.arrays["hits/relu7"])
    worse = hits.copy()
    worse[np.flatnonzero(hits)[:7]] = False
    other = replace(transfer, arrays={**transfer.arrays, "hits/relu7": worse})
    metrics = compare_transfers(workspace, reference=transfer, other=other, layer="relu7").metrics
    assert (metrics["gained"], metrics["lost"]) == (0, 7)
    assert metrics["p"] == pytest.approx(2 * 0.5**7)
