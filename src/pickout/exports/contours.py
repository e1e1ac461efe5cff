"""Outlines of a mask as polygons that run along the edges between pixels.

Coordinates are pixel *corners*: the pixel in column x and row y is the square from (x, y) to
(x + 1, y + 1), so a polygon's area is the number of pixels and its filling gives back exactly
the mask. This is what COCO, YOLO, labelme and SVG mean by coordinates. (Clicks count from pixel
*centres* instead: a corner (x, y) lies at (x - 0.5, y - 0.5) there.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pickout.arrays import BoolArray, check_range
from pickout.masks import Mask

Ring = npt.NDArray[np.int32] | npt.NDArray[np.float32]
"""(N, 2) closed polygon of x, y; the last point is not repeated. Whole numbers if exact."""

Runs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]

EAST, SOUTH, WEST, NORTH = range(4)

DEFAULT_TOLERANCE = 0.5
"""Pixels, for formats meant for editing and training: IoU 0.99 at a third of the corners."""


@dataclass(frozen=True, eq=False)
class Piece:
    """One connected part of a mask (pixels that touch by a corner belong together).

    Parameters
    ----------
    outline : (N, 2) ndarray of int32
        Corners x, y, clockwise on the screen; float32 once simplified.
    holes : tuple of (M, 2) ndarray of int32
        Outlines of what is left out inside, counter-clockwise.
    """

    outline: Ring
    holes: tuple[Ring, ...] = ()

    @property
    def area(self) -> float:
        """Pixels inside: the outline's area less that of the holes."""
        return signed_area(self.outline) + sum(signed_area(hole) for hole in self.holes)


def signed_area(ring: Ring) -> float:
    """Return a ring's area in square pixels, positive if it runs clockwise on the screen."""
    x, y = ring[:, 0].astype(np.float64), ring[:, 1].astype(np.float64)
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)


def trace(mask: Mask) -> list[Piece]:
    """Return the pieces of a mask, largest first, with outlines exactly along the pixel edges.

    Parameters
    ----------
    mask : Mask

    Returns
    -------
    pieces : list of Piece
        Empty for an empty mask. Filling the rings by the even-odd rule gives exactly the mask.
    """
    box = mask.box_xyxy
    if box is None:
        return []
    x0, y0, x1, y1 = box
    inside = mask.array[y0:y1, x0:x1]
    labels = _component_labels(inside)
    outlines: dict[int, Ring] = {}
    holes: dict[int, list[Ring]] = {}
    for ring in _rings(inside):
        label = int(labels[tuple(_inner_pixel(ring))])
        moved = ring + np.array([x0, y0], np.int32)
        if signed_area(ring) > 0:
            outlines[label] = moved
        else:
            holes.setdefault(label, []).append(moved)
    pieces = [Piece(ring, tuple(holes.get(label, ()))) for label, ring in outlines.items()]
    return sorted(pieces, key=lambda piece: -piece.area)


def _component_labels(inside: BoolArray) -> npt.NDArray[np.int32]:
    import cv2

    labels = cv2.connectedComponents(inside.astype(np.uint8), connectivity=8)[1]
    return np.asarray(labels, np.int32)


def _inner_pixel(ring: Ring) -> tuple[int, int]:
    """Return row and column of a mask pixel beside the ring: the one below an eastward edge."""
    index = int(np.argmax(np.roll(ring[:, 0], -1) > ring[:, 0]))
    return int(ring[index, 1]), int(ring[index, 0])


def _rings(inside: BoolArray) -> list[Ring]:
    """Return every closed boundary of a (H, W) bool array, the object on its right hand."""
    starts, ends, directions = _edges(inside)
    order = np.argsort(starts * 4 + directions)
    starts, ends, directions = starts[order], ends[order], directions[order]
    following = _following_edge(starts * 4 + directions, ends, directions)
    y, x = np.divmod(starts, inside.shape[1] + 1)
    corners = np.stack([x, y], axis=1).astype(np.int32)
    return [corners[cycle] for cycle in _cycles(following)]


