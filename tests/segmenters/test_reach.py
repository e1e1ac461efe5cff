"""Parts that a click does not reach stay as they were; core/test_tidy.py has the slow twin."""

import numpy as np
import pytest

from pickout.prompts import Click
from pickout.segmenters._superpixel.frame import Pyramid
from pickout.segmenters._superpixel.models import shipped_models
from pickout.segmenters._superpixel.reach import tidy
from pickout.segmenters._superpixel.state import Picture


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
    taken = state.mask[right]
    assert state.mask[left | right].mean() > 0.99 and state.mask.mean() < 0.36
    after = picture.after(state, Click(39, 30, False)).mask
    assert after[right][taken].all()
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
