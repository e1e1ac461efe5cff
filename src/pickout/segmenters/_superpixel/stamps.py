"""What prompts say about single pixels, and writing it into masks: the newest is written last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from pickout.arrays import BoolArray
from pickout.masks import Box4
from pickout.prompts import Box, Click, Lasso, Polygon, Prompt, Scribble, click_pixel, drawn

DOT_SHARE = 0.002
"""Radius of what a click settles for certain, as a share of the picture's diagonal."""


@dataclass(frozen=True, eq=False)
class Stamp:
    """Pixels that a prompt settles.

    Parameters
    ----------
    box_xyxy : (x0, y0, x1, y1)
        Half-open, in full pixels.
    pixels : (y1 - y0, x1 - x0) ndarray of bool
        The settled pixels inside the box.
    inside : bool
        What they are.
    only : bool
        True if, besides, nothing outside of `pixels` belongs to the object.
    """

    box_xyxy: Box4
    pixels: BoolArray
    inside: bool
    only: bool = False

    @property
    def is_click(self) -> bool:
        """True for what settles a single pixel."""
        return self.pixels.size == 1 and not self.only

    def agrees(self, mask: BoolArray) -> bool:
        """Tell whether a mask already has what the prompt says."""
        part = mask[self._slices()]
        return bool((part[self.pixels] == self.inside).all())

    def holds(self, other: Stamp) -> bool:
        """Tell whether the other stamp's pixels are all among this one's."""
        x0, y0, x1, y1 = self.box_xyxy
        left, top, right, bottom = other.box_xyxy
        if left < x0 or top < y0 or right > x1 or bottom > y1:
            return False
        own = self.pixels[top - y0 : bottom - y0, left - x0 : right - x0]
        return bool(own[other.pixels].all())

    def write(self, mask: BoolArray) -> None:
        """Write what the prompt says into a mask, in place."""
        rows, columns = self._slices()
        if self.only:
            mask[: rows.start] = mask[rows.stop :] = False
            mask[rows, : columns.start] = mask[rows, columns.stop :] = False
            mask[rows, columns] &= self.pixels
        else:
            mask[rows, columns][self.pixels] = self.inside

    def _slices(self) -> tuple[slice, slice]:
        x0, y0, x1, y1 = self.box_xyxy
        return slice(y0, y1), slice(x0, x1)


def stamp_of(prompt: Prompt, size_hw: tuple[int, int]) -> Stamp:
    """Return the stamp of a checked prompt; a `MaskPrompt` has none and raises TypeError."""
    match prompt:
        case Click():
            row, column = click_pixel(prompt)
            return Stamp((column, row, column + 1, row + 1), np.ones((1, 1), bool), prompt.positive)
        case Scribble():
            # The rim of a stroke is where hands slip: its inner half is what is meant.
            core = Scribble(prompt.points, prompt.radius / 2, prompt.positive)
            return _cropped(drawn(core, size_hw), prompt.positive)
        case Polygon():
            return _cropped(drawn(prompt, size_hw), prompt.positive)
        case Box() | Lasso():
            return _cropped(drawn(prompt, size_hw), True, only=True)
    raise TypeError(f"{prompt.kind} prompts settle whole masks")


def _cropped(pixels: BoolArray, inside: bool, *, only: bool = False) -> Stamp:
    x, y, width, height = cv2.boundingRect(pixels.view(np.uint8))
    part = pixels[y : y + height, x : x + width].copy()
    return Stamp((x, y, x + width, y + height), part, inside, only)


def write_all(mask: BoolArray, stamps: Iterable[Stamp]) -> None:
    """Write stamps, oldest first, into a mask, in place. Clicks that disagree become small dots."""
    clicked: list[tuple[int, int]] = []
    for stamp in stamps:
        if stamp.is_click and not stamp.agrees(mask):
            _write_dot(mask, stamp, clicked)
        else:
            stamp.write(mask)
        if stamp.is_click:
            clicked.append(stamp.box_xyxy[:2])


def _write_dot(mask: BoolArray, stamp: Stamp, clicked: list[tuple[int, int]]) -> None:
    """A lone pixel would look like dirt; a dot can be seen, and corrected.

    The pixels of earlier clicks (x, y) stay as they are, except for the newest one's own.
    """
    radius = round(DOT_SHARE * float(np.hypot(*mask.shape)))
    x, y = stamp.box_xyxy[:2]
    rows = slice(max(0, y - radius), y + radius + 1)
    columns = slice(max(0, x - radius), x + radius + 1)
    part = mask[rows, columns]
    down, across = np.ogrid[: part.shape[0], : part.shape[1]]
    near = (down + rows.start - y) ** 2 + (across + columns.start - x) ** 2 <= radius**2
    for left, top in clicked:
        if abs(left - x) <= radius and abs(top - y) <= radius and (left, top) != (x, y):
            near[top - rows.start, left - columns.start] = False
    part[near] = stamp.inside
