"""The cut: the best set of superpixels, given how likely each is and what is known."""

from __future__ import annotations

import numpy as np

from pickout import _core
from pickout.analysis.superpixels import Superpixels
from pickout.arrays import BoolArray, FloatArray, IntArray

LARGEST_LOGIT = 8.0
BOUNDARY_WEIGHT = 0.4
"""Weight of cutting through places without a boundary, against the logits.

Small: the logits know already what lies around. More of it cuts thin parts off.
"""

LARGE_SIDE = 16
"""Superpixels of more than the square of this, in working pixels, weigh by their area."""

UNIT = 1000.0
"""Capacities are whole numbers of 1 / UNIT."""

CERTAIN = 2**38
"""Capacity that no cut gives up."""


def best_cut(superpixels: Superpixels, logit: FloatArray, known: IntArray) -> BoolArray:
    """Return the superpixels inside: the exact minimum of a cost over all choices.

    Cutting between neighbours costs -log(boundary) per pixel of their common boundary; leaving a
    superpixel on its unlikely side costs its logit times the square root of its area, or, in large
    even areas, a share of the area: drawings have superpixels as large as the picture, whose
    boundaries are longer than all else.

    Parameters
    ----------
    logit : (n,) ndarray of float32
        Log odds that the superpixel is inside.
    known : (n,) ndarray of int32
        1 inside, -1 outside, 0 not known.
    """
    price = -np.log(superpixels.boundary) * superpixels.length * (BOUNDARY_WEIGHT * UNIT)
    size = np.maximum(np.sqrt(superpixels.area), superpixels.area / LARGE_SIDE)
    pull = np.clip(logit, -LARGEST_LOGIT, LARGEST_LOGIT) * size * UNIT
    terminal = np.where(known != 0, known.astype(np.int64) * CERTAIN, np.rint(pull))
    capacity = np.rint(price).astype(np.int64)
    side, _ = _core.minimum_cut(superpixels.graph, capacity, terminal.astype(np.int64))
    return side
