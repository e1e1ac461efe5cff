"""Every compiled kernel gives what its slow twin gives, on random and degenerate graphs."""

from __future__ import annotations

import kernel_twins as slow
import numpy as np
import pytest

from pickout import _core

GRAPHS = list(slow.graphs())
TURNS = {
    "left-right": lambda array: array[:, ::-1],
    "up-down": lambda array: array[::-1],
    "transposed": lambda array: array.swapaxes(0, 1),
}
on_all_graphs = pytest.mark.parametrize("n, first, second", GRAPHS)


@pytest.mark.parametrize(
    "relief",
    [
        np.zeros((1, 1), np.uint8),
        np.full((4, 6), 255, np.uint8),
        np.arange(12, dtype=np.uint8).reshape(1, 12),
        np.random.default_rng(1).integers(0, 256, (13, 17), dtype=np.uint8),
        np.random.default_rng(2).integers(0, 3, (16, 11), dtype=np.uint8),
    ],
    ids=["one pixel", "uniform", "one row", "noise", "plateaus"],
)
def test_watershed_floods_as_the_heap_does(relief):
    labels, n = _core.watershed(relief)
    expected, expected_n = slow.watershed(relief)
    assert n == expected_n
    np.testing.assert_array_equal(labels, expected)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (8, 12)])
