"""Windows of the full picture brought to working size, and the way between the two."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout import _core
from pickout.analysis.models import EdgeModels
from pickout.analysis.superpixels import Superpixels, find_superpixels
from pickout.analysis.turn import UPRIGHT, Turn
from pickout.arrays import AnyArray, BoolArray, ByteArray, FloatArray, IntArray
from pickout.masks import Box4

WORKING_PIXELS = 154_000
"""The picture is analysed at about this many pixels (the size of a 481 x 321 picture)."""

ZOOM_PIXELS = 80_000
"""The same for a closer window around a small object."""

FOCUS_PIXELS = 24_000
"""The same for the surroundings of a late mark."""

LONGEST_SIDE = 65_535
"""The core counts no more pixels along a side, of a picture or at working size."""

LARGEST_ENLARGEMENT = 2.0
"""Small windows are enlarged at most by this; beyond it there is nothing more to see."""


class Pyramid:
    """A picture at full size and, halved again and again, down to working size.

    Parameters
    ----------
    array : (H, W, 3) ndarray of uint8
    """

    def __init__(self, array: ByteArray) -> None:
        self.levels = [array]
        while self._pixels() > 4 * WORKING_PIXELS and min(self.levels[-1].shape[:2]) > 1:
            self.levels.append(_halved(self.levels[-1]))

    def _pixels(self) -> int:
        height, width = self.levels[-1].shape[:2]
        return int(height * width)

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width of the full picture."""
        return self.levels[0].shape[0], self.levels[0].shape[1]

    def part(self, window: Box4, size_hw: tuple[int, int]) -> ByteArray:
        """Return a window's pixels on the smallest level that has enough of them for `size_hw`."""
        wanted = size_hw[0] / (window[3] - window[1])
        level = self.levels[0]
        for smaller in self.levels[1:]:
            if smaller.shape[0] < wanted * self.size_hw[0]:
                break
            level = smaller
        part: ByteArray = cut(level, scaled_window(window, self.size_hw, level.shape[:2]))
        return part


