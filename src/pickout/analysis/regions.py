"""Automatic regions of a picture: well-divided nodes of its merge tree at several scales."""

from __future__ import annotations

import numpy as np

from pickout.analysis.superpixels import find_superpixels
from pickout.analysis.tree import MergeTree, grow_tree
from pickout.arrays import BoolArray, ByteArray, FloatArray, check_dtype, check_shape
from pickout.errors import ArgumentError

SMALLEST_SHARE = 0.002
"""Regions below this share of the picture are left out."""

SAME_IOU = 0.9
"""Of two regions that overlap more than this, only the better divided one is kept."""


def propose_regions(array: ByteArray, *, max_regions: int = 96) -> list[BoolArray]:
    """Return the parts of a picture that stand out, the whole picture first, then best first.

    Parameters
    ----------
    array : (H, W, 3) ndarray of uint8
        RGB; meant for pictures of at most 512 pixels a side.
    max_regions : int
        At most this many, at least one.

    Returns
    -------
    regions : list of (H, W) ndarray of bool
        None empty, no two with an IoU above 0.9. A picture of one colour gives itself alone.

    Raises
    ------
    ArgumentError
        If `array` is no such picture or `max_regions` is below one.
    """
    check_shape("array", array, ("height", "width", 3))
    check_dtype("array", array, np.uint8)
    if max_regions < 1:
        raise ArgumentError(f"max_regions should be at least 1, but it is {max_regions}.")
    tree = grow_tree(find_superpixels(np.ascontiguousarray(array)))
    return [tree.pixels(node) for node in choose_nodes(tree, max_regions)]


def choose_nodes(tree: MergeTree, max_regions: int) -> list[int]:
    """Return the nodes of the regions to keep: the root, then by falling contrast.

    A node's contrast is the factor by which its height grows when it is joined to the rest: a
    region that came together early and is joined late is divided well from what is around it.
    """
    root = len(tree.parent) - 1
    smallest = SMALLEST_SHARE * tree.area[root]
    candidates = np.flatnonzero(tree.area[:root] >= smallest)
    order = candidates[np.argsort(-contrast(tree)[candidates], kind="stable")]
    chosen = [root]
    for node in order.tolist():
        if len(chosen) == max_regions:
            break
        if not _is_close_to_any(tree, node, chosen):
            chosen.append(node)
    return chosen


def contrast(tree: MergeTree) -> FloatArray:
    """Return the contrast of every node; 0 for the root."""
    joined = np.append(tree.height[tree.parent[:-1]], 0.0)
    own = tree.height + 0.05 * tree.height[-1] + 1e-6
    return np.asarray(joined / own, np.float32)


def _is_close_to_any(tree: MergeTree, node: int, chosen: list[int]) -> bool:
    """Tell whether a chosen region overlaps this one too much; tree nodes nest or are apart."""
    first, last = tree.run[node]
    runs = tree.run[chosen]
    nested = (runs[:, 0] <= first) & (runs[:, 1] >= last)
    nested |= (runs[:, 0] >= first) & (runs[:, 1] <= last)
    areas = tree.area[chosen]
    iou = np.minimum(areas, tree.area[node]) / np.maximum(areas, tree.area[node])
    return bool((nested & (iou > SAME_IOU)).any())
