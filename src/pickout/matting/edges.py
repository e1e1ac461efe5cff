"""Soft edges from the mask alone, and the band along its outline."""

from __future__ import annotations

import math

import cv2
import numpy as np

from pickout.arrays import BoolArray, ByteArray, FloatArray, check_range
from pickout.masks import Mask, as_mask
from pickout.matting.tiles import place_around


def feather(mask: Mask | BoolArray, radius: float = 1.0) -> FloatArray:
    """Return the mask's opacity with a soft edge.

    Parameters
    ----------
    mask : Mask or (H, W) ndarray of bool
    radius : float
        Pixels on either side of the outline within which 95 percent of the fading happens, 0
        to 200; 0 keeps the edge hard.

    Returns
    -------
    alpha : (H, W) ndarray of float32
        0 to 1; about 0.5 on the outline, exactly 0 and 1 further than 2.2 `radius` + 2 pixels
        from it. Empty gives 0 everywhere, full 1; nothing fades at the picture's border.

    Raises
    ------
    ArgumentError
        If `radius` is out of range.
    """
    mask = as_mask(mask)
    check_range("radius", radius, 0, 200)
    alpha = mask.array.astype(np.float32)
    box = mask.box_xyxy
    if box is None or radius == 0:
        return alpha
    # The blur's standard deviation is half the radius; at three of them it is cut off.
    reach = math.ceil(1.5 * radius)
    place = place_around(box, 2 * reach, mask.size_hw)
    side = 2 * reach + 1
    blurred = cv2.GaussianBlur(
        alpha[place], (side, side), radius / 2, borderType=cv2.BORDER_REPLICATE
    )
    # Sums of weights miss 1 by a rounding error; opaque has to be exactly opaque.
    alpha[place] = np.where(blurred > 1 - 1e-5, np.float32(1), np.maximum(blurred, 0))
    return alpha


def trimap(mask: Mask | BoolArray, band: float) -> ByteArray:
    """Return which pixels are surely object, surely background, or to be decided.

    Parameters
    ----------
    mask : Mask or (H, W) ndarray of bool
    band : float
        Half-width in pixels of the undecided band along the outline, 0 to 2000.

    Returns
    -------
    trimap : (H, W) ndarray of uint8
        0 background, 128 undecided, 255 object. Empty and full masks have no band.

    Raises
    ------
    ArgumentError
        If `band` is out of range.
    """
    from pickout.edits import grow, shrink

    mask = as_mask(mask)
    check_range("band", band, 0, 2000)
    result: ByteArray = np.zeros(mask.size_hw, np.uint8)
    result[grow(mask, band).array] = 128
    result[shrink(mask, band).array] = 255
    return result
