"""Watershed: floods stop at edges, and every pixel belongs to one side."""

from __future__ import annotations

import numpy as np
import pytest

from pickout.images import Image
from pickout.prompts import Box, Click, Polygon, Prompt
from pickout.segmenters.watershed import Watershed, WatershedOptions
from pickout.testing import ask, iou


def stripes() -> Image:
    """Return three upright stripes, 40 pixels wide each."""
    array = np.zeros((60, 120, 3), np.uint8)
    array[:, :40], array[:, 40:80], array[:, 80:] = (200, 60, 60), (60, 200, 60), (60, 60, 200)
    return Image(array)


def middle() -> np.ndarray:
    array = np.zeros((60, 120), bool)
    array[:, 40:80] = True
    return array


@pytest.mark.parametrize(
    "prompts",
    [
        [Click(20, 30, False), Click(100, 30, False), Click(60, 30)],
        [Box(36, 0, 84, 60)],
        [Box(30, 0, 90, 60), Click(60, 10)],
    ],
)
@pytest.mark.parametrize("blur", [0, 1.5])
def test_the_flood_stops_at_edges(prompts: list[Prompt], blur: float) -> None:
    found = ask(Watershed(WatershedOptions(blur=blur)).analyse(stripes()), prompts)
    assert iou(found, middle()) > 0.94


def test_the_border_of_the_picture_is_flooded_too() -> None:
    clicks = [Click(20, 30, False), Click(100, 30, False), Click(60, 30)]
    found = ask(Watershed().analyse(stripes()), clicks)
    assert found[0, 60] and found[-1, 60]
    assert not found[0, 20] and not found[30, 119]


def test_an_object_that_covers_everything() -> None:
    outline = ((-5.0, -5.0), (130.0, -5.0), (130.0, 70.0), (-5.0, 70.0))
    assert ask(Watershed().analyse(stripes()), [Polygon(outline)]).all()
    assert not ask(Watershed().analyse(stripes()), [Polygon(outline, False)]).any()


def test_a_reduced_working_size_keeps_the_edge() -> None:
    large = Image(np.kron(stripes().array, np.ones((10, 10, 1), np.uint8)))
    truth = np.kron(middle(), np.ones((10, 10), bool))
    clicks = [Click(200, 300, False), Click(1000, 300, False), Click(600, 300)]
    options = WatershedOptions(max_pixels=20_000)
    assert iou(ask(Watershed(options).analyse(large), clicks), truth) > 0.99
