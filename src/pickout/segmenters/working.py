"""Working size: slow methods run on a reduced window, and their mask is carried back up.

The classic methods cost seconds per megapixel. They see at most `max_pixels` of the part of the
picture that the prompts leave open, and the outline is then refined against the full picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pickout.arrays import BoolArray, ByteArray, FloatArray
from pickout.masks import Mask
from pickout.prompts import Prompt
from pickout.segmenters.seeds import (
    SeedMap,
    click_radius,
    impose_seeds,
    is_positive,
    is_redundant,
    keep_local_changes,
    keep_seeded_parts,
    seed_map,
    starting_mask,
)

Method = Callable[[ByteArray, SeedMap, BoolArray | None], BoolArray]
"""From (h, w, 3) uint8 picture, (h, w) seeds and (h, w) mask so far to a mask of that size."""

# Background around a box that a method gets to see, as a share of the box's longer side.
_MARGIN = 0.3
# The guided filter that refines outlines: radius in working pixels, and the variance (of
# brightness in [0, 1]) below which a place counts as flat.
_GUIDE_RADIUS = 3
_GUIDE_FLATNESS = 1e-4


@dataclass(frozen=True)
class Window:
    """A part of the picture and the (height, width) at which a method sees it."""

    rows: slice
    columns: slice
    small_hw: tuple[int, int]

    @property
    def place(self) -> tuple[slice, slice]:
        """The index that cuts the window out of an array of the picture's size."""
        return self.rows, self.columns


def answer(
    picture: ByteArray,
    prompts: Sequence[Prompt],
    previous: Mask | None,
    *,
    method: Method,
    max_pixels: int,
    radius: float | None,
    use_previous: bool,
) -> BoolArray:
    """Return the mask for `prompts`, asking `method` only where there is something to ask.

    Parameters
    ----------
    picture : (H, W, 3) ndarray of uint8
    prompts, previous
        As `Prepared.segment` gets them.
    method : callable
        Called on the reduced window.
    max_pixels : int
        Largest number of pixels of a window shown to `method`.
    radius : float or None
        Radius of a click's disc in pixels; None for `click_radius`.
    use_previous : bool
        Whether `method` sees its own last answer. It always sees a mask prompt's mask.

    Returns
    -------
    mask : (H, W) ndarray of bool
    """
    size_hw = (picture.shape[0], picture.shape[1])
    start, later = starting_mask(prompts)
    base = previous if previous is not None else start
    known = None if base is None else base.array
    if not later:
        return np.zeros(size_hw, bool) if start is None else start.array
    if previous is not None and is_redundant(prompts, previous.array):
        return previous.array
    if known is None and not any(is_positive(prompt) for prompt in later):
        return np.zeros(size_hw, bool)
    seeds = seed_map(later, size_hw, radius=radius)
    hard = _hard_seeds(later, size_hw, radius, max_pixels, seeds)
    hint = known if use_previous or start is not None else None
    proposal = impose_seeds(_propose(picture, hard, hint, method, max_pixels), seeds)
    if start is None or known is None:
        return keep_seeded_parts(proposal, seeds)
    newest = later if previous is None else later[-1:]
    return keep_local_changes(known, proposal, newest, radius=radius)


def _hard_seeds(
    later: Sequence[Prompt],
    size_hw: tuple[int, int],
    radius: float | None,
    max_pixels: int,
    seeds: SeedMap,
) -> SeedMap:
    """Return the seeds for a method: clicks are as wide as they would be at working size."""
    scale = math.sqrt(max_pixels / (size_hw[0] * size_hw[1]))
    if scale >= 1:
        return seeds
    usual = click_radius(size_hw) if radius is None else radius
    return seed_map(later, size_hw, radius=usual / scale)


def _propose(
    picture: ByteArray, seeds: SeedMap, known: BoolArray | None, method: Method, max_pixels: int
) -> BoolArray:
    """Return `method`'s mask at full size; nothing outside the window that the seeds leave."""
    proposal = np.zeros(seeds.shape, bool)
    window = _choose_window(seeds, max_pixels)
    if window is None:
        return proposal
    full = picture[window.place]
    small = _shrink(full, window.small_hw)
    known_small = None if known is None else _shrink_mask(known[window.place], window.small_hw)
    mask = method(small, _shrink_seeds(seeds[window.place], window.small_hw), known_small)
    proposal[window.place] = carry_up(mask, small, full)
    return proposal


