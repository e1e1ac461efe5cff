"""Texture: how rough a region is, in which directions, and where in it the edges run."""

from __future__ import annotations

import cv2
import numpy as np

from pickout.arrays import ByteArray, FloatArray, IntArray
from pickout.descriptors.base import PictureRegions
from pickout.descriptors.layout import cell_means, mirror_proof
from pickout.descriptors.whitening import joined

_NEIGHBOURS = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
_TOLERANCE = 3
"""Grey levels by which a neighbour must be brighter: below is the camera's noise."""
_PATTERNS = 10
_DIRECTIONS = 8
_STRENGTHS = 8
_SHARES = {"texture_statistics": 0.5, "texture_layout": 0.5}


class Texture:
    """Local binary patterns, gradient histograms, and edge directions on a grid of cells.

    References
    ----------
    .. [1] T. Ojala, M. Pietikäinen and T. Mäenpää, *Multiresolution gray-scale and rotation
       invariant texture classification with local binary patterns*, PAMI, 2002.
    .. [2] N. Dalal and B. Triggs, *Histograms of oriented gradients for human detection*,
       CVPR, 2005.
    """

    name = "texture"
    version = "1"
    size = 96

    def describe(self, regions: PictureRegions) -> FloatArray:
        """Return (N, 96) float32 unit vectors; see `pickout.descriptors.base.Descriptor`."""
        return joined(raw_texture(regions), _SHARES)


def raw_texture(regions: PictureRegions) -> dict[str, FloatArray]:
    """Return the features before whitening."""
    fine, coarse = regions, regions.halved
    statistics = [
        *pattern_histograms(fine, radii=(1,)),
        *pattern_histograms(coarse, radii=(1, 2)),
        *gradient_histograms(fine),
        *gradient_histograms(coarse),
    ]
    return {
        "texture_statistics": np.sqrt(np.concatenate(statistics, axis=1)),
        "texture_layout": edge_layout(coarse),
    }


def pattern_histograms(regions: PictureRegions, radii: tuple[int, ...]) -> list[FloatArray]:
    """Return each region's histogram of local patterns, (N, 10), for each radius."""
    return [
        regions.sums(local_patterns(regions.grey, radius), _PATTERNS) / regions.areas[:, None]
        for radius in radii
    ]


def local_patterns(grey: ByteArray, radius: int) -> IntArray:
    """Return the rotation-invariant uniform pattern of each pixel, 0 to 9, (H, W) int32.

    0 to 8 count the brighter ones among eight neighbours that form one arc; 9 is all the rest.
    """
    height, width = grey.shape
    wide = cv2.copyMakeBorder(grey, radius, radius, radius, radius, cv2.BORDER_REPLICATE)
    threshold = cv2.add(grey, np.full_like(grey, _TOLERANCE))
    code = np.zeros((height, width), np.uint8)
    for bit, (down, right) in enumerate(_NEIGHBOURS):
        top, left = radius * (1 + down), radius * (1 + right)
        is_brighter = wide[top : top + height, left : left + width] >= threshold
        code |= is_brighter.view(np.uint8) << np.uint8(bit)
    return _UNIFORM[code]


def _uniform_table() -> IntArray:
    """Return the uniform pattern of each of the 256 patterns of eight neighbours."""
    table = np.full(256, 9, np.int32)
    for code in range(256):
        bits = [code >> bit & 1 for bit in range(8)]
        if sum(bits[bit] != bits[bit - 1] for bit in range(8)) <= 2:
            table[code] = sum(bits)
    return table


_UNIFORM = _uniform_table()


def gradient_histograms(regions: PictureRegions) -> list[FloatArray]:
    """Return each region's histograms of gradient direction and of strength, (N, 8) each.

    Directions count without sign and weighted by the root of the strength.
    """
    magnitude, low, part = _gradients(regions.grey)
    weight = np.sqrt(magnitude)
    directions = regions.sums(low, _DIRECTIONS, weight * (1 - part))
    directions += regions.sums((low + 1) % _DIRECTIONS, _DIRECTIONS, weight * part)
    steps = np.clip(np.log2(1 + magnitude) * 1.5, 0, _STRENGTHS - 1).astype(np.int32)
    areas = regions.areas[:, None]
    return [directions / areas / 8, regions.sums(steps, _STRENGTHS) / areas]


def edge_layout(regions: PictureRegions) -> FloatArray:
    """Return the edge directions in the cells of each region, (N, 128) float32."""
    magnitude, low, part = _gradients(regions.grey)
    weight = np.sqrt(magnitude)
    height, width = magnitude.shape
    rows, columns = np.mgrid[:height, :width]
    channels = np.zeros((height, width, _DIRECTIONS), np.float32)
    channels[rows, columns, low] = weight * (1 - part)
    channels[rows, columns, (low + 1) % _DIRECTIONS] += weight * part
    means, _ = cell_means(regions, channels)
    roots = np.sqrt(np.maximum(means, 0))
    # In the mirror, cells change sides and an edge at angle t lies at -t.
    opposite = -np.arange(_DIRECTIONS) % _DIRECTIONS
    return mirror_proof(roots, roots[:, :, ::-1][..., opposite])


def _gradients(grey: ByteArray) -> tuple[FloatArray, IntArray, FloatArray]:
    """Return each pixel's gradient strength, the direction bin below it and the share above."""
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 0.8)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    magnitude, angle = cv2.cartToPolar(across, down)
    position = angle * np.float32(_DIRECTIONS / np.pi)
    low = np.floor(position).astype(np.int32)
    part = position - low
    return np.asarray(magnitude, np.float32), low % _DIRECTIONS, np.asarray(part, np.float32)
