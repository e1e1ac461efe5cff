"""Prompts as the graph sees them: superpixels that are known, and where they were pointed at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pickout.arrays import AnyArray, FloatArray, IntArray
from pickout.prompts import Box, Click, Lasso, Polygon, Prompt, Scribble
from pickout.segmenters._superpixel.frame import Frame
from pickout.segmenters._superpixel.stamps import Stamp

MOST_POINTS = 200
"""Strokes and outlines are represented by at most this many points."""


@dataclass(frozen=True, eq=False)
class Mark:
    """One prompt in a frame.

    Parameters
    ----------
    positive : bool
    points : (k, 2) ndarray of float32
        Where it was pointed at, (x, y) in working pixels; may lie outside the frame.
    nodes : (m,) ndarray of int32
        Superpixels that it decides.
    """

    positive: bool
    points: FloatArray
    nodes: IntArray


def mark_of(prompt: Prompt, stamp: Stamp, frame: Frame) -> Mark:
    """Return what a prompt says about a frame's superpixels.

    A click decides the superpixel under it, a stroke those along its middle, a polygon those
    that lie mostly inside. A box or lasso decides those that lie mostly outside of it.
    """
    match prompt:
        case Click():
            points = frame.to_working(np.array([[prompt.x, prompt.y]]))
            return Mark(prompt.positive, points, frame.nodes_at(points))
        case Scribble():
            points = frame.to_working(_along(np.array(prompt.points), frame))
            return Mark(prompt.positive, points, frame.nodes_at(points))
    share = covered(stamp, frame)
    if isinstance(prompt, Box | Lasso):
        nodes = np.flatnonzero(share < 0.3).astype(np.int32)
        return Mark(False, np.zeros((0, 2), np.float32), nodes)
    nodes = np.flatnonzero(share > 0.5).astype(np.int32)
    centres = frame.superpixels.centre_xy[nodes]
    step = max(1, -(-len(centres) // MOST_POINTS))
    positive = isinstance(prompt, Polygon) and prompt.positive
    return Mark(positive, np.ascontiguousarray(centres[::step]), nodes)


def covered(stamp: Stamp, frame: Frame) -> FloatArray:
    """Return the share of every superpixel that a stamp covers."""
    x0, y0, x1, y1 = frame.window
    whole = np.zeros((y1 - y0, x1 - x0), bool)
    left, top, right, bottom = stamp.box_xyxy
    rows = slice(max(top, y0) - y0, max(min(bottom, y1) - y0, 0))
    columns = slice(max(left, x0) - x0, max(min(right, x1) - x0, 0))
    seen = stamp.pixels[max(0, y0 - top) : max(0, y1 - top), max(0, x0 - left) : max(0, x1 - left)]
    if seen.size:
        whole[rows, columns] = seen
    local = Frame((0, 0, x1 - x0, y1 - y0), frame.superpixels)
    return frame.superpixels.share(local.working_mask(whole))


def _along(corners: AnyArray, frame: Frame) -> AnyArray:
    """Return points along a polyline, about two working pixels apart."""
    if len(corners) == 1:
        return corners
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    travelled = np.concatenate([[0.0], np.cumsum(lengths)])
    n = int(np.clip(travelled[-1] * frame.scale_xy[0] / 2, 2, MOST_POINTS * 10))
    at = np.linspace(0.0, travelled[-1], n)
    return np.stack([np.interp(at, travelled, corners[:, k]) for k in (0, 1)], axis=1)


def decided(marks: list[Mark], n: int) -> IntArray:
    """Return 1 for superpixels known inside, -1 for outside, 0 for others; newer marks win."""
    known = np.zeros(n, np.int32)
    for mark in marks:
        known[mark.nodes] = 1 if mark.positive else -1
    return known
