"""What the network thinks of the prompts so far, for every superpixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout.arrays import AnyArray, BoolArray, FloatArray, IntArray
from pickout.segmenters._superpixel.frame import Frame
from pickout.segmenters._superpixel.marks import Mark, corrects
from pickout.segmenters._superpixel.network import Encoded, Network
from pickout.segmenters._superpixel.prompt_maps import BEFORE, prompt_maps
from pickout.segmenters._superpixel.scene import Scene

LARGE = 10
"""Superpixels over at least so many cells are large."""


@dataclass(frozen=True, eq=False)
class Opinion:
    """The network's answer in one frame, cell by cell.

    Parameters
    ----------
    frame : Frame
    maps : (3, h, w) ndarray of float32
        Log odds of being inside; how alike a cell is to the positive and to the negative marks.
    """

    frame: Frame
    maps: FloatArray

    def at(self, scene: Scene) -> FloatArray:
        """Return the opinion about a scene's superpixels, of this frame or another, (3, n).

        It is the one at their centre; of superpixels much larger than a cell, as drawings have
        them, the mean: their centre may lie in another one.
        """
        values = self._near(scene.superpixels.centre_xy, scene.frame)
        rows, columns = _grid(self.maps.shape[1:], scene.frame.size_hw)
        labels = scene.superpixels.labels[rows[:, None], columns].ravel()
        cells = np.bincount(labels, minlength=scene.n)
        large = cells >= LARGE
        if large.any():
            across, down = np.meshgrid(columns, rows)
            grid = self._near(np.stack([across.ravel(), down.ravel()], axis=1), scene.frame)
            sums = np.stack([np.bincount(labels, row, scene.n) for row in grid])
            values[:, large] = sums[:, large] / cells[large]
        return values

    def _near(self, points: AnyArray, frame: Frame) -> FloatArray:
        """Return the opinion at (k, 2) working points of a frame, (3, k)."""
        if frame is not self.frame:
            points = self.frame.to_working(frame.to_full(points))
        return _between(self.maps, to_cells(points, self.frame, self.maps.shape[1:]))


def opinion_of(
    scene: Scene,
    marks: tuple[Mark, ...],
    depth: FloatArray | None,
    before: BoolArray,
    network: Network,
) -> Opinion:
    """Ask the network.

    Parameters
    ----------
    scene : Scene
    marks : tuple of Mark
        All prompts so far, oldest first.
    depth : (n,) ndarray of float32, optional
        Above 0 inside of a box or lasso.
    before : (H, W) ndarray of bool
        The previous answer at working size.
    """
    seen, frame = scene.encoded(network), scene.frame
    size = seen.size_hw
    clicked = [mark for mark in marks if not mark.is_enclosure and len(mark.points)]
    positive, negative = (
        to_cells(_points([m for m in clicked if m.positive == kind]), frame, size)
        for kind in (True, False)
    )
    newest = None
    if clicked and clicked[-1] is marks[-1]:
        newest = to_cells(clicked[-1].points, frame, size), clicked[-1].positive
    share = _shares(before, size)
    box = None if depth is None else _box(depth, scene, size)
    maps = prompt_maps(size, positive, negative, newest, box, share)
    alike = np.stack([likeness(seen, points) for points in (positive, negative)])
    told = np.concatenate([maps, alike])
    odds = network.answer(seen, told)
    for _ in range(network.looks[corrects(marks, before)] - 1):
        told[BEFORE] = odds > 0
        odds = network.answer(seen, told)
    return Opinion(frame, np.concatenate([odds[None], alike]))


def likeness(seen: Encoded, points: FloatArray) -> FloatArray:
    """Return how alike every cell is to the most alike of (k, 2) places in cells; 0 for none."""
    height, width = seen.size_hw
    at = np.floor(points + 0.5).astype(np.int64)
    at = np.unique(at[((at >= 0) & (at < (width, height))).all(1)], axis=0)
    if not len(at):
        return np.zeros((height, width), np.float32)
    flat = seen.embedding.reshape(len(seen.embedding), -1)
    marked = flat[:, at[:, 1] * width + at[:, 0]]
    return np.asarray((marked.T @ flat).max(0).reshape(height, width), np.float32)


def to_cells(points: AnyArray, frame: Frame, size_hw: tuple[int, ...]) -> FloatArray:
    """Return (k, 2) working points in cells."""
    height, width = frame.size_hw
    scale = np.array([size_hw[1] / width, size_hw[0] / height])
    return np.asarray((points + 0.5) * scale - 0.5, np.float32)


def _shares(before: BoolArray, size_hw: tuple[int, int]) -> FloatArray:
    """Return how much of every cell lies in a mask."""
    share = cv2.resize(before.astype(np.float32), size_hw[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(share, np.float32)


def _points(marks: list[Mark]) -> FloatArray:
    return np.concatenate([np.zeros((0, 2), np.float32), *(mark.points for mark in marks)])


def _box(depth: FloatArray, scene: Scene, size_hw: tuple[int, int]) -> FloatArray:
    """Return 1 for cells inside a box or lasso and -1 for others."""
    rows, columns = _grid(size_hw, scene.frame.size_hw)
    inside = depth[scene.superpixels.labels[rows[:, None], columns]] > 0
    return np.where(inside, np.float32(1), np.float32(-1))


def _grid(cells_hw: tuple[int, ...], size_hw: tuple[int, int]) -> tuple[IntArray, IntArray]:
    """Return the rows and columns of the pixels in the middle of the cells."""
    rows, columns = (
        ((2 * np.arange(few) + 1) * many // (2 * few)).astype(np.int32)
        for few, many in zip(cells_hw, size_hw, strict=True)
    )
    return rows, columns


def _between(maps: FloatArray, points: FloatArray) -> FloatArray:
    """Return maps (k, h, w) at (n, 2) points, linearly between the cells, (k, n)."""
    height, width = maps.shape[1:]
    x = np.clip(points[:, 0], 0, width - 1)
    y = np.clip(points[:, 1], 0, height - 1)
    left, top = x.astype(np.int64), y.astype(np.int64)
    right, low = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = x - left, y - top
    flat = maps.reshape(len(maps), -1)
    upper = flat[:, top * width + left] * (1 - across) + flat[:, top * width + right] * across
    lower = flat[:, low * width + left] * (1 - across) + flat[:, low * width + right] * across
    return np.asarray(upper * (1 - down) + lower * down, np.float32)
