"""Tiles: work only where a soft edge runs, whatever the size of the picture."""

from __future__ import annotations

from collections.abc import Iterator

from pickout.arrays import BoolArray
from pickout.masks import Mask

Place = tuple[slice, slice]


def tiles(wanted: BoolArray, side: int, margin: int) -> Iterator[tuple[Place, Place, Place]]:
    """Yield each tile with wanted pixels, the same with a margin, and where it lies in that.

    Parameters
    ----------
    wanted : (H, W) ndarray of bool
    side, margin : int
        Pixels.
    """
    box = Mask(wanted).box_xyxy
    if box is None:
        return
    for y in range(box[1], box[3], side):
        for x in range(box[0], box[2], side):
            tile = (slice(y, min(y + side, box[3])), slice(x, min(x + side, box[2])))
            if wanted[tile].any():
                corner = (x, y, tile[1].stop, tile[0].stop)
                around = place_around(corner, margin, wanted.shape)
                yield tile, around, _within(tile, around)


def _within(tile: Place, around: Place) -> Place:
    top, left = around[0].start, around[1].start
    return (
        slice(tile[0].start - top, tile[0].stop - top),
        slice(tile[1].start - left, tile[1].stop - left),
    )


def place_around(box: tuple[int, int, int, int], room: int, size_hw: tuple[int, ...]) -> Place:
    """Return the index of a box with `room` pixels around it, as far as the picture goes."""
    x0, y0, x1, y1 = box
    return (
        slice(max(y0 - room, 0), min(y1 + room, size_hw[0])),
        slice(max(x0 - room, 0), min(x1 + room, size_hw[1])),
    )
