"""Parts that a click does not reach: found with SciPy, and put right by pickout."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from pickout.prompts import Click
from pickout.segmenters._superpixel.frame import Pyramid
from pickout.segmenters._superpixel.models import shipped_models
from pickout.segmenters._superpixel.reach import tidy
from pickout.segmenters._superpixel.state import Picture

SIDE = 60


def blobs(rng, count):
    """Return a mask of some disks."""
    y, x = np.mgrid[:SIDE, :SIDE]
    mask = np.zeros((SIDE, SIDE), bool)
    for cx, cy, r in zip(*rng.uniform((0, 0, 1), (SIDE, SIDE, 7), (count, 3)).T, strict=True):
        mask |= np.hypot(x - cx, y - cy) < r
    return mask


def expected(new, old, window, at):
    """Return what should come out, part by part."""
    x0, y0, x1, y1 = window
    here = np.zeros_like(new)
    here[y0:y1, x0:x1] = True
    corners = np.ones((3, 3))
    part, count = ndimage.label((new | old) & here, corners)
    # Outside of the window all hangs together.
    joined, _ = ndimage.label((new | old) & here | ~here, corners)
    joined[np.isin(joined, joined[~here])] = -1
    result = new.copy()
    for k in range(1, count + 1):
        one = part == k
        if joined[one][0] != joined[at[1], at[0]] and (one & old).any():
            result[one] = old[one]
    return result


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_parts_that_do_not_hang_together_with_the_click_stay(seed):
    rng = np.random.default_rng(seed)
    x0, y0 = rng.integers(0, 25, 2) * rng.integers(0, 2, 2)
    window = x0, y0, *(SIDE - rng.integers(0, 25, 2) * rng.integers(0, 2, 2))
    x1, y1 = window[2:]
    x, y = rng.integers(window[0], window[2]), rng.integers(window[1], window[3])
    old, other = blobs(rng, 12), blobs(rng, 3)
    new = old.copy()
    differs = rng.random((y1 - y0, x1 - x0)) < 0.05
    new[y0:y1, x0:x1] = np.where(differs, other[y0:y1, x0:x1], old[y0:y1, x0:x1])
    new[y, x] = not old[y, x]
    got = new.copy()
    tidy(got, old, window, (x, y))
    np.testing.assert_array_equal(got, expected(new, old, window, (x, y)))


@pytest.mark.parametrize("gap", [1, 3])
def test_what_a_click_takes_away_is_gone_up_to_a_near_part_that_stays(gap):
    """At working size: two blocks side by side, a negative click on one of them."""
    array = np.full((60, 120, 3), (40, 90, 40), np.uint8)
    noise = np.random.default_rng(0).integers(-6, 7, array.shape)
    left, right = np.zeros((2, 60, 120), bool)
    left[15:45, 20:58], right[15:45, 58 + gap : 100] = True, True
    array[left], array[right] = (200, 60, 60), (60, 60, 200)
    array = (array + noise).clip(0, 255).astype(np.uint8)
    picture = Picture(Pyramid(array), shipped_models())
    state = picture.start()
    for x in (39, 80):
        state = picture.after(state, Click(x, 30))
    assert state.mask[left | right].all() and state.mask.mean() < 0.36
    after = picture.after(state, Click(39, 30, False)).mask
    assert after[right].all()
    assert after[left].mean() < 0.02


@pytest.mark.parametrize("gap", [0, 1])
def test_a_gap_of_one_pixel_divides(gap):
    old = np.zeros((20, 40), bool)
    old[5:15, 5:20] = old[5:15, 20 + gap : 35] = True
    new = old.copy()
    new[4:16, 4:8] = True  # at the click
    new[8:10, 30:32] = False  # far away
    new[3:5, 32] = True
    wanted = new.copy()
    if gap:
        wanted[:, 20:] = old[:, 20:]
    tidy(new, old, (0, 0, 40, 20), (5, 5))
    np.testing.assert_array_equal(new, wanted)


def test_only_the_window_is_looked_at():
    old = np.zeros((30, 50), bool)
    old[5:10, 5:10] = old[20:25, 5:10] = old[5:10, 30:40] = True
    new = old.copy()
    new[10:12, 5:10], new[6:8, 33:36] = True, False
    before = new.copy()
    tidy(new, old, (0, 0, 20, 30), (7, 10))
    np.testing.assert_array_equal(new, before)
    tidy(new, old, (0, 0, 50, 30), (7, 10))
    assert new[10:12, 5:10].all() and new[5:10, 30:40].all()


def test_nothing_changed_is_nothing_to_do():
    old = np.zeros((5, 7), bool)
    for place in ((3, 3), (0, 0), (6, 4)):
        tidy(new := old.copy(), old, (0, 0, 7, 5), place)
        assert not new.any()
    one = np.ones((1, 1), bool)
    tidy(one, np.zeros((1, 1), bool), (0, 0, 1, 1), (0, 0))
    assert one.all()