def _choose_window(seeds: SeedMap, max_pixels: int) -> Window | None:
    """Return the open part of the picture with a margin, or None if nothing is left open."""
    box = Mask(seeds >= 0).box_xyxy
    if box is None:
        return None
    x0, y0, x1, y1 = box
    margin = math.ceil(_MARGIN * max(x1 - x0, y1 - y0))
    rows = slice(max(y0 - margin, 0), min(y1 + margin, seeds.shape[0]))
    columns = slice(max(x0 - margin, 0), min(x1 + margin, seeds.shape[1]))
    height, width = rows.stop - rows.start, columns.stop - columns.start
    scale = min(1.0, math.sqrt(max_pixels / (height * width)))
    return Window(rows, columns, (max(round(height * scale), 1), max(round(width * scale), 1)))


def _shrink(picture: ByteArray, small_hw: tuple[int, int]) -> ByteArray:
    if picture.shape[:2] == small_hw:
        return np.ascontiguousarray(picture)
    return np.asarray(cv2.resize(picture, small_hw[::-1], interpolation=cv2.INTER_AREA), np.uint8)


def _shrink_mask(mask: BoolArray, small_hw: tuple[int, int]) -> BoolArray:
    share: BoolArray = _shrink(mask.view(np.uint8) * np.uint8(255), small_hw) > 127
    return share


def _shrink_seeds(seeds: SeedMap, small_hw: tuple[int, int]) -> SeedMap:
    """Return seeds in which even the smallest stroke survives; mixed pixels go by majority."""
    if seeds.shape == small_hw:
        return seeds
    mean = cv2.resize(seeds.astype(np.float32), small_hw[::-1], interpolation=cv2.INTER_AREA)
    return np.sign(mean).astype(np.int8)


def carry_up(mask: BoolArray, small: ByteArray, full: ByteArray) -> BoolArray:
    """Return `mask` at the size of `full`, its outline drawn to the picture's edges.

    A guided filter fits the mask as a linear function of brightness around every pixel of the
    small picture; applied to the full one, it decides the pixels near the outline [1]_.

    Parameters
    ----------
    mask : (h, w) ndarray of bool
    small : (h, w, 3) ndarray of uint8
        The picture that `mask` was made on.
    full : (H, W, 3) ndarray of uint8
        The same picture, larger or of the same size.

    Returns
    -------
    mask : (H, W) ndarray of bool
        `mask` itself if the sizes are equal.

    References
    ----------
    .. [1] K. He, J. Sun, *Fast Guided Filter*, 2015. arXiv:1505.00996
    """
    if small.shape == full.shape or not mask.any():
        return mask if small.shape == full.shape else np.zeros(full.shape[:2], bool)
    size_wh = (full.shape[1], full.shape[0])
    slope, offset = _guide(_brightness(small), mask.astype(np.float32))
    refined = cv2.resize(slope, size_wh) * _brightness(full) + cv2.resize(offset, size_wh) > 0.5
    near = cv2.dilate(mask.view(np.uint8), np.ones((3, 3), np.uint8))
    core = cv2.erode(mask.view(np.uint8), np.ones((3, 3), np.uint8))
    nearest = cv2.INTER_NEAREST
    outer = cv2.resize(near, size_wh, interpolation=nearest).view(bool)
    inner = cv2.resize(core, size_wh, interpolation=nearest).view(bool)
    result: BoolArray = (refined & outer) | inner
    return result


def _brightness(picture: ByteArray) -> FloatArray:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(grey / 255, np.float32)


def _guide(brightness: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return slope and offset, both (h, w), of the local linear fit of `target`."""
    side = 2 * _GUIDE_RADIUS + 1

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray(cv2.blur(values, (side, side)), np.float32)

    mean_x, mean_y = mean(brightness), mean(target)
    variance = mean(brightness * brightness) - mean_x * mean_x
    slope = (mean(brightness * target) - mean_x * mean_y) / (variance + _GUIDE_FLATNESS)
    return mean(np.asarray(slope, np.float32)), mean(
        np.asarray(mean_y - slope * mean_x, np.float32)
    )
