"""The superpixel segmenter: what a user can rely on, whatever the picture and the prompts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import cv2
import numpy as np
import pytest

from pickout.errors import ArgumentError
from pickout.images import Image
from pickout.masks import Mask
from pickout.metrics import iou
from pickout.prompts import Box, Click, Lasso, MaskPrompt, Polygon, Scribble
from pickout.segmenters.base import Prepared, RegionSegmenter, Segmenter
from pickout.segmenters.superpixel import Options, Superpixel

DISK_XY, RADIUS = (115, 75), 30
SQUARE = (20, 20, 70, 60)  # x0, y0, x1, y1


def things(scale=1.0):
    """Return a noisy picture of a disk and a square, and their masks."""
    height, width = round(120 * scale), round(160 * scale)
    down, across = np.mgrid[:height, :width] / scale
    disk = (across - DISK_XY[0]) ** 2 + (down - DISK_XY[1]) ** 2 < RADIUS**2
    x0, y0, x1, y1 = SQUARE
    square = (across >= x0) & (across < x1) & (down >= y0) & (down < y1)
    picture = np.full((height, width, 3), (90, 120, 90), np.float32)
    picture[disk], picture[square] = (40, 60, 210), (220, 40, 40)
    picture += np.random.default_rng(0).normal(0, 6, picture.shape)
    return Image(np.clip(picture, 0, 255).astype(np.uint8)), disk, square


@pytest.fixture(scope="module")
def prepared():
    return Superpixel().analyse(things()[0])


DISK, SQUARE_MASK = things()[1:]
ON_DISK, ON_SQUARE = Click(*DISK_XY), Click(45, 40)
BESIDE = Click(10, 100, False)


def answers(prepared, prompts):
    """Return the mask after every prompt, as a session asks for them."""
    masks = []
    for n in range(1, len(prompts) + 1):
        previous = Mask(masks[-1]) if masks else None
        masks.append(prepared.segment(prompts[:n], previous))
    return masks


@pytest.mark.parametrize("number", [-1, 2.5, True, "many"])
def test_a_number_of_regions_that_makes_no_sense_is_refused(number):
    with pytest.raises(ArgumentError, match="max_regions"):
        Options(max_regions=number)
    assert Superpixel(Options(max_regions=0)).regions(things()[0]) == []


@pytest.mark.parametrize("size", [(3, 70_000), (70_000, 1)])
def test_pictures_longer_than_the_core_counts_are_refused(size):
    picture = Image(np.zeros((*size, 3), np.uint8))
    for use in (Superpixel().analyse, Superpixel().regions):
        with pytest.raises(ArgumentError, match=r"70000.*65535"):
            use(picture)


def test_pictures_of_more_pixels_than_the_core_counts_are_refused(monkeypatch):
    monkeypatch.setattr("pickout.segmenters.superpixel.MOST_PIXELS", 19_000)
    with pytest.raises(ArgumentError, match="160 x 120"):
        Superpixel().analyse(things()[0])


@pytest.mark.parametrize("shape", [(1, 40_000), (65_535, 1), (2, 60_000)])
def test_the_longest_pictures_are_cut(shape):
    array = np.full((*shape, 3), 60, np.uint8)
    array[: shape[0] // 2 or None, shape[1] // 2 :] = 200
    y, x = (side - 1 for side in shape)
    mask = Superpixel().analyse(Image(array)).segment([Click(x, 0), Click(0, y, False)], None)
    assert mask[0, x] and not mask[y, 0]


def test_it_is_a_segmenter_and_knows_regions():
    segmenter = Superpixel(Options(max_regions=5))
    assert isinstance(segmenter, Segmenter) and isinstance(segmenter, RegionSegmenter)
    assert isinstance(segmenter.analyse(things()[0]), Prepared)
    regions = segmenter.regions(things()[0])
    assert 2 <= len(regions) <= 5
    assert max(iou(DISK, region.array) for region in regions) > 0.9
    assert [r.area for r in regions] == sorted((r.area for r in regions), reverse=True)


@pytest.mark.parametrize(
    "prompts, expected",
    [
        ([ON_DISK], DISK),
        ([ON_SQUARE], SQUARE_MASK),
        ([ON_DISK, ON_SQUARE], DISK | SQUARE_MASK),
        ([Scribble(((100, 70), (120, 80), (125, 90)))], DISK),
        ([Box(82, 42, 148, 108)], DISK),
        ([Lasso(((80, 40), (150, 40), (150, 110), (80, 110)))], DISK),
    ],
    ids=["click", "other click", "two clicks", "scribble", "box", "lasso"],
)
def test_prompts_find_the_thing(prepared, prompts, expected):
    assert iou(prepared.segment(prompts, None), expected) > 0.9


def test_without_prompts_nothing_is_inside(prepared):
    assert not prepared.segment([], None).any()
    assert not prepared.segment([BESIDE], None).any()


def test_negative_click_takes_a_part_away(prepared):
    both = [ON_DISK, ON_SQUARE]
    mask = prepared.segment([*both, Click(50, 45, False)], None)
    assert not mask[45, 50] and mask[75, 115]


def test_a_newer_box_replaces_the_older(prepared):
    around_square = Box(15, 15, 76, 66)
    mask = prepared.segment([Box(82, 42, 148, 108), around_square], None)
    np.testing.assert_array_equal(mask, prepared.segment([around_square], None))


def test_a_positive_click_outside_lifts_the_box(prepared):
    mask = prepared.segment([Box(82, 42, 148, 108), ON_SQUARE], None)
    assert iou(mask, DISK | SQUARE_MASK) > 0.9


def test_polygons_are_exact(prepared):
    triangle = Polygon(((10.0, 10.0), (60.0, 10.0), (10.0, 60.0)))
    mask = prepared.segment([triangle], None)
    assert mask[10, 10] and mask[20, 20] and not mask[60, 60]
    hole = Polygon(((12.0, 12.0), (20.0, 12.0), (12.0, 20.0)), positive=False)
    with_hole = prepared.segment([triangle, hole], None)
    assert not with_hole[14, 14] and with_hole[30, 15]
    assert not (with_hole & ~mask).any()


def random_click(rng):
    return Click(float(rng.integers(160)), float(rng.integers(120)), bool(rng.random() < 0.5))


@pytest.mark.parametrize("seed", range(6))
def test_clicks_are_obeyed_and_the_newest_wins(prepared, seed):
    rng = np.random.default_rng(seed)
    prompts = [random_click(rng) for _ in range(8)]
    prompts.append(Click(prompts[0].x, prompts[0].y, not prompts[0].positive))
    mask = answers(prepared, prompts)[-1]
    newest = {(click.x, click.y): click.positive for click in prompts}
    for (x, y), positive in newest.items():
        assert mask[int(y), int(x)] == positive


def test_opposite_clicks_on_neighbouring_pixels_are_both_obeyed(prepared):
    mask = prepared.segment([ON_DISK, Click(120, 80, False), Click(121, 80)], None)
    assert not mask[80, 120] and mask[80, 121] and mask[75, 115]


def test_a_redundant_click_changes_nothing(prepared):
    first, again, outside = answers(prepared, [ON_DISK, Click(110, 80), Click(3, 3, False)])
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, outside)


def test_a_click_leaves_other_parts_alone(prepared):
    before, after = answers(prepared, [ON_SQUARE, ON_DISK, Click(45, 55, False)])[1:]
    np.testing.assert_array_equal(before[:, 75:], after[:, 75:])
    assert after[55, 45] != before[55, 45]


def test_after_a_given_mask_only_touched_places_change(prepared):
    given = np.zeros((120, 160), bool)
    given[5:15, 5:15] = True  # on nothing at all
    prompts = [MaskPrompt(Mask(given)), ON_DISK, Click(45, 40, False)]
    start, with_disk, last = answers(prepared, prompts)
    np.testing.assert_array_equal(start, given)
    np.testing.assert_array_equal(with_disk[:20, :20], given[:20, :20])
    assert iou(with_disk & ~given, DISK) > 0.9
    np.testing.assert_array_equal(last, with_disk)  # a redundant click


def test_a_click_completes_a_given_half_and_keeps_it(prepared):
    left = DISK.copy()
    left[:, DISK_XY[0] :] = False
    _, whole = answers(prepared, [MaskPrompt(Mask(left)), Click(DISK_XY[0] + 15, DISK_XY[1])])
    assert whole[left].all()
    assert iou(whole, DISK) > 0.9


@pytest.mark.parametrize("kind", ["box", "lasso"])
def test_of_a_given_mask_a_box_keeps_what_lies_inside(prepared, kind):
    given = DISK | SQUARE_MASK
    given[70:80, 100:130] = False
    given[100:104, 80:84] = True
    x0, y0, x1, y1 = 78, 40, 150, 110
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    prompt = Box(x0, y0, x1, y1) if kind == "box" else Lasso(corners)
    expected = given.copy()
    expected[:, :x0] = False
    mask = answers(prepared, [MaskPrompt(Mask(given)), prompt])[-1]
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize("side", [3, 10, 40])
def test_a_box_in_an_even_place_takes_some_of_it(side):
    even = Superpixel().analyse(Image(np.full((200, 200, 3), 120, np.uint8)))
    mask = even.segment([Box(50, 50, 50 + side, 50 + side)], None)
    assert mask.any() and mask[50 : 50 + side, 50 : 50 + side].sum() == mask.sum()


def test_every_part_of_a_stroked_mask_holds_a_stroke(prepared):
    for stroke, other in ((ON_DISK, SQUARE_MASK), (ON_SQUARE, DISK)):
        points = ((stroke.x - 8, stroke.y), (stroke.x + 8, stroke.y + 5))
        mask = prepared.segment([Scribble(points, 2.0)], None)
        parts, _ = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
        assert parts == 2  # the ground, and one part
        assert not (mask & other).any()


def test_the_answer_depends_on_the_prompts_alone(prepared):
    prompts = [ON_DISK, ON_SQUARE, BESIDE, Scribble(((40, 30), (60, 50)), 3, False)]
    whole = Superpixel().analyse(things()[0]).segment(prompts, None)
    answers(prepared, [ON_SQUARE, ON_DISK])
    np.testing.assert_array_equal(answers(prepared, prompts)[-1], whole)
    prepared.segment(prompts[:2], None)  # undone
    np.testing.assert_array_equal(prepared.segment(prompts, None), whole)


def test_threads_that_share_a_picture_get_the_answers_they_would_get_alone():
    image = things()[0]
    lists = [
        [Click(115 + 3 * k, 70 + k), ON_SQUARE, Click(50 - k, 45, False), Click(40, 30 + k, False)]
        for k in range(4)
    ]
    shared, together = Superpixel().analyse(image), Barrier(len(lists))

    def ask(prompts):
        together.wait()
        return answers(shared, prompts)

    with ThreadPoolExecutor(len(lists)) as pool:
        for got, prompts in zip(pool.map(ask, lists), lists, strict=True):
            for mask, alone in zip(got, answers(Superpixel().analyse(image), prompts), strict=True):
                np.testing.assert_array_equal(mask, alone)


def test_large_pictures_get_outlines_as_sharp_as_small_ones():
    image, disk, _ = things(scale=8)
    mask = Superpixel().analyse(image).segment([Click(115 * 8, 75 * 8)], None)
    assert iou(mask, disk) > 0.98
    inner = cv2.erode(disk.view(np.uint8), np.ones((13, 13), np.uint8)) > 0
    outer = cv2.dilate(disk.view(np.uint8), np.ones((13, 13), np.uint8)) > 0
    assert mask[inner].all() and not mask[~outer].any()  # nowhere more than 6 pixels off


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 2), (1, 5000), (300, 500)])
@pytest.mark.parametrize("fill", ["noise", "uniform"])
def test_any_picture_takes_any_prompt(shape, fill):
    height, width = shape
    pixels = np.random.default_rng(2).integers(0, 256, (*shape, 3), dtype=np.uint8)
    image = Image(pixels if fill == "noise" else np.full((*shape, 3), 200, np.uint8))
    corner = Click(width - 1, height - 1)
    prompts = [
        Click(0, 0, False), corner, Box(0, 0, max(1, width / 2), height), Scribble(((0, 0),), 2.0),
        Polygon(((0, 0), (width, 0), (0, height))), MaskPrompt(Mask(np.ones(shape, bool))),
        Click(width // 2, height // 2, False), Lasso(((0, 0), (width, 0), (0, height))), corner,
    ]  # fmt: skip
    masks = answers(Superpixel().analyse(image), prompts)
    assert all(mask.shape == shape and mask.dtype == bool for mask in masks)
    assert masks[-1][height - 1, width - 1]
    found = Superpixel().regions(image)
    assert all(region.array.shape == shape and region.area > 0 for region in found)
    assert found or fill == "uniform" or height * width == 1


@pytest.mark.parametrize("size", [(80, 120), (300, 400), (480, 640)])
@pytest.mark.parametrize("ground, figure", [(60, 80), (200, 230)])
def test_faint_drawings_without_any_noise_come_out_too(size, ground, figure):
    height, width = size
    drawing = np.full((*size, 3), ground, np.uint8)
    rows, columns = slice(height // 4, height // 2), slice(width // 3, 3 * width // 4)
    drawing[rows, columns] = figure
    expected = drawing[:, :, 0] == figure
    prepared = Superpixel().analyse(Image(drawing))
    click = Click(width / 2, height / 3)
    tight = Box(columns.start, rows.start, columns.stop, rows.stop)
    loose = Box(columns.start - 5, rows.start - 5, columns.stop + 5, rows.stop + 5)
    for prompt in (click, tight, loose):
        mask = prepared.segment([prompt], None)
        assert (mask & expected).sum() / (mask | expected).sum() > 0.95


@pytest.mark.parametrize("size", [(80, 120), (480, 640)])
def test_drawings_without_any_noise_come_out_to_a_few_pixels(size):
    """In them a few superpixels are as large as the things themselves."""
    (height, width), drawing = size, np.full((*size, 3), 60, np.uint8)
    drawing[height // 4 : height // 2, width // 3 : 3 * width // 4] = (200, 40, 30)
    expected = drawing[:, :, 0] == 200
    prepared = Superpixel().analyse(Image(drawing))
    box = Box(width // 3, height // 4, 3 * width // 4, height // 2)
    for prompt in (Click(width / 2, height / 3), box):
        assert (prepared.segment([prompt], None) != expected).sum() <= 8


def test_the_picture_is_not_changed():
    image = things()[0]
    before = image.array.copy()
    Superpixel().analyse(image).segment([ON_DISK], None)
    np.testing.assert_array_equal(image.array, before)
