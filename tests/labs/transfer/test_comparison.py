"""Classifiers in pairs on the same test images, against counts made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator.labs.shared.statistics import detectable_difference, holm_adjusted, paired_p
from generator.labs.transfer.comparison import compare_heads, compare_training, compare_transfers, pool_transfers


def with_fewer_hits(transfer, layer, count):
    """The same sweep, with the first ``count`` hits on a layer taken away."""
    hits = np.array(transfer.arrays[f"hits/{layer}"])
    hits[np.flatnonzero(hits)[:count]] = False
    return replace(transfer, arrays={**transfer.arrays, f"hits/{layer}": hits})


def test_two_sweeps_are_compared_image_by_image(workspace, transfer):
    same = compare_transfers(workspace, reference=transfer, other=transfer, layer="relu7").metrics
    assert (same["p"], same["gained"], same["lost"], same["difference"]) == (1.0, 0, 0, 0.0)
    result = compare_transfers(workspace, reference=transfer, other=transfer)
    assert result.metrics["layers"] == 3
    assert result.metrics["layers_apart"] == 0
    with pytest.raises(KeyError, match="was not tried on layer 'conv9'"):
        compare_transfers(workspace, reference=transfer, other=transfer, layer="conv9")


def test_gained_and_lost_are_counted_and_p_is_that_of_one_layer_of_three(workspace, transfer):
    groups, hits = transfer.arrays["test/groups"], transfer.arrays["hits/relu7"]
    other = with_fewer_hits(transfer, "relu7", 7)
    result = compare_transfers(workspace, reference=transfer, other=other, layer="relu7")
    metrics, worse = result.metrics, other.arrays["hits/relu7"]
    assert (metrics["gained"], metrics["lost"]) == (0, 7)
    assert metrics["pair_p"] == paired_p(worse, hits, groups)
    assert metrics["p"] == min(1.0, 3 * metrics["pair_p"])  # the other two layers are the same
    assert [row["p"] for row in result.tables["layers"].records()] == [1.0, metrics["p"], 1.0]
    assert metrics["detectable"] == detectable_difference(hits, worse, groups, 0.05 / 3)


def test_transfers_in_one_table_are_adjusted_for_one_another(workspace, transfer):
    pairs = [
        compare_transfers(workspace, reference=transfer, other=with_fewer_hits(transfer, "relu7", count), layer="relu7")
        for count in (0, 4, 12)
    ]
    result = pool_transfers(workspace, runs=pairs, labels=["a", "b", "c"])
    expected = holm_adjusted([pair.metrics["pair_p"] for pair in pairs[1:]])
    rows = result.tables["transfers"].records()
    assert [row["p"] for row in rows] == [None, *expected]
    assert [row["lost"] for row in rows] == [None, 4, 12]
    assert [row["label"] for row in rows] == ["a", "b", "c"]
    assert result.metrics == {
        "last_p": expected[1], "tests": 2, "apart": sum(p < 0.05 for p in expected), "better": 0
    }  # fmt: skip


def test_a_training_is_tested_image_by_image(workspace, transfer, heads):
    result = compare_training(workspace, svm=transfer, layer="relu7", training=heads[0])
    hits, groups = heads[0].arrays["test/hits"], transfer.arrays["test/groups"]
    assert result.metrics["p"] == paired_p(hits, transfer.arrays["hits/relu7"], groups)


def test_heads_and_machine_are_three_tests(workspace, transfer, heads):
    result = compare_heads(workspace, svm=transfer, layer="relu7", runs=heads, labels=["frozen", "tuned"])
    frozen, tuned = (head.arrays["test/hits"] for head in heads)
    machine, groups = transfer.arrays["hits/relu7"], transfer.arrays["test/groups"]
    expected = holm_adjusted([
        paired_p(frozen, machine, groups), paired_p(tuned, machine, groups), paired_p(tuned, frozen, groups)
    ])  # fmt: skip
    metrics, rows = result.metrics, result.tables["heads"].records()
    assert [metrics[f"{name}_p"] for name in ("frozen", "tuned", "between")] == expected
    assert [(row["p"], row["test"]) for row in rows] == [(expected[0], frozen.mean()), (expected[1], tuned.mean())]
    assert metrics["svm_test"] == machine.mean()
