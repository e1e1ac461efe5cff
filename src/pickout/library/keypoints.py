"""Local features: small patches that can be recognised at another place, size and angle."""

from __future__ import annotations

import cv2
import numpy as np

from pickout.arrays import ByteArray
from pickout.library.records import Keypoints

MAX_POINTS = 400
VERSION = f"1:{MAX_POINTS}"


def detect(grey: ByteArray) -> Keypoints:
    """Return the strongest SIFT features of a (H, W) uint8 picture, at most `MAX_POINTS`.

    The descriptors are square-rooted ("RootSIFT"), which compares them better.

    References
    ----------
    .. [1] D. Lowe, *Distinctive image features from scale-invariant keypoints*, IJCV, 2004.
    .. [2] R. Arandjelovic and A. Zisserman, *Three things everyone should know to improve object
       retrieval*, CVPR, 2012.
    """
    if min(grey.shape) < 16:
        return Keypoints(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))
    detector = cv2.SIFT.create(nfeatures=MAX_POINTS, contrastThreshold=0.03)
    points, descriptors = detector.detectAndCompute(grey, None)
    if descriptors is None:
        return Keypoints(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))
    points, descriptors = points[:MAX_POINTS], descriptors[:MAX_POINTS]
    places = np.array([point.pt for point in points], np.float32).reshape(-1, 2)
    total = np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6)
    # Square roots lie in [0, 1] and their squares add up to 1; few exceed a half.
    roots = np.sqrt(descriptors / total) * 512
    return Keypoints(places, np.minimum(np.round(roots), 255).astype(np.uint8))
