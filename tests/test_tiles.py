"""Tiles: a front end that redraws only these shows the mask."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickout.errors import ArgumentError, PromptError
from pickout.session import Session
from pickout.tiles import TILE, changed_tiles


def tiles_slowly(before, after):
    """Look at every tile by itself."""
    height, width = after.shape
    boxes = [
        (x, y, min(x + TILE, width), min(y + TILE, height))
        for y in range(0, height, TILE)
        for x in range(0, width, TILE)
    ]
    return tuple(
        (x0, y0, x1, y1)
        for x0, y0, x1, y1 in boxes
        if (before[y0:y1, x0:x1] != after[y0:y1, x0:x1]).any()
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 600), st.integers(1, 800), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_exactly_the_tiles_that_differ_are_named(height, width, n, seed):
    rng = np.random.default_rng(seed)
    before = rng.random((height, width)) > 0.5
    after = before.copy()
    after[rng.integers(height, size=n), rng.integers(width, size=n)] ^= True
    assert changed_tiles(before, after) == tiles_slowly(before, after)


def test_masks_of_different_pictures_are_refused():
    with pytest.raises(ArgumentError, match="one size"):
        changed_tiles(np.zeros((3, 4), bool), np.zeros((4, 3), bool))


class Screen:
    """A front end that draws again only what it is told has changed."""

    def __init__(self, session):
        self.session = session
        self.shown = session.mask.array.copy()
        self.drawn = 0

    def after(self, action):
        action()
        for x0, y0, x1, y1 in self.session.changed:
            self.shown[y0:y1, x0:x1] = self.session.mask.array[y0:y1, x0:x1]
        self.drawn = len(self.session.changed)
        assert np.array_equal(self.shown, self.session.mask.array)


@pytest.mark.parametrize("segmenter", ["paint", "superpixel"])
def test_a_screen_that_redraws_changed_tiles_shows_the_mask(segmenter):
    picture = np.random.default_rng(1).integers(40, 70, (700, 900, 3), dtype=np.uint8)
    picture[300:420, 60:200] = (210, 60, 50)
    session = Session(picture, segmenter)
    screen = Screen(session)
    screen.after(lambda: session.click(100, 350))
    assert 0 < screen.drawn < 12, "an object in one corner does not need the whole screen"
    screen.after(lambda: session.edit("grow", radius=3))
    screen.after(session.undo)
    screen.after(session.redo)
    screen.after(lambda: session.scribble([(600, 100), (850, 100)], radius=9))
    screen.after(lambda: session.add_object("other"))
    screen.after(lambda: session.polygon([(500, 500), (600, 500), (600, 650)]))
    screen.after(lambda: session.select("object"))
    screen.after(lambda: session.rename("first"))
    screen.after(lambda: session.select("other"))
    for _ in range(3):
        screen.after(session.undo)
    assert screen.drawn == 0, "nothing was left to undo"


def test_what_is_refused_or_redundant_changes_no_tile():
    session = Session(np.zeros((300, 300, 3), np.uint8), "paint")
    assert session.changed == ()
    session.polygon([(10, 10), (90, 10), (90, 90)])
    assert session.changed == ((0, 0, 256, 256),)
    with pytest.raises(PromptError):
        session.click(999, 999)
    session.polygon([(10, 10), (90, 10), (90, 90)])
    assert session.changed == ()
