"""What the network's head is told of the prompts: a stack of small maps."""

from __future__ import annotations

import numpy as np

from pickout import _core
from pickout.arrays import FloatArray

CELL = 4
"""Pixels of the network's picture to a cell of the maps, along each side."""

DISK, LAST_DISK = 1.2, 3.0
"""Radii in cells of the spots that stand for marks and for the newest one."""

FAR = np.float32(1000)
"""Distance in cells of what is not there."""

BEFORE = 6
"""The map that tells the previous answer."""

REACH = 0.5
"""Distances are told up to this share of the mean side."""


def prompt_maps(
    size_hw: tuple[int, int],
    positive: FloatArray,
    negative: FloatArray,
    newest: tuple[FloatArray, bool] | None,
    box: FloatArray | None,
    before: FloatArray,
) -> FloatArray:
    """Return the maps of the prompts, (7, h, w) float32.

    In order: spots at positive and at negative marks, nearness to each, a wide spot at the newest
    mark (below 0 if it is negative), inside (1) or outside (-1) of a box, the previous answer.

    Parameters
    ----------
    size_hw : (h, w)
        Cells.
    positive, negative : (k, 2) ndarray of float32
        Places of the marks, (x, y) in cells.
    newest : ((k, 2) ndarray of float32, bool), optional
        Places of the newest mark, and whether it is positive.
    box : (h, w) ndarray of float32, optional
        1 inside, -1 outside.
    before : (h, w) ndarray of float32
        Share of every cell in the previous answer.
    """
    height, width = size_hw
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    cells = np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float32)
    reach = np.float32(REACH * (height * width) ** 0.5)
    maps = np.zeros((7, height * width), np.float32)
    for k, points in enumerate((positive, negative)):
        distance = np.minimum(_core.nearest(cells, _floats(points)), FAR)
        maps[k] = _spot(distance, DISK)
        maps[2 + k] = 1 - np.minimum(distance / reach, 1)
    if newest is not None:
        distance = np.minimum(_core.nearest(cells, _floats(newest[0])), FAR)
        maps[4] = _spot(distance, LAST_DISK) if newest[1] else -_spot(distance, LAST_DISK)
    if box is not None:
        maps[5] = box.ravel()
    maps[BEFORE] = before.ravel()
    return maps.reshape(7, height, width)


def _floats(points: FloatArray) -> FloatArray:
    return np.ascontiguousarray(points, np.float32).reshape(-1, 2)


def _spot(distance: FloatArray, radius: float) -> FloatArray:
    return np.asarray(np.exp(-0.5 * (distance / np.float32(radius)) ** 2), np.float32)
