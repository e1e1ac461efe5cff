"""Colour mixtures tell the object from what is around it."""

from __future__ import annotations

import numpy as np
import pytest

from pickout.analysis.models import shipped_edge_models
from pickout.analysis.turn import UPRIGHT
from pickout.segmenters._superpixel.frame import Pyramid, analyse_window
from pickout.segmenters._superpixel.mixtures import (
    LARGEST_RATIO,
    compare_colours,
    cut_by_colours,
)
from pickout.segmenters._superpixel.scene import Scene


@pytest.fixture(scope="module")
def flag():
    """Return the scene of a ring of two colours on a patterned ground, and the ring's pixels."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:150, :200]
    away = np.hypot(x - 100, y - 75)
    ring = (away < 55) & (away > 25)
    ground = np.where(((x // 20 + y // 20) % 2 == 0)[..., None], (60, 120, 60), (70, 90, 140))
    colours = np.where((x < 100)[..., None], (200, 60, 50), (230, 200, 60))
    picture = np.where(ring[..., None], colours, ground) + rng.normal(0, 6, (150, 200, 3))
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    frame = analyse_window(Pyramid(picture), (0, 0, 200, 150), UPRIGHT, shipped_edge_models())
    return Scene(frame), frame.working_mask(ring)


def known_outside_a_box(scene, x0, y0, x1, y1):
    xy = scene.superpixels.centre_xy / scene.frame.scale_xy
    inside = (xy > (x0, y0)).all(1) & (xy < (x1, y1)).all(1)
    return inside, np.where(inside, 0, -1).astype(np.int32)


def test_a_box_is_enough_to_find_colours_with_a_hole_in_them(flag):
    scene, ring = flag
    inside, known = known_outside_a_box(scene, 44, 18, 156, 132)
    first = inside[scene.superpixels.labels]
    ratio, cut = cut_by_colours(scene, inside, known, 3)
    found = (cut > 0)[scene.superpixels.labels]
    assert (first & ring).sum() / (first | ring).sum() < 0.7  # the box alone
    assert (found & ring).sum() / (found | ring).sum() > 0.95
    assert np.abs(ratio).max() <= LARGEST_RATIO


def test_what_is_known_stays_as_it_is(flag):
    scene, _ = flag
    inside, known = known_outside_a_box(scene, 44, 18, 156, 132)
    middle = scene.superpixels.labels[tuple(np.array(scene.frame.size_hw) // 2)]
    known[middle] = 1
    _, cut = cut_by_colours(scene, inside, known, 2)
    assert cut[middle] == 1 and not cut[known < 0].any()


def test_with_nothing_to_compare_no_colour_is_likelier(flag):
    scene, _ = flag
    for inside in (np.zeros(scene.n, bool), np.ones(scene.n, bool)):
        assert not compare_colours(scene, inside).any()
