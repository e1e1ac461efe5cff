"""What is drawn is put right part by part: equal to SciPy's labels and plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from pickout import _core

CORNERS = np.ones((3, 3))


def outside_of(shape, window):
    x0, y0, x1, y1 = window
    outside = np.ones(shape, bool)
    outside[y0:y1, x0:x1] = False
    return outside


def unreached(new, old, window, click):
    """Return the parts of both masks that are to become what they were."""
    outside = outside_of(new.shape, window)
    part, count = ndimage.label((new | old) & ~outside, CORNERS)
    leaving = set(part[beyond(new, outside)]) - {0}
    clicked, adds = part[click[1], click[0]], new[click[1], click[0]]
    stays = np.zeros(new.shape, bool)
    for k in range(1, count + 1):
        one = part == k
        is_reached = k == clicked or {k, clicked} <= leaving
        if not is_reached and ((one & old).any() or not adds):
            stays |= one
    return stays


def beyond(mask, outside):
    """Return where a mask goes on beyond the window."""
    return ndimage.binary_dilation(mask & outside, CORNERS)


def with_holes_filled(mask, back, window, hole, kept):
    """Fill small gaps that touch no side of the window and lie in no part that was put back."""
    x0, y0, x1, y1 = window
    inner = np.pad(mask[y0:y1, x0:x1], 1)  # a frame joins what touches a side
    gaps, count = ndimage.label(~inner)
    result = mask.copy()
    for k in range(1, count + 1):
        one = np.zeros_like(mask)
        one[y0:y1, x0:x1] = (gaps == k)[1:-1, 1:-1]
        if (gaps == k)[0, 0] or one.sum() >= hole or any(one[row, column] for column, row in kept):
            continue
        if not (ndimage.binary_dilation(one) & ~one & back).any():
            result[one] = True
    return result


def expected(new, old, window, click, speck, hole, kept):
    outside = outside_of(new.shape, window)
    result, stays = new.copy(), np.zeros(new.shape, bool)
    if old is not None:
        stays = unreached(new, old, window, click)
        result[stays] = old[stays]
    part, count = ndimage.label(result & ~outside, CORNERS)
    goes_on = beyond(new, outside)
    back = np.zeros_like(stays)
    for k in range(1, count + 1):
        if ((part == k) & stays).any():
            back |= part == k
    stays |= goes_on
    for x, y in kept:
        stays[y, x] = True
    areas = [(part == k).sum() for k in range(1, count + 1)]
    both, count = ndimage.label((new if old is None else new | old) & ~outside, CORNERS)
    largest = max([(both == k).sum() for k in range(1, count + 1)], default=0)
    for k, area in enumerate(areas, 1):
        if area < speck and area * 100 < largest and not ((part == k) & stays).any():
            result[part == k] = False
    return with_holes_filled(result, back, window, hole, kept) if hole else result


def tidied(new, old, window, click, speck, hole=0, kept=()):
    got, kept = new.copy(), np.array(kept, np.int32).reshape(-1, 2)
    changed = _core.tidy(got, old, window=window, click=click, speck=speck, hole=hole, kept=kept)
    assert changed == (got != new).any()
    return got


def check(new, old, window, click, speck, hole=0, kept=()):
    got = tidied(new, old, window, click, speck, hole, kept)
    wanted = expected(new, old, window, click, speck, hole, kept)
    np.testing.assert_array_equal(got, wanted)


def grown(rng, shape, share):
    """Return a random mask with parts of many sizes and shapes."""
    values = ndimage.gaussian_filter(rng.normal(size=shape), rng.choice([0.5, 1.0, 2.0]))
    return values > np.quantile(values, 1 - share)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 70), st.booleans(),
    st.sampled_from([0, 1, 4, 30, 10**9]), st.sampled_from([0, 2, 9, 10**9]),
)  # fmt: skip
def test_it_equals_plain_loops(seed, height, width, has_earlier, speck, hole):
    rng = np.random.default_rng(seed)
    x0, x1 = sorted(rng.choice(width + 1, 2, replace=False).tolist())
    y0, y1 = sorted(rng.choice(height + 1, 2, replace=False).tolist())
    if seed % 3 == 0:
        x0, y0, x1, y1 = 0, 0, width, height
    new = grown(rng, (height, width), rng.uniform(0.05, 0.9))
    old = grown(rng, (height, width), rng.uniform(0.05, 0.9)) if has_earlier else None
    click = (int(rng.integers(x0, x1)), int(rng.integers(y0, y1)))
    kept = rng.integers(0, (width, height), (rng.integers(4), 2)).tolist()
    check(new, old, (x0, y0, x1, y1), click, speck, hole, kept)


@pytest.mark.parametrize("has_earlier", [False, True])
def test_specks_beside_a_large_part_go_and_others_stay(has_earlier):
    new, window, click = np.zeros((200, 300), bool), (0, 0, 300, 200), (150, 100)
    new[50:150, 100:200] = new[149, 200] = True
    for y, x in ((5, 5), (48, 204), (140, 202), (199, 0)):
        new[y, x] = True
    old = np.zeros_like(new) if has_earlier else None
    if has_earlier:
        old[5, 5] = True  # was there before, and the click does not reach it
    check(new, old, window, click, 20)
    got = tidied(new, old, window, click, 20, kept=[(202, 140)])
    assert got[50:150, 100:200].all() and got[149, 200] and got[140, 202]
    assert got[5, 5] == has_earlier and got.sum() == 10_002 + has_earlier


def test_what_is_left_of_a_large_part_is_measured_by_it():
    (old, new), window = np.zeros((2, 200, 300), bool), (0, 0, 300, 200)
    old[50:150, 100:200] = True
    new[60:64, 110:114] = new[90:94, 110:114] = True
    assert not tidied(new, old, window, (150, 100), 200).any()
    assert tidied(new, old, window, (150, 100), 200, kept=[(111, 92)]).sum() == 16


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_empty_and_full_masks_stay(share):
    for shape in ((1, 1), (1, 90), (90, 1), (17, 33)):
        new = np.full(shape, bool(share))
        for old in (None, np.zeros(shape, bool), np.ones(shape, bool)):
            check(new, old, (0, 0, shape[1], shape[0]), (0, 0), 50)
