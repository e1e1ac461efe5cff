"""The merge tree: superpixels joined step by step into larger regions, weakest boundary first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pickout import _core
from pickout.analysis.superpixels import Superpixels
from pickout.arrays import BoolArray, FloatArray, IntArray

AREA_POWER = 0.25
"""How much small regions are joined before large ones; 0 looks at boundaries alone."""


@dataclass(frozen=True, eq=False)
class MergeTree:
    """A hierarchy of regions. Nodes 0 … n - 1 are superpixels, the last node is the whole picture.

    Parameters
    ----------
    parent : (2 n - 1,) ndarray of int32
        The region that a node is joined into, -1 at the whole picture.
    height : (2 n - 1,) ndarray of float32
        Cost at which a node came to be, 0 for superpixels; grows towards the whole picture.
    area : (2 n - 1,) ndarray of float32
        In pixels.
    rank : (H, W) ndarray of int32
        Place of every pixel's superpixel in an order in which every region is a run.
    run : (2 n - 1, 2) ndarray of int32
        First and last + 1 place of every region in that order.
    """

    parent: IntArray
    height: FloatArray
    area: FloatArray
    rank: IntArray
    run: IntArray

    def pixels(self, node: int) -> BoolArray:
        """Return the (H, W) bool array of a node's pixels."""
        first, last = self.run[node]
        return np.asarray((self.rank >= first) & (self.rank < last))


def grow_tree(superpixels: Superpixels) -> MergeTree:
    """Return the merge tree of a picture's superpixels."""
    strength = -np.log1p(-superpixels.boundary)
    parent, height, area, first, length = _core.merge_tree(
        superpixels.graph, strength, superpixels.length, superpixels.area, AREA_POWER
    )
    run = np.stack([first, first + length], axis=1)
    return MergeTree(parent, height, area, first[: superpixels.n][superpixels.labels], run)
