"""The superpixel segmenter knows no left and right, above and below, rows and columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickout import samples
from pickout.analysis.turn import Turn, choose_turn
from pickout.bench.robot import Robot, Truth
from pickout.images import Image, read_image
from pickout.prompts import Box, Click, Lasso, Polygon, Scribble
from pickout.segmenters.superpixel import Superpixel

TRUTHS = Path(__file__).parents[1] / "data" / "samples"
TURNS = {
    "left-right": Turn(across=True),
    "up-down": Turn(down=True),
    "transposed": Turn(transposed=True),
    "quarter": Turn(transposed=True, across=True),
}
ON_SAMPLES = [
    path.stem
    for path in samples.sample_paths()
    if (TRUTHS / path.name).with_suffix(".png").exists()
]
QUICK = {"breakfast_gingham", "espresso"}
OUTLINE_SHARE = 0.01


def turned_prompt(prompt, turn, size_hw):
    def at(x, y):
        place = turn.places(np.array([[x + 0.5, y + 0.5]]), size_hw)[0] - 0.5
        return float(place[0]), float(place[1])

    match prompt:
        case Click():
            x, y = at(prompt.x, prompt.y)
            return Click(x, y, prompt.positive)
        case Scribble() | Lasso() | Polygon():
            return replace(prompt, points=tuple(at(*point) for point in prompt.points))
        case Box():
            corners = np.array([at(prompt.x0, prompt.y0), at(prompt.x1 - 1, prompt.y1 - 1)])
            return Box(*corners.min(0).tolist(), *(corners.max(0) + 1).tolist())
    raise TypeError(prompt)


def outline_length(mask):
    padded = np.pad(mask, 1)
    return sum(np.count_nonzero(np.diff(padded, axis=axis)) for axis in (0, 1))


def robot_clicks(prepared, truth, count):
    robot, mask, clicks = Robot(Truth(truth, np.zeros_like(truth))), np.zeros_like(truth), []
    for _ in range(count):
        clicks.append(robot.next_click(mask))
        mask = prepared.segment(clicks, None)
    return clicks


def prompt_lists(prepared, truth):
    """Return 1, 3 and 6 clicks of a robot, a box, a stroke with two clicks, and outlines."""
    clicks = robot_clicks(prepared, truth, 6)
    x, y, width, height = cv2.boundingRect(truth.view(np.uint8))
    first = clicks[0]
    stroke = Scribble(((first.x, first.y), (x + width / 2, first.y)), 3.0)
    return [
        clicks[:1], clicks[:3], clicks,
        [Box(x, y, x + width, y + height)],
        [stroke, *clicks[1:3]],
        [Lasso(around(x, y, width, height, 1.2))],
        [Polygon(around(x, y, width, height, 0.4)), clicks[1]],
    ]  # fmt: skip


def around(x, y, width, height, size):
    """Return a slanted outline around the middle of a box."""
    places = ((-0.5, -0.3), (0.3, -0.5), (0.5, 0.31), (-0.37, 0.5))
    return tuple(
        (round(x + width * (0.5 + size * across)), round(y + height * (0.5 + size * down)))
        for across, down in places
    )


def sample(stem, width=None):
    array = read_image(samples.sample_folder() / f"{stem}.jpg").array
    truth = cv2.imread(str(TRUTHS / f"{stem}.png"), cv2.IMREAD_GRAYSCALE) > 127
    if width is None:
        return array, truth
    size = (width, round(width * 0.749))
    small = cv2.resize(truth.view(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return cv2.resize(array, size, interpolation=cv2.INTER_CUBIC), small


def check_symmetry(array, truth, turns):
    prepared = Superpixel().analyse(Image(array))
    lists = prompt_lists(prepared, truth)
    for turn in turns:
        other = Superpixel().analyse(Image(np.ascontiguousarray(turn(array))))
        for prompts in lists:
            mask = prepared.segment(prompts, None)
            there = other.segment([turned_prompt(p, turn, truth.shape) for p in prompts], None)
            differing = np.count_nonzero(mask != turn.back(there))
            assert differing <= OUTLINE_SHARE * outline_length(mask), (turn, prompts)


@pytest.mark.parametrize(
    "stem",
    [s if s in QUICK else pytest.param(s, marks=pytest.mark.slow) for s in ON_SAMPLES],
)
def test_turned_pictures_and_prompts_give_turned_masks(stem):
    check_symmetry(*sample(stem), TURNS.values())


@pytest.mark.slow
@pytest.mark.parametrize("width", [451, 803, 1999])
def test_odd_sizes_are_as_good_as_even_ones(width):
    check_symmetry(*sample("desk_morning", width), TURNS.values())


def test_a_turn_and_back_is_where_it_was():
    array = np.arange(12, dtype=np.int32).reshape(3, 4)
    places = np.array([[0.5, 0.5], [4.0, 3.0], [1.5, 2.5]])
    for k in range(8):
        turn = Turn(bool(k & 4), bool(k & 2), bool(k & 1))
        assert turn(array).shape == turn.size(array.shape)
        np.testing.assert_array_equal(turn.back(turn(array)), array)
        np.testing.assert_array_equal(turn.laid(array), turn(array))
        np.testing.assert_array_equal(turn.laid_back(turn(array)), array)
        for laid in (turn.laid(array), turn.laid_back(array)):
            assert laid.flags.c_contiguous
        there = turn.places(places, array.shape)
        np.testing.assert_array_equal(turn.places_back(there, array.shape), places)
        x, y = np.floor(there[2]).astype(int)
        assert turn(array)[y, x] == array[2, 1]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    height=st.integers(1, 9), width=st.integers(1, 9), seed=st.integers(0, 10**6),
    flat=st.booleans(), k=st.integers(0, 7),
)  # fmt: skip
def test_turned_pictures_are_looked_at_in_the_same_way(height, width, seed, flat, k):
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    if flat:
        rgb[:] = 7
    turned = np.ascontiguousarray(Turn(bool(k & 4), bool(k & 2), bool(k & 1))(rgb))
    seen, seen_turned = choose_turn(rgb)(rgb), choose_turn(turned)(turned)
    np.testing.assert_array_equal(seen, seen_turned)
