"""Every built-in segmenter keeps the contract that strangers' are held to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

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


class _ForgetsClicks:
    name, version = "forgetful", "1"

    def analyse(self, image):
        return self

    def segment(self, prompts, previous):
        import numpy as np

        return np.zeros((96, 128), bool)


class _Forgetful(SegmenterTests):
    __test__ = False

    def make_segmenter(self) -> Segmenter:
        return _ForgetsClicks()


def test_the_contract_catches_a_segmenter_that_ignores_clicks() -> None:
    with pytest.raises(AssertionError, match=r"the click at 40,45 should lie inside"):
        _Forgetful().test_clicks_are_obeyed_in_any_order()


def test_the_example_in_the_docs_keeps_the_contract() -> None:
    page = (Path(__file__).parents[2] / "docs" / "segmenters.md").read_text("utf-8")
    names: dict[str, Any] = {"__name__": __name__}
    for code in re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        exec(code, names)
    wand = names["TestWand"]()
    for name in dir(SegmenterTests):
        if name.startswith("test_"):
            getattr(wand, name)()
