"""Per-pixel measurements of a small picture: colour, texture and gradients at several scales."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout import _core
from pickout.arrays import ByteArray, FloatArray

GRADIENT_SIGMAS = (1.0, 2.5, 5.0)
"""Blur before each gradient, in pixels."""

RELIEF_GAIN = 6.0
"""Grey values of the watershed relief per unit of Lab gradient."""


@dataclass(frozen=True, eq=False)
class PixelMaps:
    """Measurements of every pixel.

    Parameters
    ----------
    colour : (H, W, 3) ndarray of float32
        CIE Lab: L from 0 to 100, a and b about -100 to 100.
    bands, directions : (H, W, 3) ndarray of float32
        Mean strength of lightness detail: in three bands from fine to coarse; of horizontal,
        vertical and diagonal structure.
    gradients : (3, H, W) ndarray of float32
        Length of the Lab gradient per pixel after each of `GRADIENT_SIGMAS`, brought to a
        common level.
    """

    colour: FloatArray
    bands: FloatArray
    directions: FloatArray
    gradients: FloatArray

    def relief(self) -> ByteArray:
        """Return the (H, W) uint8 relief whose basins become superpixels."""
        relief: ByteArray = np.minimum(self.gradients[0] * RELIEF_GAIN, 255).astype(np.uint8)
        return relief


def measure_pixels(rgb: ByteArray) -> PixelMaps:
    """Return the measurements of an (H, W, 3) uint8 RGB picture."""
    lab = to_lab(rgb)
    blurred = [_blurred(lab, sigma) for sigma in GRADIENT_SIGMAS]
    gradients = np.empty((len(blurred), *lab.shape[:2]), np.float32)
    for level, sigma, out in zip(blurred, GRADIENT_SIGMAS, gradients, strict=True):
        gain = np.float32((sigma / GRADIENT_SIGMAS[0]) ** 0.5)
        np.multiply(_core.gradient_length(level), gain, out=out)
    bands, directions = (_blurred(detail, 1.5) for detail in _core.details(lab, *blurred))
    return PixelMaps(lab, bands, directions, gradients)


def to_lab(rgb: ByteArray) -> FloatArray:
    """Return CIE Lab of uint8 RGB as (H, W, 3) float32."""
    return _core.to_lab(np.ascontiguousarray(rgb))


def fine_gradient(lab: FloatArray) -> FloatArray:
    """Return the (H, W) length of the gradient of Lab colours, hardly blurred."""
    return _core.gradient_length(_blurred(lab, 0.8))


def _blurred(array: FloatArray, sigma: float) -> FloatArray:
    return np.asarray(cv2.GaussianBlur(array, (0, 0), sigma), np.float32)
