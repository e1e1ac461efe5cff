"""Masks and pictures for the tests of exports."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pickout.masks import Mask

any_mask = hnp.arrays(
    np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.booleans()
)


def disc(size_hw=(60, 80), center_xy=(40, 30), radius=20.0) -> np.ndarray:
    y, x = np.mgrid[: size_hw[0], : size_hw[1]]
    return (x - center_xy[0]) ** 2 + (y - center_xy[1]) ** 2 <= radius**2


def ring_with_island() -> Mask:
    """A ring, something in its hole, and a second piece apart from it."""
    array = disc(radius=25) & ~disc(radius=18) | disc(radius=6)
    array[2:8, 2:9] = True
    return Mask(array)


def cheese(seed=0) -> Mask:
    """A rectangle with many holes, some touching each other by a corner."""
    array = np.zeros((40, 50), bool)
    array[3:37, 4:46] = np.random.default_rng(seed).random((34, 42)) > 0.25
    return Mask(array)


def photo(size_hw=(60, 80), seed=3) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*size_hw, 3), np.uint8)
