"""Doubts: the segmenter names the places where it may be wrong, and asking there pays."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from pickout.errors import ArgumentError
from pickout.images import read_image
from pickout.masks import read_mask
from pickout.metrics import iou
from pickout.samples import sample_folder
from pickout.segmenters.base import Doubts
from pickout.segmenters.superpixel import Superpixel
from pickout.session import Session

TRUTHS = sorted((Path(__file__).parents[1] / "data" / "samples").glob("*.png"))


def outline_points(mask, n, rng):
    """Return random pixels of the mask's inner edge, (x, y)."""
    inner = cv2.erode(mask.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    ys, xs = np.nonzero(mask & ~inner)
    chosen = rng.integers(len(xs), size=n)
    return [(float(xs[k]), float(ys[k])) for k in chosen]


def gain(session, truth, points):
    """Return by how much the IoU grows, on average, when one of the points is clicked truly."""
    before = iou(session.mask.array, truth)
    gains = []
    for x, y in points:
        gains.append(iou(session.click(x, y, bool(truth[int(y), int(x)])).array, truth) - before)
        session.undo()
    return float(np.mean(gains))


def test_answering_a_doubt_gains_more_than_clicking_somewhere_on_the_outline():
    """First clicks are anywhere on the object; where they do for 0.95, nothing is left to gain."""
    rng = np.random.default_rng(0)
    doubted, outlined = [], []
    for path in TRUTHS:
        image = read_image(sample_folder() / f"{path.stem}.jpg")
        truth = read_mask(path, image.size_hw).array
        ys, xs = np.nonzero(truth)
        session = Session(image)
        for start in rng.integers(len(xs), size=5):
            if iou(session.click(float(xs[start]), float(ys[start])).array, truth) < 0.95:
                places = [(doubt.x, doubt.y) for doubt in session.doubts(2)]
                doubted.append(gain(session, truth, places))
                outlined.append(gain(session, truth, outline_points(session.mask.array, 2, rng)))
            session.undo()
    assert len(doubted) >= 10, "too few unfinished starts to tell anything"
    assert np.mean(doubted) > np.mean(outlined)


@pytest.fixture(scope="module")
def cup():
    return read_image(sample_folder() / "picnic_lawn.jpg")


@pytest.fixture
def session(cup):
    session = Session(cup)
    session.click(460, 290)
    return session


def test_doubts_are_sorted_apart_and_say_what_the_mask_says(session):
    session.click(330, 500, False)
    doubts = session.doubts(8)
    height, width = session.image.size_hw
    assert 3 <= len(doubts) <= 8
    gains = [doubt.gain for doubt in doubts]
    assert gains == sorted(gains, reverse=True) and min(gains) >= 0
    points = np.array([(doubt.x, doubt.y) for doubt in doubts] + [(460, 290), (330, 500)])
    away = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert away[~np.eye(len(points), dtype=bool)].min() > 0.04 * np.hypot(height, width)
    for doubt in doubts:
        assert session.mask.array[int(doubt.y), int(doubt.x)] == doubt.positive


def test_gains_are_pixels_of_the_picture(session, cup):
    """Four times as many in a picture twice as large, and never more than there are."""
    larger = Session(cv2.resize(cup.array, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    larger.click(920, 580)
    small, large = (sum(d.gain for d in one.doubts(4)) for one in (session, larger))
    assert 2 < large / small < 8
    assert small < session.mask.area + np.count_nonzero(~session.mask.array)
    assert all(doubt.gain < 0.5 * session.mask.array.size for doubt in session.doubts(8))


def test_fewer_are_the_best_of_more(session):
    many = session.doubts(6)
    assert len(many) == 6
    assert session.doubts(1) == many[:1] and session.doubts() == many[:3]


def test_the_same_prompts_have_the_same_doubts(session, cup):
    doubts, mask = session.doubts(4), session.mask
    session.click(500, 350, False)
    session.undo()
    assert session.doubts(4) == doubts and session.mask == mask
    again = Session(cup)
    again.click(460, 290)
    assert again.doubts(4) == doubts


def test_a_place_that_was_confirmed_is_not_named_again(session):
    for _ in range(6):
        doubt = session.doubts(1)[0]
        before = session.mask
        assert session.click(doubt.x, doubt.y, doubt.positive) == before
        following = session.doubts(5)
        assert all(np.hypot(d.x - doubt.x, d.y - doubt.y) > 20 for d in following)


def test_what_is_given_is_not_doubted(session, cup):
    fresh = Session(cup)
    assert fresh.doubts() == []
    fresh.click(30, 30, False)
    assert fresh.doubts() == []
    session.edit("smooth", radius=2)
    assert session.doubts() == []
    session.click(300, 430)
    assert session.doubts()


def test_strokes_boxes_and_polygons_are_kept_clear_of(session):
    box = (300, 130, 640, 440)
    session.box(*box)
    session.scribble([(340, 200), (420, 190)], radius=12)
    session.polygon([(500, 300), (560, 300), (560, 400)], positive=False)
    doubts = session.doubts(6)
    assert doubts
    for doubt in doubts:
        assert box[0] <= doubt.x < box[2] and box[1] <= doubt.y < box[3]
        assert cv2.pointPolygonTest(
            np.array([[500, 300], [560, 300], [560, 400]], np.float32), (doubt.x, doubt.y), True
        ) <= 0  # fmt: skip
        assert not (335 < doubt.x < 425 and 185 < doubt.y < 207)


@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (60, 1), (50, 70)])
@pytest.mark.parametrize("fill", ["noise", "uniform"])
def test_any_picture_can_be_doubted(shape, fill):
    height, width = shape
    pixels = np.random.default_rng(2).integers(0, 256, (*shape, 3), dtype=np.uint8)
    session = Session(pixels if fill == "noise" else np.full((*shape, 3), 200, np.uint8))
    for x, y, positive in ((0, 0, True), (width - 1, height - 1, False), (width // 2, 0, True)):
        session.click(x, y, positive)
        doubts = session.doubts(5)
        assert doubts or min(shape) == 1 or fill == "uniform"
        for doubt in doubts:
            assert 0 <= doubt.x < width and 0 <= doubt.y < height and np.isfinite(doubt.gain)


def test_what_cannot_be_answered_is_named(session, cup):
    assert isinstance(Superpixel().analyse(cup), Doubts)
    plain = Session(cup, "paint")
    assert session.can_doubt and not plain.can_doubt
    with pytest.raises(ArgumentError, match="'paint' has no doubts; 'superpixel' has"):
        plain.doubts()
    for n in (0, -1, 2.5, True, "three"):
        with pytest.raises(ArgumentError, match="whole number of 1 or more"):
            session.doubts(n)
