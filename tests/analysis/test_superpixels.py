"""Superpixels and the boundaries between them."""

from __future__ import annotations

import numpy as np
import pytest

from pickout.analysis.edges import CONTEXT_NAMES, LOCAL_NAMES, context_features, local_features
from pickout.analysis.pixels import measure_pixels
from pickout.analysis.superpixels import divide, find_superpixels


def two_halves(shape=(80, 100)):
    """Return a noisy picture whose left half is red and right half blue."""
    picture = np.empty((*shape, 3), np.float32)
    picture[:, : shape[1] // 2], picture[:, shape[1] // 2 :] = (190, 60, 50), (50, 70, 180)
    picture += np.random.default_rng(0).normal(0, 8, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def test_every_pixel_has_a_superpixel_and_measures_add_up():
    s = find_superpixels(two_halves())
    assert s.labels.shape == s.size_hw == (80, 100)
    np.testing.assert_array_equal(np.unique(s.labels), np.arange(s.n))
    np.testing.assert_array_equal(np.bincount(s.labels.ravel()), s.area)
    down, across = np.nonzero(s.labels == 3)
    np.testing.assert_allclose(s.centre_xy[3], (across.mean(), down.mean()), rtol=1e-5)
    np.testing.assert_allclose(s.share(s.labels == 3), np.arange(s.n) == 3)


def test_boundaries_are_strong_between_the_halves_and_weak_within():
    s = find_superpixels(two_halves())
    left = s.centre_xy[:, 0] < 49.5
    between = left[s.graph.first] != left[s.graph.second]
    assert between.sum() > 5
    assert np.median(s.boundary[between]) > 5 * np.median(s.boundary[~between])
    assert ((s.boundary > 0) & (s.boundary < 1)).all()


def test_the_border_is_what_touches_the_sides():
    s = find_superpixels(two_halves())
    touching = {int(v) for side in (s.labels[0], s.labels[-1], s.labels[:, 0], s.labels[:, -1])
                for v in side}  # fmt: skip
    assert set(s.border().tolist()) == touching


def test_the_same_picture_gives_the_same_superpixels():
    a, b = find_superpixels(two_halves()), find_superpixels(two_halves())
    np.testing.assert_array_equal(a.labels, b.labels)
    np.testing.assert_array_equal(a.boundary, b.boundary)


@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (60, 1), (2, 3), (70, 40)])
@pytest.mark.parametrize("fill", ["uniform", "noise"])
def test_features_of_any_picture_are_finite_and_named(shape, fill):
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    _, pairs = divide(noise if fill == "noise" else np.full((*shape, 3), 9, np.uint8))
    local = local_features(pairs)
    assert local.shape == (len(LOCAL_NAMES), pairs.graph.n_edges)
    context = context_features(pairs, local, np.zeros(pairs.graph.n_edges, np.float32))
    assert context.shape == (len(CONTEXT_NAMES), pairs.graph.n_edges)
    assert np.isfinite(context).all()


def test_pixel_measures_follow_the_picture_when_it_is_mirrored():
    picture = two_halves()
    maps = measure_pixels(picture)
    mirrored = measure_pixels(np.ascontiguousarray(picture[:, ::-1]))
    np.testing.assert_allclose(mirrored.gradients[:, :, ::-1], maps.gradients, atol=1e-2)
    np.testing.assert_allclose(mirrored.bands[:, ::-1], maps.bands, atol=1e-2)
    np.testing.assert_allclose(mirrored.directions[:, ::-1], maps.directions, atol=1e-2)
