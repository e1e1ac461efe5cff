"""From prompts to hard pixels: what every segmenter needs before its own idea begins.

A *seed map* says per pixel what the prompts demand: +1 object, -1 background, 0 left open.
Prompts are laid down oldest first, so the newest wins at its place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pickout.arrays import BoolArray
from pickout.masks import Mask
from pickout.prompts import (
    Box,
    Click,
    Lasso,
    MaskPrompt,
    Polygon,
    Prompt,
    Scribble,
    click_pixel,
    drawn,
    drawn_part,
)

SeedMap = npt.NDArray[np.int8]

LARGEST_DISC = 10_000.0
"""Radius in pixels of the largest disc that a click may stand for."""

# A positive stroke outside the box says that the box was too tight. The box then grows to hold
# the stroke with this share of its own size as a margin, so that there is something to find.
_WIDENING = 0.1


def click_radius(size_hw: tuple[int, int]) -> float:
    """Return the usual radius of a click's disc in pixels for a picture of `size_hw`.

    1/150 of the longer side, between 2 and 5, and never more than 1/16 of the shorter side, so
    that a click on an icon does not cover it: 2.7 at 400 x 300, 5 from 750 pixels on.
    """
    return min(max(2.0, min(max(size_hw) / 150, 5.0)), min(size_hw) / 16)


def starting_mask(prompts: Sequence[Prompt]) -> tuple[Mask | None, list[Prompt]]:
    """Return the newest `MaskPrompt`'s mask and the prompts after it.

    A mask prompt settles every pixel, so whatever came before it is void.

    Returns
    -------
    start : Mask or None
        None if there is no mask prompt; then all prompts are returned.
    later : list of Prompt
    """
    for index in range(len(prompts) - 1, -1, -1):
        prompt = prompts[index]
        if isinstance(prompt, MaskPrompt):
            return prompt.mask, list(prompts[index + 1 :])
    return None, list(prompts)


def seed_map(
    prompts: Sequence[Prompt], size_hw: tuple[int, int], *, radius: float | None = None
) -> SeedMap:
    """Return what the prompts demand of every pixel.

    Parameters
    ----------
    prompts : sequence of Prompt
        Oldest first, checked against the picture. Everything up to the newest `MaskPrompt` is
        void (see `starting_mask`).
    size_hw : (int, int)
        Height and width of the picture in pixels.
    radius : float, optional
        Radius in pixels of the disc that a click stands for; `click_radius` by default. The
        disc keeps to the nearer half of the way to an older click of the other sign.

    Returns
    -------
    seeds : (H, W) ndarray of int8
        +1 object, -1 background, 0 open. A stroke or outline covers older ones. Outside the
        newest box or lasso everything is background, except under newer positive prompts, which
        also widen it (to a box that holds them).
    """
    _, prompts = starting_mask(prompts)
    seeds: SeedMap = np.zeros(size_hw, np.int8)
    frame: BoolArray | None = None
    for index, prompt in enumerate(prompts):
        if isinstance(prompt, Box | Lasso):
            frame = drawn(prompt, size_hw)
            seeds[~frame] = 0
            continue
        rows, columns, inside = _covered(prompt, prompts[:index], size_hw, radius)
        positive = is_positive(prompt)
        seeds[rows, columns][inside] = 1 if positive else -1
        if frame is not None and positive:
            _widen(frame, rows, columns, inside)
    if frame is not None:
        seeds[~frame & (seeds == 0)] = -1
    return seeds


def is_positive(prompt: Prompt) -> bool:
    """Return whether the prompt says where the object is (boxes, lassos, masks always do)."""
    return bool(getattr(prompt, "positive", True))


def _covered(
    prompt: Prompt, older: Sequence[Prompt], size_hw: tuple[int, int], radius: float | None
) -> tuple[slice, slice, BoolArray]:
    """Return the window that a stroke, outline or click covers, and which of its pixels."""
    if isinstance(prompt, Click):
        reach = click_radius(size_hw) if radius is None else radius
        return _disc(prompt, min(reach, _half_way(prompt, older)), size_hw)
    assert isinstance(prompt, Scribble | Polygon)
    (x0, y0, x1, y1), inside = drawn_part(prompt, size_hw)
    return slice(y0, y1), slice(x0, x1), inside


def _half_way(click: Click, older: Sequence[Prompt]) -> float:
    """Return half the distance to the nearest older click of the other sign (inf if none)."""
    own = click_pixel(click)
    distances = [
        math.dist(own, click_pixel(other))
        for other in older
        if isinstance(other, Click) and other.positive != click.positive
    ]
    return min((d / 2 for d in distances if d > 0), default=math.inf)


def _disc(click: Click, radius: float, size_hw: tuple[int, int]) -> tuple[slice, slice, BoolArray]:
    row, column = click_pixel(click)
    reach = math.floor(radius)
    top, left = max(row - reach, 0), max(column - reach, 0)
    rows = slice(top, min(row + reach + 1, size_hw[0]))
    columns = slice(left, min(column + reach + 1, size_hw[1]))
    y, x = np.ogrid[rows, columns]
    inside: BoolArray = (y - row) ** 2 + (x - column) ** 2 <= radius * radius
    return rows, columns, inside


def _widen(frame: BoolArray, rows: slice, columns: slice, inside: BoolArray) -> None:
    """Make `frame` a box around itself and the stroke, if the stroke leaves it."""
    if not (inside & ~frame[rows, columns]).any():
        return
    frame[rows, columns] |= inside
    box = Mask(frame).box_xyxy
    assert box is not None
    x0, y0, x1, y1 = box
    margin = math.ceil(_WIDENING * max(x1 - x0, y1 - y0))
    frame[max(y0 - margin, 0) : y1 + margin, max(x0 - margin, 0) : x1 + margin] = True


def impose_seeds(mask: BoolArray, seeds: SeedMap) -> BoolArray:
    """Return `mask` with every seed obeyed; (H, W) bool, the input is left alone."""
    obeyed: BoolArray = (mask & (seeds >= 0)) | (seeds > 0)
    return obeyed


def keep_seeded_parts(mask: BoolArray, seeds: SeedMap) -> BoolArray:
    """Return only those parts of `mask` that hold a positive seed.

    Parameters
    ----------
    mask : (H, W) ndarray of bool
        Parts are its 8-connected components.
    seeds : (H, W) ndarray of int8

    Returns
    -------
    kept : (H, W) ndarray of bool
        `mask` itself if there is no positive seed at all.
    """
    return _parts_touched(mask, seeds > 0) if (seeds > 0).any() else mask


def _parts_touched(mask: BoolArray, touching: BoolArray) -> BoolArray:
    """Return the 8-connected components of `mask` that share a pixel with `touching`."""
    box = Mask(mask).box_xyxy
    kept = np.zeros_like(mask)
    if box is None:
        return kept
    window = (slice(box[1], box[3]), slice(box[0], box[2]))
    count, labels = cv2.connectedComponents(mask[window].view(np.uint8), connectivity=8)
    wanted = np.zeros(count, bool)
    wanted[labels[touching[window]]] = True
    wanted[0] = False
    kept[window] = wanted[labels]
    return kept


def keep_local_changes(
    start: BoolArray,
    proposal: BoolArray,
    later: Sequence[Prompt],
    *,
    radius: float | None = None,
) -> BoolArray:
    """Return `start` with only those changes of `proposal` that the later prompts ask for.

    A positive prompt asks for the connected additions that it touches, a negative one for the
    connected removals; a box or lasso for the removal of what lies outside, and for everything
    if `start` has nothing inside it. What no prompt touches stays as it was, so a redundant
    click changes nothing.

    Parameters
    ----------
    start, proposal : (H, W) ndarray of bool
        `proposal` obeys the later prompts.
    later : sequence of Prompt
        Prompts given after `start`, without mask prompts.
    radius : float, optional
        Radius of a click's disc in pixels, as for `seed_map`.

    Returns
    -------
    mask : (H, W) ndarray of bool
    """
    asked_in, asked_out = np.zeros_like(start), np.zeros_like(start)
    for index, prompt in enumerate(later):
        if isinstance(prompt, Box | Lasso):
            inside = drawn(prompt, start.shape)
            if not (start & inside).any():
                asked_in |= inside
            asked_out |= ~inside
        else:
            rows, columns, covered = _covered(prompt, later[:index], start.shape, radius)
            asked = asked_in if is_positive(prompt) else asked_out
            asked[rows, columns] |= covered
    added = _parts_touched(proposal & ~start, asked_in)
    removed = _parts_touched(start & ~proposal, asked_out)
    changed: BoolArray = (start | added) & ~removed
    return changed


def is_redundant(prompts: Sequence[Prompt], previous: BoolArray) -> bool:
    """Return whether the newest prompt only repeats what `previous` says already.

    A click does if its own pixel is right, a stroke or polygon if all its pixels are. Boxes,
    lassos and masks never do: they tell where to look.
    """
    if not prompts:
        return True
    newest = prompts[-1]
    if isinstance(newest, Click):
        return bool(previous[click_pixel(newest)]) == newest.positive
    if isinstance(newest, Scribble | Polygon):
        inside = previous[drawn(newest, previous.shape)]
        return bool(inside.all() if newest.positive else not inside.any())
    return False