def _halved(array: ByteArray) -> ByteArray:
    """Return the picture at half its size, to the bit the same for its mirror image."""
    height, width = array.shape[:2]
    if height % 2 or width % 2:
        return _core.halve(np.ascontiguousarray(array))
    half = cv2.resize(array, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(half, np.uint8)


def scaled_window(window: Box4, from_hw: tuple[int, ...], to_hw: tuple[int, ...]) -> Box4:
    """Return the window of a picture of `from_hw` in the same picture at `to_hw`, not empty."""
    x0, x1 = _scaled_span(window[0], window[2], from_hw[1], to_hw[1])
    y0, y1 = _scaled_span(window[1], window[3], from_hw[0], to_hw[0])
    return x0, y0, x1, y1


def _scaled_span(low: int, high: int, from_side: int, to_side: int) -> tuple[int, int]:
    # Halves are rounded outwards, and a span that comes to nothing takes the pixel in its middle:
    # mirrored windows come out mirrored.
    first = -(-(2 * low * to_side - from_side) // (2 * from_side))
    last = (2 * high * to_side + from_side) // (2 * from_side)
    if first < last:
        return first, last
    middle = (low + high) * to_side // (2 * from_side)
    return middle, middle + 1


def cut(array: AnyArray, window: Box4) -> AnyArray:
    """Return the view of `array` that shows the window."""
    x0, y0, x1, y1 = window
    return array[y0:y1, x0:x1]


def resized(array: AnyArray, size_hw: tuple[int, int]) -> AnyArray:
    """Return `array` at another size: averaged when smaller, smoothly interpolated when larger."""
    if array.shape[:2] == size_hw:
        return np.ascontiguousarray(array)
    shrinks = size_hw[0] * size_hw[1] < array.shape[0] * array.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(array, size_hw[::-1], interpolation=how))


@dataclass(frozen=True, eq=False)
class Frame:
    """An analysed window of the picture.

    Parameters
    ----------
    window : (x0, y0, x1, y1)
        In pixels of the full picture.
    superpixels : Superpixels
        Of the window at working size, turned.
    turn : Turn
        From the upright window to the working pixels.
    """

    window: Box4
    superpixels: Superpixels
    turn: Turn = UPRIGHT

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width in working pixels, after turning."""
        return self.superpixels.size_hw

    @property
    def window_hw(self) -> tuple[int, int]:
        """Height and width of the window in full pixels, upright."""
        x0, y0, x1, y1 = self.window
        return y1 - y0, x1 - x0

    @property
    def scale_xy(self) -> tuple[float, float]:
        """Working pixels per full pixel, across and down after turning."""
        height, width = self.turn.size(self.window_hw)
        return self.size_hw[1] / width, self.size_hw[0] / height

    @property
    def diagonal(self) -> float:
        """Length in working pixels."""
        return float(np.hypot(*self.size_hw))

    def to_working(self, points_xy: AnyArray) -> FloatArray:
        """Return (k, 2) points of the full picture in working pixels; may lie outside."""
        places = np.asarray(points_xy, np.float64) + 0.5 - np.array(self.window[:2])
        turned = self.turn.places(places, self.window_hw)
        return np.asarray(turned * self.scale_xy - 0.5, np.float32)

    def to_full(self, points_xy: AnyArray) -> AnyArray:
        """Return (k, 2) working points in pixels of the full picture, float64."""
        places = (np.asarray(points_xy, np.float64) + 0.5) / self.scale_xy
        upright = self.turn.places_back(places, self.window_hw)
        return np.asarray(upright + np.array(self.window[:2]) - 0.5)

    def working_mask(self, mask: BoolArray) -> BoolArray:
        """Return the part of a full-size mask in this window at working size."""
        return self._shrunk(mask, self.window)

    def sampled_mask(self, mask: BoolArray) -> BoolArray:
        """Return the same roughly and at once: of every working pixel's area only the middle."""
        part = self.turn(cut(mask, self.window))
        rows, columns = (
            (2 * np.arange(few) + 1) * many // (2 * few)
            for few, many in zip(self.size_hw, part.shape, strict=True)
        )
        return np.asarray(part[rows[:, None], columns])

    def shrunk(self, part: BoolArray) -> BoolArray:
        """Return a mask of the size of the window at working size, turned."""
        return self._shrunk(part, (0, 0, part.shape[1], part.shape[0]))

    def _shrunk(self, mask: BoolArray, window: Box4) -> BoolArray:
        """Return a window of a mask, which is this frame's window, at working size."""
        part = self.turn(cut(mask, window))
        if part.shape == self.size_hw:
            return np.ascontiguousarray(part)
        # Nine pixels are enough to average over, however many there are.
        step = max(1, int(min(np.divide(part.shape, self.size_hw)) / 3))
        sampled = part[::step, ::step]
        if sampled.shape[0] < self.size_hw[0] or sampled.shape[1] < self.size_hw[1]:
            grey = np.multiply(sampled, 255, dtype=np.uint8)
            return np.asarray(cv2.resize(grey, self.size_hw[::-1]) > 127)
        mirrored = (self.turn.down, self.turn.across)
        down, across = mirrored[::-1] if self.turn.transposed else mirrored
        left = (window[2] - window[0] - 1) % step if across else 0
        top = (window[3] - window[1] - 1) % step if down else 0
        size = self.turn.size(self.size_hw)
        whole = np.ascontiguousarray(mask)
        small = _core.shrink(whole, window=window, step=step, left=left, top=top, size=size)
        return np.ascontiguousarray(self.turn(small))

    def shows(self, points: FloatArray) -> BoolArray:
        """Tell which (k, 2) working points lie in the frame."""
        at = np.floor(points + 0.5)
        height, width = self.size_hw
        return np.asarray((at >= 0).all(1) & (at[:, 0] < width) & (at[:, 1] < height))

    def pixels_at(self, points: FloatArray) -> tuple[IntArray, IntArray]:
        """Return rows and columns of the pixels under working points, without those outside."""
        at = np.floor(points[self.shows(points)] + 0.5).astype(np.int32)
        return at[:, 1], at[:, 0]

    def nodes_at(self, points: FloatArray) -> IntArray:
        """Return the different superpixels under working points; those outside are left out."""
        return np.unique(self.superpixels.labels[self.pixels_at(points)]).astype(np.int32)

    def nodes_under(self, points: FloatArray) -> list[IntArray]:
        """Return for each of (k, 2) points the superpixel under it, or none if it lies outside."""
        shown = self.shows(points)
        under = self.superpixels.labels[self.pixels_at(points)].astype(np.int32)
        ends = np.cumsum(shown)
        return [under[end - here : end] for end, here in zip(ends, shown.astype(int), strict=True)]


def working_size(window: Box4, pixels: int = WORKING_PIXELS) -> tuple[int, int]:
    """Return the (height, width) at which a window is analysed."""
    width, height = window[2] - window[0], window[3] - window[1]
    scale = min(
        (pixels / (width * height)) ** 0.5, LARGEST_ENLARGEMENT, LONGEST_SIDE / max(width, height)
    )
    return max(1, round(height * scale)), max(1, round(width * scale))


def analyse_window(
    pyramid: Pyramid, window: Box4, turn: Turn, models: EdgeModels, pixels: int = WORKING_PIXELS
) -> Frame:
    """Return the window of the picture, turned and analysed at about so many working pixels."""
    size_hw = working_size(window, pixels)
    part = pyramid.part(window, size_hw)
    rgb = resized(turn.laid(part), turn.size(size_hw))
    return Frame(window, find_superpixels(rgb, models), turn)
