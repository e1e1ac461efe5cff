"""Automatic regions: the things drawn into a picture are among them."""

from __future__ import annotations

import numpy as np
import pytest

from pickout.analysis.regions import propose_regions
from pickout.analysis.superpixels import find_superpixels
from pickout.analysis.tree import grow_tree
from pickout.errors import ArgumentError
from pickout.metrics import iou


def two_things():
    """Return a picture with noise, and the masks of a square and a disk in it."""
    rng = np.random.default_rng(0)
    picture = np.full((120, 160, 3), (90, 120, 90), np.uint8)
    down, across = np.ogrid[:120, :160]
    square = (down > 20) & (down < 60) & (across > 20) & (across < 70)
    disk = (down - 75) ** 2 + (across - 115) ** 2 < 30**2
    picture[square], picture[disk] = (220, 40, 40), (40, 60, 210)
    noisy = picture + rng.normal(0, 6, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), square, disk


def test_things_are_among_the_first_regions():
    picture, square, disk = two_things()
    regions = propose_regions(picture)
    for thing in (square, disk):
        assert max(iou(thing, region) for region in regions[:6]) > 0.9


def test_first_region_is_the_whole_picture_and_none_repeats():
    regions = propose_regions(two_things()[0])
    assert regions[0].all()
    assert all(region.any() for region in regions)
    assert 2 < len(regions) <= 96
    for i, region in enumerate(regions):
        assert all(iou(region, other) <= 0.9 for other in regions[:i])


def test_max_regions_keeps_the_best():
    picture = two_things()[0]
    few, many = propose_regions(picture, max_regions=4), propose_regions(picture)
    assert len(few) == 4
    for a, b in zip(few, many, strict=False):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("shape", [(1, 1), (1, 200), (200, 1), (3, 3), (64, 64)])
def test_uniform_pictures_of_any_size_give_themselves(shape):
    regions = propose_regions(np.full((*shape, 3), 77, np.uint8))
    assert len(regions) == 1 and regions[0].shape == shape and regions[0].all()


def test_noise_is_no_error():
    noise = np.random.default_rng(1).integers(0, 256, (90, 70, 3), dtype=np.uint8)
    assert propose_regions(noise)[0].all()


@pytest.mark.parametrize("array", [np.zeros((5, 5), np.uint8), np.zeros((5, 5, 3), np.float32)])
def test_other_arrays_are_refused(array):
    with pytest.raises(ArgumentError, match="array should"):
        propose_regions(array)


def test_tree_nodes_are_the_union_of_their_children():
    tree = grow_tree(find_superpixels(two_things()[0]))
    root = len(tree.parent) - 1
    assert tree.parent[root] == -1 and tree.pixels(root).all()
    for node in range(root, max(root - 40, 0), -1):
        children = np.flatnonzero(tree.parent == node)
        if len(children):
            joined = np.logical_or.reduce([tree.pixels(int(child)) for child in children])
            np.testing.assert_array_equal(joined, tree.pixels(node))
            assert tree.area[node] == joined.sum()
            assert tree.height[node] >= tree.height[children].max()
