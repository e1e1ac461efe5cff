"""Strokes from pictures: the prompts cover exactly the pixels that people drew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from PIL import Image

from pickout.bench.strokes import read_scribbles
from pickout.errors import ArgumentError
from pickout.prompts import drawn


def covered(scribbles, positive, size_hw) -> np.ndarray:
    mask = np.zeros(size_hw, bool)
    for scribble in scribbles:
        if scribble.positive == positive:
            mask |= drawn(scribble, size_hw)
    return mask


@given(arrays(np.uint8, (9, 12), elements={"min_value": 0, "max_value": 2}))
@settings(max_examples=60, deadline=None)
def test_prompts_cover_what_was_drawn_and_nothing_else(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "strokes.png"
    Image.fromarray(values).save(path)
    if not values.any():
        with pytest.raises(ArgumentError, match="no strokes"):
            read_scribbles(path, values.shape)
        return
    scribbles = read_scribbles(path, values.shape)
    assert np.array_equal(covered(scribbles, True, values.shape), values == 1)
    assert np.array_equal(covered(scribbles, False, values.shape), values == 2)


def test_a_straight_stroke_is_one_short_polyline(tmp_path):
    values = np.zeros((20, 40), np.uint8)
    values[7, 5:30] = 1
    Image.fromarray(values).save(tmp_path / "s.png")
    (scribble,) = read_scribbles(tmp_path / "s.png", (20, 40))
    assert scribble.points == ((5, 7), (29, 7))
    assert scribble.radius == 0


def test_strokes_of_another_size_are_refused(tmp_path):
    Image.new("L", (4, 4), 1).save(tmp_path / "s.png")
    with pytest.raises(ArgumentError, match="another size"):
        read_scribbles(tmp_path / "s.png", (5, 4))
