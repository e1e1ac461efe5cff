"""A frame with all that click features need of it, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pickout import _core
from pickout.analysis.pixels import fine_gradient, to_lab
from pickout.analysis.superpixels import Superpixels
from pickout.analysis.tree import MergeTree, grow_tree
from pickout.arrays import FloatArray, IntArray
from pickout.segmenters._superpixel.frame import Frame
from pickout.segmenters._superpixel.network import Encoded, Network

FARTHEST = 50.0
"""Paths are not followed beyond this cost."""

STEP_COST = 0.02
"""What a step between superpixels costs even where there is surely no boundary."""


@dataclass(frozen=True, eq=False)
class Costs:
    """How far every superpixel is from some places, in three ways; (n,) float32 each.

    Parameters
    ----------
    along : ndarray
        Sum of the boundaries on the cheapest path.
    across : ndarray
        Strongest boundary on the path where it is weakest.
    apart : ndarray
        Straight distance in working pixels.
    """

    along: FloatArray
    across: FloatArray
    apart: FloatArray

    def with_nearer(self, other: Costs) -> Costs:
        """Return the costs from the places of both."""
        return Costs(
            np.minimum(self.along, other.along),
            np.minimum(self.across, other.across),
            np.minimum(self.apart, other.apart),
        )


class Scene:
    """A frame prepared for clicks.

    Attributes
    ----------
    frame : Frame
    superpixels : Superpixels
        Of the frame.
    cost : (edges,) ndarray of float32
        Of a step between neighbours.
    affinity : (edges,) ndarray of float32
        How much neighbours share when values spread.
    border : ndarray of int32
        The superpixels that touch the frame's border.
    """

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.superpixels: Superpixels = frame.superpixels
        s = self.superpixels
        self.cost = np.asarray(STEP_COST - np.log1p(-s.boundary), np.float32)
        self.affinity = np.asarray((1 - s.boundary) ** 2, np.float32)
        self.border = s.border()
        self._encoded: Encoded | None = None

    @property
    def n(self) -> int:
        """Number of superpixels."""
        return self.superpixels.n

    def encoded(self, network: Network) -> Encoded:
        """Return what the network's encoder makes of the frame, the first time or kept."""
        if self._encoded is None:
            self._encoded = network.encode(self.superpixels.rgb)
        return self._encoded

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
        """Colours averaged over small surroundings without boundaries, (n, 3)."""
        s = self.superpixels
        return _core.diffuse(s.graph, self.affinity, s.colour, 4)

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

    def costs(self, sources: IntArray, points: FloatArray | None) -> Costs:
        """Return the costs from superpixels; `apart` from `points`, or 0 if there are none."""
        s = self.superpixels
        along = _core.geodesic(s.graph, self.cost, sources, limit=FARTHEST)
        across = _core.geodesic(s.graph, s.boundary, sources, maximum=True, limit=1.0)
        apart = np.zeros(s.n, np.float32)
        if points is not None:
            apart = np.minimum(_core.nearest(s.centre_xy, points), self.frame.diagonal)
        return Costs(along, across, apart)

    def nowhere(self) -> Costs:
        """Return the costs from no place at all."""
        far = np.full(self.n, FARTHEST, np.float32)
        apart = np.full(self.n, self.frame.diagonal, np.float32)
        return Costs(far, np.ones(self.n, np.float32), apart)
