"""Ratios of colour histograms equal those worked out cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

from pickout import _core


def smoothed(histogram):
    """Return a histogram blurred along every axis, its end cells repeated."""
    for axis in range(3):
        ends = [(1, 1) if k == axis else (0, 0) for k in range(3)]
        padded = np.moveaxis(np.pad(histogram, ends, "edge"), axis, 0)
        blurred = padded[:-2] / 4 + padded[1:-1] / 2 + padded[2:] / 4
        histogram = np.moveaxis(blurred, 0, axis)
    return histogram


@pytest.mark.parametrize("cells", [(1, 1, 1), (2, 3, 1), (5, 4, 7)])
@pytest.mark.parametrize("n", [0, 1, 60])
def test_log_ratio_compares_blurred_histograms(cells, n):
    rng = np.random.default_rng(n)
    cell = rng.integers(0, np.prod(cells), n).astype(np.int32)
    weights = [rng.random(n).astype(np.float32) for _ in range(2)]
    shares = []
    for weight in weights:
        counts = smoothed(np.bincount(cell, weight, np.prod(cells)).reshape(cells)).ravel()
        shares.append(counts / max(counts.sum(), 1e-6) + 1e-5)
    expected = np.log(shares[0] / shares[1])[cell]
    got = _core.log_ratio(cell, *weights, cells)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


def test_log_ratio_refuses_what_does_not_fit():
    one, cell = np.ones(1, np.float32), np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="labels"):
        _core.log_ratio(cell + 8, one, one, (2, 2, 2))
    with pytest.raises(ValueError, match="same length"):
        _core.log_ratio(cell, one, one[:0], (2, 2, 2))
    with pytest.raises(ValueError, match="cells"):
        _core.log_ratio(cell, one, one, (0, 2, 2))
