"""Turning pictures, and turning them back."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pickout.analysis.turn import Turn

EVERY = [Turn(*flags) for flags in itertools.product((False, True), repeat=3)]


@pytest.mark.parametrize("turn", EVERY)
@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.float32])
@pytest.mark.parametrize("shape", [(5, 7), (1, 9), (4, 6, 3)])
def test_what_is_turned_is_laid_back_as_it_was(turn, dtype, shape):
    array = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    back = turn.laid_back(turn(array))
    assert back.dtype == dtype and back.flags.c_contiguous
    np.testing.assert_array_equal(back, array)
    np.testing.assert_array_equal(turn.back(turn(array)), array)


def test_the_eight_turns_show_eight_pictures():
    array = np.arange(6).reshape(2, 3)
    assert len({turn(array).tobytes() + bytes(turn(array).shape) for turn in EVERY}) == 8
