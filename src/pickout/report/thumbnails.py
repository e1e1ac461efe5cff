"""Small pictures as data URIs, and outlines to lay over them."""

from __future__ import annotations

import base64
import io

import numpy as np

from pickout.arrays import ByteArray
from pickout.exports.svg import svg_path
from pickout.masks import Box4, Mask

HIT_SIDE = 400
QUERY_SIDE = 800
_OUTLINE_SIDE = 600


def jpeg_uri(array: ByteArray, max_side: int) -> str:
    """Return an RGB picture, made smaller to `max_side` pixels, as a data URI."""
    return _uri(array, max_side, "JPEG", quality=82)


def cutout_uri(array: ByteArray, max_side: int) -> str:
    """Return an RGBA picture, made smaller to `max_side` pixels, as a data URI with alpha."""
    return _uri(array, max_side, "WEBP", quality=84, method=3)


def _uri(array: ByteArray, max_side: int, format: str, **options: int) -> str:
    from PIL import Image as PillowImage

    picture = PillowImage.fromarray(array)
    # Averages over every source pixel, in linear time; opacity is weighed in.
    picture.thumbnail((max_side, max_side), PillowImage.Resampling.LANCZOS, reducing_gap=2.0)
    file = io.BytesIO()
    picture.save(file, format, **options)
    return f"data:image/{format.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"


def mask_outline(mask: Mask) -> tuple[str, tuple[int, int]]:
    """Return an SVG path around a mask, and the height and width it is drawn for."""
    small = _shrink(mask)
    return svg_path(small, tolerance=0.6, smooth=True), small.size_hw


def box_outline(box: Box4) -> str:
    """Return an SVG path around a box."""
    x0, y0, x1, y1 = box
    return f"M{x0} {y0}H{x1}V{y1}H{x0}z"


def _shrink(mask: Mask) -> Mask:
    """Return the mask at a size that is quick to trace and still finer than the thumbnail."""
    import cv2

    height, width = mask.size_hw
    scale = _OUTLINE_SIDE / max(height, width)
    if scale >= 1:
        return mask
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(mask.array.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    # A hit of a few pixels must not vanish.
    threshold = 127 if (small > 127).any() else 0
    return Mask(np.asarray(small > threshold))
