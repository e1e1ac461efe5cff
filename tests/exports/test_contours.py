from __future__ import annotations

import numpy as np
import pytest
from export_shapes import any_mask, cheese, disc, ring_with_island
from hypothesis import given, settings

from pickout.errors import ArgumentError
from pickout.exports.bridges import join_holes, join_pieces
from pickout.exports.contours import signed_area, simplify, trace
from pickout.masks import Mask


def fill(rings, size_hw):
    """Even-odd filling, the slow and obvious way: a ray from each pixel centre to the left."""
    inside = np.zeros(size_hw, bool)
    for row, column in np.ndindex(*size_hw):
        x, y, crossings = column + 0.5, row + 0.5, 0
        for ring in rings:
            for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
                if (y1 > y) != (y2 > y) and x1 + (y - y1) * (x2 - x1) / (y2 - y1) < x:
                    crossings += 1
        inside[row, column] = crossings % 2
    return inside


def all_rings(pieces):
    return [ring for piece in pieces for ring in (piece.outline, *piece.holes)]


@settings(max_examples=60, deadline=None)
@given(any_mask)
def test_filling_the_outlines_gives_back_the_mask(array):
    pieces = trace(Mask(array))
    assert np.array_equal(fill(all_rings(pieces), array.shape), array)
    assert sum(piece.area for piece in pieces) == array.sum()


@settings(max_examples=60, deadline=None)
@given(any_mask)
def test_bridges_enclose_nothing(array):
    pieces = trace(Mask(array))
    for piece in pieces:
        joined = join_holes(piece)
        assert signed_area(joined) == piece.area
        alone = fill([piece.outline, *piece.holes], array.shape)
        assert np.array_equal(fill([joined], array.shape), alone)
    if pieces:
        one = join_pieces([join_holes(piece) for piece in pieces])
        assert np.array_equal(fill([one], array.shape), array)


@settings(max_examples=60, deadline=None)
@given(any_mask)
def test_pieces_are_the_eight_connected_components(array):
    from scipy.ndimage import label

    pieces = trace(Mask(array))
    labels, count = label(array, np.ones((3, 3)))
    assert sorted(piece.area for piece in pieces) == sorted(np.bincount(labels.ravel())[1:])
    assert len(pieces) == count


def test_bridge_lies_inside_the_object():
    for piece in trace(cheese()):
        ring = join_holes(piece)
        for start, end in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            assert start[0] == end[0] or start[1] == end[1]  # no bridge cuts across


def test_square_with_hole_runs_around_its_pixel_corners():
    array = np.zeros((5, 6), bool)
    array[1:4, 1:5] = True
    array[2, 2] = False
    (piece,) = trace(Mask(array))
    assert piece.outline.tolist() == [[1, 1], [5, 1], [5, 4], [1, 4]]
    assert len(piece.holes) == 1
    assert sorted(piece.holes[0].tolist()) == [[2, 2], [2, 3], [3, 2], [3, 3]]
    assert signed_area(piece.outline) == 12
    assert signed_area(piece.holes[0]) == -1


def test_empty_full_and_single_pixel_masks():
    assert trace(Mask(np.zeros((4, 5), bool))) == []
    (full,) = trace(Mask(np.ones((4, 5), bool)))
    assert full.outline.tolist() == [[0, 0], [5, 0], [5, 4], [0, 4]]
    (one,) = trace(Mask(np.ones((1, 1), bool)))
    assert one.area == 1


def test_largest_piece_comes_first():
    pieces = trace(ring_with_island())
    assert [piece.area for piece in pieces] == sorted((p.area for p in pieces), reverse=True)
    assert len(pieces) == 3
    assert [len(piece.holes) for piece in pieces] == [1, 0, 0]


@pytest.mark.parametrize(("tolerance", "n_points", "iou"), [(0.5, 90, 0.99), (2.0, 30, 0.96)])
def test_simplified_outline_is_short_and_still_the_object(tolerance, n_points, iou):
    array = disc((100, 100), (50, 50), 40)
    (exact,), (fewer,) = trace(Mask(array)), simplify(trace(Mask(array)), tolerance)
    assert len(fewer.outline) <= n_points
    filled = fill([fewer.outline], array.shape)
    assert (filled & array).sum() / (filled | array).sum() > iou
    corners = _distances(exact.outline, fewer.outline.astype(float))
    assert corners.max() <= tolerance + 0.5


def _distances(points, ring):
    """Distance of each point to the nearest side of a ring."""
    start, side = ring, np.roll(ring, -1, axis=0) - ring
    away = points[:, None] - start
    share = np.clip((away * side).sum(-1) / (side**2).sum(-1), 0, 1)
    return np.hypot(*np.moveaxis(away - share[..., None] * side, -1, 0)).min(axis=1)


@settings(max_examples=40, deadline=None)
@given(any_mask)
def test_simplifying_never_loses_a_piece(array):
    exact = trace(Mask(array))
    fewer = simplify(exact, 3.0)
    assert [len(piece.holes) for piece in fewer] == [len(piece.holes) for piece in exact]
    for piece, before in zip(fewer, exact, strict=True):
        assert 2 / 3 <= signed_area(piece.outline) / signed_area(before.outline) <= 4 / 3


def test_zero_tolerance_changes_nothing():
    pieces = trace(cheese())
    assert simplify(pieces, 0) == pieces


def test_negative_tolerance_is_refused():
    with pytest.raises(ArgumentError, match="tolerance should lie between 0 and 1000"):
        simplify([], -1)
