"""The robot against a slow twin that follows the protocol's words, and on worked examples."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from pickout import Click
from pickout.bench.robot import Robot, Truth, click_until

CODES = arrays(np.int8, (6, 8), elements={"min_value": -1, "max_value": 1})
MASKS = arrays(np.bool_, (6, 8))


class SlowRobot:
    """The protocol, pixel by pixel. `codes`: 1 object, 0 background, -1 ignore."""

    def __init__(self, codes: np.ndarray) -> None:
        self.codes = codes
        self.clicked: set[tuple[int, int]] = set()

    def depth(self, error: np.ndarray) -> np.ndarray:
        height, width = error.shape
        padded = np.zeros((height + 2, width + 2), bool)
        padded[1:-1, 1:-1] = error
        outside = [(y, x) for y, x in np.ndindex(padded.shape) if not padded[y, x]]
        depth = np.zeros(error.shape)
        for y, x in np.ndindex(error.shape):
            if error[y, x] and (y, x) not in self.clicked:
                depth[y, x] = min((y + 1 - r) ** 2 + (x + 1 - c) ** 2 for r, c in outside)
        return depth

    def next_click(self, mask: np.ndarray) -> Click:
        missing = self.depth((self.codes == 1) & ~mask & (self.codes != -1))
        wrong = self.depth((self.codes != 1) & mask & (self.codes != -1))
        is_positive = missing.max() > wrong.max()
        chosen = missing if is_positive else wrong
        y, x = next(place for place in np.ndindex(mask.shape) if chosen[place] == chosen.max())
        self.clicked.add((y, x))
        return Click(float(x), float(y), bool(is_positive))


def truth_of(codes: np.ndarray) -> Truth:
    return Truth(codes == 1, codes == -1)


@given(CODES, arrays(np.bool_, (4, 6, 8)))
@settings(max_examples=60, deadline=None)
def test_the_robot_clicks_where_its_slow_twin_clicks(codes, masks):
    fast, slow = Robot(truth_of(codes)), SlowRobot(codes)
    for mask in masks:
        assert fast.next_click(mask) == slow.next_click(mask)


def test_of_equally_deep_pixels_the_first_is_clicked():
    """In mirrored errors everything is there twice; depths are roots, which rounding may part."""
    for seed in range(30):
        noise = np.random.default_rng(seed).random((40, 26))
        half = cv2.GaussianBlur(noise, (0, 0), 4) > 0.49
        codes = np.concatenate([half, half[:, ::-1]], axis=1).astype(np.int8)
        outside = np.argwhere(np.pad(codes, 1) == 0) - 1
        inside = np.argwhere(codes == 1)
        squares = ((inside[:, None] - outside[None]) ** 2).sum(2).min(1)
        y, x = (float(side) for side in inside[squares.argmax()])
        assert Robot(truth_of(codes)).next_click(np.zeros(codes.shape, bool)) == Click(x, y, True)


def blob(size: int, *boxes: tuple[int, int, int, int]) -> np.ndarray:
    codes = np.zeros((size, size), np.int8)
    for x0, y0, x1, y1 in boxes:
        codes[y0:y1, x0:x1] = 1
    return codes


def test_the_first_click_lies_in_the_middle_of_the_object():
    robot = Robot(truth_of(blob(41, (10, 20, 21, 31))))
    assert robot.next_click(np.zeros((41, 41), bool)) == Click(15, 25, True)


def test_the_picture_border_bounds_an_object_that_touches_it():
    robot = Robot(truth_of(blob(40, (0, 0, 11, 40))))
    click = robot.next_click(np.zeros((40, 40), bool))
    assert click == Click(5, 5, True)


def test_equal_errors_give_a_negative_click():
    codes = blob(40, (2, 2, 9, 9))
    mask = np.zeros((40, 40), bool)
    mask[20:27, 20:27] = True
    assert Robot(truth_of(codes)).next_click(mask) == Click(23, 23, False)


def test_a_clicked_pixel_is_not_clicked_again():
    robot = Robot(truth_of(blob(20, (5, 5, 10, 10))))
    empty = np.zeros((20, 20), bool)
    clicks = [robot.next_click(empty) for _ in range(10)]
    assert len({(click.x, click.y) for click in clicks}) == 10
    assert clicks[1] == Click(6, 6, True)


def test_ignored_pixels_are_nobodys_error():
    codes = blob(20, (5, 5, 10, 10))
    codes[:, 12:] = -1
    mask = (codes == -1) | (codes == 1)
    mask[7, 7] = False
    assert Robot(truth_of(codes)).next_click(mask) == Click(7, 7, True)


@pytest.mark.parametrize(("stop_at", "expected"), [(0.3, 1), (0.9, 3), (1.01, 4)])
def test_the_robot_stops_when_the_target_is_reached(stop_at, expected):
    truth = truth_of(blob(20, (0, 0, 10, 10)))
    answers = [blob(20, (0, 0, 10, rows)) == 1 for rows in (4, 8, 9, 10, 10)]
    given_clicks: list[Click] = []

    def answer(click: Click) -> np.ndarray:
        given_clicks.append(click)
        return answers[len(given_clicks) - 1]

    clicks, ious, mask = click_until(answer, truth, stop_at=stop_at, max_clicks=20)
    assert len(clicks) == len(ious) == expected
    assert ious == [0.4, 0.8, 0.9, 1.0][:expected]
    assert np.array_equal(mask, answers[expected - 1])


def test_the_robot_gives_up_at_the_limit():
    truth = truth_of(blob(20, (0, 0, 10, 10)))
    empty = np.zeros((20, 20), bool)
    clicks, ious, _ = click_until(lambda _: empty, truth, stop_at=0.9, max_clicks=7)
    assert len(clicks) == 7
    assert ious == [0.0] * 7
