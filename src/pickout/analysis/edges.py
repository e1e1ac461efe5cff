"""How likely a person would draw an outline between two superpixels, learned in two stages.

The first stage measures each pair of neighbours; the second sees, besides, what the first said
around the pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pickout import _core
from pickout.analysis.forests import Forest
from pickout.arrays import FloatArray

SURE = 1e-3
"""Probabilities are kept this far from 0 and 1."""

_DIFFERENCES = ("colour", "lightness", "chroma", "texture")

LOCAL_NAMES = (
    "gradient fine",
    "gradient middle",
    "gradient coarse",
    "gradient strongest",
    "length",
    "smaller area",
    "larger area",
    *(f"{what} difference {where}" for where in ("here", "near", "far") for what in _DIFFERENCES),
    "gradient to strongest of either",
    "gradient to mean around",
    "mean gradient around",
    "distance across",
    "distance down",
    "texture of both",
)

PART_LEVELS = (0.03, 0.08, 0.18)
"""Parts joined by boundaries less likely than these tell the size of what lies on both sides."""

CONTEXT_NAMES = (
    *LOCAL_NAMES,
    "first stage",
    *(
        f"{what} difference {where}"
        for where in ("within", "wide within", "widest within")
        for what in _DIFFERENCES
    ),
    *(
        f"{what} at {level}"
        for level in PART_LEVELS
        for what in ("smaller part", "larger part", "same part")
    ),
    "smaller mean boundary",
    "larger mean boundary",
    "smaller strongest boundary",
    "larger strongest boundary",
    "boundaries around",
    "boundary to near mean",
    "boundary to wide mean",
    "distance",
    "height in frame",
    "place in frame",
)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """What is known of superpixels and their common boundaries before any learning.

    Parameters
    ----------
    graph : Graph
    length : (edges,) ndarray of float32
    gradients, strongest : (edges, 3) ndarray of float32
        Mean and maximum of the pixel gradients on the boundary.
    appearance : (n, 9) ndarray of float32
        Mean Lab colour and texture.
    area : (n,) ndarray of float32
    centre_xy : (n, 2) ndarray of float32
    size_hw : (height, width)
    """

    graph: _core.Graph
    length: FloatArray
    gradients: FloatArray
    strongest: FloatArray
    appearance: FloatArray
    area: FloatArray
    centre_xy: FloatArray
    size_hw: tuple[int, int]


def local_features(pairs: Neighbours) -> FloatArray:
    """Return what the first stage sees, (len(LOCAL_NAMES), edges) float32."""
    graph, fine = pairs.graph, np.ascontiguousarray(pairs.gradients[:, 0])
    first, second = graph.first, graph.second
    affinity = np.exp(fine / -4)
    near = _core.diffuse(graph, affinity, pairs.appearance, 3)
    far = _core.diffuse(graph, affinity, near, 12)
    strongest = _core.largest_around(graph, fine)
    mean = _mean_around(pairs, fine)[:, None]
    around = _core.diffuse(graph, np.ones_like(fine), mean, 4)[:, 0]
    both_around = around[first] + around[second]
    apart = np.abs(pairs.centre_xy[first] - pairs.centre_xy[second])
    texture = pairs.appearance[:, 3:6].sum(1)
    rows = [
        *pairs.gradients.T,
        pairs.strongest[:, 0],
        pairs.length,
        *_low_high(pairs.area, graph),
        *_core.differences(graph, pairs.appearance),
        *_core.differences(graph, near),
        *_core.differences(graph, far),
        fine / (np.minimum(strongest[first], strongest[second]) + 1e-3),
        fine / (both_around + 1e-3),
        both_around,
        *apart.T,
        texture[first] + texture[second],
    ]
    return np.stack(rows).astype(np.float32, copy=False)


def context_features(pairs: Neighbours, local: FloatArray, logit: FloatArray) -> FloatArray:
    """Return what the second stage sees, (len(CONTEXT_NAMES), edges) float32.

    Parameters
    ----------
    local : (len(LOCAL_NAMES), edges) ndarray of float32
        What the first stage saw.
    logit : (edges,) ndarray of float32
        What it answered.
    """
    graph, boundary = pairs.graph, _probability(logit)
    first, second = graph.first, graph.second
    affinity = (1 - boundary) ** 2
    within = _core.diffuse(graph, affinity, pairs.appearance, 4)
    wide = _core.diffuse(graph, affinity, within, 16)
    widest = _core.diffuse(graph, affinity**3, wide, 40)
    mean = _mean_around(pairs, boundary)
    strongest = _core.largest_around(graph, boundary)
    ones = np.ones_like(boundary)
    near_means = _core.diffuse(graph, ones, np.stack([mean, strongest], axis=1), 3)
    wide_means = _core.diffuse(graph, ones, near_means, 12)
    near_both = near_means[first] + near_means[second]
    wide_both = wide_means[first, 0] + wide_means[second, 0]
    apart = np.abs(pairs.centre_xy[first] - pairs.centre_xy[second]).sum(1)
    place = pairs.centre_xy[first] / np.array(pairs.size_hw[::-1], np.float32)
    rows = [
        logit,
        *_core.differences(graph, within),
        *_core.differences(graph, wide),
        *_core.differences(graph, widest),
        *_part_features(pairs, boundary),
        *_low_high(mean, graph),
        *_low_high(strongest, graph),
        near_both.sum(1),
        boundary / (near_both[:, 0] + 1e-3),
        boundary / (wide_both + 1e-3),
        apart,
        *np.minimum(place, 1 - place).T[::-1],
    ]
    return np.concatenate([local, np.stack(rows).astype(np.float32, copy=False)])


def boundary_probability(pairs: Neighbours, first: Forest, second: Forest) -> FloatArray:
    """Return the probability of an outline on every edge, (edges,) float32 in (0, 1)."""
    local = local_features(pairs)
    return _probability(second(context_features(pairs, local, first(local))))


def _probability(logit: FloatArray) -> FloatArray:
    return np.clip(1 / (1 + np.exp(-logit)), SURE, 1 - SURE).astype(np.float32)


def _part_features(pairs: Neighbours, boundary: FloatArray) -> list[FloatArray]:
    """Return sizes of the parts on both sides, and whether they are one, at several levels."""
    graph, rows = pairs.graph, []
    whole = np.float32(pairs.size_hw[0] * pairs.size_hw[1])
    for level in PART_LEVELS:
        part = _core.parts(graph, boundary < level)
        size = np.bincount(part, pairs.area, graph.n_nodes)[part].astype(np.float32) / whole
        same = (part[graph.first] == part[graph.second]).astype(np.float32)
        rows += [*_low_high(size, graph), same]
    return rows


def _low_high(values: FloatArray, graph: _core.Graph) -> tuple[FloatArray, FloatArray]:
    a, b = values[graph.first], values[graph.second]
    return np.minimum(a, b), np.maximum(a, b)


def _mean_around(pairs: Neighbours, values: FloatArray) -> FloatArray:
    """Return for every node the mean of its edges' values, weighed by their lengths."""
    total = _core.sum_around(pairs.graph, values * pairs.length)
    length = _core.sum_around(pairs.graph, pairs.length)
    return np.asarray(total / np.maximum(length, 1), np.float32)
