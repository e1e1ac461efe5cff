"""Whether local features of query and picture lie in the same arrangement, and where."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout.arrays import BoolArray, FloatArray
from pickout.library.records import Keypoints

MIN_INLIERS = 8
_RATIO = 0.8
_REACH = 6.0
_SMALLEST_SCALE, _LARGEST_SCALE = 0.08, 6.0
_LARGEST_SHEAR = 3.0


@dataclass(frozen=True, eq=False)
class Placement:
    """Where the query's object lies in a picture.

    Parameters
    ----------
    transform : (2, 3) ndarray of float64
        Affine map from the query's close-up to the reduced picture.
    n_inliers : int
        Number of local features that agree with it.
    """

    transform: np.ndarray
    n_inliers: int

    @property
    def confidence(self) -> float:
        """From 0 to 1, growing with the number of agreeing features."""
        return float(1 - np.exp(-self.n_inliers / 12))

    def outline(self, shape: BoolArray, size_hw: tuple[int, int]) -> BoolArray:
        """Return the object's mask on the reduced picture; possibly empty."""
        height, width = size_hw
        warped = cv2.warpAffine(
            shape.astype(np.float32), self.transform, (width, height), flags=cv2.INTER_LINEAR
        )
        return warped > 0.5


def locate(query: Keypoints, picture: Keypoints) -> Placement | None:
    """Return where the query's features are found in a picture, None if nowhere convincingly.

    Matches must be clearly better than the second best (Lowe's ratio test), and at least
    `MIN_INLIERS` of them must agree on one affine map of plausible size (RANSAC).
    """
    if min(len(query), len(picture)) < MIN_INLIERS:
        return None
    sources, targets = _matches(query, picture)
    if len(sources) < MIN_INLIERS:
        return None
    transform, inliers = cv2.estimateAffine2D(
        sources, targets, method=cv2.RANSAC, ransacReprojThreshold=_REACH, maxIters=1000
    )
    if transform is None or not _is_plausible(transform):
        return None
    # Several features often sit on one spot; they are one witness.
    chosen = inliers.ravel().astype(bool)
    n_inliers = min(_n_spots(sources[chosen]), _n_spots(targets[chosen]))
    return Placement(transform, n_inliers) if n_inliers >= MIN_INLIERS else None


def _matches(query: Keypoints, picture: Keypoints) -> tuple[FloatArray, FloatArray]:
    """Return the places of matching features, (M, 2) in the query and in the picture."""
    first = query.descriptors.astype(np.float32)
    second = picture.descriptors.astype(np.float32)
    squares = (first**2).sum(1)[:, None] + (second**2).sum(1)[None] - 2 * first @ second.T
    rows = np.arange(len(squares))
    nearest = squares.argmin(axis=1)
    smallest = squares[rows, nearest]
    squares[rows, nearest] = np.inf
    is_clear = smallest < _RATIO**2 * squares.min(axis=1)
    return query.places[is_clear], picture.places[nearest[is_clear]]


def _is_plausible(transform: np.ndarray) -> bool:
    """Return whether an affine map keeps the object upright-handed and of sensible size."""
    linear = transform[:, :2]
    large, small = np.linalg.svd(linear, compute_uv=False)
    return bool(
        np.linalg.det(linear) > 0
        and small > _SMALLEST_SCALE
        and large < _LARGEST_SCALE
        and large / small < _LARGEST_SHEAR
    )


def _n_spots(places: FloatArray) -> int:
    """Return how many different places there are, to about three pixels."""
    return len(np.unique(np.round(places / 3), axis=0))
