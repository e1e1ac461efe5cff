"""Otsu: the textbook's chain step by step, regions, and prompts that choose them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pickout.images import Image
from pickout.masks import Mask
from pickout.prompts import Box, Click, Scribble
from pickout.segmenters.otsu import Otsu, OtsuOptions
from pickout.testing import ask, iou

BIG, SMALL = (slice(10, 40), slice(10, 50)), (slice(60, 75), slice(70, 90))


def page(ground: int = 235, ink: int = 30) -> Image:
    """Return two rectangles, one with a hole, on a plain ground with mild noise."""
    array = np.full((90, 110, 3), ground, np.int16)
    array[BIG] = array[SMALL] = ink
    array[20:30, 20:30] = ground
    array += np.random.default_rng(0).integers(-8, 9, array.shape, np.int16)
    return Image(np.clip(array, 0, 255).astype(np.uint8))


def textbook(picture: Image) -> list[np.ndarray]:
    """Return the filled external contours as the tutorial's code makes them."""
    gray = cv2.cvtColor(picture.array, cv2.COLOR_RGB2GRAY)
    _, binary = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    binary = cv2.morphologyEx(binary, cv2.MORPH_OPEN, kernel)
    binary = cv2.morphologyEx(binary, cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = [cv2.drawContours(np.zeros_like(gray), [c], -1, 1, cv2.FILLED) > 0 for c in contours]
    return sorted(filled, key=lambda region: -region.sum())


def test_regions_are_those_of_the_textbook() -> None:
    regions = Otsu().regions(page())
    wanted = textbook(page())
    assert len(regions) == len(wanted) == 2
    for region, array in zip(regions, wanted, strict=True):
        assert np.array_equal(region.array, array)


@pytest.mark.parametrize(("ground", "ink"), [(235, 30), (30, 235), (120, 90)])
def test_either_polarity_is_found(ground: int, ink: int) -> None:
    regions = Otsu().regions(page(ground, ink))
    truth = np.zeros((90, 110), bool)
    truth[BIG] = True
    assert len(regions) == 2
    assert iou(regions[0].array, truth) > 0.97


def test_polarity_can_be_forced() -> None:
    bright = Otsu(OtsuOptions(polarity="bright")).regions(page())
    assert bright[0].area > 0.8 * 90 * 110
    assert len(Otsu(OtsuOptions(polarity="dark")).regions(page())) == 2


def test_small_regions_and_too_many_are_left_out() -> None:
    assert len(Otsu(OtsuOptions(min_area=500)).regions(page())) == 1
    assert len(Otsu(OtsuOptions(max_regions=1)).regions(page())) == 1
    assert Otsu(OtsuOptions(min_area=100_000)).regions(page()) == []


def test_regions_come_largest_first_and_do_not_overlap() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (12, 16, 3), np.uint8)
    blotches = cv2.resize(noise, (320, 240), interpolation=cv2.INTER_CUBIC)
    regions = Otsu().regions(Image(blotches))
    areas = [region.area for region in regions]
    assert len(areas) > 3
    assert areas == sorted(areas, reverse=True)
    assert np.sum([region.array for region in regions], axis=0).max() == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (40, 40)])
def test_one_colour_has_no_regions_but_can_be_clicked(shape: tuple[int, int]) -> None:
    picture = Image(np.full((*shape, 3), 77, np.uint8))
    assert Otsu().regions(picture) == []
    assert Otsu().analyse(picture).segment([Click(0, 0)], None).all()


def test_clicks_choose_and_drop_whole_regions() -> None:
    prepared = Otsu().analyse(page())
    both = ask(prepared, [Click(12, 12), Click(80, 65)])
    assert np.array_equal(both, np.any([r.array for r in Otsu().regions(page())], axis=0))
    one = ask(prepared, [Click(12, 12), Click(80, 65), Click(80, 65, False)])
    assert np.array_equal(one, Otsu().regions(page())[0].array)
    stroked = ask(prepared, [Scribble(((12, 12), (40, 15)), 0.0)])
    assert np.array_equal(stroked, one)


def test_a_click_on_the_ground_chooses_the_ground() -> None:
    ground = ask(Otsu().analyse(page()), [Click(100, 5)])
    assert np.array_equal(ground, ~np.any([r.array for r in Otsu().regions(page())], axis=0))


def test_a_box_chooses_what_lies_in_it() -> None:
    found = ask(Otsu().analyse(page()), [Box(60, 50, 100, 85)])
    assert np.array_equal(found, Otsu().regions(page())[1].array)


def test_a_click_elsewhere_does_not_halve_what_a_box_cut() -> None:
    prepared = Otsu().analyse(page())
    first, last = (
        ask(prepared, [Box(5, 5, 40, 50), Click(15, 35), Click(100, 5)][:number])
        for number in (2, 3)
    )
    assert first.sum() > 800 and (last & first).sum() == first.sum()


def test_two_signs_in_one_region_share_it_out() -> None:
    found = ask(Otsu().analyse(page()), [Click(15, 35), Click(45, 35, False)])
    region = Otsu().regions(page())[0]
    left = Mask(region.array & (np.arange(110) < 30))
    assert iou(found, left.array) > 0.95
