"""Metrics against their definitions, written out slowly, and on the degenerate cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from pickout import Mask
from pickout.errors import ArgumentError
from pickout.metrics import (
    average_precision,
    boundary_distance,
    boundary_iou,
    boundary_tolerance,
    clicks_needed,
    iou,
    mean_average_precision,
    noc,
    precision_at_k,
    recall_at_k,
)

MASKS = arrays(np.bool_, (7, 9))


def square(x0: int, y0: int, x1: int, y1: int, size_hw: tuple[int, int] = (40, 60)) -> np.ndarray:
    mask = np.zeros(size_hw, np.bool_)
    mask[y0:y1, x0:x1] = True
    return mask


def slow_iou(mask: np.ndarray, truth: np.ndarray, ignore: np.ndarray) -> float:
    pixels = [index for index in np.ndindex(mask.shape) if not ignore[index]]
    both = sum(mask[index] and truth[index] for index in pixels)
    either = sum(mask[index] or truth[index] for index in pixels)
    return both / either if either else 1.0


@given(MASKS, MASKS, MASKS)
@settings(max_examples=40, deadline=None)
def test_iou_is_its_definition(mask, truth, ignore):
    assert iou(mask, truth, ignore) == slow_iou(mask, truth, ignore)


@given(MASKS, MASKS)
@settings(max_examples=40, deadline=None)
def test_iou_is_symmetric_and_one_only_for_equal_masks(mask, truth):
    assert iou(mask, truth) == iou(truth, mask)
    assert (iou(mask, truth) == 1) == np.array_equal(mask, truth)


@pytest.mark.parametrize("function", [iou, boundary_iou])
def test_empty_masks_agree_with_each_other_only(function):
    empty = np.zeros((5, 6), np.bool_)
    assert function(empty, empty) == 1
    assert function(empty, ~empty) == 0
    assert function(empty, ~empty, ~empty) == 1


def test_masks_and_arrays_may_be_mixed():
    assert iou(Mask(square(0, 0, 10, 10)), square(0, 0, 10, 20)) == 0.5


@pytest.mark.parametrize("function", [iou, boundary_iou, boundary_distance])
def test_masks_of_other_size_or_type_are_refused(function):
    with pytest.raises(ArgumentError, match="truth"):
        function(np.zeros((4, 5), np.bool_), np.zeros((5, 4), np.bool_))
    with pytest.raises(ArgumentError, match="bool"):
        function(np.zeros((4, 5), np.uint8), np.zeros((4, 5), np.bool_))


def test_boundary_iou_counts_the_band_only():
    outer, inner = square(10, 10, 30, 30), square(11, 11, 29, 29)
    # Bands one pixel wide of nested squares share nothing.
    assert boundary_iou(outer, inner, distance=1) == 0
    # Two pixels wide: rings of 20²-16² and 18²-14² share the ring 18²-16².
    assert boundary_iou(outer, inner, distance=2) == (324 - 256) / (400 - 196)


def test_the_picture_border_bounds_the_band():
    full = np.ones((20, 30), np.bool_)
    hole = full.copy()
    hole[5:15, 10:20] = False
    assert 0 < boundary_iou(full, hole, distance=2) < 1


def test_a_band_below_one_pixel_is_refused():
    with pytest.raises(ArgumentError, match="at least 1"):
        boundary_iou(square(0, 0, 5, 5), square(0, 0, 5, 5), distance=0.5)


def slow_outline(mask: np.ndarray) -> list[tuple[int, int]]:
    found = []
    for y, x in zip(*np.nonzero(mask), strict=True):
        around = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
        inside = [(r, c) for r, c in around if 0 <= r < mask.shape[0] and 0 <= c < mask.shape[1]]
        if any(not mask[place] for place in inside):
            found.append((y, x))
    return found


def slow_distance(mask: np.ndarray, truth: np.ndarray) -> float:
    ours, theirs = slow_outline(mask), slow_outline(truth)
    if not ours or not theirs:
        return 0.0 if np.array_equal(mask, truth) else math.inf
    there = np.mean([min(math.dist(p, q) for q in theirs) for p in ours])
    back = np.mean([min(math.dist(p, q) for q in ours) for p in theirs])
    return (there + back) / 2


@given(MASKS, MASKS)
@settings(max_examples=40, deadline=None)
def test_boundary_distance_is_its_definition(mask, truth):
    assert boundary_distance(mask, truth) == pytest.approx(slow_distance(mask, truth), abs=1e-5)


def test_a_shifted_edge_is_as_far_as_it_was_shifted():
    left, right = square(0, 0, 20, 40), square(0, 0, 23, 40)
    assert boundary_distance(left, right) == 3


def test_an_ignored_band_has_the_outline_in_its_middle():
    truth = square(0, 0, 18, 40)
    ignore = square(18, 0, 22, 40)
    assert boundary_distance(square(0, 0, 20, 40), truth, ignore) == 0
    assert boundary_distance(square(0, 0, 18, 40), truth, ignore) == 2
    assert boundary_distance(square(0, 0, 25, 40), truth, ignore) == 5


def test_an_outline_that_is_as_far_off_as_tolerated_has_just_the_iou():
    y, x = np.mgrid[:200, :200]
    from_middle = np.hypot(x - 100, y - 100)
    truth = from_middle < 80
    for threshold in (0.8, 0.9, 0.95):
        off = boundary_tolerance(truth, threshold)
        assert iou(from_middle < 80 - off, truth) == pytest.approx(threshold, abs=0.015)
    thin = square(5, 5, 55, 8)
    assert boundary_tolerance(thin, 0.9) < 0.2


def test_tolerance_is_told_apart_from_what_is_ignored():
    truth, ignore = square(0, 0, 18, 40), square(18, 0, 22, 40)
    assert boundary_tolerance(truth, 0.9, ignore) == pytest.approx(2 * 4 / math.pi)
    assert boundary_tolerance(square(0, 0, 60, 40), 0.9) == math.inf
    assert boundary_tolerance(square(0, 0, 0, 0), 0.9) == math.inf
    with pytest.raises(ArgumentError, match="threshold"):
        boundary_tolerance(truth, 90)


def test_a_mask_without_an_outline_is_infinitely_far():
    empty = np.zeros((40, 60), np.bool_)
    assert boundary_distance(empty, square(5, 5, 9, 9)) == math.inf
    assert boundary_distance(empty, ~empty) == math.inf
    assert boundary_distance(empty, empty) == 0
    assert boundary_distance(~empty, empty, ~empty) == math.inf


def test_clicks_needed_counts_from_one():
    assert clicks_needed([0.95], 0.9) == 1
    assert clicks_needed([0.5, 0.9, 0.4], 0.9) == 2
    assert clicks_needed([0.5, 0.6], 0.9) is None


def test_noc_gives_failures_the_limit():
    curves = [[0.95], [0.1] * 19 + [0.95], [0.1] * 20, [0.1] * 20 + [0.95]]
    assert noc(curves, 0.9) == (1 + 20 + 20 + 20) / 4
    assert noc(curves, 0.9, limit=5) == (1 + 5 + 5 + 5) / 4
    assert math.isnan(noc([], 0.9))


def test_average_precision_of_a_worked_example():
    # Relevant at ranks 1, 3 and 6 of six: (1/1 + 2/3 + 3/6) / 3.
    flags = [True, False, True, False, False, True]
    assert average_precision(flags) == pytest.approx((1 + 2 / 3 + 1 / 2) / 3)
    # A fourth one that is not in the ranking counts as nothing.
    assert average_precision(flags, 4) == pytest.approx((1 + 2 / 3 + 1 / 2) / 4)


def test_average_precision_at_its_ends():
    assert average_precision([True, True, False]) == 1
    assert average_precision([False, False], 2) == 0
    assert average_precision([], 2) == 0
    for flags, total in (([False], None), ([True, True], 1)):
        with pytest.raises(ArgumentError):
            average_precision(flags, total)


def test_mean_average_precision_leaves_out_queries_without_positives():
    assert mean_average_precision([[True], [False, True], [False]]) == 0.75
    assert mean_average_precision([[True], [True]], [2, 1]) == 0.75
    assert math.isnan(mean_average_precision([[False]]))


def test_precision_and_recall_at_k():
    flags = [True, False, True, True]
    assert precision_at_k(flags, 1) == 1
    assert precision_at_k(flags, 2) == 0.5
    assert precision_at_k(flags, 10) == 0.3
    assert recall_at_k(flags, 2) == 1 / 3
    assert recall_at_k(flags, 4, 6) == 0.5
    for function in (precision_at_k, recall_at_k):
        with pytest.raises(ArgumentError, match="k should"):
            function(flags, 0)
