"""A frame with all that click features need of it, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pickout import _core
from pickout.analysis.pixels import fine_gradient, to_lab
from pickout.analysis.regions import contrast
from pickout.analysis.superpixels import Superpixels
from pickout.analysis.tree import MergeTree, grow_tree
from pickout.arrays import FloatArray, IntArray
from pickout.segmenters._superpixel.frame import Frame

FARTHEST = 50.0
"""Paths are not followed beyond this cost."""

STEP_COST = 0.02
"""What a step between superpixels costs even where there is surely no boundary."""

COLOUR_BINS = (15, 20, 20)
"""Cells of the colour histograms along L, a and b."""


@dataclass(frozen=True, eq=False)
class Costs:
    """How far every superpixel is from some places, in four ways; (n,) float32 each.

    Parameters
    ----------
    along : ndarray
        Sum of the boundaries on the cheapest path.
    across : ndarray
        Strongest boundary on the path where it is weakest.
    above : ndarray
        Height of the smallest region of the merge tree that holds both.
    apart : ndarray
        Straight distance in working pixels.
    """

    along: FloatArray
    across: FloatArray
    above: FloatArray
    apart: FloatArray

    def with_nearer(self, other: Costs) -> Costs:
        """Return the costs from the places of both."""
        return Costs(
            np.minimum(self.along, other.along),
            np.minimum(self.across, other.across),
            np.minimum(self.above, other.above),
            np.minimum(self.apart, other.apart),
        )


class Scene:
    """A frame prepared for clicks.

    Attributes
    ----------
    frame : Frame
    superpixels : Superpixels
        Of the frame.
    near, far : (n, 9) ndarray of float32
        Colour and texture averaged over surroundings without boundaries, small and large.
    """

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.superpixels: Superpixels = frame.superpixels
        s = self.superpixels
        self.cost = np.asarray(STEP_COST - np.log1p(-s.boundary), np.float32)
        self.affinity = np.asarray((1 - s.boundary) ** 2, np.float32)
        appearance = np.concatenate([s.colour, s.texture], axis=1)
        self.near = _core.diffuse(s.graph, self.affinity, appearance, 4)
        self.far = _core.diffuse(s.graph, self.affinity, self.near, 16)
        self.border = s.border()

    @property
    def n(self) -> int:
        """Number of superpixels."""
        return self.superpixels.n

    @cached_property
    def tree(self) -> MergeTree:
        """The merge tree of the frame."""
        return grow_tree(self.superpixels)

    @cached_property
    def lab(self) -> FloatArray:
        """CIE Lab of every working pixel, (H, W, 3)."""
        return to_lab(self.superpixels.rgb)

    @cached_property
    def gradient(self) -> FloatArray:
        """Length of the finest colour gradient at every working pixel, (H, W)."""
        return fine_gradient(self.lab)

    @cached_property
    def near_colour(self) -> FloatArray:
        """The colours of `near`, (n, 3)."""
        return np.ascontiguousarray(self.near[:, :3])

    @cached_property
    def far_colour(self) -> FloatArray:
        """The colours of `far`, (n, 3)."""
        return np.ascontiguousarray(self.far[:, :3])

    @cached_property
    def near_texture(self) -> FloatArray:
        """The textures of `near`, (n, 6)."""
        return np.ascontiguousarray(self.near[:, 3:])

    @cached_property
    def bins(self) -> IntArray:
        """Histogram cell of every superpixel's colour."""
        cells = np.array(COLOUR_BINS)
        at = (self.near_colour + np.array([0, 60, 60], np.float32)) / np.array(
            [7, 6, 6], np.float32
        )
        at = np.clip(at, 0, cells - 1).astype(np.int32)
        return np.asarray((at[:, 0] * cells[1] + at[:, 1]) * cells[2] + at[:, 2], np.int32)

    @cached_property
    def mean_boundary(self) -> FloatArray:
        """Mean strength of every superpixel's own boundary."""
        s = self.superpixels
        ends = np.concatenate([s.graph.first, s.graph.second])
        total = np.bincount(ends, np.tile(s.boundary * s.length, 2), s.n)
        length = np.bincount(ends, np.tile(s.length, 2), s.n)
        return (total / np.maximum(length, 1)).astype(np.float32)

    @cached_property
    def place(self) -> FloatArray:
        """Distance to the frame's nearest side, as a share of that direction's length."""
        share = self.superpixels.centre_xy / np.array(self.frame.size_hw[::-1], np.float32)
        return np.asarray(np.minimum(share, 1 - share).min(1), np.float32)

    @cached_property
    def surround(self) -> Costs:
        """Costs from the frame's border."""
        return self.costs(self.border, None)

    def along(self, sources: IntArray, cost: FloatArray | None = None) -> FloatArray:
        """Return the sums of costs on the cheapest ways from the sources."""
        weights = self.cost if cost is None else cost
        return _core.geodesic(self.superpixels.graph, weights, sources, limit=FARTHEST)

    def costs(self, sources: IntArray, points: FloatArray | None) -> Costs:
        """Return the costs from superpixels; `apart` from `points`, or 0 if there are none."""
        s = self.superpixels
        across = _core.geodesic(s.graph, s.boundary, sources, maximum=True, limit=1.0)
        apart = np.zeros(s.n, np.float32)
        if points is not None:
            apart = np.minimum(_core.nearest(s.centre_xy, points)[0], self.frame.diagonal)
        return Costs(self.along(sources), across, self._above(sources), apart)

    def nowhere(self) -> Costs:
        """Return the costs from no place at all."""
        whole = np.full(self.n, np.log1p(self.tree.height[-1]), np.float32)
        far = np.full(self.n, FARTHEST, np.float32)
        apart = np.full(self.n, self.frame.diagonal, np.float32)
        return Costs(far, np.ones(self.n, np.float32), whole, apart)

    def _above(self, sources: IntArray) -> FloatArray:
        """Return the height of the lowest region that holds a superpixel and any source."""
        joint = _core.joint_height(self.tree.parent, self.tree.height, sources)
        return np.log1p(joint[: self.n])

    def common_regions(self, node: int) -> FloatArray:
        """Return what the regions of the merge tree say that hold a superpixel, (4, n) float32.

        For every superpixel: the highest contrast of a region that holds `node` but not it; of one
        that holds both; and of the smallest that holds both the share of the frame's area and of
        the border's superpixels.
        """
        tree, chain = self.tree, [node]
        while tree.parent[chain[-1]] >= 0:
            chain.append(int(tree.parent[chain[-1]]))
        share = tree.area[chain] / tree.area[-1]
        contrast = np.where((share > 0.002) & (share < 0.7), self._contrast[chain], 0)
        below = np.concatenate([[0], np.maximum.accumulate(contrast)[:-1]])
        above = np.maximum.accumulate(contrast[::-1])[::-1]
        runs = tree.run[chain]
        on_border = self._border_before[runs[:, 1]] - self._border_before[runs[:, 0]]
        values = np.stack([below, above, share, on_border / len(self.border)], axis=1)
        by_rank = np.empty((self.n, 4), np.float32)
        for (first, last), row in zip(runs[::-1], values[::-1], strict=True):
            by_rank[first:last] = row
        return np.ascontiguousarray(by_rank[tree.run[: self.n, 0]].T)

    @cached_property
    def _contrast(self) -> FloatArray:
        return contrast(self.tree)

    @cached_property
    def _border_before(self) -> IntArray:
        """How many border superpixels come before every rank."""
        ranks = np.zeros(self.n, np.int32)
        ranks[self.tree.run[self.border, 0]] = 1
        return np.concatenate([[0], np.cumsum(ranks)]).astype(np.int32)

    def log_ratio(self, inside: FloatArray, outside: FloatArray) -> FloatArray:
        """Return log(how common a superpixel's colour is inside / outside).

        Parameters
        ----------
        inside, outside : (n,) ndarray of float32
            How much of every superpixel counts for either.
        """
        area = self.superpixels.area
        return _core.log_ratio(self.bins, area * inside, area * outside, COLOUR_BINS)
