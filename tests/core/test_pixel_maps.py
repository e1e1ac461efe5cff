"""Colours, gradients and details of pixels equal OpenCV's and NumPy's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pickout import _core

SHAPES = [(1, 1), (1, 7), (7, 1), (2, 2), (9, 13)]


def noise(shape, channels=3, seed=0):
    values = np.random.default_rng(seed).normal(size=(*shape, channels)) * 30
    return values.astype(np.float32)


def sobel(values, across, down):
    """Return a Sobel derivative, mirrored at the border (one row or column is its own mirror)."""
    return cv2.Sobel(values, cv2.CV_32F, across, down, borderType=cv2.BORDER_REFLECT_101)


def test_lab_is_that_of_opencv():
    rgb = np.random.default_rng(1).integers(0, 256, (60, 70, 3), dtype=np.uint8)
    rgb[:16, :16] = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    expected = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    got = _core.to_lab(rgb)
    np.testing.assert_allclose(got, expected, atol=1.6e-2)
    assert np.abs(got - expected).mean() < 1e-3


def test_lab_is_close_to_its_definition():
    rgb = np.random.default_rng(2).integers(0, 256, (50, 50, 3), dtype=np.uint8)
    v = rgb / 255
    light = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [
            [0.412453, 0.357580, 0.180423],
            [0.212671, 0.715160, 0.072169],
            [0.019334, 0.119193, 0.950227],
        ]
    )
    t = light @ to_xyz.T / [0.950456, 1, 1.088754]
    x, y, z = np.moveaxis(np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116), 2, 0)
    expected = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=2)
    np.testing.assert_allclose(_core.to_lab(rgb), expected, atol=0.5)


@pytest.mark.parametrize("shape", SHAPES)
def test_gradient_length_is_that_of_sobel(shape):
    values = noise(shape)
    squared = sobel(values, 1, 0) ** 2 + sobel(values, 0, 1) ** 2
    expected = np.sqrt(squared.sum(2)) / 8
    np.testing.assert_allclose(_core.gradient_length(values), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_details_are_bands_and_directions_of_lightness(shape):
    levels = [noise(shape, seed=k) for k in range(4)]
    lab, fine, middle, coarse = (level[..., 0] for level in levels)
    bands, directions = _core.details(*levels)
    expected = [np.abs(lab - fine), np.abs(fine - middle), np.abs(middle - coarse)]
    np.testing.assert_array_equal(bands, np.dstack(expected))
    light = np.ascontiguousarray(fine)
    slopes = [sobel(light, 1, 0) / 8, sobel(light, 0, 1) / 8, sobel(light, 1, 1) / 4]
    np.testing.assert_allclose(directions, np.abs(np.dstack(slopes)), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("n", [4, 6])
def test_regions_know_their_places(n):
    labels = np.random.default_rng(n).integers(0, 4, (7, 9)).astype(np.int32)
    centre_xy, area = _core.region_places(labels, n)
    for region in range(n):
        rows, columns = np.nonzero(labels == region)
        assert area[region] == len(rows)
        expected = (columns.mean(), rows.mean()) if len(rows) else (0, 0)
        np.testing.assert_allclose(centre_xy[region], expected, rtol=1e-6)


def test_wrong_pictures_are_refused():
    with pytest.raises(ValueError, match="three channels"):
        _core.to_lab(np.zeros((2, 2, 4), np.uint8))
    with pytest.raises(ValueError, match="empty"):
        _core.gradient_length(np.zeros((0, 2, 3), np.float32))
    with pytest.raises(ValueError, match="same shape"):
        _core.details(*[noise((2, 2))] * 3, noise((2, 3)))
    with pytest.raises(ValueError, match="labels"):
        _core.region_places(np.full((2, 2), 5, np.int32), 5)
