"""Mask tools: against slow twins, on edge cases, and by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from pickout import edits
from pickout.edits import EDITS, apply_edit
from pickout.errors import ArgumentError
from pickout.masks import Mask

masks = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=14)).map(Mask)
few = settings(max_examples=40, deadline=None)
EIGHT = np.ones((3, 3))
NUMBERS = {"keep_part": {"x": 2, "y": 1}, "remove_small": {"min_area": 1}}


def disc(size: int = 120, radius: float = 40) -> Mask:
    y, x = np.mgrid[:size, :size] - size // 2
    return Mask(x * x + y * y <= radius * radius)


def blank(*pixels: tuple[int, int]) -> np.ndarray:
    array = np.zeros((9, 12), bool)
    for pixel in pixels:
        array[pixel] = True
    return array


@few
@given(masks, st.sampled_from([0, 0.5, 1, 1.5, 2, np.sqrt(2), 3.7, 20]))
def test_grow_reaches_exactly_the_radius(mask: Mask, radius: float) -> None:
    grown = edits.grow(mask, radius).array
    inside = np.argwhere(mask.array)
    for pixel in np.argwhere(np.ones(mask.size_hw, bool)):
        distance = np.sqrt(((inside - pixel) ** 2).sum(axis=1)).min(initial=np.inf)
        assert grown[tuple(pixel)] == (distance <= radius * (1 + 1e-9))


@few
@given(masks, st.sampled_from([0, 1, 1.5, 2, 5]))
def test_shrink_is_growth_of_the_background(mask: Mask, radius: float) -> None:
    assert edits.shrink(mask, radius) == ~edits.grow(~mask, radius)


@few
@given(masks)
def test_fill_holes_agrees_with_scipy(mask: Mask) -> None:
    assert np.array_equal(edits.fill_holes(mask).array, ndimage.binary_fill_holes(mask.array))


@few
@given(masks, st.integers(1, 4), st.integers(0, 6))
def test_parts_agree_with_scipy(mask: Mask, count: int, min_area: int) -> None:
    labels, n_parts = ndimage.label(mask.array, EIGHT)
    areas = sorted(np.bincount(labels.ravel())[1:], reverse=True)
    largest = edits.keep_largest(mask, count)
    assert largest.area == sum(areas[:count])
    assert ndimage.label(largest.array, EIGHT)[1] == min(count, n_parts)
    assert edits.remove_small(mask, min_area).area == sum(a for a in areas if a >= min_area)


@few
@given(masks, st.sampled_from(sorted(EDITS)))
def test_tools_keep_size_and_input(mask: Mask, name: str) -> None:
    before = mask.array.copy()
    try:
        result = apply_edit(mask, name, **({"x": 0, "y": 0} if name == "keep_part" else
                                           NUMBERS.get(name, {})))  # fmt: skip
    except ArgumentError:
        assert name == "keep_part"
        assert not mask.array[0, 0]
    else:
        assert result.size_hw == mask.size_hw
    assert np.array_equal(before, mask.array)


def test_fill_holes_respects_the_largest_area() -> None:
    array = np.ones((9, 12), bool)
    array[2, 2] = array[5:7, 5:8] = False
    filled = edits.fill_holes(Mask(array), max_area=1)
    assert filled.array[2, 2]
    assert not filled.array[5, 5]
    assert edits.fill_holes(Mask(array)).area == array.size


def test_background_at_the_border_is_no_hole() -> None:
    array = np.ones((9, 12), bool)
    array[0:3, 5] = False
    assert edits.fill_holes(Mask(array)) == Mask(array)


def test_keep_parts_keeps_those_under_the_points() -> None:
    mask = Mask(blank((1, 1), (1, 2), (4, 4), (7, 10)))
    kept = edits.keep_parts(mask, [(2, 1), (10, 7), (0, 0)])
    assert kept == Mask(blank((1, 1), (1, 2), (7, 10)))
    assert edits.keep_part(mask, 4.4, 3.6) == Mask(blank((4, 4)))


@pytest.mark.parametrize("mask", [Mask(blank()), Mask(blank((1, 1)))])
def test_keep_parts_wants_a_point_on_the_mask(mask: Mask) -> None:
    with pytest.raises(ArgumentError, match="none of the points lies on the mask"):
        edits.keep_parts(mask, [(5, 5)])
    with pytest.raises(ArgumentError, match="outside the picture of 12 x 9"):
        edits.keep_parts(mask, [(12, 5)])


@pytest.mark.parametrize("radius", [1, 3, 8])
def test_smooth_removes_stairs_and_keeps_the_area(radius: float) -> None:
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:120, :120] - 60
    rough = Mask(np.hypot(x, y) + rng.normal(0, 2, x.shape) <= 40)
    smoothed = edits.smooth(rough, radius)
    assert smoothed.area == pytest.approx(rough.area, rel=0.02)

    def outline(mask: Mask) -> int:
        return int((mask.array[1:] ^ mask.array[:-1]).sum())

    assert outline(smoothed) < outline(rough) / 2
    assert radius < 3 or outline(smoothed) <= 1.1 * outline(disc())


def test_smooth_does_not_pull_back_from_the_border_of_the_picture() -> None:
    half = np.zeros((60, 80), bool)
    half[:, :40] = True
    assert edits.smooth(Mask(half), 5) == Mask(half)


@pytest.mark.parametrize("name", sorted(set(EDITS) - {"keep_part", "invert"}))
def test_empty_and_full_masks_stay_as_they_are(name: str) -> None:
    for value in (False, True):
        mask = Mask(np.full((9, 12), value))
        assert apply_edit(mask, name, **NUMBERS.get(name, {})) == mask


def test_one_pixel() -> None:
    mask = Mask(blank((4, 5)))
    assert edits.fill_holes(mask) == mask
    assert edits.keep_largest(mask) == mask
    assert edits.remove_small(mask, 2).is_empty
    assert edits.smooth(mask, 2) == mask
    assert edits.grow(mask, 1).area == 5
    assert edits.grow(mask, 2).area == 13
    assert edits.shrink(mask, 1).is_empty
    assert edits.invert(mask).area == 9 * 12 - 1


def test_boolean_operations() -> None:
    a, b = Mask(blank((1, 1), (2, 2))), Mask(blank((2, 2), (3, 3)))
    assert edits.union(a, b) == Mask(blank((1, 1), (2, 2), (3, 3)))
    assert edits.intersect(a, b) == Mask(blank((2, 2)))
    assert edits.subtract(a, b) == Mask(blank((1, 1)))
    assert edits.exclude(a, b) == Mask(blank((1, 1), (3, 3)))
    with pytest.raises(ArgumentError, match="differ in size"):
        edits.union(a, disc())


@pytest.mark.parametrize(
    ("name", "numbers", "message"),
    [
        ("blur", {}, "no mask tool 'blur'; choose one of: fill_holes, "),
        ("grow", {"size": 2}, "'grow' has no number 'size'; it takes radius"),
        ("invert", {"radius": 2}, "'invert' has no number 'radius'; it takes no numbers"),
        ("remove_small", {}, "'remove_small' needs min_area"),
        ("grow", {"radius": -1}, "radius should lie between 0 and 2000, but it is -1"),
        ("grow", {"radius": float("nan")}, "radius should lie between"),
        ("grow", {"radius": "2"}, "radius should be a number, not '2'"),
        ("shrink", {"radius": 1e9}, "radius should lie between"),
        ("smooth", {"radius": 201}, "radius should lie between 0 and 200"),
        ("keep_largest", {"count": 1.5}, "count should be a whole number"),
        ("keep_largest", {"count": 0}, "count should lie between 1"),
        ("fill_holes", {"max_area": -2}, "max_area should lie between 0"),
        ("remove_small", {"min_area": float("nan")}, "min_area should lie between 0"),
        ("keep_part", {"x": float("nan"), "y": 0}, "outside the picture"),
    ],
)
def test_wrong_names_and_numbers_are_named(name: str, numbers: dict, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        apply_edit(disc(), name, **numbers)


def test_every_tool_is_documented() -> None:
    page = Path(__file__).parent.parent / "docs" / "masks.md"
    text = page.read_text("utf-8")
    assert [name for name in EDITS if f"`{name}`" not in text] == []
