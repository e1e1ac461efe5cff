"""Colour: which colours a region holds, how much of each, and where in the region they lie."""

from __future__ import annotations

from itertools import product

import numpy as np

from pickout.arrays import ByteArray, FloatArray, IntArray
from pickout.descriptors.base import PictureRegions
from pickout.descriptors.layout import cell_means, flipped, mirror_proof
from pickout.descriptors.whitening import joined

_LEVELS = (5, 7, 7)
_EMPTY_CELL = 0.05
_LAB_MIDDLE = np.array([127.5, 128, 128], np.float32)
_LAB_SPREAD = np.array([255, 60, 60], np.float32)
_SHARES = {"color_histogram": 2 / 3, "color_layout": 1 / 3}


class Color:
    """Joint L*a*b* histogram, and the mean colours of a grid of cells."""

    name = "color"
    version = "1"
    size = 88

    def describe(self, regions: PictureRegions) -> FloatArray:
        """Return (N, 88) float32 unit vectors; see `pickout.descriptors.base.Descriptor`."""
        return joined(raw_color(regions), _SHARES)


def raw_color(regions: PictureRegions) -> dict[str, FloatArray]:
    """Return the features before whitening."""
    # Colour changes slowly; half the size holds all of it at a quarter of the cost.
    halved = regions.halved
    # Square roots make the dot product of two histograms their Hellinger affinity.
    return {
        "color_histogram": np.sqrt(soft_histogram(halved)),
        "color_layout": color_layout(halved),
    }


def soft_histogram(regions: PictureRegions) -> FloatArray:
    """Return each region's joint L*a*b* histogram, (N, 245) float32, rows adding up to 1.

    Every pixel is shared among the eight nearest bins, so that a small change of light moves a
    little weight instead of jumping to another bin.
    """
    low, part = _grid_position(regions.lab)
    total = np.zeros((len(regions), int(np.prod(_LEVELS))), np.float32)
    for corner in product((0, 1), repeat=3):
        weights = np.ones(low.shape[:2], np.float32)
        bins = np.zeros(low.shape[:2], np.int32)
        for axis, step in enumerate(corner):
            share = part[..., axis]
            weights *= share if step else 1 - share
            bins = bins * _LEVELS[axis] + low[..., axis] + step
        total += regions.sums(bins, total.shape[1], weights)
    return np.asarray(np.maximum(total, 0) / regions.areas[:, None], np.float32)


def color_layout(regions: PictureRegions) -> FloatArray:
    """Return the mean colours of the cells of each region, (N, 48) float32."""
    scaled = np.asarray((regions.lab - _LAB_MIDDLE) / _LAB_SPREAD, np.float32)
    means, cover = cell_means(regions, scaled)
    colors = np.asarray(means / np.maximum(cover, 1e-3)[..., None], np.float32)
    colors[cover <= _EMPTY_CELL] = 0
    return mirror_proof(colors, flipped(colors))


def _position_tables() -> FloatArray:
    """Return where each Lab byte lies on its axis of the histogram, (256, 3)."""
    byte = np.arange(256, dtype=np.float32)
    # tanh spends most bins near grey, where most of a photo's colours lie.
    chroma = 0.5 + 0.5 * np.tanh((byte - 128) / 45)
    tables = np.stack([byte / 255, chroma, chroma], axis=1)
    return np.asarray(tables * (np.array(_LEVELS) - 1), np.float32)


_POSITIONS = _position_tables()


def _grid_position(lab: ByteArray) -> tuple[IntArray, FloatArray]:
    """Return the lower bin of each pixel on each axis, and the share of the bin above it."""
    position = np.stack([_POSITIONS[lab[..., axis], axis] for axis in range(3)], axis=-1)
    low = np.minimum(position.astype(np.int32), np.array(_LEVELS, np.int32) - 2)
    return low, position - low
