"""What prompts settle for certain, pixel by pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pickout.errors import PromptError
from pickout.prompts import Box, Click, Lasso, Polygon, Scribble, check_prompt, drawn
from pickout.segmenters._superpixel.stamps import stamp_of, write_all

SIZE = (300, 400)


def test_stamps_are_written_in_order_and_the_newest_wins():
    mask = np.zeros(SIZE, bool)
    prompts = [
        Polygon(((10, 10), (60, 10), (60, 60), (10, 60))),
        Scribble(((30, 30), (50, 30)), 4.0, False),
        Click(40, 30),
    ]
    write_all(mask, [stamp_of(prompt, SIZE) for prompt in prompts])
    assert mask[20, 20] and not mask[30, 34] and mask[30, 40] and not mask[100, 100]


@pytest.mark.parametrize("seed", range(20))
def test_dots_of_clicks_leave_each_other_their_pixels(seed):
    """However close together, whatever they say, and with a stroke among them."""
    rng = np.random.default_rng(seed)
    mask = rng.random((900, 1200)) < 0.5
    places, signs = rng.integers(400, 408, (30, 2)).tolist(), (rng.random(30) < 0.5).tolist()
    prompts = [Click(x, y, sign) for (x, y), sign in zip(places, signs, strict=True)]
    prompts.insert(10, Scribble(((398, 402), (409, 404)), 2.0, bool(seed % 2)))
    stamps = [stamp_of(prompt, mask.shape) for prompt in prompts]
    write_all(mask, stamps)
    newest = np.zeros(mask.shape, np.int8)
    for stamp in stamps:
        newest[stamp.painted((0, 0, 1200, 900))] = 1 if stamp.inside else -1
    for x, y in places:
        assert mask[y, x] == (newest[y, x] > 0)


def test_a_dot_leaves_a_polygon_and_what_lies_outside_of_a_box_as_they_are():
    size = (3000, 4000)
    polygon = stamp_of(Polygon(((1000, 1000), (2000, 1000), (2000, 2000), (1000, 2000))), size)
    mask = np.ones(size, bool)
    write_all(mask, [polygon, stamp_of(Click(995, 1500, False), size)])
    assert mask[1000:2001, 1000:2001].all() and not mask[1500, 985:1000].any()
    write_all(mask, [stamp_of(Box(100, 100, 900, 900), size), stamp_of(Click(897, 500), size)])
    assert mask[495:505, 890:900].all() and not mask[:, 900:].any()


def test_the_newest_click_on_a_polygon_is_a_dot_that_can_be_seen():
    mask = np.zeros((900, 1200), bool)
    polygon = Polygon(((100, 100), (500, 100), (500, 500), (100, 500)))
    write_all(mask, [stamp_of(p, mask.shape) for p in (polygon, Click(300, 300, False))])
    assert not mask[299:302, 299:302].any() and mask[300, 290] and mask[310, 300]


def test_a_polygon_of_one_pixel_is_one_pixel():
    mask = np.zeros((3000, 4000), bool)
    write_all(mask, [stamp_of(Polygon(((7, 9), (7.2, 9.2), (7, 9.3))), mask.shape)])
    assert mask.sum() == 1 and mask[9, 7]


def test_of_a_stroke_beside_the_picture_the_rim_counts():
    stroke = Scribble(((-5, 50),), 8.0)
    stamp = stamp_of(stroke, SIZE)
    np.testing.assert_array_equal(stamp.painted((0, 0, *SIZE[::-1])), drawn(stroke, SIZE))
    assert stamp.covers(0, 50) and not stamp.covers(9, 50)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(-9, 70), st.integers(-9, 50)), min_size=3, max_size=6),
    st.sampled_from([Lasso, Polygon, Scribble]), st.booleans(), st.integers(0, 99),
)  # fmt: skip
def test_stamps_write_what_is_drawn(points, kind, positive, seed):
    """Row by row, in any window, as an array of pixels says it."""
    size = (40, 60)
    try:
        prompt = check_prompt(kind(tuple(points)), size)
    except PromptError:
        assume(False)
    if kind is not Lasso:
        prompt = replace(prompt, positive=positive)
    stamp = stamp_of(prompt, size)
    pixels = stamp.painted((0, 0, 60, 40))
    if kind is not Scribble:
        np.testing.assert_array_equal(pixels, drawn(prompt, size))
    assert pixels.any()
    y, x = np.nonzero(pixels)
    assert stamp.box_xyxy == (x.min(), y.min(), x.max() + 1, y.max() + 1)
    np.testing.assert_array_equal(stamp.painted((10, 5, 30, 35)), pixels[5:35, 10:30])
    before = np.random.default_rng(seed).random(size) < 0.5
    mask = before.copy()
    stamp.write(mask)
    expected = before & pixels if stamp.only else np.where(pixels, stamp.inside, before)
    np.testing.assert_array_equal(mask, expected)
    assert stamp.agrees(before) == bool((before[pixels] == stamp.inside).all())
    for row, column in ((20, 30), (0, 0), (39, 59)):
        assert stamp.covers(column, row) == pixels[row, column]
        assert stamp.holds(stamp_of(Click(column, row), size)) == pixels[row, column]


def test_strokes_across_a_large_picture_take_little_memory():
    size = (6000, 8000)
    prompts = (
        Scribble(((10, 10), (7900, 5900)), 20.0), Box(10, 10, 7900, 5900),
        Lasso(((10, 10), (7900, 2000), (4000, 5900))),
    )  # fmt: skip
    for prompt in prompts:
        runs = stamp_of(prompt, size).runs
        assert runs is None or runs.nbytes < 200_000


def test_boxes_and_lassos_empty_what_is_outside():
    for prompt in (Box(10, 20, 50, 60), Lasso(((10, 20), (50, 20), (50, 60), (10, 60)))):
        mask = np.ones(SIZE, bool)
        stamp_of(prompt, SIZE).write(mask)
        assert mask[30, 30] and not mask[10, 30] and not mask[30, 100]


def test_a_stamp_holds_what_lies_in_it():
    lasso = stamp_of(Lasso(((10, 10), (90, 10), (10, 90))), SIZE)
    assert lasso.holds(stamp_of(Click(20, 20), SIZE))
    assert not lasso.holds(stamp_of(Click(80, 80), SIZE))
    assert not lasso.holds(stamp_of(Click(200, 20), SIZE))
