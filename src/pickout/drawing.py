"""Which pixels a stroke covers and an outline encloses, drawn into no more room than they take."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from pickout.arrays import AnyArray, BoolArray
from pickout.masks import Box4

Points = Sequence[tuple[float, float]]
Part = tuple[Box4, BoolArray]
"""A half-open box (x0, y0, x1, y1) in the picture and its pixels, (y1 - y0, x1 - x0)."""

BITS = 4
"""Coordinates are rounded to so many binary places."""

# What OpenCV's drawing can take: coordinates far outside any picture, and its thickest line.
_FARTHEST, _THICKEST = 1e6, 32767
# It draws otherwise across the sides of an array than inside of it.
_MARGIN = 32


def stroke_part(points: Points, radius: float, size_hw: tuple[int, int]) -> Part:
    """Return the part of a picture that holds a polyline, `radius` thick on each side."""
    import cv2

    radius = min(radius, _THICKEST / 2 - 1)
    corners = _rounded(points)
    room = (math.ceil(radius) + 2) << BITS
    box = _box_around(corners.min(0) - room, corners.max(0) + room, size_hw)
    height, width = box[3] - box[1], box[2] - box[0]
    if height * width == 0:
        return box, np.zeros((0, 0), np.bool_)
    canvas = np.zeros((height + 2 * _MARGIN, width + 2 * _MARGIN), np.uint8)
    at = (corners - ((np.array(box[:2]) - _MARGIN) << BITS)).astype(np.int32)
    thick = max(1, round(2 * radius + 1))
    cv2.polylines(canvas, [at], False, (1,), thick, cv2.LINE_8, BITS)
    if len(at) == 1:
        cv2.circle(canvas, at[0].tolist(), round(radius * 2**BITS), (1,), -1, cv2.LINE_8, BITS)
    inner = slice(_MARGIN, _MARGIN + height), slice(_MARGIN, _MARGIN + width)
    return box, np.ascontiguousarray(canvas[inner]).view(np.bool_)


def outline_part(points: Points, size_hw: tuple[int, int]) -> Part:
    """Return the part of a picture that holds what a closed outline encloses.

    A pixel is inside if its centre lies on the outline, or if a ray from there crosses it an odd
    number of times. Reckoned in whole numbers: mirrored outlines enclose mirrored pixels.
    """
    corners = _rounded(points)
    box = _box_around(corners.min(0), corners.max(0), size_hw)
    height, width = box[3] - box[1], box[2] - box[0]
    inside = np.zeros((height, width), np.bool_)
    if inside.size == 0:
        return box, inside
    corners = corners - (np.array(box[:2]) << BITS)
    rows, across, per_column, ends_there = _crossings(corners, height)
    column = across // per_column
    crossed = np.zeros((height, width + 1), np.uint8)
    right = np.clip(column + 1, 0, width)
    np.add.at(crossed, (rows[~ends_there], right[~ends_there]), np.uint8(1))
    np.bitwise_xor.accumulate(crossed & 1, axis=1, out=crossed)
    inside |= crossed[:, :width].view(np.bool_)
    is_on = (across % per_column == 0) & (column >= 0) & (column < width)
    inside[rows[is_on], column[is_on]] = True
    _add_level_edges(inside, corners)
    return box, inside


def _rounded(points: Points) -> AnyArray:
    """Return (n, 2) points in whole numbers, 2**BITS of them a pixel, not too far away."""
    clipped = np.clip(np.array(points, np.float64), -_FARTHEST, _FARTHEST)
    return np.asarray(np.round(clipped * 2**BITS), np.int64)


def _box_around(low: AnyArray, high: AnyArray, size_hw: tuple[int, int]) -> Box4:
    """Return the box of the picture's pixels from `low` to `high`, in rounded coordinates."""
    x0, y0 = (max(0, int(-(-side >> BITS))) for side in low)
    x1, y1 = (
        min(length, int(side >> BITS) + 1) for side, length in zip(high, size_hw[::-1], strict=True)
    )
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else (0, 0, 0, 0)


def _crossings(corners: AnyArray, height: int) -> tuple[AnyArray, AnyArray, AnyArray, AnyArray]:
    """Return where an outline crosses the rows of pixel centres.

    Returns
    -------
    rows : (k,) ndarray of int64
    across, per_column : (k,) ndarray of int64
        The place is at column ``across / per_column``.
    ends_there : (k,) ndarray of bool
        Whether it is the lower end of an edge: the next edge begins there and counts.
    """
    others = np.roll(corners, -1, axis=0)
    goes_down = (corners[:, 1] < others[:, 1])[:, None]
    top, bottom = np.where(goes_down, corners, others), np.where(goes_down, others, corners)
    first = np.maximum(0, -(-top[:, 1] >> BITS))
    count = np.maximum(0, np.minimum(height - 1, bottom[:, 1] >> BITS) - first + 1)
    count[top[:, 1] == bottom[:, 1]] = 0
    edge = np.repeat(np.arange(len(corners)), count)
    rows = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    (x0, y0), (x1, y1) = top[edge].T, bottom[edge].T
    down = (rows << BITS) - y0
    return rows, x0 * (y1 - y0) + down * (x1 - x0), (y1 - y0) << BITS, y0 + down == y1


def _add_level_edges(inside: BoolArray, corners: AnyArray) -> None:
    """Add the pixels whose centres lie on edges along a row, in place."""
    others = np.roll(corners, -1, axis=0)
    is_level = (corners[:, 1] == others[:, 1]) & (corners[:, 1] % 2**BITS == 0)
    for (x0, y), (x1, _) in zip(corners[is_level], others[is_level], strict=True):
        row, low, high = y >> BITS, -(-min(x0, x1) >> BITS), max(x0, x1) >> BITS
        if 0 <= row < len(inside):
            inside[row, max(0, low) : max(0, high + 1)] = True
