"""What the two panes show: the photo with the objects marked, and the cut-out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pickout.arrays import BoolArray, ByteArray
from pickout.prompts import Box, Click, Lasso, Polygon, Prompt, Scribble
from pickout.segmenters.base import Doubt
from pickout.window.view import View, checkerboard

TINTS = (
    (0, 190, 255), (255, 150, 40), (190, 110, 255), (120, 220, 80), (255, 95, 150),
)  # fmt: skip
"""Colours of the objects, RGB, in the order in which they were added."""

ON, OFF = (70, 220, 110), (255, 85, 85)
"""Colours of prompts on the object and beside it, RGB."""

DOUBT = (255, 205, 60)
"""Colour of the rings at doubtful places, RGB."""

BACKGROUNDS = ("checkerboard", "black", "white")


def draw_photo(
    photo: ByteArray, masks: Iterable[tuple[BoolArray, tuple[int, int, int]]]
) -> ByteArray:
    """Return the photo with every mask tinted and outlined.

    Parameters
    ----------
    photo : (H, W, 3) ndarray of uint8
    masks : iterable of ((H, W) ndarray of bool, RGB colour)
        The last one lies on top.

    Returns
    -------
    picture : (H, W, 3) ndarray of uint8
        A new array.
    """
    picture = photo.copy()
    for mask, tint in masks:
        if mask.any():
            _tint(picture, mask, tint)
            _outline(picture, mask, tint)
    return picture


def _tint(picture: ByteArray, mask: BoolArray, tint: tuple[int, int, int]) -> None:
    """Blend a quarter of `tint` into the pixels inside."""
    inside = picture[mask].astype(np.uint16)
    picture[mask] = ((3 * inside + np.array(tint, np.uint16)) // 4).astype(np.uint8)


def _outline(picture: ByteArray, mask: BoolArray, tint: tuple[int, int, int]) -> None:
    """Draw a bright line along the inner edge with a dark one outside, seen on any colour."""
    import cv2

    solid = mask.view(np.uint8)
    # At the picture's border the object goes on: no line is drawn there.
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    grown = np.asarray(cv2.dilate(solid, cross)).astype(bool)
    shrunk = np.asarray(cv2.erode(solid, cross)).astype(bool)
    picture[grown & ~mask] = 0
    light = tuple(min(255, value + 70) for value in tint)
    picture[mask & ~shrunk] = light


def draw_prompts(picture: ByteArray, view: View, prompts: Iterable[Prompt]) -> None:
    """Draw the prompts into a pane's `picture`: dots, thin lines, green on and red beside."""
    for prompt in prompts:
        match prompt:
            case Click():
                _dot(picture, view.to_pane(prompt.x, prompt.y), prompt.positive)
            case Scribble():
                _line(picture, view, prompt.points, prompt.positive, closed=False)
            case Polygon():
                _line(picture, view, prompt.points, prompt.positive, closed=True)
            case Lasso():
                _line(picture, view, prompt.points, True, closed=True)
            case Box():
                corners = box_outline(prompt.x0, prompt.y0, prompt.x1, prompt.y1)
                _line(picture, view, corners, True, closed=True)


def draw_doubts(picture: ByteArray, view: View, doubts: Iterable[Doubt]) -> None:
    """Draw a ring with a question mark around every doubtful place of a pane's `picture`."""
    import cv2

    for doubt in doubts:
        x, y = (round(value) for value in view.to_pane(doubt.x, doubt.y))
        if not (-15 <= x < picture.shape[1] + 15 and -15 <= y < picture.shape[0] + 15):
            continue
        cv2.circle(picture, (x, y), 13, (0, 0, 0), -1, cv2.LINE_AA)
        cv2.circle(picture, (x, y), 12, DOUBT, 2, cv2.LINE_AA)
        cv2.putText(
            picture, "?", (x - 5, y + 6), cv2.FONT_HERSHEY_SIMPLEX, 0.55, DOUBT, 2, cv2.LINE_AA
        )


def box_outline(x0: float, y0: float, x1: float, y1: float) -> tuple[tuple[float, float], ...]:
    """Return the four corners of a half-open box, as points between pixels."""
    x0, y0, x1, y1 = x0 - 0.5, y0 - 0.5, x1 - 0.5, y1 - 0.5
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def _dot(picture: ByteArray, at: tuple[float, float], positive: bool) -> None:
    """Draw a dot with a white rim; its sign is in it, so that colour is not all that tells."""
    import cv2

    centre = round(at[0]), round(at[1])
    if not (-9 <= centre[0] < picture.shape[1] + 9 and -9 <= centre[1] < picture.shape[0] + 9):
        return
    cv2.circle(picture, centre, 7, (255, 255, 255), -1, cv2.LINE_AA)
    cv2.circle(picture, centre, 6, ON if positive else OFF, -1, cv2.LINE_AA)
    x, y = centre
    cv2.line(picture, (x - 3, y), (x + 3, y), (255, 255, 255), 1, cv2.LINE_AA)
    if positive:
        cv2.line(picture, (x, y - 3), (x, y + 3), (255, 255, 255), 1, cv2.LINE_AA)


def _line(
    picture: ByteArray,
    view: View,
    points: Iterable[tuple[float, float]],
    positive: bool,
    *,
    closed: bool,
) -> None:
    import cv2

    pane = np.array([view.to_pane(x, y) for x, y in points])
    # Far outside a zoomed pane OpenCV's fixed-point coordinates would overflow.
    corners = [np.clip(np.round(pane), -20000, 20000).astype(np.int32)]
    cv2.polylines(picture, corners, closed, (255, 255, 255), 3, cv2.LINE_AA)
    cv2.polylines(picture, corners, closed, ON if positive else OFF, 1, cv2.LINE_AA)


def draw_cutout(photo: ByteArray, mask: BoolArray, background: str) -> ByteArray:
    """Return the masked photo on one of `BACKGROUNDS`.

    Parameters
    ----------
    photo : (H, W, 3) ndarray of uint8
    mask : (H, W) ndarray of bool
    background : str

    Returns
    -------
    picture : (H, W, 3) ndarray of uint8
    """
    if background == "checkerboard":
        ground = checkerboard((mask.shape[0], mask.shape[1]))
        return np.where(mask[..., None], photo, ground)
    return np.where(mask[..., None], photo, np.uint8(255 if background == "white" else 0))
