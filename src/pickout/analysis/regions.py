"""Automatic regions of a picture: well-divided nodes of its merge tree at several scales."""

from __future__ import annotations

import cv2
import numpy as np

from pickout.analysis.superpixels import find_superpixels
from pickout.analysis.tree import MergeTree, grow_tree
from pickout.analysis.turn import choose_turn
from pickout.arrays import BoolArray, ByteArray, FloatArray, IntArray, check_dtype, check_shape
from pickout.errors import ArgumentError

MOST_PIXELS = 70_000
"""Larger pictures are shrunk to this before they are looked at."""

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
    turn = choose_turn(array)
    tree = grow_tree(find_superpixels(_shrunk(turn(array))))
    rank = _enlarged(turn.back(tree.rank), array.shape[:2])
    runs = tree.run[choose_nodes(tree, max_regions)]
    return [np.asarray((rank >= first) & (rank < last)) for first, last in runs]


def _shrunk(array: ByteArray) -> ByteArray:
    """Return the picture at a size at which it is analysed in little time."""
    height, width = array.shape[:2]
    scale = (MOST_PIXELS / (height * width)) ** 0.5
    if scale >= 1:
        return np.ascontiguousarray(array)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.ascontiguousarray(cv2.resize(array, size, interpolation=cv2.INTER_AREA))


def _enlarged(rank: IntArray, size_hw: tuple[int, ...]) -> IntArray:
    """Return ranks at another size: every pixel takes the nearest one's."""
    if rank.shape == size_hw:
        return rank
    rows = (np.arange(size_hw[0]) * rank.shape[0]) // size_hw[0]
    columns = (np.arange(size_hw[1]) * rank.shape[1]) // size_hw[1]
    return np.ascontiguousarray(rank[rows[:, None], columns[None]])


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
