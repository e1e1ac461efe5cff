"""The regions under a pointer: nodes of the merge tree that stand out from around them."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np

from pickout.analysis.regions import contrast
from pickout.analysis.tree import MergeTree
from pickout.arrays import BoolArray, FloatArray
from pickout.segmenters._superpixel import outline
from pickout.segmenters._superpixel.frame import Frame, Pyramid
from pickout.segmenters._superpixel.scene import Scene
from pickout.segmenters.base import Preview

MOST_SCALES = 3

SMALLEST_SHARE, LARGEST_SHARE = 0.002, 0.7
"""Regions below and above these shares of the picture are not what a click means."""

SCALE_STEP = 1.6
"""Of two regions at one place, the larger has at least this many times the area."""

DETAIL = 0.6
"""Outlines keep to within this many working pixels."""


def regions_under(scene: Scene, pyramid: Pyramid, x: float, y: float) -> list[Preview]:
    """Return what a click at a point of the full picture might mean, the smallest first."""
    under = scene.frame.nodes_at(scene.frame.to_working(np.array([[x, y]])))
    if not len(under):
        return []
    stands_out = contrast(scene.tree)
    nodes = choose_scales(scene.tree, stands_out, int(under[0]))
    return [_preview(scene, pyramid, node, float(stands_out[node])) for node in nodes]


def choose_scales(tree: MergeTree, stands_out: FloatArray, superpixel: int) -> list[int]:
    """Return the tree's nodes that hold a superpixel and stand out most, the smallest first."""
    chain = np.array(_chain(tree, superpixel))
    share = tree.area[chain] / tree.area[-1]
    fits = chain[(share >= SMALLEST_SHARE) & (share <= LARGEST_SHARE)]
    chosen: list[int] = []
    for node in fits[np.argsort(-stands_out[fits], kind="stable")].tolist():
        if all(_is_another_scale(tree.area[node], tree.area[other]) for other in chosen):
            chosen.append(node)
        if len(chosen) == MOST_SCALES:
            break
    return sorted(chosen, key=lambda node: float(tree.area[node]))


def _chain(tree: MergeTree, node: int) -> list[int]:
    """Return a node and all that hold it."""
    chain = [node]
    while tree.parent[chain[-1]] >= 0:
        chain.append(int(tree.parent[chain[-1]]))
    return chain


def _is_another_scale(area: float, other: float) -> bool:
    return max(area, other) >= SCALE_STEP * min(area, other)


def _preview(scene: Scene, pyramid: Pyramid, node: int, stands_out: float) -> Preview:
    frame, pixels = scene.frame, scene.tree.pixels(node)
    return Preview(
        outlines=_outlines(frame, pixels),
        window=frame.window,
        small=frame.turn.back(pixels),
        contrast=stands_out,
        full=partial(_full_mask, frame, pixels, pyramid),
    )


def _full_mask(frame: Frame, pixels: BoolArray, pyramid: Pyramid) -> BoolArray:
    return outline.to_full(frame, outline.hard_field(pixels), pyramid)


def _outlines(frame: Frame, pixels: BoolArray) -> tuple[FloatArray, ...]:
    """Return the lines around a region's outermost working pixels, in full pixels."""
    lines, _ = cv2.findContours(pixels.view(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    simpler = (cv2.approxPolyDP(line, DETAIL, closed=True)[:, 0] for line in lines)
    return tuple(np.asarray(frame.to_full(line), np.float32) for line in simpler)
