"""Superpixels of a small picture, their neighbourhood graph, and how strongly they are divided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pickout import _core
from pickout.analysis.edges import Neighbours, boundary_probability
from pickout.analysis.models import EdgeModels, shipped_edge_models
from pickout.analysis.pixels import measure_pixels
from pickout.arrays import BoolArray, ByteArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Superpixels:
    """The pieces that a picture falls into, as nodes of a graph.

    Parameters
    ----------
    rgb : (H, W, 3) ndarray of uint8
    labels : (H, W) ndarray of int32
        Number of the superpixel of every pixel, 0 … n - 1.
    graph : Graph
        Superpixels that touch are joined by an edge.
    length : (edges,) ndarray of float32
        Length of the common boundary in pixels.
    area : (n,) ndarray of float32
        In pixels.
    centre_xy : (n, 2) ndarray of float32
        Centre of gravity, in pixels.
    colour : (n, 3) ndarray of float32
        Means of `PixelMaps.colour`.
    boundary : (edges,) ndarray of float32
        Probability that a person would draw an outline between the two, in (0, 1).
    """

    rgb: ByteArray
    labels: IntArray
    graph: _core.Graph
    length: FloatArray
    area: FloatArray
    centre_xy: FloatArray
    colour: FloatArray
    boundary: FloatArray

    @property
    def n(self) -> int:
        """Number of superpixels."""
        return self.graph.n_nodes

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width of the analysed picture."""
        return self.labels.shape[0], self.labels.shape[1]

    def border(self) -> IntArray:
        """Return the numbers of the superpixels that touch the picture's border."""
        rim = self.labels[[0, -1]].ravel(), self.labels[:, [0, -1]].ravel()
        return np.unique(np.concatenate(rim))

    def share(self, pixels: BoolArray) -> FloatArray:
        """Return how much of every superpixel lies in `pixels`, (n,) float32 in [0, 1]."""
        counts = np.bincount(self.labels.ravel(), pixels.ravel(), self.n)
        return (counts / self.area).astype(np.float32)


def find_superpixels(rgb: ByteArray, models: EdgeModels | None = None) -> Superpixels:
    """Return the superpixels of a small (H, W, 3) uint8 RGB picture.

    Parameters
    ----------
    models : EdgeModels, optional
        The shipped ones by default.
    """
    labels, pairs = divide(rgb)
    used = models or shipped_edge_models()
    return Superpixels(
        rgb=rgb,
        labels=labels,
        graph=pairs.graph,
        length=pairs.length,
        area=pairs.area,
        centre_xy=pairs.centre_xy,
        colour=np.ascontiguousarray(pairs.appearance[:, :3]),
        boundary=boundary_probability(pairs, used.local, used.context),
    )


def divide(rgb: ByteArray) -> tuple[IntArray, Neighbours]:
    """Return the superpixels' labels, and what is known of them before any learning."""
    maps = measure_pixels(rgb)
    labels, n = _core.watershed(maps.relief())
    graph, length, mean, strongest = _core.adjacency(labels, n, maps.gradients)
    looks = (maps.colour, maps.bands, maps.directions)
    centre_xy, area = _core.region_places(labels, n)
    pairs = Neighbours(
        graph=graph,
        length=length,
        gradients=mean,
        strongest=strongest,
        appearance=np.concatenate([_core.region_means(labels, n, m) for m in looks], axis=1),
        area=area,
        centre_xy=centre_xy,
        size_hw=labels.shape,
    )
    return labels, pairs
