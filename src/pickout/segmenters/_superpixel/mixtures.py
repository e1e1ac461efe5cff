"""What colours alone say: mixtures of object and background, cut apart again and again.

GrabCut over superpixels [1]_: Gaussian mixtures are fitted to the colours inside and outside, the
superpixels are cut by them along the learned boundaries, and the mixtures are fitted again.

References
----------
.. [1] C. Rother, V. Kolmogorov, A. Blake, *"GrabCut": interactive foreground extraction using
   iterated graph cuts*, SIGGRAPH 2004. :DOI:`10.1145/1015706.1015720`
"""

from __future__ import annotations

import numpy as np

from pickout import _core
from pickout.arrays import BoolArray, FloatArray, IntArray
from pickout.segmenters._superpixel.scene import Scene
from pickout.segmenters._superpixel.solve import best_cut

PARTS = 5
"""Gaussians of a mixture."""

FITS = 3
"""How often every superpixel joins the Gaussian that it fits best."""

LEAST_VARIANCE = 4.0
"""Added to the variances, in squared units of CIE Lab."""

LARGEST_RATIO = 6.0


def cut_by_colours(
    scene: Scene, inside: BoolArray, known: IntArray, rounds: int
) -> tuple[FloatArray, FloatArray]:
    """Return what colours say of the superpixels, and the cut by them.

    Parameters
    ----------
    inside : (n,) ndarray of bool
        A first guess.
    known : (n,) ndarray of int32
        1 inside, -1 outside, 0 not known.
    rounds : int
        How often mixtures are fitted and cut, at least 1.

    Returns
    -------
    ratio : (n,) ndarray of float32
        See `compare_colours`.
    inside : (n,) ndarray of float32
        1 for superpixels inside, else 0.
    """
    ratio = np.zeros(scene.n, np.float32)
    for _ in range(rounds):
        ratio = compare_colours(scene, inside)
        inside = best_cut(scene.superpixels, ratio, known)
    return ratio, inside.astype(np.float32)


def compare_colours(scene: Scene, inside: BoolArray) -> FloatArray:
    """Return log(density of every superpixel's colour inside / outside), (n,) float32.

    It is kept between -`LARGEST_RATIO` and `LARGEST_RATIO`, and 0 if one of them is empty.
    """
    if inside.all() or not inside.any():
        return np.zeros(scene.n, np.float32)
    apart = _density(scene, inside) - _density(scene, ~inside)
    return np.asarray(np.clip(apart, -LARGEST_RATIO, LARGEST_RATIO))


def _density(scene: Scene, used: BoolArray) -> FloatArray:
    """Return the log density of every superpixel's colour among those that are used."""
    s = scene.superpixels
    return _core.mixture_density(
        s.colour, s.area * used, parts=PARTS, rounds=FITS, floor=LEAST_VARIANCE
    )