def test_adjacency_finds_every_common_boundary(shape):
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 5, shape).astype(np.int32)
    maps = rng.normal(size=(2, *shape)).astype(np.float32)
    graph, length, mean, strongest = _core.adjacency(labels, 5, maps)
    expected = slow.adjacency(labels, maps)
    pairs = list(zip(graph.first.tolist(), graph.second.tolist(), strict=True))
    assert sorted(pairs) == sorted(expected)
    for e, pair in enumerate(pairs):
        assert length[e] == len(expected[pair])
        np.testing.assert_allclose(mean[e], np.mean(expected[pair], 0), rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(strongest[e], np.max(expected[pair], 0))


def test_region_means_are_means_and_zero_without_pixels():
    rng = np.random.default_rng(4)
    labels = rng.choice(np.array([0, 1, 3], np.int32), (6, 7))
    values = rng.normal(size=(6, 7, 3)).astype(np.float32)
    means = _core.region_means(labels, 4, values)
    assert not means[2].any()
    for label in (0, 1, 3):
        np.testing.assert_allclose(means[label], values[labels == label].mean(0), rtol=1e-5)


@on_all_graphs
def test_graph_rows_hold_every_edge_twice(n, first, second):
    graph = _core.Graph(n, first, second)
    rows = [
        (i, int(graph.neighbour[arc]), int(graph.edge[arc]))
        for i in range(n)
        for arc in range(graph.start[i], graph.start[i + 1])
    ]
    expected = [(a, b, e) for e, (a, b) in enumerate(zip(first, second, strict=True))]
    expected += [(b, a, e) for a, b, e in expected]
    assert sorted(rows) == sorted(expected)


@on_all_graphs
@pytest.mark.parametrize("maximum", [False, True])
@pytest.mark.parametrize("scale", [0.0, 1.0, 1e30])
def test_geodesic_is_the_cheapest_path(n, first, second, maximum, scale):
    rng = np.random.default_rng(n)
    weights = (rng.random(len(first)) * scale).astype(np.float32)
    sources = np.arange(0, n, 7, dtype=np.int32)
    limit = 2.5 if scale == 1 else 3e38
    got = _core.geodesic(
        _core.Graph(n, first, second), weights, sources, maximum=maximum, limit=limit
    )
    expected = slow.geodesic(n, first, second, weights, sources, maximum, limit)
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_geodesic_without_sources_reaches_nothing():
    n, first, second = GRAPHS[-1]
    weights = np.ones(len(first), np.float32)
    got = _core.geodesic(_core.Graph(n, first, second), weights, np.zeros(0, np.int32), limit=9.0)
    assert (got == 9).all()


@on_all_graphs
@pytest.mark.parametrize("channels", [0, 1, 3, 4, 9, 17])
def test_diffusion_is_repeated_averaging(n, first, second, channels):
    rng = np.random.default_rng(n)
    affinity = rng.random(len(first)).astype(np.float32)
    values = rng.normal(size=(n, channels)).astype(np.float32)
    got = _core.diffuse(_core.Graph(n, first, second), affinity, values, 5)
    expected = slow.diffuse(n, first, second, affinity, values, 5)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("anchors", [0, 1, 6])
def test_nearest_is_the_least_distance(anchors):
    rng = np.random.default_rng(anchors)
    points = rng.normal(size=(30, 3)).astype(np.float32)
    marks = rng.normal(size=(anchors, 3)).astype(np.float32)
    distance = _core.nearest(points, marks)
    if not anchors:
        assert np.isinf(distance).all()
        return
    table = np.linalg.norm(points[:, None] - marks[None], axis=2)
    np.testing.assert_allclose(distance, table.min(1), rtol=1e-5)


@on_all_graphs
@pytest.mark.parametrize("largest", [0, 1, 3, 1000, 10**7])
def test_minimum_cut_equals_dinic(n, first, second, largest):
    for seed in range(6):
        rng = np.random.default_rng(seed)
        capacity = rng.integers(0, largest + 1, len(first))
        terminal = rng.integers(-largest, largest + 1, n)
        terminal[rng.random(n) < 0.5] = 0
        side, flow = _core.minimum_cut(_core.Graph(n, first, second), capacity, terminal)
        expected_side, expected_flow = slow.minimum_cut(n, first, second, capacity, terminal)
        assert flow == expected_flow
        np.testing.assert_array_equal(side, expected_side)


def test_minimum_cut_on_a_grid_of_many_pixels():
    side = 40
    index = np.arange(side * side, dtype=np.int32).reshape(side, side)
    first = np.r_[index[:, :-1].ravel(), index[:-1].ravel()]
    second = np.r_[index[:, 1:].ravel(), index[1:].ravel()]
    rng = np.random.default_rng(7)
    for _ in range(4):
        capacity = rng.integers(0, 50, len(first))
        terminal = rng.integers(-90, 91, side * side)
        got, flow = _core.minimum_cut(_core.Graph(side * side, first, second), capacity, terminal)
        expected, expected_flow = slow.minimum_cut(side * side, first, second, capacity, terminal)
        assert flow == expected_flow
        np.testing.assert_array_equal(got, expected)


def test_minimum_cut_takes_the_largest_capacities():
    graph = _core.Graph(2, np.array([0], np.int32), np.array([1], np.int32))
    huge = 2**40
    side, flow = _core.minimum_cut(graph, np.array([huge]), np.array([huge, -huge]))
    assert flow == huge and not side.any()


def is_above(parent, node, leaf):
    while leaf not in (node, -1):
        leaf = parent[leaf]
    return leaf == node


@on_all_graphs
@pytest.mark.parametrize("power", [0.0, 0.5])
def test_merge_tree_joins_the_cheapest_pair_first(n, first, second, power):
    rng = np.random.default_rng(n)
    # Sums and products of these are exact, so that both sides see the same ties.
    strength = (rng.integers(1, 64, len(first)) / 8).astype(np.float32)
    length = np.full(len(first), 2, np.float32) ** rng.integers(0, 3, len(first)).astype(np.float32)
    area = rng.choice(np.array([1, 4, 16], np.float32), n)
    graph = _core.Graph(n, first, second)
    parent, height, total, run_first, run_length = _core.merge_tree(
        graph, strength, length, area, power
    )
    expected_parent, expected_height = slow.merge_tree(
        n, first, second, strength, length, area, power
    )
    np.testing.assert_allclose(height, expected_height, rtol=1e-6)
    np.testing.assert_array_equal(parent, expected_parent)
    assert total[parent < 0].sum() == pytest.approx(area.sum())
    order = np.argsort(run_first[:n])
    for node in range(len(parent)):
        leaves = order[run_first[node] : run_first[node] + run_length[node]]
        assert all(is_above(parent, node, leaf) for leaf in leaves)
        assert len(leaves) == sum(is_above(parent, node, leaf) for leaf in range(n))


def test_boundaries_given_in_pieces_are_one_for_the_merge_tree():
    first, second = np.array([[0, 1, 0, 2, 3], [1, 2, 3, 4, 4]], np.int32)
    strength = np.array([0.5, 2, 0.25, 1, 4], np.float32)
    length, area = np.array([4, 2, 8, 2, 16], np.float32), np.array([1, 4, 1, 16, 1], np.float32)
    whole = _core.merge_tree(_core.Graph(5, first, second), strength, length, area, 0.5)
    # Every boundary once more, the other way round: both at half the length.
    twice = _core.Graph(5, np.concatenate([first, second]), np.concatenate([second, first]))
    pieces = (np.tile(values, 2).astype(np.float32) for values in (strength, length / 2))
    for one, other in zip(whole, _core.merge_tree(twice, *pieces, area, 0.5), strict=True):
        np.testing.assert_array_equal(one, other)


@on_all_graphs
def test_component_follows_paths_inside(n, first, second):
    rng = np.random.default_rng(n)
    for share in (0.0, 0.4, 0.8, 1.0):
        inside = rng.random(n) < share
        seeds = rng.integers(0, max(n, 1), 2 if n else 0).astype(np.int32)
        got = _core.component(_core.Graph(n, first, second), inside, seeds)
        np.testing.assert_array_equal(got, slow.component(n, first, second, inside, seeds))


@on_all_graphs
def test_parts_hang_together_by_joined_edges(n, first, second):
    rng = np.random.default_rng(n)
    for share in (0.0, 0.3, 0.7, 1.0):
        joined = rng.random(len(first)) < share
        got = _core.parts(_core.Graph(n, first, second), joined)
        np.testing.assert_array_equal(got, slow.parts(n, first, second, joined))


@pytest.mark.parametrize(
    "trees, depth, samples", [(0, 6, 5), (3, 0, 4), (9, 6, 0), (20, 4, 1100), (11, 6, 1100)]
)
def test_forest_adds_the_leaf_of_every_tree(trees, depth, samples):
    rng = np.random.default_rng(trees)
    feature = rng.integers(0, 5, (trees, depth)).astype(np.int32)
    threshold = rng.normal(size=(trees, depth)).astype(np.float32)
    leaf = rng.normal(size=(trees, 2**depth)).astype(np.float32)
    features = rng.normal(size=(5, samples)).astype(np.float32)
    got = _core.evaluate(feature, threshold, leaf, 0.5, features)
    expected = slow.evaluate(feature, threshold, leaf, 0.5, features)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("shape", [(2, 2), (3, 2), (4, 7), (9, 13), (64, 51)])
def test_halve_averages_equal_areas(shape):
    image = np.random.default_rng(5).integers(0, 256, (*shape, 3), dtype=np.uint8)
    image[: shape[0] // 2] = 255
    np.testing.assert_array_equal(_core.halve(image), slow.halve(image))


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS.keys())
@pytest.mark.parametrize("shape", [(1501, 1999), (7, 4)])
def test_halve_knows_no_left_and_right(turn, shape):
    image = np.random.default_rng(6).integers(0, 256, (*shape, 3), dtype=np.uint8)
    turned = _core.halve(np.ascontiguousarray(turn(image)))
    np.testing.assert_array_equal(turned, turn(_core.halve(image)))


def random_enlargement(coarse, fine, colours, seed=0):
    rng = np.random.default_rng(seed)
    field = np.clip(rng.normal(0, 120, coarse), -127, 127).astype(np.int8)
    field[: coarse[0] // 2] = 127
    image = rng.integers(0, 256, (*fine, 3), dtype=np.uint8)
    inside, outside = (rng.uniform(0, 255, (*colours, 3)).astype(np.float32) for _ in range(2))
    return field, image, inside, outside


@pytest.mark.parametrize(
    "coarse, fine, colours",
    [
        ((1, 1), (1, 1), (1, 1)),
        ((1, 5), (1, 13), (1, 4)),
        ((6, 5), (12, 10), (6, 5)),
        ((6, 5), (9, 23), (3, 4)),
        ((7, 4), (5, 4), (2, 2)),
    ],
)
def test_enlarge_weighs_interpolation_against_colours(coarse, fine, colours):
    given = random_enlargement(coarse, fine, colours)
    got = _core.enlarge(*given, trust=0.8, noise=25.0)
    expected = slow.enlarge(*given, 0.8, 25.0)
    np.testing.assert_allclose(got, expected, atol=0.51)


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS.keys())
def test_enlarge_knows_no_left_and_right(turn):
    for colours in ((8, 12), (5, 7)):
        given = random_enlargement((8, 12), (37, 51), colours)
        got = _core.enlarge(*given, trust=0.8, noise=25.0)
        turned = [np.ascontiguousarray(turn(array)) for array in given]
        np.testing.assert_array_equal(_core.enlarge(*turned, trust=0.8, noise=25.0), turn(got))


def test_enlarge_without_trust_interpolates():
    rng = np.random.default_rng(9)
    field = rng.integers(-100, 101, (5, 6)).astype(np.int8)
    image = rng.integers(0, 256, (15, 18, 3), dtype=np.uint8)
    grey = np.zeros((5, 6, 3), np.float32)
    fine = _core.enlarge(field, image, grey, grey, trust=0.0, noise=10.0)
    assert fine.shape == (15, 18)
    np.testing.assert_array_equal(fine[1::3, 1::3], field)  # centres of blocks are coarse centres


def test_enlarge_copies_what_is_certain():
    field = np.full((4, 4), -127, np.int8)
    field[:, :2] = 127
    image = np.zeros((40, 40, 3), np.uint8)
    fine = _core.enlarge(
        field, image, np.ones((4, 4, 3), np.float32), np.zeros((4, 4, 3), np.float32),
        trust=1.0, noise=1.0,
    )  # fmt: skip
    assert (fine[:, :14] == 127).all() and (fine[:, 26:] == -127).all()


def test_enlarge_moves_the_outline_to_the_colour_edge():
    image = np.zeros((40, 40, 3), np.uint8)
    image[:, :23] = 200
    field = np.full((4, 4), -127, np.int8)
    field[:, :2] = 127
    inside, outside = np.full((4, 4, 3), 200, np.float32), np.zeros((4, 4, 3), np.float32)
    fine = _core.enlarge(field, image, inside, outside, trust=1.0, noise=20.0)
    np.testing.assert_array_equal(fine > 0, np.broadcast_to(np.arange(40) < 23, (40, 40)))
