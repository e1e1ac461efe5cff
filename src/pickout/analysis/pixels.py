"""Per-pixel measurements of a small picture: colour, texture and gradients at several scales."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

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
    texture : (H, W, 6) ndarray of float32
        Mean strength of lightness detail: three bands from fine to coarse, then horizontal,
        vertical and diagonal structure.
    gradients : (3, H, W) ndarray of float32
        Length of the Lab gradient per pixel after each of `GRADIENT_SIGMAS`, brought to a
        common level.
    """

    colour: FloatArray
    texture: FloatArray
    gradients: FloatArray

    def relief(self) -> ByteArray:
        """Return the (H, W) uint8 relief whose basins become superpixels."""
        relief: ByteArray = np.minimum(self.gradients[0] * RELIEF_GAIN, 255).astype(np.uint8)
        return relief


def measure_pixels(rgb: ByteArray) -> PixelMaps:
    """Return the measurements of an (H, W, 3) uint8 RGB picture."""
    lab = to_lab(rgb)
    blurred = [_blurred(lab, sigma) for sigma in GRADIENT_SIGMAS]
    gradients = np.stack(
        [
            _gradient(level) * np.float32((sigma / GRADIENT_SIGMAS[0]) ** 0.5)
            for level, sigma in zip(blurred, GRADIENT_SIGMAS, strict=True)
        ]
    )
    return PixelMaps(lab, _texture(lab, blurred), gradients)


def to_lab(rgb: ByteArray) -> FloatArray:
    """Return CIE Lab of uint8 RGB as (H, W, 3) float32."""
    scaled = rgb.astype(np.float32) * np.float32(1 / 255)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2Lab), np.float32)


def fine_gradient(lab: FloatArray) -> FloatArray:
    """Return the (H, W) length of the gradient of Lab colours, hardly blurred."""
    return _gradient(_blurred(lab, 0.8))


def _blurred(array: FloatArray, sigma: float) -> FloatArray:
    return np.asarray(cv2.GaussianBlur(array, (0, 0), sigma), np.float32)


def _gradient(lab: FloatArray) -> FloatArray:
    """Return the length of the gradient over the three channels together (Sobel / 8)."""
    across, down = cv2.Sobel(lab, cv2.CV_32F, 1, 0), cv2.Sobel(lab, cv2.CV_32F, 0, 1)
    squared = cv2.transform(across * across + down * down, np.ones((1, 3), np.float32))
    return np.asarray(cv2.sqrt(squared) * np.float32(1 / 8), np.float32).reshape(lab.shape[:2])


def _texture(lab: FloatArray, blurred: list[FloatArray]) -> FloatArray:
    light = np.ascontiguousarray(lab[:, :, 0])
    fine = cv2.GaussianBlur(light, (0, 0), 1.0)
    middle, coarse = blurred[1][:, :, 0], blurred[2][:, :, 0]
    strengths = np.dstack(
        [
            np.abs(light - fine),
            np.abs(fine - middle),
            np.abs(middle - coarse),
            np.abs(cv2.Sobel(fine, cv2.CV_32F, 1, 0)) * np.float32(1 / 8),
            np.abs(cv2.Sobel(fine, cv2.CV_32F, 0, 1)) * np.float32(1 / 8),
            np.abs(cv2.Sobel(fine, cv2.CV_32F, 1, 1)) * np.float32(1 / 4),
        ]
    )
    # OpenCV blurs at most four channels at once.
    halves = [cv2.GaussianBlur(strengths[:, :, k : k + 3], (0, 0), 1.5) for k in (0, 3)]
    return np.concatenate(halves, axis=2)
