"""The built-in descriptors keep the contract and measure what their names say."""

import cv2
import numpy as np
import pytest

from pickout.descriptors.base import PictureRegions
from pickout.descriptors.color import Color, soft_histogram
from pickout.descriptors.fusion import Fusion
from pickout.descriptors.shape import Shape
from pickout.descriptors.texture import Texture, local_patterns
from pickout.descriptors.whitening import fit_whitening
from pickout.errors import ArgumentError, PluginError
from pickout.testing import DescriptorTests


class TestColor(DescriptorTests):
    def make_descriptor(self):
        return Color()


class TestTexture(DescriptorTests):
    def make_descriptor(self):
        return Texture()


class TestShape(DescriptorTests):
    def make_descriptor(self):
        return Shape()


def noise(seed=0, size_hw=(60, 80)):
    return np.random.default_rng(seed).integers(0, 256, (*size_hw, 3), np.uint8)


def patches(count, size_hw=(60, 80), seed=1):
    """Return overlapping random rectangles and discs."""
    random = np.random.default_rng(seed)
    masks = np.zeros((count, *size_hw), bool)
    rows, columns = np.mgrid[: size_hw[0], : size_hw[1]]
    for mask in masks:
        y, x = random.integers(5, size_hw[0] - 5), random.integers(5, size_hw[1] - 5)
        mask |= np.hypot(rows - y, columns - x) < random.integers(2, 30)
    return masks


def test_sums_over_atoms_equal_sums_over_each_region():
    masks = patches(12)
    regions = PictureRegions(noise(), masks)
    random = np.random.default_rng(2)
    bins = random.integers(0, 7, masks.shape[1:]).astype(np.int32)
    weights = random.random(masks.shape[1:]).astype(np.float32)
    slow = [np.bincount(bins[mask], weights[mask], minlength=7) for mask in masks]
    assert np.allclose(regions.sums(bins, 7, weights), slow, rtol=1e-4)
    slow = [np.bincount(bins[mask], minlength=7) for mask in masks]
    assert np.allclose(regions.sums(bins, 7), slow)


def test_boxes_and_areas_are_those_of_the_masks():
    masks = patches(10)
    regions = PictureRegions(noise(), masks)
    for mask, box, area in zip(masks, regions.boxes_xyxy, regions.areas, strict=True):
        rows, columns = np.nonzero(mask)
        assert box.tolist() == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert area == mask.sum()


