"""Run lengths: the same text as COCO's own code, and damage is noticed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco

from pickout import rle
from pickout.errors import ArgumentError
from pickout.masks import Mask

masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=30))


def slow_text(counts: list[int]) -> str:
    """Return COCO's text one number and one bit group at a time."""
    text = ""
    for index, count in enumerate(counts):
        value = count - counts[index - 2] if index > 2 else count
        more = True
        while more:
            group = value & 31
            value >>= 5
            more = value != (-1 if group & 16 else 0)
            text += chr(group + 32 * more + 48)
    return text


SPECIAL = {
    "empty": np.zeros((5, 7), bool),
    "full": np.ones((5, 7), bool),
    "one row": np.array([[False, True, True, False, True]]),
    "one column": np.array([[True], [False], [True]]),
    "one pixel": np.array([[True]]),
    "chessboard": np.indices((9, 8)).sum(axis=0) % 2 == 0,
    "long runs": np.arange(3000 * 200).reshape(3000, 200) % 250_000 < 100_000,
}


@pytest.mark.parametrize("name", SPECIAL)
def test_text_equals_pycocotools(name: str) -> None:
    check_against_coco(SPECIAL[name])


@given(masks)
@settings(max_examples=60, deadline=None)
def test_text_of_any_mask_equals_pycocotools(mask: np.ndarray) -> None:
    check_against_coco(mask)


def check_against_coco(mask: np.ndarray) -> None:
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    ours = Mask(mask).to_rle()
    assert ours == {"size": list(theirs["size"]), "counts": theirs["counts"].decode()}
    assert np.array_equal(Mask.from_rle(ours).array, mask)
    assert coco.area({**ours, "counts": theirs["counts"]}) == mask.sum()


@given(st.lists(st.integers(0, 1 << 40), max_size=40))
@settings(max_examples=60, deadline=None)
def test_text_equals_the_slow_way(counts: list[int]) -> None:
    text = rle.compress_counts(np.array(counts, np.int64))
    assert text == slow_text(counts)
    assert rle.expand_counts(text).tolist() == counts


@given(masks)
@settings(max_examples=30, deadline=None)
def test_plain_lists_are_read_too(mask: np.ndarray) -> None:
    record = {"size": list(mask.shape), "counts": rle.encode(mask).tolist()}
    assert np.array_equal(rle.decode_record(record), mask)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (None, "needs the fields"),
        ({"size": [2, 2]}, "needs the fields"),
        ({"size": [2], "counts": [4]}, "'size' should be"),
        ({"size": [2, True], "counts": [4]}, "'size' should be"),
        ({"size": [0, 4], "counts": []}, "'size' should be"),
        ({"size": [2, 2], "counts": [3]}, "do not fill"),
        ({"size": [2, 2], "counts": [1, 2, 2]}, "do not fill"),
        ({"size": [2, 2], "counts": [5, -1]}, "'counts' should be"),
        ({"size": [2, 2], "counts": [4.0]}, "'counts' should be"),
        ({"size": [2, 2], "counts": [1 << 70]}, "'counts' should be"),
        ({"size": [2, 2], "counts": 4}, "'counts' should be"),
        ({"size": [2, 2], "counts": ""}, "do not fill"),
        ({"size": [2, 2], "counts": "4 "}, "character ' '"),
        ({"size": [2, 2], "counts": "4é"}, "character 'é'"),
        ({"size": [2, 2], "counts": "T"}, "middle of a number"),
        ({"size": [2, 2], "counts": "T" * 20 + "0"}, "far too large"),
        ({"size": [2, 2], "counts": "@"}, "do not fill"),
    ],
)
def test_damaged_records_are_refused(record: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Mask.from_rle(record)


def test_bytes_from_pycocotools_are_read() -> None:
    mask = SPECIAL["chessboard"]
    record = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert np.array_equal(rle.decode_record(record), mask)
