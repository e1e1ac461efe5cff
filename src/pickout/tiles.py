"""Tiles: in which parts of a picture two masks differ, so that only these are drawn again."""

from __future__ import annotations

import numpy as np

from pickout.arrays import BoolArray
from pickout.errors import ArgumentError
from pickout.masks import Box4

TILE = 256
"""Side of a tile in pixels; the last one of a row or column may be smaller."""


def changed_tiles(before: BoolArray, after: BoolArray) -> tuple[Box4, ...]:
    """Return the tiles in which two masks of one picture differ.

    Parameters
    ----------
    before, after : (H, W) ndarray of bool

    Returns
    -------
    tiles : tuple of (x0, y0, x1, y1)
        Half-open boxes in pixels, from the upper left in reading order: tiles of a grid of
        `TILE` pixels that begins at (0, 0), cut off at the picture's border. None if the masks
        are equal.

    Raises
    ------
    ArgumentError
        If the masks have different sizes.
    """
    if before.shape != after.shape:
        raise ArgumentError(
            f"masks of one picture have one size, but these are {before.shape} and {after.shape} "
            "(height, width)."
        )
    if before is after:
        return ()
    height, width = after.shape
    starts = np.arange(0, width, TILE)
    tiles: list[Box4] = []
    for y in range(0, height, TILE):
        # A row of tiles at a time stays in the processor's cache, even of huge pictures.
        differs = before[y : y + TILE] != after[y : y + TILE]
        if differs.any():
            columns = np.logical_or.reduceat(differs.any(axis=0), starts)
            y1 = min(y + TILE, height)
            tiles += [(x, y, min(x + TILE, width), y1) for x in starts[columns].tolist()]
    return tuple(tiles)