@pytest.mark.parametrize("size_hw", [(1, 1), (3, 8), (61, 80)])
def test_a_halved_region_keeps_every_pixel_it_had_a_share_in(size_hw):
    masks = np.random.default_rng(0).random((4, *size_hw)) > 0.8
    masks[:, -1, -1] = True
    half = PictureRegions(noise(size_hw=size_hw), masks).halved
    assert half.masks.shape[1:] == ((size_hw[0] + 1) // 2, (size_hw[1] + 1) // 2)
    for mask, small in zip(masks, half.masks, strict=True):
        rows, columns = np.nonzero(mask)
        wanted = np.zeros_like(small)
        wanted[rows // 2, columns // 2] = True
        assert np.array_equal(small, wanted)


def test_an_empty_region_or_a_wrong_array_is_refused():
    with pytest.raises(ArgumentError, match="empty region"):
        PictureRegions(noise(), np.zeros((1, 60, 80), bool))
    with pytest.raises(ArgumentError, match="masks"):
        PictureRegions(noise(), np.ones((1, 5, 5), bool))
    with pytest.raises(ArgumentError, match="uint8"):
        PictureRegions(noise().astype(float), patches(1))


def test_a_colour_histogram_holds_every_pixel_once():
    histogram = soft_histogram(PictureRegions(noise(), patches(5)))
    assert np.allclose(histogram.sum(axis=1), 1, atol=1e-4)
    assert (histogram >= 0).all()


def test_colour_tells_colours_and_texture_does_not():
    plain = noise(size_hw=(64, 64)) // 8 + 100
    red, green = plain.copy(), plain.copy()
    red[..., 0] += 90
    green[..., 1] += 60
    inside = np.ones((1, 64, 64), bool)

    def similarity(descriptor, first, second):
        rows = [descriptor.describe(PictureRegions(array, inside))[0] for array in (first, second)]
        return float(rows[0] @ rows[1])

    assert similarity(Color(), red, green) < 0.3
    assert similarity(Texture(), red, green) > 0.8


def test_texture_tells_stripes_from_dots_of_the_same_colours():
    rows, columns = np.mgrid[:64, :64]
    stripes = np.where((columns // 4 % 2)[..., None], (200, 200, 200), (60, 60, 60))
    dots = np.where(((rows // 4 + columns // 4) % 2)[..., None], (200, 200, 200), (60, 60, 60))
    inside = np.ones((1, 64, 64), bool)
    first, second = (
        [
            each.describe(PictureRegions(array.astype(np.uint8), inside))[0]
            for array in (stripes, dots)
        ]
        for each in (Color(), Texture())
    )
    assert float(first[0] @ first[1]) > float(second[0] @ second[1]) + 0.2


@pytest.mark.parametrize("radius", [1, 2])
def test_local_patterns_equal_the_obvious_loop(radius):
    grey = np.random.default_rng(3).integers(0, 60, (9, 11), np.uint8)
    wide = np.pad(grey.astype(int), radius, mode="edge")
    fast = local_patterns(grey, radius)
    around = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
    for row in range(9):
        for column in range(11):
            bits = [
                wide[row + radius + down * radius, column + radius + right * radius]
                >= int(grey[row, column]) + 3
                for down, right in around
            ]
            changes = sum(bits[index] != bits[index - 1] for index in range(8))
            assert fast[row, column] == (sum(bits) if changes <= 2 else 9)


def drawn(points, size=160):
    canvas = np.zeros((size, size), np.uint8)
    cv2.fillPoly(canvas, [np.round(points).astype(np.int32)], 1)
    return canvas.astype(bool)


ARROW = np.array([[20, 70], [90, 70], [90, 40], [140, 80], [90, 120], [90, 90], [20, 90]], float)
STAR = np.array(
    [
        [80 + r * np.cos(t), 80 + r * np.sin(t)]
        for t, r in zip(np.arange(10) * np.pi / 5, [60, 25] * 5, strict=True)
    ]
)


def test_shape_knows_an_outline_smaller_turned_and_mirrored():
    turn = np.array([[0, -1], [1, 0]])
    small = (ARROW - 80) * 0.6 + 80
    others = [small, (ARROW - 80) @ turn + 80, ARROW * (-1, 1) + (160, 0)]
    masks = np.stack([drawn(points) for points in (ARROW, *others, STAR)])
    rows = Shape().describe(PictureRegions(noise(size_hw=(160, 160)), masks))
    alike, star = rows[1:4] @ rows[0], float(rows[4] @ rows[0])
    assert alike.min() > star + 0.3
    assert alike[0] > 0.8


def test_whitening_evens_out_the_spread():
    random = np.random.default_rng(0)
    rows = (random.normal(size=(4000, 3)) * (10, 1, 0.1) + 5).astype(np.float32)
    fitted = fit_whitening(rows, 3, 0.0)
    white = (rows - fitted.mean) @ fitted.basis
    assert np.allclose(np.cov(white.T), np.eye(3), atol=0.05)
    assert np.allclose(np.linalg.norm(fitted.apply(rows), axis=1), 1, atol=1e-4)


def test_the_fused_score_is_the_weighted_sum_of_the_blocks():
    fusion = Fusion(["color", "texture", "shape"])
    first, second = fusion.describe(PictureRegions(noise(), patches(2)))
    parts = fusion.similarities(first, second)
    query = fusion.weighted(first, {"color": 1, "texture": 2, "shape": 1})
    wanted = 0.25 * parts["color"] + 0.5 * parts["texture"] + 0.25 * parts["shape"]
    assert float(query @ second) == pytest.approx(wanted, abs=1e-5)
    assert fusion.size == sum(s.stop - s.start for s in fusion.blocks.values()) == len(first)


def test_an_unknown_descriptor_is_refused_by_name():
    with pytest.raises(PluginError, match="smell"):
        Fusion(["color", "smell"])
