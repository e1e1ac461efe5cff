"""Masks: what they say about themselves, and how they combine."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from pickout.errors import ArgumentError, ImageReadError
from pickout.masks import Mask, as_mask, check_mask_fits, read_mask

small = arrays(np.bool_, (6, 9))


def test_mask_knows_its_size_area_and_box() -> None:
    array = np.zeros((20, 30), bool)
    array[4:9, 11:25] = True
    mask = Mask(array)
    assert mask.size_hw == (20, 30)
    assert mask.area == 70
    assert mask.box_xyxy == (11, 4, 25, 9)
    assert not mask.is_empty
    assert repr(mask) == "Mask(30 x 20, 70 pixels inside)"


def test_empty_and_full_masks() -> None:
    empty = Mask(np.zeros((3, 4), bool))
    assert (empty.is_empty, empty.area, empty.box_xyxy) == (True, 0, None)
    assert (~empty).box_xyxy == (0, 0, 4, 3)
    assert (~empty).area == 12


@given(small)
@settings(max_examples=40, deadline=None)
def test_box_is_the_tightest(array: np.ndarray) -> None:
    box = Mask(array).box_xyxy
    if box is None:
        assert not array.any()
        return
    x0, y0, x1, y1 = box
    inside = array[y0:y1, x0:x1]
    assert inside.sum() == array.sum()
    assert all(side.any() for side in (inside[0], inside[-1], inside[:, 0], inside[:, -1]))


@given(small, small)
@settings(max_examples=30, deadline=None)
def test_sets(first: np.ndarray, second: np.ndarray) -> None:
    a, b = Mask(first), Mask(second)
    assert a - b == a & ~b
    assert a ^ b == (a | b) - (a & b)
    assert ~(a | b) == ~a & ~b
    assert (a | b).area + (a & b).area == a.area + b.area


def test_masks_cannot_be_changed_from_outside() -> None:
    array = np.zeros((3, 4), bool)
    mask = Mask(array)
    array[:] = True
    assert mask.is_empty
    with pytest.raises(ValueError, match="read-only"):
        mask.array[0, 0] = True


def test_equal_masks_are_equal_and_hash_alike() -> None:
    array = np.eye(5, dtype=bool)
    assert Mask(array) == Mask(array[:, ::1].copy())
    assert hash(Mask(array)) == hash(Mask(array.copy()))
    assert Mask(array) != Mask(~array)
    assert Mask(array) != array.tolist()
    assert Mask(np.zeros((2, 3), bool)) != Mask(np.zeros((3, 2), bool))


def test_numpy_sees_a_mask_as_its_array() -> None:
    mask = Mask(np.eye(3, dtype=bool))
    assert np.array_equal(np.asarray(mask), np.eye(3, dtype=bool))
    assert np.asarray(mask, dtype=np.uint8).sum() == 3
    copy = np.array(mask)
    copy[:] = False
    assert mask.area == 3


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 3, 3), bool), "height x width"),
        (np.zeros((0, 3), bool), "height x width"),
        (np.zeros((2, 3), np.uint8), "True and False"),
        ([[1, 0]], "True and False"),
    ],
)
def test_other_arrays_are_refused(array: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        as_mask(array)  # type: ignore[arg-type]


def test_masks_of_different_pictures_do_not_combine() -> None:
    first, second = Mask(np.zeros((2, 3), bool)), Mask(np.zeros((3, 2), bool))
    with pytest.raises(ArgumentError, match="3 x 2 and 2 x 3"):
        first | second
    with pytest.raises(ArgumentError, match="not with ndarray"):
        first & np.zeros((2, 3), bool)  # type: ignore[operator]
    with pytest.raises(ArgumentError, match="the mask is 3 x 2 pixels"):
        check_mask_fits(first, (3, 2))
    check_mask_fits(first, (2, 3))


def test_mask_from_a_file_must_fit(tmp_path: Path) -> None:
    array = np.zeros((10, 12), np.uint8)
    array[2:5, 3:9] = 255
    path = tmp_path / "mask.png"
    cv2.imwrite(str(path), array)
    assert np.array_equal(read_mask(path).array, array > 0)
    assert read_mask(path, (10, 12)).box_xyxy == (3, 2, 9, 5)
    with pytest.raises(ArgumentError, match=r"mask.png: the mask is 12 x 10 .* is 10 x 12"):
        read_mask(path, (12, 10))
    with pytest.raises(ImageReadError, match="does not exist"):
        read_mask(tmp_path / "none.png")
