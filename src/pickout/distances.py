"""How deep pixels lie inside a mask, the same in every process."""

from __future__ import annotations

import numpy as np

from pickout.arrays import BoolArray, FloatArray


def depth_inside(mask: BoolArray, *, walled: bool = False) -> FloatArray:
    """Return every pixel's exact Euclidean distance to the nearest pixel outside a mask.

    Parameters
    ----------
    mask : (H, W) ndarray of bool
    walled : bool
        Whether what lies around the picture counts as outside.

    Returns
    -------
    depth : (H, W) ndarray of float32
        In pixels; 0 outside of the mask. If nothing is outside, more than any picture has.
    """
    import cv2

    padded = np.pad(mask, 1) if walled else mask
    depth = cv2.distanceTransform(padded.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # OpenCV's roots of equal squares may differ in their last bit, by where the pixel lies in
    # memory, and so from process to process. The squares are whole numbers.
    squares = np.rint(np.square(depth, dtype=np.float64))
    exact = np.sqrt(squares, out=squares).astype(np.float32)
    return exact[1:-1, 1:-1] if walled else exact
