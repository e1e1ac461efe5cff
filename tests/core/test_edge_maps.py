"""What is measured at the edges of a graph equals NumPy's slow sums and loops."""

from __future__ import annotations

import kernel_twins as slow
import numpy as np
import pytest

from pickout import _core

on_all_graphs = pytest.mark.parametrize("n, first, second", list(slow.graphs()))


@on_all_graphs
@pytest.mark.parametrize("channels", [3, 9])
def test_differences_are_distances_of_both_ends(n, first, second, channels):
    looks = np.random.default_rng(n).normal(size=(n, channels)).astype(np.float32)
    got = _core.differences(_core.Graph(n, first, second), looks)
    apart = np.abs(looks[first] - looks[second])
    expected = [
        np.linalg.norm(apart[:, :3], axis=1),
        apart[:, 0],
        np.linalg.norm(apart[:, 1:3], axis=1),
        apart[:, 3:].sum(1),
    ]
    np.testing.assert_allclose(got, np.stack(expected), rtol=1e-5, atol=1e-6)


@on_all_graphs
def test_nodes_know_the_sum_and_the_largest_of_their_edges(n, first, second):
    values = np.random.default_rng(n).normal(size=len(first)).astype(np.float32)
    total, largest = np.zeros(n), np.zeros(n)
    for node in range(n):
        around = values[(first == node) | (second == node)]
        total[node] = around.sum()
        largest[node] = around.max() if len(around) else 0
    graph = _core.Graph(n, first, second)
    np.testing.assert_allclose(_core.sum_around(graph, values), total, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(_core.largest_around(graph, values), largest.astype(np.float32))


def test_edge_kernels_refuse_other_lengths():
    graph = _core.Graph(2, np.array([0], np.int32), np.array([1], np.int32))
    with pytest.raises(ValueError, match="one value per edge"):
        _core.sum_around(graph, np.zeros(2, np.float32))
    with pytest.raises(ValueError, match="one value per edge"):
        _core.largest_around(graph, np.zeros(0, np.float32))
    with pytest.raises(ValueError, match="one row per node"):
        _core.differences(graph, np.zeros((3, 9), np.float32))
    with pytest.raises(ValueError, match="three channels"):
        _core.differences(graph, np.zeros((2, 2), np.float32))
