"""Prompts as the graph sees them: superpixels that are known, and where they were pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pickout.arrays import AnyArray, BoolArray, FloatArray, IntArray
from pickout.prompts import Box, Click, Lasso, Polygon, Prompt, Scribble
from pickout.segmenters._superpixel.frame import Frame
from pickout.segmenters._superpixel.stamps import Stamp

MOST_POINTS = 64
"""Strokes and outlines are represented by at most this many points."""

LEFT_OUT = 0.3
"""A box or lasso leaves out superpixels of which it holds less than this share."""


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
    is_enclosure : bool
        True for a box or lasso: the nodes are those outside of it.
    is_stroke : bool
        True for a scribble.
    """

    positive: bool
    points: FloatArray
    nodes: IntArray
    is_enclosure: bool = False
    is_stroke: bool = False

    @property
    def is_click(self) -> bool:
        """True for what points at one place."""
        return not self.is_enclosure and not self.is_stroke


def corrects(marks: Sequence[Mark], answer: AnyArray) -> bool:
    """Tell whether the newest of all marks mends an answer; else something new begins.

    A box, lasso or stroke is a new beginning.
    """
    return bool(answer.any() and marks and marks[-1].is_click)


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
            nodes = frame.nodes_at(points)
            return Mark(prompt.positive, _thinned(points), nodes, is_stroke=True)
    share = covered(stamp, frame)
    if isinstance(prompt, Box | Lasso):
        # A box may be smaller than what it lies in.
        nodes = np.flatnonzero(share < min(LEFT_OUT, share.max())).astype(np.int32)
        return Mark(False, np.zeros((0, 2), np.float32), nodes, is_enclosure=True)
    nodes = np.flatnonzero(share > 0.5).astype(np.int32)
    positive = isinstance(prompt, Polygon) and prompt.positive
    return Mark(positive, _thinned(frame.superpixels.centre_xy[nodes]), nodes)


def marks_of(prompts: Sequence[tuple[Prompt, Stamp]], frame: Frame) -> tuple[Mark, ...]:
    """Return the marks of many prompts, clicks all at once: there may be hundreds."""
    clicks = [prompt for prompt, _ in prompts if isinstance(prompt, Click)]
    places = np.array([(click.x, click.y) for click in clicks], np.float64).reshape(-1, 2)
    points = frame.to_working(places)
    nodes = iter(frame.nodes_under(points))
    points_of = iter(points[:, None])
    return tuple(
        Mark(prompt.positive, next(points_of), next(nodes))
        if isinstance(prompt, Click)
        else mark_of(prompt, stamp, frame)
        for prompt, stamp in prompts
    )


def _thinned(points: FloatArray) -> FloatArray:
    step = max(1, -(-len(points) // MOST_POINTS))
    return np.ascontiguousarray(points[::step])


def covered(stamp: Stamp, frame: Frame) -> FloatArray:
    """Return the share of every superpixel that a stamp covers."""
    return frame.superpixels.share(working_pixels(stamp, frame))


def working_pixels(stamp: Stamp, frame: Frame) -> BoolArray:
    """Return the pixels of a stamp in a frame at working size."""
    return frame.shrunk(stamp.painted(frame.window))


def _along(corners: AnyArray, frame: Frame) -> AnyArray:
    """Return points along a polyline, about two working pixels apart."""
    if len(corners) == 1:
        return corners
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    travelled = np.concatenate([[0.0], np.cumsum(lengths)])
    n = int(np.clip(travelled[-1] * frame.scale_xy[0] / 2, 2, 2000))
    at = np.linspace(0.0, travelled[-1], n)
    return np.stack([np.interp(at, travelled, corners[:, k]) for k in (0, 1)], axis=1)


def decided(marks: list[Mark], n: int) -> IntArray:
    """Return 1 for superpixels known inside, -1 for outside, 0 for others; newer marks win."""
    known = np.zeros(n, np.int32)
    for mark in marks:
        known[mark.nodes] = 1 if mark.positive else -1
    return known
