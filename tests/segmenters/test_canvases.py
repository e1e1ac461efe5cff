"""Masks lie in memory that is used again, but never as long as anybody holds one."""

from __future__ import annotations

import numpy as np
import pytest

from pickout.segmenters._superpixel.canvases import MOST_WAITING, Canvases
from pickout.session import Session

SIZE = (30, 40)


def place(mask):
    return mask.ctypes.data


def test_memory_is_used_again_once_nobody_holds_the_mask():
    canvases = Canvases(SIZE)
    mask = canvases.empty()
    was = place(mask)
    assert place(canvases.undefined()) != was
    del mask
    assert place(canvases.undefined()) == was


@pytest.mark.parametrize(
    "held", [lambda m: m[3:], lambda m: m[::-1].T[2:][1:], lambda m: m.view(np.uint8), memoryview]
)
def test_who_holds_a_part_holds_the_memory(held):
    canvases = Canvases(SIZE)
    mask = canvases.empty()
    mask[5:20, 7:30] = True
    part = held(mask)
    before = np.array(part)
    del mask
    others = [canvases.undefined() for _ in range(3)]
    for other in others:
        other[:] = ~other
    assert np.array_equal(np.array(part), before)


def test_an_empty_mask_is_empty_where_another_one_was():
    canvases = Canvases(SIZE)
    canvases.undefined()[:] = True
    assert not canvases.empty().any()


def test_little_memory_is_kept():
    canvases = Canvases(SIZE)
    masks = [canvases.undefined() for _ in range(6)]
    places = {place(mask) for mask in masks}
    del masks
    again = [canvases.undefined() for _ in range(MOST_WAITING)]
    assert {place(mask) for mask in again} <= places
    assert len(canvases._waiting) == 0


def test_masks_that_are_held_stay_as_they_were_whatever_is_clicked_later():
    rng = np.random.default_rng(5)
    picture = rng.integers(0, 90, (90, 120, 3), dtype=np.uint8)
    picture[20:70, 30:90] += 120
    session = Session(picture)
    held = []
    for _ in range(40):
        x, y = rng.integers(0, (120, 90))
        mask = session.click(x, y, bool(rng.random() < 0.5)).array
        part = mask if rng.random() < 0.5 else mask[10:, ::3]
        held.append((part, part.copy()))
        if rng.random() < 0.2:
            session.undo()
    assert all(np.array_equal(part, copy) for part, copy in held)
