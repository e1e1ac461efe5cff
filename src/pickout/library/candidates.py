"""The regions of a picture that can be found: those the picture suggests, and fixed windows."""

from __future__ import annotations

import numpy as np

from pickout.arrays import BoolArray, ByteArray

WORK_SIDE = 512
"""Longest side, in pixels, of the reduced picture on which regions are made and described."""

MAX_REGIONS = 48
VERSION = f"1:{WORK_SIDE}:{MAX_REGIONS}"


def candidate_regions(array: ByteArray) -> BoolArray:
    """Return the regions of a reduced picture, (N, H, W) bool, none of them empty.

    The whole picture comes first, then overlapping windows of half and of a third of its sides,
    which cover an object even where the segmentation fails, then the segmented regions.
    """
    from pickout.analysis.regions import propose_regions

    # Its first proposal is the whole picture.
    proposed = propose_regions(array, max_regions=MAX_REGIONS + 1)[1:]
    masks = [*_windows(array.shape[0], array.shape[1]), *proposed]
    return np.stack(masks)


def _windows(height: int, width: int) -> list[BoolArray]:
    """Return the whole picture and its windows at two scales."""
    masks = [np.ones((height, width), bool)]
    for parts, steps in ((2, 3), (3, 3)):
        for row in range(steps):
            for column in range(steps):
                mask = np.zeros((height, width), bool)
                rows = _span(height, parts, steps, row)
                mask[rows, _span(width, parts, steps, column)] = True
                masks.append(mask)
    return masks


def _span(length: int, parts: int, steps: int, step: int) -> slice:
    """Return window `step` of `steps` evenly spread ones that are a `parts`-th of `length` long."""
    size = max(1, round(length / parts))
    start = round(step * (length - size) / (steps - 1))
    return slice(start, start + size)
