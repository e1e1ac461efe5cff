"""One closed polygon out of many: holes and separate pieces joined by cuts of no width.

COCO and YOLO polygons know no holes. A *bridge* goes from the outline to the hole and back on
the same line: even-odd filling counts it twice, so that it encloses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pickout.exports.contours import Piece

Points = npt.NDArray[np.float64]


def join_holes(piece: Piece) -> Points:
    """Return a piece as a single (N, 2) polygon that goes around its holes.

    Every bridge runs to the left from a hole's leftmost corner, until it meets the outline or
    another hole; so it lies within the object.
    """
    ring = piece.outline.astype(np.float64)
    # From left to right, a bridge can only end on something that is joined already.
    for hole in sorted(piece.holes, key=lambda hole: int(hole[:, 0].min())):
        points = hole.astype(np.float64)
        start = int(np.argmin(points[:, 0]))
        index, landing = _first_to_the_left(ring, points[start])
        ring = _splice(ring, index, landing, np.roll(points, -start, axis=0))
    return ring


def join_pieces(rings: Sequence[Points]) -> Points:
    """Return several polygons as a single one, joined by short bridges over the background."""
    joined = rings[0]
    for ring in rings[1:]:
        near = _nearest(joined, ring.mean(axis=0))
        start = _nearest(ring, joined[near])
        near = _nearest(joined, ring[start])
        joined = _splice(joined, near, joined[near], np.roll(ring, -start, axis=0))
    return joined


def _nearest(points: Points, place: Points) -> int:
    return int(np.argmin(((points - place) ** 2).sum(axis=1)))


def _splice(ring: Points, index: int, landing: Points, inner: Points) -> Points:
    """Return `ring` with a trip from `landing`, on the side after `index`, around `inner`."""
    parts = [ring[: index + 1], landing[None], inner, inner[:1], landing[None], ring[index + 1 :]]
    points = np.concatenate(parts)
    repeated = (points == np.roll(points, 1, axis=0)).all(axis=1)
    return np.asarray(points[~repeated], np.float64)


def _first_to_the_left(ring: Points, place: Points) -> tuple[int, Points]:
    """Return where a ray from `place` to the left first meets the ring: side and point."""
    (x, y), after = place, np.roll(ring, -1, axis=0)
    crosses = np.flatnonzero(
        (np.minimum(ring[:, 1], after[:, 1]) <= y) & (y <= np.maximum(ring[:, 1], after[:, 1]))
    )
    first, last = ring[crosses], after[crosses]
    rise = last[:, 1] - first[:, 1]
    level = rise == 0
    share = np.where(level, 0.0, (y - first[:, 1]) / np.where(level, 1.0, rise))
    meets = first[:, 0] + share * (last[:, 0] - first[:, 0])
    # On a side that lies along the ray, the nearer of its corners that are not beyond the place.
    right_end = np.maximum(first[:, 0], last[:, 0])
    left_end = np.minimum(first[:, 0], last[:, 0])
    meets = np.where(level, np.where(right_end <= x, right_end, left_end), meets)
    meets[meets > x] = -np.inf
    if meets.size == 0 or not np.isfinite(meets.max()):
        # A simplified outline can pass a hole by a hair; its nearest corner does as well.
        index = _nearest(ring, place)
        return index, ring[index]
    best = int(np.argmax(meets))
    return int(crosses[best]), np.array([meets[best], y])
