"""What a prompt may change: parts of a mask that a click does not reach stay as they were.

Decided twice: at working size, before the mask is drawn, for all parts; and at full size after it,
where gaps are seen that are narrower than a working pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pickout import _core
from pickout.arrays import BoolArray, IntArray
from pickout.masks import Box4
from pickout.segmenters._superpixel.view import View

MARGIN = 4
"""Working pixels around changed superpixels in which the outline is drawn anew."""

SPECK = 0.01
"""Parts below the square of this share of the picture's diagonal, and below a hundredth of the
largest part, are specks. Pictures of the development set have few, and what is in them is mostly
wrong; photos of 1 and 12 megapixels have about ten in a mask, of a few pixels each.
"""

HOLE = 0.004
"""The same for holes, which are more often meant: between fingers, in a chain."""


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


def tidy(
    mask: BoolArray,
    earlier: BoolArray | None,
    window: Box4,
    click_xy: tuple[int, int],
    clicked_xy: Sequence[tuple[int, int]] = (),
) -> bool:
    """Put right what drawing pixel by pixel leaves: gaps and specks that superpixels do not know.

    Parts that have changed, but do not hang together with a click, get their pixels back. Specks
    beside the others are taken out, and small holes in them filled. What leaves the window may hang
    together outside of it.

    Parameters
    ----------
    mask : (H, W) ndarray of bool
        The new answer, which says of the click what the click does; changed in place.
    earlier : (H, W) ndarray of bool, optional
        The previous answer, if the newest prompt is a click that corrects it; else the prompt is
        about everything.
    window : (x0, y0, x1, y1)
        Where they may differ.
    click_xy : (int, int)
        The click, in the window.
    clicked_xy : sequence of (int, int)
        Pixels of all clicks: what holds one is no speck and no small hole.

    Returns
    -------
    is_changed : bool
    """
    speck, hole = (round((share * float(np.hypot(*mask.shape))) ** 2) for share in (SPECK, HOLE))
    kept = np.array(clicked_xy, np.int32).reshape(-1, 2)
    return _core.tidy(
        mask, earlier, window=window, click=click_xy, speck=speck, hole=hole, kept=kept
    )


def _parts(mask: BoolArray) -> tuple[int, IntArray]:
    """Return how many parts a mask has, corners joined, and the number of every pixel's own."""
    count, part = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
    return count - 1, np.asarray(part, np.int32)
