"""Hovering: what a click under the pointer might mean, before it is made."""

from __future__ import annotations

import numpy as np
import pytest

from pickout.analysis.regions import contrast
from pickout.analysis.superpixels import find_superpixels
from pickout.analysis.tree import grow_tree
from pickout.errors import ArgumentError, PromptError
from pickout.metrics import iou
from pickout.segmenters._superpixel.hover import SCALE_STEP, choose_scales
from pickout.segmenters.base import Hovers
from pickout.segmenters.superpixel import Superpixel
from pickout.session import Session

DISC, SPOT = (90, 70, 40), (90, 70, 12)  # x, y, radius


def inside(circle, size_hw=(140, 220), scale=1.0):
    x, y, radius = circle
    down, across = np.mgrid[: round(size_hw[0] * scale), : round(size_hw[1] * scale)]
    return np.hypot((across + 0.5) / scale - 0.5 - x, (down + 0.5) / scale - 0.5 - y) < radius


def picture(scale=1.0):
    """Return a blue disc with a yellow spot in its middle, on green."""
    array = np.full((round(140 * scale), round(220 * scale), 3), (70, 120, 80), np.float32)
    array[inside(DISC, scale=scale)] = (60, 70, 200)
    array[inside(SPOT, scale=scale)] = (230, 200, 60)
    array += np.random.default_rng(4).normal(0, 5, array.shape)
    return np.clip(array, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def session():
    return Session(picture())


def test_the_spot_and_the_disc_around_it_are_offered_from_fine_to_coarse(session):
    previews = session.hover(*SPOT[:2])
    assert 2 <= len(previews) <= 3
    areas = [preview.area for preview in previews]
    assert areas == sorted(areas)
    masks = [preview.mask().array for preview in previews]
    assert max(iou(mask, inside(SPOT)) for mask in masks) > 0.85
    assert max(iou(mask, inside(DISC)) for mask in masks) > 0.9
    assert all(mask[SPOT[1], SPOT[0]] for mask in masks)


@pytest.mark.parametrize("x, y", [DISC[:2], (DISC[0] + 25, DISC[1])])
def test_a_click_takes_one_of_the_previews(x, y):
    session = Session(picture())
    previews = [preview.mask().array for preview in session.hover(x, y)]
    taken = session.click(x, y).array
    assert max(iou(preview, taken) for preview in previews) > 0.85


@pytest.mark.parametrize("turned", [np.asarray, np.fliplr, np.flipud, np.transpose])
@pytest.mark.parametrize("scale", [1, 7])
def test_small_mask_outline_and_full_mask_show_the_same_place(scale, turned):
    truth = turned(inside(DISC, scale=scale))
    array = np.stack([turned(channel) for channel in np.moveaxis(picture(scale), 2, 0)], axis=2)
    ys, xs = np.nonzero(truth)
    centre = float(xs.mean()) + 20 * scale, float(ys.mean())  # beside the spot
    preview = max(
        Session(array).hover(*centre), key=lambda preview: iou(preview.mask().array, truth)
    )
    assert iou(preview.mask().array, truth) > 0.9
    assert preview.area == pytest.approx(truth.sum(), rel=0.1)
    height, width = preview.small.shape
    rows = (np.arange(height) + 0.5) * truth.shape[0] / height
    columns = (np.arange(width) + 0.5) * truth.shape[1] / width
    assert iou(preview.small, truth[rows.astype(int)[:, None], columns.astype(int)]) > 0.9
    line = max(preview.outlines, key=len)
    distance = np.hypot(line[:, 0] - xs.mean(), line[:, 1] - ys.mean())
    assert np.abs(distance - DISC[2] * scale).max() < 4 * scale


def test_regions_hold_the_superpixel_and_differ_in_scale():
    tree = grow_tree(find_superpixels(picture()))
    stands_out = contrast(tree)
    for superpixel in range(0, (len(tree.parent) + 1) // 2, 37):
        nodes = choose_scales(tree, stands_out, superpixel)
        areas = tree.area[nodes]
        assert len(nodes) <= 3
        assert (areas[1:] >= SCALE_STEP * areas[:-1]).all()
        for node in nodes:
            first, last = tree.run[node]
            assert first <= tree.run[superpixel][0] < last


def test_hovering_changes_nothing_and_a_preview_can_be_taken(session):
    before = session.click(*SPOT[:2])
    preview = session.hover(*SPOT[:2])[-1]
    assert session.mask == before and len(session.steps) == 1
    assert session.start_from(preview.mask()) == preview.mask()
    session.undo()
    assert session.undo().is_empty


@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (60, 1), (50, 70)])
@pytest.mark.parametrize("fill", ["noise", "uniform"])
def test_any_picture_can_be_hovered_over(shape, fill):
    pixels = np.random.default_rng(2).integers(0, 256, (*shape, 3), dtype=np.uint8)
    session = Session(pixels if fill == "noise" else np.full((*shape, 3), 200, np.uint8))
    for x, y in ((0, 0), (shape[1] - 1, shape[0] - 1), (shape[1] / 2, shape[0] / 2 - 0.5)):
        x, y = min(x, shape[1] - 1), max(0, y)
        previews = session.hover(x, y)
        assert previews or min(shape) == 1 or fill == "uniform"
        for preview in previews:
            assert preview.mask().size_hw == shape and np.isfinite(preview.contrast)


def test_points_outside_and_segmenters_without_previews_are_named(session):
    with pytest.raises(PromptError, match="outside"):
        session.hover(220, 10)
    with pytest.raises(PromptError, match="numbers"):
        session.hover("left", 10)
    plain = Session(picture(), "otsu")
    assert session.can_hover and not plain.can_hover
    assert isinstance(Superpixel().analyse(session.image), Hovers)
    with pytest.raises(ArgumentError, match="'otsu' has no previews; 'superpixel' has"):
        plain.hover(3, 3)
