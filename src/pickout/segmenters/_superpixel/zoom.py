"""Which window of the picture is analysed for the next answer: small objects get a close look."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from pickout.masks import Box4
from pickout.prompts import Prompt
from pickout.segmenters._superpixel.stamps import Stamp

ROOM = 0.25
"""Room around the object, as a share of its box, on each side."""

CLOSER_BELOW, NEARER_BELOW = 0.5, 0.3
"""A closer window is taken if its area is below this share of the whole, or of the present one."""

SMALLEST_SIDE = 48
"""Windows are at least this wide and high, in full pixels."""

FOCUS_AFTER = 2
"""Marks after which errors are taken to be small, so that only their surroundings are looked at."""

FOCUS_BELOW = 0.4
"""A focus is worth while if its area is below this share of the present window's."""


def choose_window(
    window: Box4,
    size_hw: tuple[int, int],
    answer: Box4,
    stamped: Sequence[tuple[Prompt, Stamp]],
) -> Box4:
    """Return the window to look at, given the present one and the previous answer.

    It holds the answer, what positive prompts and the newest prompt point at, and some room. The
    present window stays as long as it holds all that and is not far too large.

    Parameters
    ----------
    window : (x0, y0, x1, y1)
        The present window.
    answer : (x0, y0, x1, y1)
        Box around the previous answer, empty without one.
    """
    whole = (0, 0, size_hw[1], size_hw[0])
    held = _held(answer, stamped)
    if held is None:
        return whole
    wanted = _widened(held, size_hw)
    is_whole = window == whole
    limit = CLOSER_BELOW if is_whole else NEARER_BELOW
    if _contains(window, held) and _area(wanted) > limit * _area(window):
        return window
    return wanted if _area(wanted) <= CLOSER_BELOW * _area(whole) else whole


def choose_focus(
    window: Box4, size_hw: tuple[int, int], answer: Box4, stamp: Stamp, room: float
) -> Box4 | None:
    """Return the surroundings of a late mark to look at closely; None if they are too large.

    Parameters
    ----------
    window : (x0, y0, x1, y1)
        The present window.
    answer : (x0, y0, x1, y1)
        Box around the previous answer, empty without one.
    stamp : Stamp
        Of the newest mark.
    room : float
        Distance from the mark to the outline that it corrects, in full pixels: the error's size.
    """
    x0, y0, x1, y1 = stamp.box_xyxy
    left, top, right, bottom = answer
    reach = round(max(4 * room, 0.12 * max(right - left, bottom - top), SMALLEST_SIDE / 2))
    focus = (
        max(0, x0 - reach),
        max(0, y0 - reach),
        min(size_hw[1], x1 + reach),
        min(size_hw[0], y1 + reach),
    )
    return focus if _area(focus) <= FOCUS_BELOW * _area(window) else None


def _held(answer: Box4, stamped: Sequence[tuple[Prompt, Stamp]]) -> Box4 | None:
    """Return the box around the answer and the prompts; None before there is an answer."""
    boxes = [stamp.box_xyxy for _, stamp in stamped[:-1] if stamp.inside and not stamp.only]
    newest = stamped[-1][1]
    if newest.only:
        return newest.box_xyxy
    if answer[0] == answer[2]:
        return None
    corners = np.array([answer, newest.box_xyxy, *boxes])
    low, high = corners[:, :2].min(0), corners[:, 2:].max(0)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _widened(box: Box4, size_hw: tuple[int, int]) -> Box4:
    x0, x1 = _span(box[0], box[2], size_hw[1])
    y0, y1 = _span(box[1], box[3], size_hw[0])
    return x0, y0, x1, y1


def _span(low: int, high: int, side: int) -> tuple[int, int]:
    room = math.ceil(max(ROOM * (high - low), (SMALLEST_SIDE - (high - low)) / 2))
    return max(0, low - room), min(side, high + room)


def _contains(outer: Box4, inner: Box4) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[2] >= inner[2]
        and outer[3] >= inner[3]
    )


def _area(box: Box4) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
