"""Distances inside of masks, against a slow twin that counts in whole numbers."""

import cv2
import numpy as np
import pytest

from pickout.distances import depth_inside


def slow(mask, walled):
    padded = np.pad(mask, 1) if walled else mask
    outside = np.argwhere(~padded) - (1 if walled else 0)
    squares = np.zeros(mask.shape, int)
    for row, column in np.argwhere(mask):
        squares[row, column] = ((outside - (row, column)) ** 2).sum(1).min()
    return np.sqrt(squares).astype(np.float32)


@pytest.mark.parametrize("walled", [True, False])
def test_equal_distances_are_equal_to_the_last_bit(walled):
    """Of large masks at many places in memory: this is where OpenCV's roots differ."""
    for seed in range(12):
        rng = np.random.default_rng(seed)
        size = rng.integers(1, 70, 2)
        mask = cv2.GaussianBlur(rng.random(size), (0, 0), 5) > 0.47
        mask[0, 0] = False
        found = depth_inside(mask, walled=walled)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, slow(mask, walled))


def test_where_nothing_is_outside_all_is_far_inside():
    assert (depth_inside(np.ones((4, 9), bool)) > 9).all()
    assert depth_inside(np.ones((3, 3), bool), walled=True)[1, 1] == 2
    assert not depth_inside(np.zeros((2, 2), bool)).any()


def test_masks_may_be_parts_of_others():
    whole = np.ones((20, 30), bool)
    whole[::7] = False
    for part in (whole[:, ::2], whole.T, whole[::-1, 3:9]):
        np.testing.assert_array_equal(depth_inside(part), depth_inside(part.copy()))
