"""Prompts: bad ones are explained, drawn ones cover what they should, and JSON keeps them all."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pickout.errors import PromptError
from pickout.masks import Mask
from pickout.prompts import (
    PROMPT_KINDS,
    Box,
    Click,
    Lasso,
    MaskPrompt,
    Polygon,
    Prompt,
    Scribble,
    check_prompt,
    click_pixel,
    drawn,
    from_json,
    to_json,
)

SIZE_HW = (60, 100)
numbers = st.floats(-1e6, 1e6)
outlines = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=6).map(tuple)
strokes = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6).map(tuple)
prompts = st.one_of(
    st.builds(Click, numbers, numbers, st.booleans()),
    st.builds(Scribble, strokes, st.floats(0, 100), st.booleans()),
    st.builds(Box, numbers, numbers, numbers, numbers),
    st.builds(Lasso, outlines),
    st.builds(Polygon, outlines, st.booleans()),
    st.builds(MaskPrompt, arrays(np.bool_, (4, 7)).map(Mask)),
)


@given(prompts)
@settings(max_examples=120, deadline=None)
def test_json_keeps_every_prompt(prompt: Prompt) -> None:
    assert from_json(json.loads(json.dumps(to_json(prompt)))) == prompt


def test_numbers_of_numpy_become_json() -> None:
    click = Click(np.int64(3), np.float32(4.5), np.bool_(False))  # type: ignore[arg-type]
    assert json.loads(json.dumps(to_json(click))) == {
        "kind": "click",
        "x": 3.0,
        "y": 4.5,
        "positive": False,
    }


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ([], "record with fields"),
        ({}, "unknown prompt None"),
        ({"kind": "wink"}, f"known are: {', '.join(PROMPT_KINDS)}"),
        ({"kind": "click", "x": 1, "positive": True}, "click's 'y' should be a number, not None"),
        (
            {"kind": "click", "x": True, "y": 1, "positive": True},
            "'x' should be a number, not True",
        ),
        ({"kind": "click", "x": math.nan, "y": 1, "positive": True}, "'x' should be a number"),
        ({"kind": "click", "x": 10**400, "y": 1, "positive": True}, "'x' should be a number"),
        ({"kind": "click", "x": 1, "y": 1, "positive": 1}, "'positive' should be true or false"),
        ({"kind": "box", "box_xyxy": [1, 2, 3]}, "should be four numbers"),
        ({"kind": "box", "box_xyxy": "1234"}, "should be four numbers"),
        ({"kind": "lasso", "points": [[1, 2], [3]]}, "lasso's 'points' should be a list"),
        ({"kind": "polygon", "points": None, "positive": True}, "polygon's 'points'"),
        ({"kind": "scribble", "points": [[1, 2]], "radius": "3", "positive": True}, "'radius'"),
        ({"kind": "mask", "mask": {"size": [2, 2], "counts": [9]}}, "'mask' is damaged"),
        ({"kind": "mask"}, "'mask' is damaged"),
    ],
)
def test_damaged_records_are_refused(record: object, message: str) -> None:
    with pytest.raises(PromptError, match=message):
        from_json(record)


TRIANGLE = ((1.0, 1.0), (50.0, 1.0), (1.0, 40.0))
BAD = [
    (Click(100, 5), "100,5 lies outside the picture, which is 100 x 60"),
    (Click(-1, 5), "outside"),
    (Click(5, 59.5), "outside"),
    (Click(math.nan, 5), "not a number"),
    (Click(5, math.inf), "not a number"),
    (Click("left", 5), "not a number"),  # type: ignore[arg-type]
    (Box(10, 10, 10, 40), "no area"),
    (Box(10, 10, 10, 10), "no area"),
    (Box(100, 0, 140, 30), "lies outside"),
    (Box(-30, 0, 0, 30), "lies outside"),
    (Box(0, 0, math.nan, 30), "not a number"),
    (Scribble(()), "no points"),
    (Scribble(((5, 5),), -1), "cannot be negative"),
    (Scribble(((5, 5),), math.nan), "not a number"),
    (Scribble(((200, 5), (300, 5)), 3), "wholly outside"),
    (Scribble((5, 5)), "points"),  # type: ignore[arg-type]
    (Scribble(((5, 5, 5),)), "points"),  # type: ignore[arg-type]
    (Lasso(TRIANGLE[:2]), "has 2 points"),
    (Polygon(TRIANGLE[:2]), "has 2 points"),
    (Polygon(((200, 1), (250, 1), (200, 40))), "wholly outside"),
    (Lasso((*TRIANGLE, (math.nan, 1.0))), "not a number"),
    (MaskPrompt(Mask(np.zeros((100, 60), bool))), "is 60 x 100 pixels but the picture is 100 x 60"),
    ("click", "unknown prompt"),
]


@pytest.mark.parametrize(("prompt", "message"), BAD)
def test_bad_prompts_are_explained(prompt: Prompt, message: str) -> None:
    with pytest.raises(PromptError, match=message):
        check_prompt(prompt, SIZE_HW)


@pytest.mark.parametrize(
    "prompt",
    [
        Click(0, 0),
        Click(99.4, 59.4),
        Click(-0.5, -0.5),
        Scribble(((-20, 5), (50, 5)), 2),
        Scribble(((-2, 5),), 3),
        Lasso(((-50, -50), (200, -50), (50, 300))),
        Polygon(TRIANGLE, False),
        MaskPrompt(Mask(np.zeros(SIZE_HW, bool))),
        MaskPrompt(Mask(np.ones(SIZE_HW, bool))),
    ],
)
def test_good_prompts_come_back_unchanged(prompt: Prompt) -> None:
    assert check_prompt(prompt, SIZE_HW) == prompt


def test_boxes_are_put_in_order_and_cut_to_the_picture() -> None:
    assert check_prompt(Box(80, 50, 10, 5), SIZE_HW) == Box(10, 5, 80, 50)
    assert check_prompt(Box(-20, -20, 500, 500), SIZE_HW) == Box(0, 0, 100, 60)


spans = st.tuples(st.floats(-200, 200), st.floats(-200, 200))


@given(spans, spans)
@settings(max_examples=200, deadline=None)
def test_a_checked_box_passes_the_check_again_and_covers_the_same(
    across: tuple[float, float], down: tuple[float, float]
) -> None:
    """A session is saved with checked prompts, and checks them again when it is opened."""
    box = Box(across[0], down[0], across[1], down[1])
    try:
        checked = check_prompt(box, SIZE_HW)
    except PromptError:
        return
    assert check_prompt(checked, SIZE_HW) == checked
    assert isinstance(checked, Box)
    in_order = Box(min(across), min(down), max(across), max(down))
    assert np.array_equal(drawn(checked, SIZE_HW), drawn(in_order, SIZE_HW))


@pytest.mark.parametrize("box", [Box(-20, 10, 0.4, 50), Box(99.7, 10, 150, 50)])
def test_of_a_box_that_reaches_into_the_picture_that_much_is_left(box: Box) -> None:
    assert drawn(check_prompt(box, SIZE_HW), SIZE_HW).sum() == 40


def test_points_in_an_array_become_plain_pairs() -> None:
    points = np.array([(1, 2), (30, 4), (5, 60)])
    for kind in (Scribble, Lasso, Polygon):
        assert check_prompt(kind(points), SIZE_HW) == kind(((1.0, 2.0), (30.0, 4.0), (5.0, 60.0)))


@given(st.floats(-0.5, 99.49), st.floats(-0.5, 59.49))
@settings(max_examples=60, deadline=None)
def test_every_allowed_click_hits_the_nearest_pixel(x: float, y: float) -> None:
    row, column = click_pixel(Click(x, y))
    assert 0 <= row < 60
    assert 0 <= column < 100
    assert abs(row - y) <= 0.5
    assert abs(column - x) <= 0.5


def distances(points: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Return each pixel's distance from the polyline, the slow way."""
    y, x = np.mgrid[: SIZE_HW[0], : SIZE_HW[1]]
    place = np.stack([x, y], axis=-1).astype(float)
    nearest = np.full(SIZE_HW, np.inf)
    for start, end in zip(points, points[1:] or points, strict=False):
        a, b = np.array(start), np.array(end)
        length = max(float((b - a) @ (b - a)), 1e-12)
        along = np.clip((place - a) @ (b - a) / length, 0, 1)
        gap = np.linalg.norm(place - a - along[..., np.newaxis] * (b - a), axis=-1)
        nearest = np.minimum(nearest, gap)
    return nearest


