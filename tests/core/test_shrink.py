"""Masks made smaller equal the exact areas, worked out with fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from pickout import _core


def overlap(samples, cells):
    """Return the (cells, samples) lengths of samples in cells, both laid over the same side."""
    lengths = np.empty((cells, samples), object)
    for cell, sample in np.ndindex(cells, samples):
        low = max(Fraction(cell, cells), Fraction(sample, samples))
        high = min(Fraction(cell + 1, cells), Fraction(sample + 1, samples))
        lengths[cell, sample] = max(Fraction(0), high - low)
    return lengths


@pytest.mark.parametrize("window", [(0, 0, 17, 11), (3, 2, 16, 10)])
@pytest.mark.parametrize("step, left, top", [(1, 0, 0), (2, 1, 0), (3, 0, 2)])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (2, 4)])
def test_cells_are_inside_if_half_of_their_area_is(window, step, left, top, size):
    mask = np.random.default_rng(step).random((11, 17)) < 0.5
    x0, y0, x1, y1 = window
    samples = mask[y0 + top : y1 : step, x0 + left : x1 : step]
    area = overlap(samples.shape[0], size[0]) @ samples.astype(object)
    area = area @ overlap(samples.shape[1], size[1]).T
    expected = area * size[0] * size[1] * 2 >= 1
    got = _core.shrink(mask, window=window, step=step, left=left, top=top, size=size)
    np.testing.assert_array_equal(got, expected.astype(bool))


@pytest.mark.parametrize(
    "wrong",
    [
        {"window": (0, 0, 6, 4)},
        {"step": 0},
        {"left": 5},
        {"top": -1},
        {"size": (5, 1)},
        {"size": (0, 1)},
    ],
)
def test_shrinking_refuses_what_does_not_fit(wrong):
    given = {"window": (0, 0, 5, 4), "step": 1, "left": 0, "top": 0, "size": (2, 2)} | wrong
    with pytest.raises(ValueError):
        _core.shrink(np.zeros((4, 5), bool), **given)
