"""The core refuses what it cannot work on by an error, never by a crash."""

from __future__ import annotations

import numpy as np
import pytest

from pickout import _core

GRAPH = _core.Graph(3, np.array([0, 1], np.int32), np.array([1, 2], np.int32))
F = np.zeros(2, np.float32)
IMAGE = np.zeros((4, 5, 3), np.uint8)
LABELS = np.zeros((4, 5), np.int32)
NO_SEED = np.zeros(0, np.int32)

WRONG_TYPE = {
    "dtype": lambda: _core.watershed(np.zeros((4, 4), np.float32)),
    "dimensions": lambda: _core.watershed(np.zeros(4, np.uint8)),
    "not contiguous": lambda: _core.watershed(np.zeros((4, 8), np.uint8)[:, ::2]),
    "list": lambda: _core.watershed([[0, 1]]),
    "double weights": lambda: _core.geodesic(GRAPH, np.zeros(2), NO_SEED, limit=1.0),
    "int32 capacity": lambda: _core.minimum_cut(
        GRAPH, np.zeros(2, np.int32), np.zeros(3, np.int64)
    ),
    "uint8 flags": lambda: _core.component(GRAPH, np.zeros(3, np.uint8), NO_SEED),
    "not a graph": lambda: _core.component(None, np.zeros(3, bool), NO_SEED),
    "halve float": lambda: _core.halve(np.zeros((4, 4, 3), np.float32)),
}

WRONG_VALUE = {
    "empty picture": lambda: _core.watershed(np.zeros((0, 5), np.uint8)),
    "label too large": lambda: _core.region_means(LABELS + 3, 3, np.zeros((4, 5, 1), np.float32)),
    "label negative": lambda: _core.adjacency(LABELS - 1, 3, np.zeros((1, 4, 5), np.float32)),
    "maps of another size": lambda: _core.adjacency(LABELS, 1, np.zeros((1, 5, 4), np.float32)),
    "edge to nowhere": lambda: _core.Graph(2, np.array([0], np.int32), np.array([2], np.int32)),
    "loop": lambda: _core.Graph(2, np.array([1], np.int32), np.array([1], np.int32)),
    "ends of two lengths": lambda: _core.Graph(2, np.array([0, 1], np.int32), NO_SEED),
    "too few weights": lambda: _core.geodesic(GRAPH, F[:1], NO_SEED, limit=1.0),
    "negative weight": lambda: _core.geodesic(GRAPH, F - 1, NO_SEED, limit=1.0),
    "NaN weight": lambda: _core.geodesic(GRAPH, F * np.nan, NO_SEED, limit=1.0),
    "negative limit": lambda: _core.geodesic(GRAPH, F, NO_SEED, limit=-1.0),
    "NaN limit": lambda: _core.geodesic(GRAPH, F, NO_SEED, limit=np.nan),
    "source outside": lambda: _core.geodesic(GRAPH, F, np.array([3], np.int32), limit=1.0),
    "seed outside": lambda: _core.component(GRAPH, np.ones(3, bool), np.array([-1], np.int32)),
    "too few flags": lambda: _core.component(GRAPH, np.ones(2, bool), NO_SEED),
    "too few joined": lambda: _core.parts(GRAPH, np.ones(1, bool)),
    "negative affinity": lambda: _core.diffuse(GRAPH, F - 1, np.zeros((3, 1), np.float32), 1),
    "too few rows": lambda: _core.diffuse(GRAPH, F, np.zeros((2, 1), np.float32), 1),
    "negative steps": lambda: _core.diffuse(GRAPH, F, np.zeros((3, 1), np.float32), -1),
    "channels differ": lambda: _core.nearest(
        np.zeros((2, 3), np.float32), np.zeros((2, 2), np.float32)
    ),
    "negative capacity": lambda: _core.minimum_cut(
        GRAPH, np.array([1, -1]), np.zeros(3, np.int64)
    ),
    "capacity too large": lambda: _core.minimum_cut(
        GRAPH, np.array([1, 2**41]), np.zeros(3, np.int64)
    ),
    "terminal too large": lambda: _core.minimum_cut(
        GRAPH, np.zeros(2, np.int64), np.full(3, np.iinfo(np.int64).min)
    ),
    "zero length": lambda: _core.merge_tree(GRAPH, F, F, np.ones(3, np.float32)),
    "tree asks too much": lambda: _core.evaluate(
        np.full((1, 1), 4, np.int32), np.zeros((1, 1), np.float32),
        np.zeros((1, 2), np.float32), 0.0, np.zeros((3, 5), np.float32),
    ),
    "leaves missing": lambda: _core.evaluate(
        np.zeros((1, 2), np.int32), np.zeros((1, 2), np.float32),
        np.zeros((1, 2), np.float32), 0.0, np.zeros((3, 5), np.float32),
    ),
    "half a row": lambda: _core.halve(IMAGE[:1]),
    "halve grey": lambda: _core.halve(np.zeros((4, 4, 1), np.uint8)),
    "colours of two sizes": lambda: _core.enlarge(
        np.zeros((2, 2), np.int8), IMAGE, np.zeros((2, 2, 3), np.float32),
        np.zeros((2, 3, 3), np.float32), trust=1.0, noise=1.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("call", WRONG_TYPE.values(), ids=WRONG_TYPE.keys())
def test_wrong_kinds_of_arrays_raise_type_error(call):
    with pytest.raises(TypeError):
        call()


@pytest.mark.parametrize("call", WRONG_VALUE.values(), ids=WRONG_VALUE.keys())
def test_wrong_sizes_and_values_raise_value_error(call):
    with pytest.raises(ValueError):
        call()


def test_views_of_a_graph_are_read_only_and_outlive_it():
    graph = _core.Graph(2, np.array([0], np.int32), np.array([1], np.int32))
    neighbour = graph.neighbour
    del graph
    np.testing.assert_array_equal(neighbour, [1, 0])
    with pytest.raises(ValueError):
        neighbour[0] = 5
