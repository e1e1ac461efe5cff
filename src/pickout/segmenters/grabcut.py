"""GrabCut: colour mixtures of object and background, cut apart by a graph cut.

The classic method of Rother, Kolmogorov and Blake as OpenCV builds it, made safe for every
prompt and picture. Good with one tight box; clicks work from the first one on.

References
----------
.. [1] C. Rother, V. Kolmogorov, A. Blake, *"GrabCut": interactive foreground extraction using
   iterated graph cuts*, SIGGRAPH 2004. :DOI:`10.1145/1015706.1015720`
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pickout.arrays import BoolArray, ByteArray, check_range, check_whole
from pickout.distances import depth_inside
from pickout.images import Image
from pickout.masks import Mask
from pickout.prompts import Prompt
from pickout.segmenters.seeds import (
    LARGEST_DISC,
    SeedMap,
    impose_seeds,
    keep_seeded_parts,
)
from pickout.segmenters.working import answer

# OpenCV fits five colours to each side; fewer samples than this tell nothing.
_MIN_SAMPLES = 10
# How many times nearer than to the other side a pixel must be to a seed to be guessed its.
_REACH = 2.0


@dataclass(frozen=True)
class GrabCutOptions:
    """How GrabCut works.

    Parameters
    ----------
    iterations : int
        Rounds of fitting colours and cutting, at least 1.
    max_pixels : int
        Size in pixels at which the picture, or the part inside a box, is worked on.
    click_radius : float, optional
        Radius in pixels of the disc that a click stands for; by default 1/150 of the longer
        side, between 2 and 5.
    """

    iterations: int = 3
    max_pixels: int = 100_000
    click_radius: float | None = None

    def __post_init__(self) -> None:
        check_whole("iterations", self.iterations, 1)
        check_whole("max_pixels", self.max_pixels, 1)
        if self.click_radius is not None:
            check_range("click_radius", self.click_radius, 0, LARGEST_DISC)


@dataclass(frozen=True)
class PreparedGrabCut:
    """One picture, ready for prompts."""

    picture: ByteArray
    options: GrabCutOptions

    def segment(self, prompts: Sequence[Prompt], previous: Mask | None) -> BoolArray:
        """Return the object's pixels, (H, W) bool; see `pickout.segmenters.base.Prepared`."""
        return answer(
            self.picture,
            prompts,
            previous,
            method=self._cut,
            max_pixels=self.options.max_pixels,
            radius=self.options.click_radius,
            use_previous=True,
        )

    def _cut(self, picture: ByteArray, seeds: SeedMap, known: BoolArray | None) -> BoolArray:
        guess = first_guess(seeds, known)
        labels = np.where(guess, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
        labels[seeds > 0] = cv2.GC_FGD
        labels[seeds < 0] = cv2.GC_BGD
        n_object = np.count_nonzero(labels & 1)
        if min(n_object, labels.size - n_object) < _MIN_SAMPLES:
            return guess
        # OpenCV starts its colour clusters at random places.
        cv2.setRNGSeed(0)
        models = np.zeros((1, 65)), np.zeros((1, 65))
        mode = cv2.GC_INIT_WITH_MASK
        cv2.grabCut(picture, labels, (0, 0, 1, 1), *models, self.options.iterations, mode)
        return keep_seeded_parts((labels & 1).astype(bool), seeds)


def first_guess(seeds: SeedMap, known: BoolArray | None) -> BoolArray:
    """Return where the object may be before any colour is looked at, (H, W) bool.

    The mask so far with discs around the object seeds added and discs around the background
    seeds taken out; without object seeds all that is open. A disc reaches a third of the way to
    the next seed of the other sign or to the picture's border.
    """
    if known is not None and known.any():
        guess: BoolArray = (known | _discs(seeds)) & ~_discs(-seeds)
    elif (seeds > 0).any():
        guess = _discs(seeds)
    else:
        guess = _inside(seeds)
    return impose_seeds(guess, seeds)


def _inside(seeds: SeedMap) -> BoolArray:
    """Return all open pixels; if that is the whole picture, less its rim."""
    inside: BoolArray = seeds >= 0
    if not inside.all():
        return inside
    rim = max(1, min(inside.shape) // 50)
    inner = np.zeros_like(inside)
    inner[rim:-rim, rim:-rim] = True
    return inner if inner.any() else inside


def _discs(seeds: SeedMap) -> BoolArray:
    """Return the discs around the positive seeds of `seeds`."""
    padded = np.pad(seeds, 1, constant_values=-1)
    if not (seeds > 0).any():
        return np.zeros(seeds.shape, bool)
    discs: BoolArray = _REACH * depth_inside(padded <= 0) <= depth_inside(padded >= 0)
    return discs[1:-1, 1:-1]


@dataclass(frozen=True)
class GrabCut:
    """The segmenter `grabcut`."""

    options: GrabCutOptions = GrabCutOptions()
    name = "grabcut"
    version = "2"

    def analyse(self, image: Image) -> PreparedGrabCut:
        """Return the picture prepared for prompts; takes no time."""
        return PreparedGrabCut(image.array, self.options)
