"""Strokes and outlines as pixels."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickout.analysis.turn import Turn
from pickout.drawing import outline_part, stroke_part

SIZE_HW = (9, 13)
TURNS = [Turn(bool(k & 4), bool(k & 2), bool(k & 1)) for k in range(8)]

# Sixteenths of a pixel, whole ones more often: there centres lie on the outline.
coordinate = st.one_of(
    st.integers(-3, 15).map(float), st.integers(-60, 260).map(lambda whole: whole / 16)
)
outlines = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=7)


def whole(part, size_hw=SIZE_HW):
    (x0, y0, x1, y1), pixels = part
    canvas = np.zeros(size_hw, bool)
    canvas[y0:y1, x0:x1] = pixels
    return canvas


def is_enclosed(x, y, points):
    """Return whether a place lies inside an outline or on it, in exact fractions."""
    odd = False
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        x0, y0, x1, y1 = map(Fraction, (x0, y0, x1, y1))
        cross = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
        if cross == 0 and min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1):
            return True
        if (y0 > y) != (y1 > y):
            odd ^= x < x0 + (x1 - x0) * (y - y0) / (y1 - y0)
    return odd


@settings(max_examples=150, deadline=None, derandomize=True)
@given(outlines)
def test_an_outline_encloses_the_centres_inside_and_on_it(points):
    expected = np.zeros(SIZE_HW, bool)
    for row, column in np.ndindex(SIZE_HW):
        expected[row, column] = is_enclosed(column, row, points)
    np.testing.assert_array_equal(whole(outline_part(points, SIZE_HW)), expected)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(outlines, st.sampled_from(TURNS))
def test_turned_outlines_enclose_turned_pixels(points, turn):
    places = turn.places(np.array(points) + 0.5, SIZE_HW) - 0.5
    there = whole(outline_part(places.tolist(), turn.size(SIZE_HW)), turn.size(SIZE_HW))
    np.testing.assert_array_equal(turn.back(there), whole(outline_part(points, SIZE_HW)))


def test_an_outline_takes_no_more_room_than_it_needs():
    box, pixels = outline_part([(3, 2), (8.5, 2), (8.5, 6.9), (3, 6.9)], (5000, 5000))
    assert box == (3, 2, 9, 7)
    assert pixels.shape == (5, 6) and pixels.all()


@pytest.mark.parametrize(
    "points", [[(-9, 3), (-3, 8), (-7, 1)], [(2.2, 2.2), (2.6, 2.2), (2.4, 2.7)]]
)
def test_outlines_beside_the_picture_or_between_centres_enclose_nothing(points):
    assert not outline_part(points, SIZE_HW)[1].any()


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=4),
    st.sampled_from([0.0, 0.5, 1.5, 4.0]),
)
def test_a_stroke_is_the_same_in_whatever_part_of_the_picture_it_is_drawn(points, radius):
    """Far from the borders, where nothing of it is cut off, and where something is."""
    inner = whole(stroke_part(points, radius, SIZE_HW))
    moved = [(x + 40, y + 30) for x, y in points]
    outer = whole(stroke_part(moved, radius, (90, 110)), (90, 110))
    np.testing.assert_array_equal(inner, outer[30 : 30 + SIZE_HW[0], 40 : 40 + SIZE_HW[1]])
