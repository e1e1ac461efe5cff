"""Shape: the outline of a region, however large, wherever it lies, and mirrored or not."""

from __future__ import annotations

import cv2
import numpy as np

from pickout.arrays import BoolArray, FloatArray
from pickout.descriptors.base import PictureRegions
from pickout.descriptors.whitening import joined

_SAMPLES = 128
_HARMONICS = 24
_SHARES = {"shape_outline": 0.5, "shape_figures": 0.5}

Outline = np.ndarray[tuple[int, int], np.dtype[np.float64]]


class Shape:
    """Fourier magnitudes of the outline; aspect, fill, solidity, compactness and Hu's moments.

    Of a region in several parts the longest outline counts; holes count for the fill only.

    References
    ----------
    .. [1] D. Zhang and G. Lu, *Study and evaluation of different Fourier methods for image
       retrieval*, Image and Vision Computing, 2005.
    .. [2] M.-K. Hu, *Visual pattern recognition by moment invariants*, IRE Transactions on
       Information Theory, 1962.
    """

    name = "shape"
    version = "1"
    size = 36

    def describe(self, regions: PictureRegions) -> FloatArray:
        """Return (N, 36) float32 unit vectors; see `pickout.descriptors.base.Descriptor`."""
        return joined(raw_shape(regions), _SHARES)


def raw_shape(regions: PictureRegions) -> dict[str, FloatArray]:
    """Return the features before whitening."""
    parts = [
        mask[y0:y1, x0:x1]
        for mask, (x0, y0, x1, y1) in zip(regions.masks, regions.boxes_xyxy.tolist(), strict=True)
    ]
    outlines = [longest_outline(part) for part in parts]
    return {
        "shape_outline": outline_harmonics(np.stack([_resampled(line) for line in outlines])),
        "shape_figures": np.stack(
            [figures(part, line) for part, line in zip(parts, outlines, strict=True)]
        ),
    }


def longest_outline(part: BoolArray) -> Outline:
    """Return the longest outer outline of a mask, (P, 2) x, y, P at least 1."""
    lines, _ = cv2.findContours(part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(max(lines, key=len)[:, 0, :], np.float64)


def _resampled(line: Outline) -> np.ndarray:
    """Return 128 places evenly spaced along a closed outline, as complex numbers x + iy."""
    closed = np.concatenate([line, line[:1]])
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    wanted = np.linspace(0, lengths[-1], _SAMPLES, endpoint=False)
    across, down = (np.interp(wanted, lengths, closed[:, axis]) for axis in (0, 1))
    return np.asarray(across + 1j * down)


def outline_harmonics(places: np.ndarray) -> FloatArray:
    """Return the strengths of the outlines' first harmonics, (N, 48) float32.

    Magnitudes forget the starting point and the rotation, leaving out harmonic 0 the place,
    dividing by their norm the size. A mirror image exchanges harmonics k and -k; the stronger
    sense of turning is put first.
    """
    spectrum = np.abs(np.fft.fft(places, axis=1))
    norm = np.sqrt((spectrum[:, 1:] ** 2).sum(axis=1, keepdims=True)) + 1e-9
    forward = spectrum[:, 1 : _HARMONICS + 1] / norm
    backward = spectrum[:, : -_HARMONICS - 1 : -1] / norm
    is_mirrored = (backward[:, :1] > forward[:, :1]).repeat(_HARMONICS, axis=1)
    return np.concatenate(
        [
            np.where(is_mirrored, backward, forward),
            np.where(is_mirrored, forward, backward),
        ],
        axis=1,
        dtype=np.float32,
    )


def figures(part: BoolArray, line: Outline) -> FloatArray:
    """Return numbers on a mask that fills its box, (12,) float32.

    Logarithm of width by height; shares of box and of convex hull that are filled; short by long
    axis; compactness 4πA/P²; Hu's seven moments by their signed fourth roots, the last one
    without sign, since a mirror image changes it.
    """
    height, width = part.shape
    area = float(np.count_nonzero(part))
    hull = max(cv2.contourArea(cv2.convexHull(line.astype(np.float32))), 1.0)
    length = max(cv2.arcLength(line.astype(np.float32), True), 1.0)
    moments = cv2.moments(part.astype(np.uint8), True)
    hu = cv2.HuMoments(moments)[:, 0]
    roots = np.sign(hu) * np.abs(hu) ** 0.25
    roots[6] = abs(roots[6])
    simple = [
        np.log(width / height),
        area / (width * height),
        min(area / hull, 1.2),
        _axis_ratio(moments, area),
        min(4 * np.pi * area / length**2, 1.5),
    ]
    return np.concatenate([simple, roots], dtype=np.float32)


def _axis_ratio(moments: dict[str, float], area: float) -> float:
    """Return the short by the long axis of the ellipse with the same second moments."""
    spread = np.array([[moments["mu20"], moments["mu11"]], [moments["mu11"], moments["mu02"]]])
    # A pixel is a small square, which spreads by 1/12 itself.
    small, large = np.linalg.eigvalsh(spread / area + np.eye(2) / 12)
    return float(np.sqrt(max(small, 0.0) / large))
