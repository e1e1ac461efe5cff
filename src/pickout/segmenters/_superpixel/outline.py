"""From superpixels inside to a mask at full size: the outline is drawn anew, finer and finer."""

from __future__ import annotations

import cv2
import numpy as np

from pickout import _core
from pickout.arrays import AnyArray, BoolArray, ByteArray, FloatArray
from pickout.masks import Box4
from pickout.segmenters._superpixel.frame import Frame, Pyramid, cut, resized, scaled_window

BAND = 3
"""Half width in working pixels of the band around the outline that is decided pixel by pixel."""

COLOUR_WINDOW = 21
"""Side in working pixels of the neighbourhood from which local colours are taken."""

SMOOTHNESS, EVIDENCE = 1.0, 0.6
"""Weights of a short outline and of a pixel's own colour."""

TRUST, NOISE = 0.8, 25.0
"""How far colours move the outline on finer levels, and the contrast they need for it."""


def local_colours(rgb: ByteArray, mask: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean colours inside and outside `mask` around every pixel, (H, W, 3) float32."""
    size = (COLOUR_WINDOW, COLOUR_WINDOW)
    weight = mask.astype(np.float32)
    picture = rgb.astype(np.float32)
    near = cv2.blur(weight, size)[..., None]
    inside = cv2.blur(picture * weight[..., None], size)
    outside = cv2.blur(picture, size) - inside
    return inside / (near + 1e-3), outside / (1 - near + 1e-3)


def redraw(frame: Frame, mask: BoolArray) -> BoolArray:
    """Return a working-size mask with the pixels near its outline decided one by one."""
    grown = _changed(mask, cv2.MORPH_DILATE)
    band = grown & ~_changed(mask, cv2.MORPH_ERODE)
    if not band.any():
        return mask
    rgb = frame.superpixels.rgb
    inside, outside = local_colours(rgb, mask)
    to_inside = np.linalg.norm(rgb - inside, axis=2)
    to_outside = np.linalg.norm(rgb - outside, axis=2)
    evidence = EVIDENCE * (to_outside - to_inside) / (to_outside + to_inside + 10)
    evidence += np.where(mask, np.float32(0.05), np.float32(-0.05))
    return _core.band_cut(rgb, mask, band, evidence.astype(np.float32), smoothness=SMOOTHNESS)


def _changed(mask: BoolArray, how: int) -> BoolArray:
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * BAND + 1, 2 * BAND + 1))
    changed = cv2.morphologyEx(mask.view(np.uint8), how, disk, borderType=cv2.BORDER_REPLICATE)
    return changed.astype(bool)


def to_full(frame: Frame, mask: BoolArray, pyramid: Pyramid) -> BoolArray:
    """Return a working-size mask at the size of the frame's window in the full picture."""
    x0, y0, x1, y1 = frame.window
    size = (y1 - y0, x1 - x0)
    if size == frame.size_hw:
        return mask
    field = _field(mask)
    if size[0] * size[1] < mask.size:
        return np.asarray(resized(field.astype(np.float32), size) > 0)
    colours = local_colours(frame.superpixels.rgb, mask)
    for level in reversed(pyramid.levels):
        window = scaled_window(frame.window, pyramid.size_hw, level.shape[:2])
        if (window[3] - window[1]) * (window[2] - window[0]) <= 1.2 * field.size:
            if level is not pyramid.levels[0]:
                continue
        field = _enlarged(field, np.ascontiguousarray(cut(level, window)), colours)
    return np.asarray(field > 0)


def _field(mask: BoolArray) -> AnyArray:
    """Return how far inside every pixel is: -127 … 127, changing over about two pixels."""
    signed = np.where(mask, np.float32(160), np.float32(-160))
    return np.clip(cv2.GaussianBlur(signed, (0, 0), 1.0), -127, 127).astype(np.int8)


def _enlarged(field: AnyArray, rgb: ByteArray, colours: tuple[FloatArray, FloatArray]) -> AnyArray:
    return _core.enlarge(field, rgb, colours[0], colours[1], trust=TRUST, noise=NOISE)


def paste(mask: BoolArray, part: BoolArray, window: Box4) -> None:
    """Write a window's mask into a full-size mask, in place."""
    cut(mask, window)[:] = part
