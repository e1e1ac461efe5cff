"""From superpixels inside to a mask at full size: the outline is drawn anew, finer and finer."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pickout import _core
from pickout.arrays import AnyArray, BoolArray, ByteArray, FloatArray
from pickout.segmenters._superpixel.band import measure_band
from pickout.segmenters._superpixel.frame import Frame, Pyramid, cut, resized, scaled_window
from pickout.segmenters._superpixel.models import Judge
from pickout.segmenters._superpixel.view import View

Field = npt.NDArray[np.int8]
"""How far inside (> 0) or outside (< 0) pixels are; +-127 is certain."""

SURE = 127

COLOUR_WINDOW = 21
"""Side in working pixels of the neighbourhood from which local colours are taken."""

SOFTNESS = 0.7
"""Blur in working pixels that keeps the outline from following noise."""

GAIN = 40.0
"""Field values per unit of log odds."""

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


def redraw(view: View, mask: BoolArray, judge: Judge) -> Field:
    """Return how far inside every working pixel is, those near the outline decided one by one.

    Parameters
    ----------
    view : View
        With what the click model says of the superpixels.
    mask : (H, W) ndarray of bool
        The superpixels' answer at working size.
    judge : callable
        The band model.
    """
    field = np.where(mask, np.int8(SURE), np.int8(-SURE))
    band = measure_band(view, mask)
    if band is None:
        return field
    sure = SURE / GAIN
    odds = np.where(band.mask, np.float32(sure), np.float32(-sure))
    odds[band.rows, band.columns] = judge(band.features)
    odds = cv2.GaussianBlur(odds, (0, 0), SOFTNESS)
    at = (band.rows, band.columns)
    part = field[band.window]
    part[at] = np.rint(np.clip(odds[at] * GAIN, -SURE, SURE)).astype(np.int8)
    return field


def hard_field(mask: BoolArray) -> Field:
    """Return the field of a mask that nothing more is known of."""
    signed = np.where(mask, np.float32(160), np.float32(-160))
    return np.clip(cv2.GaussianBlur(signed, (0, 0), 1.0), -SURE, SURE).astype(np.int8)


def to_full(frame: Frame, field: Field, pyramid: Pyramid) -> BoolArray:
    """Return the mask of a working-size field at the size of the frame's window, upright."""
    size = frame.window_hw
    if frame.turn.size(size) == frame.size_hw:
        return _upright(frame, field > 0)
    if size[0] * size[1] < field.size:
        turned = resized(field.astype(np.float32), frame.turn.size(size)) > 0
        return _upright(frame, turned)
    inside, outside = local_colours(frame.superpixels.rgb, field > 0)
    colours = _upright(frame, inside), _upright(frame, outside)
    field = _upright(frame, field)
    for level in reversed(pyramid.levels):
        window = scaled_window(frame.window, pyramid.size_hw, level.shape[:2])
        pixels = (window[3] - window[1]) * (window[2] - window[0])
        if pixels > 1.2 * field.size or level is pyramid.levels[0]:
            field = _enlarged(field, np.ascontiguousarray(cut(level, window)), colours)
    return np.asarray(field > 0)


def _upright(frame: Frame, array: AnyArray) -> AnyArray:
    return np.ascontiguousarray(frame.turn.back(array))


def _enlarged(field: Field, rgb: ByteArray, colours: tuple[FloatArray, FloatArray]) -> Field:
    return _core.enlarge(field, rgb, colours[0], colours[1], trust=TRUST, noise=NOISE)
