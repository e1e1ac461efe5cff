"""What a prompt may change: parts of a mask that a click does not reach stay as they were.

Decided twice: at working size, before the mask is drawn, for all parts; and at full size after it,
where gaps are seen that are narrower than a working pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout.arrays import BoolArray, IntArray
from pickout.masks import Box4
from pickout.segmenters._superpixel.frame import cut
from pickout.segmenters._superpixel.view import View

MARGIN = 4
"""Working pixels around changed superpixels in which the outline is drawn anew."""

MOST_PIXELS = 4_000_000
"""Larger windows are not looked at once more at full size: it would take too long."""


@dataclass(frozen=True, eq=False)
class Change:
    """What the newest prompt does to the superpixels of a scene.

    Parameters
    ----------
    inside : (n,) ndarray of bool
        The new answer.
    touched : (n,) ndarray of bool
        Where the new answer counts.
    kept : (n,) ndarray of bool
        What the previous answer has elsewhere.
    """

    inside: BoolArray
    touched: BoolArray
    kept: BoolArray


def may_change(
    view: View, drawn: BoolArray, before: BoolArray, change: Change, *, is_given: bool
) -> BoolArray | None:
    """Return the working pixels that may change, None if all: touched ones and a margin.

    Parameters
    ----------
    view : View
        In which the newest prompt was answered.
    drawn, before : (H, W) ndarray of bool
        The new answer and the previous one, at working size.
    is_given : bool
        True after a `MaskPrompt`.
    """
    labels = view.scene.superpixels.labels
    closed = None if is_given else _closed(view, drawn, before)
    if not is_given and not change.kept.any():
        return None if closed is None else ~closed
    touched = change.touched[labels]
    near = _widened(touched)
    if not is_given:
        near &= touched | ~_widened(change.kept[labels])
    return near if closed is None else near & ~closed


def _closed(view: View, drawn: BoolArray, before: BoolArray) -> BoolArray | None:
    """Return earlier parts that the newest click does not reach, and a margin; None without any.

    Superpixels may hang together where pixels, drawn one by one, leave a gap. What lies outside of
    the view joins nothing here. A box, lasso or stroke is about everything.
    """
    mark = view.marks[-1]
    if not mark.is_click or not before.any():
        return None
    count, part = _parts(drawn | before)
    pointed = np.isin(view.scene.superpixels.labels, mark.nodes)
    is_reached = np.zeros(count + 1, bool)
    is_reached[part[pointed]] = True
    reached = pointed | ((part > 0) & is_reached[part])
    apart = before & ~reached
    return _widened(apart) & ~reached if apart.any() else None


def _widened(pixels: BoolArray) -> BoolArray:
    side = 2 * MARGIN + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.dilate(pixels.view(np.uint8), disk).astype(bool)


def restore_unreached(
    mask: BoolArray, earlier: BoolArray, window: Box4, at_xy: tuple[int, int]
) -> bool:
    """Give parts that have changed, but do not hang together with the click, their pixels back.

    Parts that leave the window may hang together outside of it. Parts that are new stay.

    Parameters
    ----------
    mask : (H, W) ndarray of bool
        The new answer, which says of the click what the click does; changed in place.
    earlier : (H, W) ndarray of bool
        The previous answer.
    window : (x0, y0, x1, y1)
        Where they may differ.
    at_xy : (int, int)
        The click, in the window.

    Returns
    -------
    is_restored : bool
        Whether there are such parts.
    """
    new, old = cut(mask, window), cut(earlier, window)
    if new.size > MOST_PIXELS:
        return False
    both = new | old
    x, y, width, height = cv2.boundingRect(both.view(np.uint8))
    if width == 0:
        return False
    here = (slice(y, y + height), slice(x, x + width))  # most of a picture is empty
    count, part = _parts(both[here])
    if count <= 1:
        return False
    new, old = new[here], old[here]
    reached = np.zeros(count + 1, bool)
    column, row = at_xy[0] - window[0] - x, at_xy[1] - window[1] - y
    if 0 <= row < height and 0 <= column < width:
        reached[part[row, column]] = True
    box = (window[0] + x, window[1] + y, window[0] + x + width, window[1] + y + height)
    leaving = _leaving(part, box, window, mask.shape)
    if reached[leaving].any():
        reached[leaving] = True
    is_old = np.bincount(part[old], minlength=count + 1) > 0
    stays = is_old & ~reached
    if stays.any():
        np.copyto(new, old, where=stays[part])
    return bool(stays.any())


def _leaving(part: IntArray, box: Box4, window: Box4, size_hw: tuple[int, ...]) -> IntArray:
    """Return the numbers of the parts at those sides of a window where the picture goes on.

    `part` shows only a box in the window that holds all parts.
    """
    x0, y0, x1, y1 = window
    sides = [
        (0 < x0 == box[0], part[:, 0]),
        (0 < y0 == box[1], part[0]),
        (size_hw[1] > x1 == box[2], part[:, -1]),
        (size_hw[0] > y1 == box[3], part[-1]),
    ]
    numbers = np.unique(np.concatenate([part[:0, 0], *(side for goes, side in sides if goes)]))
    return numbers[numbers > 0]


def _parts(mask: BoolArray) -> tuple[int, IntArray]:
    """Return how many parts a mask has, corners joined, and the number of every pixel's own."""
    count, part = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
    return count - 1, np.asarray(part, np.int32)
