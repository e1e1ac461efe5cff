"""How far every superpixel is from what the user pointed at, along and across boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pickout import _core
from pickout.analysis.superpixels import Superpixels
from pickout.arrays import FloatArray, IntArray
from pickout.segmenters._superpixel.marks import Mark

FARTHEST = 50.0
"""Paths are not followed beyond this cost."""

STEP_COST = 0.02
"""What a step between superpixels costs even where there is surely no boundary."""


class Ways:
    """Costs of paths over a picture's superpixels, worked out when first asked for."""

    def __init__(self, superpixels: Superpixels) -> None:
        self._graph, self._boundary = superpixels.graph, superpixels.boundary
        self._border = superpixels.border()

    @cached_property
    def cost(self) -> FloatArray:
        """What it costs to cross every boundary."""
        return np.asarray(STEP_COST - np.log1p(-self._boundary), np.float32)

    def along(self, sources: IntArray, cost: FloatArray | None = None) -> FloatArray:
        """Return the sum of costs on the cheapest way from the sources to every superpixel."""
        weights = self.cost if cost is None else cost
        return _core.geodesic(self._graph, weights, sources, limit=FARTHEST)

    def across(self, sources: IntArray) -> FloatArray:
        """Return the strongest boundary on the way from the sources that meets the weakest."""
        return _core.geodesic(self._graph, self._boundary, sources, maximum=True, limit=1.0)

    @cached_property
    def border_along(self) -> FloatArray:
        """`along` from the frame's border."""
        return self.along(self._border)

    @cached_property
    def border_across(self) -> FloatArray:
        """`across` from the frame's border."""
        return self.across(self._border)


@dataclass(frozen=True, eq=False)
class Reach:
    """Costs from all positive and from all negative marks so far; (n,) float32 each."""

    positive_along: FloatArray
    positive_across: FloatArray
    negative_along: FloatArray
    negative_across: FloatArray

    @classmethod
    def nowhere(cls, n: int) -> Reach:
        """Return the reach of no marks."""
        far, barred = np.full(n, FARTHEST, np.float32), np.ones(n, np.float32)
        return cls(far, barred, far, barred)

    def extended(self, mark: Mark, along: FloatArray, across: FloatArray) -> Reach:
        """Return the reach with one more mark, of which the own costs are given."""
        if mark.positive:
            return Reach(
                np.minimum(self.positive_along, along),
                np.minimum(self.positive_across, across),
                self.negative_along,
                self.negative_across,
            )
        return Reach(
            self.positive_along,
            self.positive_across,
            np.minimum(self.negative_along, along),
            np.minimum(self.negative_across, across),
        )