@pytest.mark.parametrize("radius", [0.0, 1.0, 3.0, 7.5])
@pytest.mark.parametrize(
    "points",
    [((40.0, 30.0),), ((10.0, 10.0), (70.3, 40.6)), ((-9.0, 20.0), (50.0, 20.0), (50.0, 75.0))],
)
def test_scribble_covers_what_is_within_its_radius(
    points: tuple[tuple[float, float], ...], radius: float
) -> None:
    covered, far = drawn(Scribble(points, radius), SIZE_HW), distances(points)
    assert covered[far <= max(radius - 1, 0)].all()
    assert not covered[far > radius + 2].any()


def test_single_dot_is_at_least_one_pixel() -> None:
    covered = drawn(Scribble(((40.0, 30.0),), 0), SIZE_HW)
    assert covered[30, 40]
    assert covered.sum() <= 5


@pytest.mark.parametrize("kind", [Lasso, Polygon])
def test_outline_encloses_what_is_inside(kind: type[Lasso] | type[Polygon]) -> None:
    points = ((10.2, 5.0), (90.0, 12.5), (60.0, 55.0), (-30.0, 50.0))
    y, x = np.mgrid[: SIZE_HW[0], : SIZE_HW[1]]
    inside = np.zeros(SIZE_HW, bool)
    for (x0, y0), (x1, y1) in zip(points, (*points[1:], points[0]), strict=True):
        crosses = (y0 > y) != (y1 > y)
        inside ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    covered = drawn(kind(points), SIZE_HW)
    clear = distances((*points, points[0])) > 1
    assert np.array_equal(covered[clear], inside[clear])


def test_box_covers_its_pixels() -> None:
    covered = drawn(Box(10, 5, 80, 50), SIZE_HW)
    assert Mask(covered).box_xyxy == (10, 5, 80, 50)
    assert covered.sum() == 70 * 45


@pytest.mark.parametrize(
    "prompt",
    [
        Scribble(((-1e12, 30.0), (1e12, 30.0)), 2),
        Scribble(((50.0, 30.0),), 1e9),
        Scribble(((50.0, 30.0), (51.0, 30.0)), 1e9),
        Polygon(((-1e15, -1e15), (1e15, -1e15), (0.0, 1e15))),
    ],
)
def test_huge_prompts_are_drawn(prompt: Scribble | Polygon) -> None:
    assert drawn(check_prompt(prompt, SIZE_HW), SIZE_HW)[30, 50]  # type: ignore[arg-type]
