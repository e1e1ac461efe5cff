"""The pixels near the outline, measured one by one for the band model."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout import _core
from pickout.arrays import AnyArray, BoolArray, FloatArray, IntArray
from pickout.segmenters._superpixel.view import View

HALF_WIDTH = 4
"""Pixels at most this far from the outline are decided anew, in working pixels."""

ROOM = 16
"""Working pixels around the object that are looked at."""

STRONGEST_LOGIT, CONTRADICTED = 6.0, np.float32(3.0)
"""Log odds are cut off at the one, and are the other where they contradict a mark."""

FARTHEST_MARK = 60.0
"""Marks farther off than this, in working pixels, are as good as none."""

SURROUNDINGS = {"mask": (9, 25), "guess": (15,)}
"""Neighbourhoods from which colours inside and outside are taken: what tells inside, sides."""

BAND_NAMES = (
    "logit", "logit near", "mask near", "signed distance", "gradient",
    *(
        f"{what} {kind} {side}"
        for kind, sides in SURROUNDINGS.items()
        for side in sides
        for what in ("share", "to inside", "to outside", "difference", "place between", "contrast")
    ),
    "to superpixel", "object size", "ruggedness",
    "to positive", "to negative", "to last",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Band:
    """The pixels to decide.

    Parameters
    ----------
    window : (slice, slice)
        Rows and columns of the frame that hold the object and some room.
    mask : (h, w) ndarray of bool
        The superpixels' answer in the window.
    rows, columns : (k,) ndarray of int
        The band's pixels, in the window.
    features : (len(BAND_NAMES), k) ndarray of float32
    """

    window: tuple[slice, slice]
    mask: BoolArray
    rows: IntArray
    columns: IntArray
    features: FloatArray


def measure_band(view: View, mask: BoolArray) -> Band | None:
    """Return the band of a working-size mask, None if it has no outline."""
    scene = view.scene
    window = _window(mask)
    inside = np.ascontiguousarray(mask[window]).view(np.uint8)
    band = _changed(inside, cv2.MORPH_DILATE) != _changed(inside, cv2.MORPH_ERODE)
    rows, columns = (axis.astype(np.int32) for axis in np.nonzero(band))
    if not len(rows):
        return None
    at = (rows, columns)
    labels = scene.superpixels.labels[window]
    known = view.known()  # marks are certain, whatever the click model says of what is marked
    agreeing = np.where(known * view.logit < 0, known * CONTRADICTED, view.logit)
    logit = np.clip(agreeing, -STRONGEST_LOGIT, STRONGEST_LOGIT).astype(np.float32, copy=False)
    chance = np.asarray(1 / (1 + np.exp(-logit)), np.float32)
    colour = np.ascontiguousarray(scene.lab[window])
    guess = logit[labels]
    weights: dict[str, FloatArray] = {"mask": inside.astype(np.float32), "guess": chance[labels]}
    own, size = colour[at], float(inside.sum())
    features = [
        guess[at],
        _blur(guess, 1.5)[at],
        _blur(weights["mask"], 1.0)[at],
        (_distance(inside) - _distance(1 - inside))[at],
        scene.gradient[window][at],
        *(
            row
            for kind, sides in SURROUNDINGS.items()
            for row in _core.surroundings(colour, weights[kind], *at, np.array(sides, np.int32))
        ),
        _length(own - scene.near_colour[labels[at]]),
        np.full(len(rows), size**0.5 / scene.frame.diagonal),
        np.full(len(rows), len(rows) / (size + 1)),
        *_to_marks(view, rows + (window[0].start or 0), columns + (window[1].start or 0)),
    ]
    stacked = np.stack(features).astype(np.float32, copy=False)
    return Band(window, inside.view(bool), rows, columns, stacked)


def _to_marks(view: View, rows: IntArray, columns: IntArray) -> list[FloatArray]:
    """Return distances to the nearest positive and negative mark and to the newest one."""
    pixels = np.stack([columns, rows], axis=1).astype(np.float32)
    marks = [mark for mark in view.marks if not mark.is_enclosure]
    kinds = (
        [mark for mark in marks if mark.positive],
        [mark for mark in marks if not mark.positive],
        marks[-1:],
    )
    distances = []
    low, high = pixels.min(0) - FARTHEST_MARK, pixels.max(0) + FARTHEST_MARK
    for kind in kinds:
        points = np.concatenate([np.zeros((0, 2), np.float32), *(mark.points for mark in kind)])
        points = points[((points >= low) & (points <= high)).all(1)]
        distances.append(np.minimum(_core.nearest(pixels, points), FARTHEST_MARK))
    return distances


def _window(mask: BoolArray) -> tuple[slice, slice]:
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    rows = slice(max(0, y - ROOM), y + height + ROOM)
    return rows, slice(max(0, x - ROOM), x + width + ROOM)


def _changed(inside: AnyArray, how: int) -> AnyArray:
    side = 2 * HALF_WIDTH + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.morphologyEx(inside, how, disk, borderType=cv2.BORDER_REPLICATE)


def _blur(values: FloatArray, sigma: float) -> FloatArray:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)


def _distance(inside: AnyArray) -> FloatArray:
    """Return distances to the nearest 0; few pixels if there is none."""
    return np.minimum(cv2.distanceTransform(inside, cv2.DIST_L2, 3), 2 * HALF_WIDTH)


def _length(vectors: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), np.float32)