def _edges(inside: BoolArray) -> Runs:
    """Return start corner, end corner and direction of all straight boundary edges.

    A corner is numbered row by row on the grid of (H + 1) x (W + 1) corners.
    """
    stride = inside.shape[1] + 1
    line, first, last, starts_inside = _runs(inside)
    top = np.where(starts_inside, first, last) + line * stride
    bottom = np.where(starts_inside, last, first) + line * stride
    facing = np.where(starts_inside, EAST, WEST)
    line, first, last, starts_inside = _runs(inside.T)
    left = np.where(starts_inside, last, first) * stride + line
    right = np.where(starts_inside, first, last) * stride + line
    upright = np.where(starts_inside, NORTH, SOUTH)
    return (
        np.concatenate([top, left]),
        np.concatenate([bottom, right]),
        np.concatenate([facing, upright]),
    )


def _runs(
    inside: BoolArray,
) -> tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]
]:
    """Return line, first corner, last corner and sense of the edges between rows of an array.

    The sense is True where the object begins at the line, and False where it ends.
    """
    height, width = inside.shape
    steps = np.zeros((height + 1, width + 2), np.int8)
    steps[:-1, 1:-1] += inside
    steps[1:, 1:-1] -= inside
    flat = steps.ravel()
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    begins = flat[changes] != 0  # a run begins here
    bounds = np.append(changes, flat.size)
    first, last = bounds[:-1][begins], bounds[1:][begins]
    line, column = np.divmod(first, width + 2)
    return line, column - 1, column - 1 + (last - first), flat[first] > 0


def _following_edge(
    keys: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], directions: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return for each edge the index of the one that continues it; `keys` are sorted.

    Where two pixels touch by a corner only, the way turns left, onto the other pixel: so the
    two belong to one ring.
    """
    left = ends * 4 + (directions + 3) % 4
    right = ends * 4 + (directions + 1) % 4
    found = np.minimum(np.searchsorted(keys, left), keys.size - 1)
    return np.where(keys[found] == left, found, np.searchsorted(keys, right))


def _cycles(following: npt.NDArray[np.int64]) -> list[list[int]]:
    """Return the cycles of a permutation."""
    steps = following.tolist()
    seen = bytearray(len(steps))
    cycles = []
    for start in range(len(steps)):
        if seen[start]:
            continue
        cycle, index = [], start
        while not seen[index]:
            seen[index] = 1
            cycle.append(index)
            index = steps[index]
        cycles.append(cycle)
    return cycles


def simplify(pieces: Iterable[Piece], tolerance: float) -> list[Piece]:
    """Return the pieces with fewer corners (Douglas-Peucker [1]_).

    Parameters
    ----------
    pieces : iterable of Piece
        As `trace` returns them.
    tolerance : float
        Largest distance in pixels between the new outline and the middle of any pixel edge of
        the old one; 0 changes nothing. At 0.5 the stairs of slanted edges disappear.

    Returns
    -------
    pieces : list of Piece
        In float32. Rings that would lose or gain a third of their area, as tiny ones do, are
        kept as they were.

    Raises
    ------
    ArgumentError
        If `tolerance` is negative or larger than 1000.

    References
    ----------
    .. [1] D. Douglas and T. Peucker, *Algorithms for the reduction of the number of points
       required to represent a digitized line*, Cartographica 10(2), 1973.
    """
    check_range("tolerance", tolerance, 0, 1000)
    if tolerance == 0:
        return list(pieces)
    return [
        Piece(
            _simplify_ring(piece.outline, tolerance),
            tuple(_simplify_ring(hole, tolerance) for hole in piece.holes),
        )
        for piece in pieces
    ]


def _simplify_ring(ring: Ring, tolerance: float) -> Ring:
    import cv2

    middles = _edge_middles(ring).reshape(-1, 1, 2)
    fewer = np.asarray(cv2.approxPolyDP(middles, tolerance, closed=True), np.float32).reshape(-1, 2)
    share = signed_area(fewer) / signed_area(ring)
    return fewer if 2 / 3 < share < 4 / 3 else ring


def _edge_middles(ring: Ring) -> npt.NDArray[np.float32]:
    """Return the middle of every pixel edge along a ring.

    They lie on a slanted edge's true line, where corners lie beside it by turns: at the same
    number of points, the polygon through them misses half as many pixels.
    """
    sides = np.roll(ring, -1, axis=0) - ring
    lengths = np.abs(sides).sum(axis=1).astype(np.int64)
    side = np.repeat(np.arange(len(ring)), lengths)
    step = np.arange(len(side)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    middles = ring[side] + np.sign(sides)[side] * (step + 0.5)[:, None]
    return np.asarray(middles, np.float32)
