"""Every built-in segmenter keeps the contract that strangers' are held to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pickout.plugins import SEGMENTERS, make_segmenter
from pickout.segmenters.base import Segmenter
from pickout.testing import SegmenterTests


class TestGrabCutContract(SegmenterTests):
    def make_segmenter(self) -> Segmenter:
        return make_segmenter("grabcut")


class TestWatershedContract(SegmenterTests):
    def make_segmenter(self) -> Segmenter:
        return make_segmenter("watershed")


class TestOtsuContract(SegmenterTests):
    def make_segmenter(self) -> Segmenter:
        return make_segmenter("otsu")


class TestPaintContract(SegmenterTests):
    finds_edges = False

    def make_segmenter(self) -> Segmenter:
        return make_segmenter("paint")


class TestSuperpixelContract(SegmenterTests):
    def make_segmenter(self) -> Segmenter:
        return make_segmenter("superpixel")


BUILT_IN_TESTS = [
    TestGrabCutContract,
    TestWatershedContract,
    TestOtsuContract,
    TestPaintContract,
    TestSuperpixelContract,
]


def test_no_built_in_is_left_out() -> None:
    tested = {cls().make_segmenter().name for cls in BUILT_IN_TESTS}
    assert tested >= set(SEGMENTERS)


class _Spoilt:
    """Otsu, whose every answer is spoilt on its way to the user."""

    name, version = "spoilt", "1"

    def __init__(self, spoil: Callable[..., np.ndarray]) -> None:
        self.spoil = spoil
        self.asked = 0

    def analyse(self, image):
        self.image, self.prepared = image, make_segmenter("otsu").analyse(image)
        return self

    def segment(self, prompts, previous):
        self.asked += 1
        return self.spoil(self, self.prepared.segment(prompts, previous), prompts)


def ends_with(kind, spoil):
    """Spoil answers to prompts of one kind only."""
    return lambda its, mask, prompts: spoil(mask) if prompts and prompts[-1].kind == kind else mask


def writes_into_the_picture(its, mask, prompts):
    its.image.array.flags.writeable = True
    its.image.array[0, 0] += 1
    return mask


SPOILT = {
    "ignores clicks": ends_with("click", np.zeros_like),
    "ignores strokes": ends_with("polygon", np.ones_like),
    "ignores boxes": ends_with("box", np.ones_like),
    "ignores lassos": ends_with("lasso", np.ones_like),
    "changes given masks": ends_with("mask", np.logical_not),
    "wrong size": ends_with("scribble", lambda mask: mask[:-1]),
    "never empty": lambda its, mask, prompts: mask if prompts else ~mask,
    "not the same twice": lambda its, mask, prompts: np.roll(mask, its.asked, axis=1),
    "undone by clicks that agree": lambda its, mask, prompts: mask & (len(prompts) < 4),
    "writes into the picture": writes_into_the_picture,
    "no rows": lambda its, mask, prompts: mask if min(mask.shape) > 1 else mask[:, :0],
}
CATCHES = {
    "ignores clicks": "clicks_are_obeyed_in_any_order",
    "ignores strokes": "strokes_are_obeyed",
    "ignores boxes": "nothing_lies_outside_a_box",
    "ignores lassos": "nothing_lies_outside_a_box",
    "changes given masks": "a_mask_is_kept_and_changed_only_where_touched",
    "wrong size": "mask_has_the_size_of_the_picture_for_every_kind_of_prompt",
    "never empty": "no_or_void_prompts_give_a_mask",
    "not the same twice": "same_prompts_give_the_same_mask",
    "undone by clicks that agree": "redundant_clicks_change_next_to_nothing",
    "writes into the picture": "picture_and_previous_mask_stay_unchanged",
    "no rows": "degenerate_pictures",
}


@pytest.mark.parametrize("fault", SPOILT)
def test_the_contract_catches_a_segmenter_that_is_at_fault(fault: str) -> None:
    class Tests(SegmenterTests):
        def make_segmenter(self) -> Segmenter:
            return _Spoilt(SPOILT[fault])

    with pytest.raises((AssertionError, IndexError)):
        getattr(Tests(), f"test_{CATCHES[fault]}")()


def test_the_example_in_the_docs_keeps_the_contract() -> None:
    page = (Path(__file__).parents[2] / "docs" / "segmenters.md").read_text("utf-8")
    names: dict[str, Any] = {"__name__": __name__}
    for code in re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        exec(code, names)
    wand = names["TestWand"]()
    for name in dir(SegmenterTests):
        if name.startswith("test_"):
            getattr(wand, name)()
