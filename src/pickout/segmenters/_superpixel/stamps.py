"""What prompts say about single pixels, and writing it into masks: the newest is written last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pickout.arrays import BoolArray, IntArray
from pickout.drawing import Part
from pickout.masks import Box4
from pickout.prompts import Box, Click, Lasso, Polygon, Prompt, Scribble, click_pixel, drawn_part

DOT_SHARE = 0.002
"""Radius of what a click settles for certain, as a share of the picture's diagonal."""


@dataclass(frozen=True, eq=False)
class Stamp:
    """Pixels that a prompt settles.

    Parameters
    ----------
    box_xyxy : (x0, y0, x1, y1)
        Around them, half-open, in full pixels.
    runs : (n, 3) ndarray of int32, optional
        The pixels row by row, (row, first column, column after the last): a stroke across a large
        picture would be megabytes of single pixels. None if they fill the box.
    inside : bool
        What they are.
    only : bool
        True if, besides, nothing else belongs to the object.
    is_click : bool
        True for the one pixel of a click.
    """

    box_xyxy: Box4
    runs: IntArray | None
    inside: bool
    only: bool = False
    is_click: bool = False

    def agrees(self, mask: BoolArray) -> bool:
        """Tell whether a mask already has what the prompt says."""
        if self.runs is None:
            part = mask[self._slices()]
            return bool(part.all() if self.inside else not part.any())
        parts = (mask[row, first:end] for row, first, end in self.runs.tolist())
        return all(part.all() if self.inside else not part.any() for part in parts)

    def meets(self, mask: BoolArray) -> bool:
        """Tell whether a mask holds any of the settled pixels."""
        if self.runs is None:
            return bool(mask[self._slices()].any())
        return any(mask[row, first:end].any() for row, first, end in self.runs.tolist())

    def covers(self, x: int, y: int) -> bool:
        """Tell whether a pixel is among the settled ones."""
        x0, y0, x1, y1 = self.box_xyxy
        if not (x0 <= x < x1 and y0 <= y < y1):
            return False
        return self.runs is None or bool(self.painted((x, y, x + 1, y + 1))[0, 0])

    def holds(self, other: Stamp) -> bool:
        """Tell whether the other stamp's pixels are all among this one's."""
        x0, y0, x1, y1 = self.box_xyxy
        left, top, right, bottom = other.box_xyxy
        if left < x0 or top < y0 or right > x1 or bottom > y1:
            return False
        if self.runs is None:
            return True
        return bool(self.painted(other.box_xyxy)[other.painted(other.box_xyxy)].all())

    def painted(self, window: Box4) -> BoolArray:
        """Return the settled pixels in a window (x0, y0, x1, y1), (y1 - y0, x1 - x0)."""
        x0, y0, x1, y1 = window
        pixels = np.zeros((y1 - y0, x1 - x0), bool)
        if self.runs is None:
            left, top, right, bottom = self.box_xyxy
            pixels[
                max(0, top - y0) : max(0, bottom - y0), max(0, left - x0) : max(0, right - x0)
            ] = 1
            return pixels
        rows = self.runs[:, 0]
        for row, first, end in self.runs[(rows >= y0) & (rows < y1)].tolist():
            pixels[row - y0, max(0, first - x0) : max(0, end - x0)] = True
        return pixels

    def write(self, mask: BoolArray) -> None:
        """Write what the prompt says into a mask, in place."""
        rows, columns = self._slices()
        if self.only:
            mask[: rows.start] = mask[rows.stop :] = False
            mask[rows, : columns.start] = mask[rows, columns.stop :] = False
            if self.runs is not None:
                mask[rows, columns] &= self.painted(self.box_xyxy)
        elif self.runs is None:
            mask[rows, columns] = self.inside
        else:
            for row, first, end in self.runs.tolist():
                mask[row, first:end] = self.inside

    def _slices(self) -> tuple[slice, slice]:
        x0, y0, x1, y1 = self.box_xyxy
        return slice(y0, y1), slice(x0, x1)


def stamp_of(prompt: Prompt, size_hw: tuple[int, int]) -> Stamp:
    """Return the stamp of a checked prompt; a `MaskPrompt` has none and raises TypeError."""
    match prompt:
        case Click():
            row, column = click_pixel(prompt)
            box = (column, row, column + 1, row + 1)
            return Stamp(box, None, prompt.positive, is_click=True)
        case Scribble():
            # The rim of a stroke is where hands slip: its inner half is what is meant.
            core = Scribble(prompt.points, prompt.radius / 2, prompt.positive)
            part = drawn_part(core, size_hw)
            # Of a stroke beside the picture only the rim may reach into it.
            return _stamp(part if part[1].any() else drawn_part(prompt, size_hw), prompt.positive)
        case Polygon():
            return _stamp(drawn_part(prompt, size_hw), prompt.positive)
        case Box() | Lasso():
            return _stamp(drawn_part(prompt, size_hw), True, only=True)
    raise TypeError(f"{prompt.kind} prompts settle whole masks")


def _stamp(part: Part, inside: bool, *, only: bool = False) -> Stamp:
    """Return the stamp of a part of the picture in which some pixels are settled."""
    (left, top, right, bottom), pixels = part
    if pixels.all():
        return Stamp((left, top, right, bottom), None, inside, only)
    padded = np.pad(pixels, ((0, 0), (1, 1)))
    rows, columns = np.nonzero(padded[:, 1:] != padded[:, :-1])  # runs begin and end in turn
    runs = np.stack([rows[::2] + top, columns[::2] + left, columns[1::2] + left], axis=1)
    low, high = runs.min(0).tolist(), runs.max(0).tolist()
    box = (low[1], low[0], high[2], high[0] + 1)
    return Stamp(box, runs.astype(np.int32), inside, only)


def write_all(mask: BoolArray, stamps: Iterable[Stamp]) -> None:
    """Write stamps, oldest first, into a mask, in place. Clicks that disagree become small dots."""
    earlier: list[Stamp] = []
    for stamp in stamps:
        if stamp.is_click and not stamp.agrees(mask):
            _write_dot(mask, stamp, earlier)
        else:
            stamp.write(mask)
        earlier.append(stamp)


def _write_dot(mask: BoolArray, click: Stamp, earlier: list[Stamp]) -> None:
    """A lone pixel would look like dirt; a dot can be seen, and corrected.

    What earlier prompts beside the click have settled stays as it is.
    """
    radius = round(DOT_SHARE * float(np.hypot(*mask.shape)))
    x, y = click.box_xyxy[:2]
    height, width = mask.shape
    left, top = max(0, x - radius), max(0, y - radius)
    right, bottom = min(width, x + radius + 1), min(height, y + radius + 1)
    window = (left, top, right, bottom)
    down, across = np.ogrid[top - y : bottom - y, left - x : right - x]
    near = down**2 + across**2 <= radius**2
    for stamp in earlier:
        if stamp.only:
            near &= stamp.painted(window) | (not click.inside)
        elif _meet(stamp.box_xyxy, window) and not stamp.covers(x, y):
            near &= ~stamp.painted(window)
    near[y - top, x - left] = True
    mask[top:bottom, left:right][near] = click.inside


def _meet(box: Box4, other: Box4) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
