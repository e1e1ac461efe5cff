"""From superpixels inside to a mask at full size: the outline is drawn anew, finer and finer."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pickout import _core
from pickout.arrays import BoolArray, ByteArray, FloatArray, IntArray
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

TRUST, NOISE = 0.8, 60.0
"""How far colours move the outline on finer levels, and the contrast at which they do half of it.

Below it their say fades fast: between like colours outlines would fray.
"""


LEAST_KEPT = 0.5
"""So much of what superpixels say must stay of a box's answer; else their own outline stays.

Where nothing in a box is sure its answer is raised until there is one, and the band model, which
knows nothing of that, takes it away again.
"""


def colours_around(rgb: ByteArray, field: Field) -> tuple[FloatArray, FloatArray]:
    """Return the mean colours inside and outside, (H, W, 3) float32, where a field is not sure.

    Elsewhere they may be 0: nobody asks for them there.
    """
    found = np.zeros((2, *rgb.shape), np.float32)
    unsure = np.abs(field) < SURE
    x, y, width, height = cv2.boundingRect(unsure.view(np.uint8))
    if width == 0:
        return found[0], found[1]
    room, needed = COLOUR_WINDOW // 2 + 2, 2  # values are taken between pixels, too
    rows, columns = (
        slice(max(0, low - room), high + room) for low, high in ((y, y + height), (x, x + width))
    )
    wanted = (
        slice(max(0, y - needed), y + height + needed),
        slice(max(0, x - needed), x + width + needed),
    )
    part = local_colours(rgb[rows, columns], field[rows, columns] > 0)
    for whole, one in zip(found, part, strict=True):
        inner = one[wanted[0].start - rows.start :, wanted[1].start - columns.start :]
        target = whole[wanted]
        target[:] = inner[: target.shape[0], : target.shape[1]]
    return found[0], found[1]


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
    stays = np.count_nonzero(part > 0) >= LEAST_KEPT * float(band.mask.sum())
    return hard_field(mask) if view.is_box_alone and not stays else field


def hard_field(mask: BoolArray) -> Field:
    """Return the field of a mask that nothing more is known of."""
    signed = np.where(mask, np.float32(160), np.float32(-160))
    return np.clip(cv2.GaussianBlur(signed, (0, 0), 1.0), -SURE, SURE).astype(np.int8)


def to_full(frame: Frame, field: Field, pyramid: Pyramid) -> BoolArray:
    """Return the full-size mask of a working-size field, empty outside the frame's window."""
    mask = np.zeros(pyramid.size_hw, bool)
    draw(mask, frame, field, pyramid, None)
    return mask


def draw(
    mask: BoolArray, frame: Frame, field: Field, pyramid: Pyramid, opened: BoolArray | None
) -> None:
    """Write a field into the frame's window of a full-size mask.

    Parameters
    ----------
    mask : (H, W) ndarray of bool
        Changed in place.
    field : (h, w) ndarray of int8
        At working size.
    opened : (h, w) ndarray of bool, optional
        The working pixels that may change; all by default.
    """
    area = frame.window_hw[0] * frame.window_hw[1]
    if frame.turn.size(frame.window_hw) == frame.size_hw:
        _copy(mask, frame, field > 0, opened)
    elif area < field.size:
        size = frame.turn.size(frame.window_hw)
        _copy(mask, frame, resized(field.astype(np.float32), size) > 0, opened)
    else:
        _draw_finer(mask, frame, field, pyramid, opened)


def _copy(mask: BoolArray, frame: Frame, part: BoolArray, opened: BoolArray | None) -> None:
    """Write what is already as large as the window."""
    window, upright = cut(mask, frame.window), frame.turn.back(part)
    if opened is None:
        window[:] = upright
    else:
        rows, columns = _places(frame)
        np.copyto(window, upright, where=frame.turn.back(opened)[rows[:, None], columns])


def _draw_finer(
    mask: BoolArray, frame: Frame, field: Field, pyramid: Pyramid, opened: BoolArray | None
) -> None:
    """Enlarge the field level by level; the last one is written into the mask."""
    upright = frame.turn.laid_back
    inside, outside = map(upright, colours_around(frame.superpixels.rgb, field))
    field = upright(field)
    may_change = None if opened is None else upright(opened)
    for level in reversed(pyramid.levels[1:]):
        window = scaled_window(frame.window, pyramid.size_hw, level.shape[:2])
        if (window[3] - window[1]) * (window[2] - window[0]) > 1.2 * field.size:
            field = _core.enlarge(
                field, level, inside, outside, window=window, trust=TRUST, noise=NOISE
            )
    _core.draw(
        mask, field, pyramid.levels[0], inside, outside, may_change, *_places(frame),
        window=frame.window, trust=TRUST, noise=NOISE,
    )  # fmt: skip


def _places(frame: Frame) -> tuple[IntArray, IntArray]:
    """Return for every row and column of the window the nearest one at working size, upright."""
    turn, size = frame.turn, frame.turn.size(frame.window_hw)
    rows = _nearest(size[0], frame.size_hw[0], mirrored=turn.down)
    columns = _nearest(size[1], frame.size_hw[1], mirrored=turn.across)
    return (columns, rows) if turn.transposed else (rows, columns)


def _nearest(fine: int, coarse: int, *, mirrored: bool) -> IntArray:
    """Return for `fine` pixels the nearest of `coarse` ones along a side."""
    at = ((2 * np.arange(fine) + 1) * coarse // (2 * fine)).astype(np.int32)
    return np.ascontiguousarray(coarse - 1 - at[::-1]) if mirrored else at
