"""Which part of the picture a pane shows: the one place that turns points there and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from pickout.arrays import BoolArray, ByteArray

LARGEST_SCALE = 32.0
"""Pane pixels per picture pixel, at most."""

EMPTY = (24, 24, 27)
"""Colour of a pane beside the picture, RGB."""


@dataclass(frozen=True)
class View:
    """The part of a picture that a pane shows.

    Parameters
    ----------
    picture_hw, pane_hw : (int, int)
        Heights and widths in pixels.
    scale : float
        Pane pixels per picture pixel.
    left, top : float
        Where the pane's upper left corner lies in the picture, in pixels from its corner.
    """

    picture_hw: tuple[int, int]
    pane_hw: tuple[int, int]
    scale: float
    left: float
    top: float

    @classmethod
    def fit(cls, picture_hw: tuple[int, int], pane_hw: tuple[int, int]) -> View:
        """Return the view that shows the whole picture in the middle of the pane."""
        pane_hw = max(pane_hw[0], 1), max(pane_hw[1], 1)
        scale = min(pane_hw[0] / picture_hw[0], pane_hw[1] / picture_hw[1], LARGEST_SCALE)
        left = (picture_hw[1] - pane_hw[1] / scale) / 2
        top = (picture_hw[0] - pane_hw[0] / scale) / 2
        return cls(picture_hw, pane_hw, scale, left, top)

    def to_picture(self, pane_x: float, pane_y: float) -> tuple[float, float]:
        """Return the picture's point under a pane's point; pixel centres on whole numbers."""
        x = self.left + (pane_x + 0.5) / self.scale - 0.5
        y = self.top + (pane_y + 0.5) / self.scale - 0.5
        return x, y

    def to_pane(self, x: float, y: float) -> tuple[float, float]:
        """Return where a picture's point lies in the pane; the inverse of `to_picture`."""
        pane_x = (x + 0.5 - self.left) * self.scale - 0.5
        pane_y = (y + 0.5 - self.top) * self.scale - 0.5
        return pane_x, pane_y

    def picture_in_pane(self) -> tuple[slice, slice]:
        """Return the pane's rows and columns that lie on the picture."""
        left, top = self.to_pane(-0.5, -0.5)
        right, bottom = self.to_pane(self.picture_hw[1] - 0.5, self.picture_hw[0] - 0.5)
        rows = slice(max(0, round(top + 0.5)), max(0, round(bottom + 0.5)))
        return rows, slice(max(0, round(left + 0.5)), max(0, round(right + 0.5)))

    def zoomed(self, factor: float, pane_x: float, pane_y: float) -> View:
        """Return the view `factor` times closer, with the point under the pointer at its place."""
        whole = View.fit(self.picture_hw, self.pane_hw)
        scale = min(self.scale * factor, max(LARGEST_SCALE, whole.scale))
        if scale <= whole.scale:
            return whole
        left = self.left + (pane_x + 0.5) * (1 / self.scale - 1 / scale)
        top = self.top + (pane_y + 0.5) * (1 / self.scale - 1 / scale)
        return replace(self, scale=scale, left=left, top=top)._kept_inside()

    def moved(self, pane_dx: float, pane_dy: float) -> View:
        """Return the view with the picture pulled along by so many pane pixels."""
        left, top = self.left - pane_dx / self.scale, self.top - pane_dy / self.scale
        return replace(self, left=left, top=top)._kept_inside()

    def resized(self, pane_hw: tuple[int, int]) -> View:
        """Return the view for a pane of another size, with the same middle."""
        whole = View.fit(self.picture_hw, pane_hw)
        if self.scale <= View.fit(self.picture_hw, self.pane_hw).scale:
            return whole
        x, y = self.to_picture(self.pane_hw[1] / 2, self.pane_hw[0] / 2)
        closer = replace(whole, scale=max(self.scale, whole.scale))
        at_x, at_y = closer.to_pane(x, y)
        return closer.moved(pane_hw[1] / 2 - at_x, pane_hw[0] / 2 - at_y)

    def _kept_inside(self) -> View:
        """Return the view moved so that the middle of the pane shows some of the picture.

        Zooming in at a point of the picture never needs this, so the point stays in its place.
        """
        half_h, half_w = (side / self.scale / 2 for side in self.pane_hw)
        left = min(max(self.left, -half_w), self.picture_hw[1] - half_w)
        top = min(max(self.top, -half_h), self.picture_hw[0] - half_h)
        return replace(self, left=left, top=top)


class Pyramid:
    """A picture at full, half, quarter … size, so that drawing costs what the pane shows."""

    def __init__(self, array: ByteArray) -> None:
        self._levels = [array]

    def seen(self, view: View) -> ByteArray:
        """Return what `view` shows.

        Returns
        -------
        array : (pane height, pane width, 3) ndarray of uint8
        """
        level = _level_for(view.scale)
        return _warp(self._level(level), view, level, smooth=view.scale < 2)

    def _level(self, number: int) -> ByteArray:
        import cv2

        while len(self._levels) <= number:
            above = self._levels[-1]
            half = max(1, (above.shape[1] + 1) // 2), max(1, (above.shape[0] + 1) // 2)
            self._levels.append(
                np.asarray(cv2.resize(above, half, interpolation=cv2.INTER_AREA), np.uint8)
            )
        return self._levels[number]


def seen_mask(mask: BoolArray, view: View) -> BoolArray:
    """Return the (pane height, pane width) bool array of the mask as `view` shows it."""
    level = _level_for(view.scale)
    coarse = mask.view(np.uint8)[:: 2**level, :: 2**level]
    return _warp(coarse, view, level, smooth=False, fill=(0, 0, 0)).astype(bool)


def _level_for(scale: float) -> int:
    """Return how often a picture may be halved and still be at least as fine as the pane."""
    return max(0, int(np.floor(-np.log2(scale)))) if scale < 1 else 0


def _warp(
    array: ByteArray,
    view: View,
    level: int,
    *,
    smooth: bool,
    fill: tuple[int, int, int] = EMPTY,
) -> ByteArray:
    """Return the part of a pyramid's `level` that `view` shows, at the pane's size."""
    import cv2

    scale = view.scale * 2**level
    left, top = view.left / 2**level, view.top / 2**level
    # Cut out what is seen first: the rest costs nothing then, and OpenCV's limit of 32767
    # pixels a side is out of reach.
    x0, y0 = max(0, int(left) - 1), max(0, int(top) - 1)
    x1 = min(array.shape[1], int(left + view.pane_hw[1] / scale) + 2)
    y1 = min(array.shape[0], int(top + view.pane_hw[0] / scale) + 2)
    part = np.ascontiguousarray(array[y0:y1, x0:x1])
    matrix = np.array(
        [
            [scale, 0, (x0 - left + 0.5) * scale - 0.5],
            [0, scale, (y0 - top + 0.5) * scale - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR if smooth else cv2.INTER_NEAREST
    return np.asarray(
        cv2.warpAffine(part, matrix, view.pane_hw[::-1], flags=flags, borderValue=fill), np.uint8
    )


@lru_cache(maxsize=4)
def checkerboard(pane_hw: tuple[int, int], square: int = 10) -> ByteArray:
    """Return the grey (H, W, 3) uint8 pattern that stands for transparent."""
    rows, columns = np.indices(pane_hw) // square
    grey = np.where((rows + columns) % 2 == 0, 205, 235).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
