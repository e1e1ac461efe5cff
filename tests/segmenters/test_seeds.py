"""Seed maps: order, discs, frames; and what keeps changes local."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickout.masks import Mask
from pickout.prompts import Box, Click, Lasso, MaskPrompt, Polygon, Prompt, Scribble, click_pixel
from pickout.segmenters.seeds import (
    click_radius,
    impose_seeds,
    is_redundant,
    keep_local_changes,
    keep_seeded_parts,
    seed_map,
    starting_mask,
)

SIZE = (60, 80)
SQUARE = Polygon(((20, 20), (30, 20), (30, 30), (20, 30)))

coordinates = st.tuples(st.integers(0, SIZE[1] - 1), st.integers(0, SIZE[0] - 1))
clicks = st.builds(lambda xy, sign: Click(*xy, sign), coordinates, st.booleans())


def mask_of(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    array = np.zeros(SIZE, bool)
    for x0, y0, x1, y1 in boxes:
        array[y0:y1, x0:x1] = True
    return array


@pytest.mark.parametrize(
    ("size_hw", "radius"),
    [
        ((300, 400), 400 / 150),
        ((3000, 4000), 5),
        ((100, 90), 2),
        ((16, 16), 1),
        ((1, 2000), 1 / 16),
    ],
)
def test_click_radius_grows_with_the_picture_within_bounds(size_hw, radius) -> None:
    assert click_radius(size_hw) == pytest.approx(radius)


def test_a_click_is_a_disc() -> None:
    seeds = seed_map([Click(40, 30)], SIZE, radius=3)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    assert np.array_equal(seeds == 1, (x - 40) ** 2 + (y - 30) ** 2 <= 9)
    assert not (seeds == -1).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(clicks, max_size=8))
def test_every_click_keeps_its_pixel_unless_a_newer_one_takes_it(prompts: list[Click]) -> None:
    seeds = seed_map(prompts, SIZE)
    newest = {click_pixel(click): click.positive for click in prompts}
    for pixel, positive in newest.items():
        assert seeds[pixel] == (1 if positive else -1)


@pytest.mark.parametrize("positive", [True, False])
def test_the_newest_stroke_wins_at_its_place(positive: bool) -> None:
    stroke = Scribble(((0, 25), (79, 25)), 2.0, not positive)
    square = Polygon(SQUARE.points, positive)
    sign = 1 if positive else -1
    assert seed_map([stroke, square], SIZE)[25, 25] == sign
    assert seed_map([square, stroke], SIZE)[25, 25] == -sign
    assert seed_map([square, stroke], SIZE)[21, 25] == sign
    assert seed_map([square, stroke], SIZE)[25, 60] == -sign


@pytest.mark.parametrize(
    "frame", [Box(10, 10, 50, 40), Lasso(((10, 10), (49, 10), (49, 39), (10, 39)))]
)
def test_outside_a_box_or_lasso_all_is_background(frame: Prompt) -> None:
    seeds = seed_map([Click(70, 50), Click(30, 30, False), frame], SIZE, radius=0)
    inside = mask_of((10, 10, 50, 40))
    assert (seeds[~inside] == -1).all()
    assert seeds[30, 30] == -1
    assert np.count_nonzero(seeds[inside]) == 1


def test_a_newer_box_replaces_the_older() -> None:
    seeds = seed_map([Box(0, 0, 20, 20), Box(40, 10, 60, 40)], SIZE)
    assert np.array_equal(seeds == 0, mask_of((40, 10, 60, 40)))


def test_a_newer_positive_stroke_widens_the_box() -> None:
    seeds = seed_map([Box(10, 10, 40, 40), Click(55, 20)], SIZE, radius=0)
    assert seeds[20, 55] == 1
    assert (seeds[10:40, 10:56] >= 0).all()
    assert seeds[55, 75] == -1


def test_a_mask_prompt_voids_what_came_before() -> None:
    start = MaskPrompt(Mask(mask_of((5, 5, 20, 20))))
    prompts: list[Prompt] = [Click(1, 1), start, Click(40, 30, False)]
    mask, later = starting_mask(prompts)
    assert mask is start.mask
    assert later == [Click(40, 30, False)]
    assert starting_mask(prompts[:1]) == (None, prompts[:1])
    assert seed_map(prompts, SIZE)[1, 1] == 0


def test_seeds_are_imposed_and_unseeded_parts_dropped() -> None:
    seeds = seed_map([Click(10, 10), Click(60, 40, False)], SIZE, radius=0)
    mask = mask_of((50, 30, 70, 50), (8, 8, 10, 10))
    obeyed = impose_seeds(mask, seeds)
    assert obeyed[10, 10]
    assert not obeyed[40, 60]
    kept = keep_seeded_parts(obeyed, seeds)
    assert np.array_equal(kept, mask_of((8, 8, 10, 10)) | mask_of((10, 10, 11, 11)))
    nothing = np.zeros(SIZE, np.int8)
    assert keep_seeded_parts(mask, nothing) is mask


def test_only_touched_changes_of_the_right_sign_are_kept() -> None:
    start = mask_of((10, 10, 30, 30))
    proposal = mask_of((14, 10, 36, 30), (50, 10, 60, 20), (50, 40, 60, 50))
    added = keep_local_changes(start, proposal, [Click(55, 15)])
    assert np.array_equal(added, start | mask_of((50, 10, 60, 20)))
    removed = keep_local_changes(start, proposal, [Click(11, 15, False)])
    assert np.array_equal(removed, mask_of((14, 10, 30, 30)))
    assert np.array_equal(keep_local_changes(start, proposal, [Click(20, 20)]), start)


def test_a_box_after_a_mask_clears_outside_or_looks_inside() -> None:
    start = mask_of((10, 10, 30, 30))
    clipped = keep_local_changes(start, mask_of((10, 10, 20, 30)), [Box(0, 0, 20, 60)])
    assert np.array_equal(clipped, mask_of((10, 10, 20, 30)))
    elsewhere = keep_local_changes(start, mask_of((50, 10, 60, 20)), [Box(45, 5, 65, 25)])
    assert np.array_equal(elsewhere, mask_of((50, 10, 60, 20)))


@pytest.mark.parametrize(
    ("prompt", "redundant"),
    [
        (Click(25, 25), True),
        (Click(25, 25, False), False),
        (Click(50, 50), False),
        (Click(50, 50, False), True),
        (SQUARE, True),
        (Scribble(((25, 25), (50, 25)), 1), False),
        (Scribble(((50, 50), (55, 50)), 1, False), True),
        (Box(0, 0, 80, 60), False),
    ],
)
def test_redundant_prompts_are_known(prompt: Prompt, redundant: bool) -> None:
    assert is_redundant([prompt], mask_of((15, 15, 35, 35))) is redundant
